"""Progress for people where nothing can be redrawn: a line per finished clip, and what else matters."""

from types import TracebackType
from typing import Self, TextIO

from lyricclip_cli.events import (
    AttemptFailed,
    ClipFinished,
    Event,
    JoinStarted,
    RenderFinished,
    RenderStarted,
)
from lyricclip_cli.observe.output import SteadyStream
from lyricclip_cli.observe.wording import (
    Gravity,
    attempt_words,
    clean,
    clip_seconds,
    duration_words,
    notice,
    outcome_words,
    place,
    source_words,
)
from lyricclip_cli.outcome import ClipDone


class PlainLines:
    """Writes lines without colour or control characters, one for each thing that a run's log should show."""

    def __init__(self, stream: TextIO, *, timelines: int = 1) -> None:
        self._out = SteadyStream(stream)
        self._with_job = timelines > 1
        self._totals: dict[str, int] = {}
        self._finished: dict[str, int] = {}

    def __call__(self, event: Event) -> None:
        """Write the event's line, if it has one."""
        line = self._line(event)
        if line is not None:
            self._out.write_line(clean_line(line))

    def __enter__(self) -> Self:
        """Nothing to start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Nothing to stop: every line is out when its event is over."""

    def _line(self, event: Event) -> str | None:
        match event:
            case RenderStarted():
                return self._started(event)
            case ClipFinished():
                return self._clip(event)
            case AttemptFailed(line_id=line_id, retry_in_s=float()):
                return f"{self._place(event, line_id)}{attempt_words(event)}"
            case JoinStarted(pieces=pieces):
                return f"{self._place(event)}joining {pieces} pieces"
            case RenderFinished():
                return self._finished_line(event)
            case _:
                return self._notice(event)

    def _notice(self, event: Event) -> str | None:
        said = notice(event)
        if said is None:
            return None
        loud = f"{said.gravity.value}: " if said.gravity in _LOUD else ""
        return f"{loud}{said.line(with_job=self._with_job)}"

    def _finished_line(self, event: RenderFinished) -> str:
        message = f": {event.message}" if event.message else ""
        return f"{self._place(event)}{event.status} in {duration_words(event.elapsed_s)}{message}"

    def _started(self, event: RenderStarted) -> str:
        plan = event.plan
        clips = len(plan.clips)
        self._totals[event.job_id] = clips
        self._finished[event.job_id] = min(event.reused, clips)
        reused = f", {event.reused} reused" if event.reused else ""
        length = duration_words(float(plan.duration_s))
        size = f"{clips} clips{reused}, {plan.frames} frames, {length}"
        return f"{event.job_id}: {size}, {event.concurrency} slots"

    def _clip(self, event: ClipFinished) -> str:
        count = self._finished[event.job_id] = self._finished.get(event.job_id, 0) + 1
        total = max(self._totals.get(event.job_id, 0), count)
        outcome = event.outcome
        seconds = clip_seconds(outcome)
        words = [
            outcome_words(outcome),
            source_words(outcome),
            f"slot {outcome.slot}" if isinstance(outcome, ClipDone) and outcome.attempts else "",
            "" if seconds is None else f"{seconds:.1f} s",
        ]
        counter = f"[{count:>{len(str(total))}}/{total}] "
        return counter + self._place(event, event.line_id) + "  ".join(word for word in words if word)

    def _place(self, event: Event, line_id: str = "") -> str:
        return place(event.job_id, line_id, with_job=self._with_job)


_LOUD = {Gravity.WARNING, Gravity.ERROR}


def clean_line(line: str) -> str:
    """A line without control characters that keeps its double spaces, which tell its parts apart."""
    return "  ".join(clean(part) for part in line.split("  "))
