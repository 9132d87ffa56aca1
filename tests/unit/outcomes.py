"""Outcomes and results of renders, in few words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from lyricclip_cli.errors import UserError
from lyricclip_cli.outcome import (
    Attempt,
    ClipDone,
    ClipFailed,
    ClipOutcome,
    ClipStatus,
    CutClip,
    Film,
    SlotUse,
    SourceType,
    StageTimes,
)
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.report import RenderResult, RunFacts
from tests.fakes import FakeClock
from tests.unit.samples import VIDEO, line, plan, video

BEGAN = FakeClock().now()
FOLDER = Path("/renders/demo")


def later(seconds: float) -> datetime:
    """So many seconds after all began."""
    return BEGAN + timedelta(seconds=seconds)


def done(
    status: ClipStatus = ClipStatus.SUCCESS, *, reason: str | None = None, seconds: float = 1.5, retries: int = 0
) -> ClipDone:
    """A clip of 25 frames that took so many seconds."""
    return ClipDone(
        status=status,
        source_type=SourceType.PLACEHOLDER if status is ClipStatus.FALLBACK_PLACEHOLDER else SourceType.HLS,
        video_id=None if status is ClipStatus.FALLBACK_PLACEHOLDER else VIDEO,
        clip=CutClip(FOLDER / "clips" / "0001-1.mp4", 25, 345, 2),
        slot=2,
        attempts=(Attempt(1, "candidate", VIDEO, BEGAN, round(seconds * 1000), 2),),
        retry_count=retries,
        fallback_reason=reason,
        received_bytes=1000,
        held_frames=3,
        started_at=BEGAN,
        finished_at=later(seconds),
        stages=StageTimes(500, 20, 980),
    )


def placeholder(reason: str = "http_404", *, seconds: float = 1.5) -> ClipDone:
    """A line that shows the placeholder."""
    return done(ClipStatus.FALLBACK_PLACEHOLDER, reason=reason, seconds=seconds)


def failed(reason: str = "cut_failed", *, seconds: float | None = 0.5) -> ClipFailed:
    """A line without a clip; without `seconds` it never began."""
    if seconds is None:
        return ClipFailed((), 0, reason, "not reached")
    attempt = Attempt(3, "placeholder", "placeholder", BEGAN, round(seconds * 1000), 1, reason, "no", "look")
    return ClipFailed((attempt,), 1, reason, "every step failed", BEGAN, later(seconds))


def film(frames: int = 25) -> Film:
    """The film of so many frames."""
    return Film(FOLDER / "film.mp4", frames, frames * 40, frames * 40 + 3, 4567)


def result(
    *outcomes: ClipOutcome,
    made: RenderPlan | None = None,
    written: Film | None = None,
    error: UserError | None = None,
    interrupted: bool = False,
    peak: int = 1,
) -> RenderResult:
    """What a render of one line of a second per outcome came to."""
    lines = [line(number * 1000, (number + 1) * 1000, video()) for number in range(len(outcomes))]
    by_number: Mapping[int, ClipOutcome] = dict(enumerate(outcomes, start=1))
    return RenderResult(
        plan=made or plan(*lines),
        outcomes=by_number,
        film=written,
        queued_at=BEGAN,
        finished_at=later(60),
        peak_parallelism=peak,
        slot_uses=[SlotUse(2, "demo", "1", 0.25, 1.75)],
        error=error,
        interrupted=interrupted,
    )


def facts(timeline: str = "demo.json", *, exit_code: int = 0) -> RunFacts:
    """What a report says beside the result."""
    return RunFacts("demo", "f" * 32, timeline, exit_code, FOLDER, config={"crf": 20}, tools={"ffmpeg": "7.1"})
