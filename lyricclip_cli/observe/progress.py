"""Chooses what is shown while a render runs."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, TextIO

from lyricclip_cli.events import Event, Listener
from lyricclip_cli.observe.json_lines import JsonLines
from lyricclip_cli.observe.plain import PlainLines
from lyricclip_cli.ports import Clock

ProgressMode = Literal["auto", "table", "plain", "json", "none"]
"""The words of `--progress`."""


def progress_listener(
    mode: ProgressMode,
    stream: TextIO | None,
    *,
    clock: Clock,
    timelines: int = 1,
    environ: Mapping[str, str] = os.environ,
) -> AbstractContextManager[Listener]:
    """A listener for one run, to be entered before its first event and left after its last.

    `auto` is the table where one can be drawn, plain lines elsewhere. `table` is obeyed even where `stream`
    is no terminal, as other tools obey `--color=always`. `timelines` is how many the whole run has, begun
    or not. A stream of `None` (a program without stderr) shows nothing. Colours are left out when `environ`
    has `NO_COLOR`.
    """
    if mode == "none" or stream is None:
        return nullcontext(_ignore)
    if mode == "auto":
        mode = "table" if can_draw(stream, environ) else "plain"
    if mode == "plain":
        return PlainLines(stream, timelines=timelines)
    if mode == "json":
        return JsonLines(stream, clock=clock)
    from lyricclip_cli.observe.table import LiveTable  # noqa: PLC0415  rich costs every start that shows no table

    return LiveTable.on_terminal(stream, clock=clock, timelines=timelines, environ=environ)


def can_draw(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a stream is a terminal that can move its cursor and show more than ASCII."""
    try:
        terminal = stream.isatty()
    except ValueError:  # closed
        return False
    utf = (stream.encoding or "").lower().replace("-", "").startswith("utf")
    return terminal and utf and environ.get("TERM", "") not in {"dumb", "unknown"}


def _ignore(_event: Event) -> None:
    """Show nothing."""
