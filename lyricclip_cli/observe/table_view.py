"""One moment of a run as the table shows it: frozen values between the state and the drawing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot and the attempt in it; an idle slot has no line. Texts are fit for a terminal."""

    slot: int
    job_id: str = ""
    line_id: str = ""
    text: str = ""
    source: str = ""
    fallback: bool = False
    attempt: int = 0
    taken_at_s: float = 0.0
    stage: str = ""
    received_bytes: int = 0
    done_frames: int = 0
    total_frames: int = 0

    @property
    def idle(self) -> bool:
        """Whether nobody is in the slot."""
        return not self.line_id


@dataclass(frozen=True, slots=True)
class Summary:
    """The run in numbers.

    `status` is the report's, of a single job that is over. `left_s` is `None` without evidence;
    `more_to_come` says that it leaves out timelines that have not begun.
    """

    title: str
    status: str
    timelines: int
    timelines_done: int
    joining: int
    clips: int
    done: int
    fallbacks: int
    placeholders: int
    failed: int
    retries_waiting: int
    peak: int
    slots: int
    elapsed_s: float
    left_s: float | None
    more_to_come: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit by its setting's name, and how much of it is in use: of `per_video_limit`, by the busiest video."""

    key: str
    used: int
    most: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A line that waits before it goes on, for a retry or for a host."""

    line_id: str
    reason: str
    left_s: float


@dataclass(frozen=True, slots=True)
class SlowHost:
    """A host that is asked less often: not at all for `blocked_s`, then every `interval_s`."""

    host: str
    reason: str
    interval_s: float
    blocked_s: float


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The last thing that came of a changed config: what changed, or why nothing did (not `applied`)."""

    text: str
    applied: bool
    ago_s: float


@dataclass(frozen=True, slots=True)
class Pressure:
    """What holds a run up. `None`: never so far."""

    limits: tuple[Limit, ...] = ()
    waits: tuple[Wait, ...] | None = None
    slowed: tuple[SlowHost, ...] | None = None
    reloaded: Reloaded | None = None


@dataclass(frozen=True, slots=True)
class Widest:
    """How many cells the run's longest texts take, so that no column is wider than it will ever need to be."""

    line_id: int = 0
    text: int = 0
    source: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """Everything that one drawing needs, at one moment."""

    now_s: float
    summary: Summary
    rows: tuple[SlotRow, ...]
    widest: Widest
    pressure: Pressure = Pressure()
