"""Everything observable about a render, as small frozen facts in the past tense.

Events are for eyes and logs. Reports and exit codes are built from return values: a render without listeners writes
the same files. Nothing here holds a key or a URL's query.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import ClassVar

from lyricclip_cli.outcome import ClipFailed, ClipOutcome, Film
from lyricclip_cli.plan import RenderPlan


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job. `name` is the log's `module.action` form."""

    name: ClassVar[str] = "lyricclip.event"
    job_id: str


@dataclass(frozen=True, slots=True)
class RenderStarted(Event):
    """A job's plan is made and its clips are about to begin."""

    name = "render.started"
    plan: RenderPlan
    concurrency: int
    encode_slots: int
    reused: int = 0
    per_video_limit: int = 0


@dataclass(frozen=True, slots=True)
class WarningRaised(Event):
    """Something the user should know; `line_id` is empty when it is about the whole run."""

    name = "render.warned"
    line_id: str
    message: str


@dataclass(frozen=True, slots=True)
class SlotTaken(Event):
    """A line began an attempt in a slot. `attempt` counts from 1 within the step."""

    name = "clip.started"
    line_id: str
    slot: int
    step: int
    kind: str
    source: str
    attempt: int


@dataclass(frozen=True, slots=True)
class SlotLeft(Event):
    """A line's attempt ended and its slot is free."""

    name = "clip.left"
    line_id: str
    slot: int


@dataclass(frozen=True, slots=True)
class StageEntered(Event):
    """An attempt went on to `fetch`, `wait` (for an encoder), `cut` or `check`."""

    name = "clip.stage"
    line_id: str
    stage: str


@dataclass(frozen=True, slots=True)
class BytesReceived(Event):
    """Bytes of footage arrived for a line."""

    name = "clip.bytes"
    line_id: str
    count: int


@dataclass(frozen=True, slots=True)
class FramesCut(Event):
    """So many of a clip's frames are encoded."""

    name = "clip.frames"
    line_id: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AttemptFailed(Event):
    """One attempt failed; `retry_in_s` is the wait before the next one, `None` when the line moves on."""

    name = "clip.attempt_failed"
    line_id: str
    step: int
    source: str
    error_code: str
    message: str
    retry_in_s: float | None


@dataclass(frozen=True, slots=True)
class StepPostponed(Event):
    """A line left its slot and waits `wait_s` before it goes on: a host is slowed, or an address was renewed."""

    name = "clip.postponed"
    line_id: str
    step: int
    source: str
    reason: str
    message: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class ApiAsked(Event):
    """The API's rate granted one more request, of `per_minute` in a minute."""

    name = "api.asked"
    per_minute: int


@dataclass(frozen=True, slots=True)
class HostSlowed(Event):
    """A host asked for patience: requests to it begin `interval_s` apart, and none for `blocked_s`."""

    name = "host.slowed"
    host: str
    reason: str
    interval_s: float
    blocked_s: float


@dataclass(frozen=True, slots=True)
class HostRecovered(Event):
    """A slowed host answers again, and is asked as fast as before."""

    name = "host.recovered"
    host: str


@dataclass(frozen=True, slots=True)
class FellBack(Event):
    """A line moved along its chain."""

    name = "clip.fell_back"
    line_id: str
    reason: str
    to_kind: str
    to_source: str


@dataclass(frozen=True, slots=True)
class ClipFinished(Event):
    """A line is over, with a clip or without."""

    name = "twelvelabs.video_clip"
    line_id: str
    clip_task_id: str
    outcome: ClipOutcome

    @property
    def succeeded(self) -> bool:
        """Whether the line has any clip at all."""
        return not isinstance(self.outcome, ClipFailed)


@dataclass(frozen=True, slots=True)
class ClipReused(Event):
    """A line has its clip from an earlier run."""

    name = "twelvelabs.video_clip"
    line_id: str
    clip_task_id: str
    outcome: ClipOutcome


@dataclass(frozen=True, slots=True)
class ClipsRemade(Event):
    """Lines whose clips of an earlier run do not fit any more: their ids, and which parts are others now."""

    name = "render.remade"
    lines: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something about a job that is worth a line and no warning."""

    name = "render.noted"
    message: str


@dataclass(frozen=True, slots=True)
class JoinStarted(Event):
    """All clips are there; the film is being put together."""

    name = "film.join_started"
    pieces: int


@dataclass(frozen=True, slots=True)
class FilmWritten(Event):
    """The film is on disk, whole."""

    name = "film.written"
    film: Film


@dataclass(frozen=True, slots=True)
class ConfigChanged(Event):
    """Live settings changed while the render runs. `changes` is `(key, old, new)`."""

    name = "config.changed"
    changes: tuple[tuple[str, str, str], ...]
    source: str


@dataclass(frozen=True, slots=True)
class ConfigRejected(Event):
    """A changed config could not be used; the old values stay."""

    name = "config.rejected"
    reason: str


@dataclass(frozen=True, slots=True)
class RenderFinished(Event):
    """A job is over. `status` is the report's."""

    name = "render.finished"
    status: str
    exit_code: int
    elapsed_s: float
    message: str = ""


Listener = Callable[[Event], None]


class Events:
    """One way out: `publish` tells every listener. A broken listener is reported once and dropped, never fatal."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = list(listeners)

    def add(self, listener: Listener) -> None:
        """Tell this listener too, from now on."""
        self._listeners.append(listener)

    @contextmanager
    def told_to(self, listener: Listener) -> Iterator[None]:
        """Tell this listener too, as long as this lasts."""
        self.add(listener)
        try:
            yield
        finally:
            with suppress(ValueError):  # it was broken and dropped
                self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """Tell every listener."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception as error:  # an observer's bug must not cost a film
                self._listeners.remove(listener)
                print(f"lyricclip: an observer failed and was dropped: {error!r}", file=sys.stderr)
