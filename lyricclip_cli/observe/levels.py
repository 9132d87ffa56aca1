"""How much each event matters. Apart from the log, so that a command line can name the levels without loading it."""

import logging
from typing import Literal

from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ClipFinished,
    ClipReused,
    ConfigRejected,
    Event,
    FellBack,
    FramesCut,
    RenderFinished,
    WarningRaised,
)
from lyricclip_cli.outcome import ClipDone, ClipStatus

LogLevel = Literal["debug", "info", "warning", "error"]
"""The words of `--log-level`."""

_DEBUG = (BytesReceived, FramesCut)
_WARNING = (WarningRaised, AttemptFailed, FellBack, ConfigRejected)


def event_level(event: Event) -> int:
    """How much an event matters, as a level of `logging`."""
    match event:
        case ClipFinished(outcome=ClipDone(status=status)) | ClipReused(outcome=ClipDone(status=status)):
            return logging.INFO if status is ClipStatus.SUCCESS else logging.WARNING
        case ClipFinished():
            return logging.ERROR
        case RenderFinished(status=status):
            return {"complete": logging.INFO, "failed": logging.ERROR}.get(status, logging.WARNING)
    if isinstance(event, _DEBUG):
        return logging.DEBUG
    return logging.WARNING if isinstance(event, _WARNING) else logging.INFO
