"""Plausible plans, outcomes and events, built from the real classes."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from lyricclip_cli.events import ClipFinished, RenderStarted, SlotTaken
from lyricclip_cli.outcome import (
    Attempt,
    ClipDone,
    ClipFailed,
    ClipOutcome,
    ClipStatus,
    CutClip,
    Film,
    SourceType,
    StageTimes,
)
from lyricclip_cli.plan import (
    ClipPlan,
    Grid,
    PictureSpec,
    PlaceholderRef,
    RenderPlan,
    Step,
    StepKind,
    VideoRef,
    Window,
)

FPS = Fraction(25)
VIDEO = "691aef4a2fc9d91d9c80dd86"
BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def plan(*texts: str, frames: int = 100) -> RenderPlan:
    """A plan with a clip of so many frames for each text: lines L001, L002, …"""
    clips = tuple(_clip(number, text, frames) for number, text in enumerate(texts, start=1))
    return RenderPlan(
        title="Demo",
        index_id=None,
        grid=Grid(FPS, 0),
        picture=PictureSpec(1920, 1080, "blur"),
        clips=clips,
        gaps=(),
        song=None,
        frames=frames * len(clips),
    )


def started(*texts: str, job_id: str = "demo", slots: int = 4, frames: int = 100, reused: int = 0) -> RenderStarted:
    return RenderStarted(job_id, plan(*texts, frames=frames), slots, 8, reused, per_video_limit=2)


def taken(line_id: str, slot: int, *, job_id: str = "demo", source: str = VIDEO, attempt: int = 1) -> SlotTaken:
    return SlotTaken(job_id, line_id, slot, 1, "candidate", source, attempt)


def done(
    status: ClipStatus = ClipStatus.SUCCESS,
    *,
    reason: str | None = None,
    later_reason: str | None = None,
    steps: int = 1,
    frames: int = 100,
    seconds: float = 1.4,
    slot: int = 2,
) -> ClipDone:
    """A finished clip after one attempt for each of so many steps of the chain."""
    reasons = [reason or "", *[later_reason or reason or ""] * (steps - 2)][: steps - 1]
    attempts = tuple(
        Attempt(step, "candidate", VIDEO, BEGAN, 700, slot, code) for step, code in enumerate([*reasons, ""], start=1)
    )
    placeholder = status is ClipStatus.FALLBACK_PLACEHOLDER
    local = status is ClipStatus.FALLBACK_LOCAL
    source = SourceType.PLACEHOLDER if placeholder else SourceType.LOCAL if local else SourceType.HLS
    return ClipDone(
        status=status,
        source_type=source,
        video_id=None if placeholder else VIDEO,
        clip=CutClip(Path("clips/0003-L003.mp4"), frames, 345_678, 2),
        slot=slot,
        attempts=attempts,
        retry_count=0,
        fallback_reason=reason,
        received_bytes=1_234_567,
        held_frames=0,
        started_at=BEGAN,
        finished_at=BEGAN + timedelta(seconds=seconds),
        stages=StageTimes(800, 10, 590),
    )


def failed(reason: str = "interrupted", message: str = "stopped before its turn") -> ClipFailed:
    return ClipFailed((), 0, reason, message)


def finished(line_id: str, outcome: ClipOutcome | None = None, *, job_id: str = "demo") -> ClipFinished:
    return ClipFinished(job_id, line_id, f"{job_id}:{line_id}", outcome or done())


def film() -> Film:
    return Film(Path("artifacts/renders/demo/film.mp4"), 2400, 96_000, 96_000, 12_345_678)


def _clip(number: int, text: str, frames: int) -> ClipPlan:
    chain = (
        Step(StepKind.CANDIDATE, VideoRef(VIDEO), Window(61_200, frames, FPS)),
        Step(StepKind.PLACEHOLDER, PlaceholderRef(), Window(0, frames, FPS)),
    )
    return ClipPlan(
        number=number,
        line_id=f"L{number:03}",
        text=text,
        line_start_ms=number * 4000,
        line_end_ms=(number + 1) * 4000,
        start_frame=(number - 1) * frames,
        frames=frames,
        chain=chain,
    )
