"""The report of a render: built from return values, never from events. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from lyricclip_cli.clip import task_id
from lyricclip_cli.errors import UserError
from lyricclip_cli.live import SettingChange
from lyricclip_cli.outcome import (
    Attempt,
    ClipDone,
    ClipFailed,
    ClipOutcome,
    ClipStatus,
    Film,
    SlotUse,
)
from lyricclip_cli.plan import ClipPlan, PlanWarning, RenderPlan
from lyricclip_cli.report.model import (
    AttemptReport,
    ClipReport,
    ClipStats,
    ConfigChange,
    EarlierRun,
    ErrorReport,
    FilmReport,
    Metrics,
    RenderMetrics,
    RenderStatus,
    Report,
    SlotReport,
    StageReport,
    WarningReport,
)


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What a render came to: the facts that a report is made of.

    `warnings` are about clips of earlier runs; `changed` says, for lines that had one, why it did not fit any more.
    """

    plan: RenderPlan
    outcomes: Mapping[int, ClipOutcome]
    film: Film | None
    queued_at: datetime
    finished_at: datetime
    peak_parallelism: int
    slot_uses: Sequence[SlotUse]
    error: UserError | None = None
    interrupted: bool = False
    warnings: Sequence[PlanWarning] = ()
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a report says of the run besides its result."""

    job_id: str
    trace_id: str
    timeline: str
    exit_code: int
    folder: Path
    only: Sequence[str] = ()
    clips_only: bool = False
    config: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    config_changes: Sequence[SettingChange] = ()
    warnings: Sequence[str] = ()
    history: Sequence[EarlierRun] = ()


def render_status(result: RenderResult, *, clips_only: bool = False) -> RenderStatus:
    """The status of a result."""
    if result.interrupted:
        return RenderStatus.INTERRUPTED
    if result.error is not None or (result.film is None and not clips_only):
        return RenderStatus.FAILED
    real = all(_is_real(outcome) for outcome in result.outcomes.values())
    return RenderStatus.COMPLETE if real else RenderStatus.DEGRADED


def _is_real(outcome: ClipOutcome) -> bool:
    return isinstance(outcome, ClipDone) and outcome.status is not ClipStatus.FALLBACK_PLACEHOLDER


def build_report(result: RenderResult, facts: RunFacts) -> Report:
    """The report of one render. Pure."""
    error = ErrorReport(message=result.error.message, hint=result.error.hint) if result.error else None
    return Report(
        status=render_status(result, clips_only=facts.clips_only),
        exit_code=facts.exit_code,
        job_id=facts.job_id,
        trace_id=facts.trace_id,
        title=result.plan.title,
        timeline=facts.timeline.encode("utf-8", "replace").decode(),  # a file name can be any bytes
        only=list(facts.only),
        clips_only=facts.clips_only,
        metrics=Metrics(render=_render_metrics(result)),
        clips=[_clip_report(clip, result, facts) for clip in by_number(result.plan)],
        film=_film_report(result, facts.folder),
        warnings=_warnings(result, facts),
        error=error,
        config=dict(facts.config),
        config_changes=[
            ConfigChange(at=c.at, key=c.key, old=c.old, new=c.new, source=c.source) for c in facts.config_changes
        ],
        slots=[SlotReport(slot=u.slot, line_id=u.line_id, start_s=u.start_s, end_s=u.end_s) for u in result.slot_uses],
        tools=dict(facts.tools),
        history=list(facts.history),
    )


def _warnings(result: RenderResult, facts: RunFacts) -> list[WarningReport]:
    """What is odd about the run (no line), then about its lines."""
    run = [WarningReport(line_id="", message=message) for message in facts.warnings]
    about = (*result.plan.warnings, *result.warnings)
    return run + [WarningReport(line_id=w.line_id, message=w.message) for w in about]


def by_number(plan: RenderPlan) -> list[ClipPlan]:
    """The plan's clips in the order of the timeline's lines."""
    return sorted(plan.clips, key=lambda clip: clip.number)


def _render_metrics(result: RenderResult) -> RenderMetrics:
    plan = result.plan
    deltas = [abs(plan.grid.ms_at(clip.start_frame) - clip.line_start_ms) for clip in plan.clips]
    return RenderMetrics(
        line_count=len(plan.clips),
        total_duration_ms=round(plan.duration_s * 1000),
        avg_delta_ms=_rounded(sum(deltas, Fraction(0)) / len(deltas)),
        max_delta_ms=_rounded(max(deltas)),
        queued_at=result.queued_at,
        finished_at=result.finished_at,
        clip_stats=_clip_stats(result),
    )


def _clip_stats(result: RenderResult) -> ClipStats:
    outcomes = list(result.outcomes.values())
    success = sum(_is_real(outcome) for outcome in outcomes)
    placeholders = sum(isinstance(o, ClipDone) and o.status is ClipStatus.FALLBACK_PLACEHOLDER for o in outcomes)
    durations = sorted(ms for outcome in outcomes if (ms := _duration_ms(outcome)) is not None)
    reasons = Counter(reason for outcome in outcomes if (reason := _reason(outcome)))
    return ClipStats(
        total_tasks=len(outcomes),
        success_tasks=success,
        failed_tasks=len(outcomes) - success,
        placeholder_tasks=placeholders,
        avg_task_duration_ms=round(sum(durations) / len(durations), 1) if durations else 0.0,
        p95_task_duration_ms=durations[ceil(0.95 * len(durations)) - 1] if durations else 0.0,
        peak_parallelism=result.peak_parallelism,
        fallback_reason_counts=dict(sorted(reasons.items())),
        generated_at=result.finished_at,
    )


def _reason(outcome: ClipOutcome) -> str | None:
    return outcome.fallback_reason if isinstance(outcome, ClipDone) else outcome.reason


def _duration_ms(outcome: ClipOutcome) -> float | None:
    if outcome.started_at is None or outcome.finished_at is None:
        return None
    return round((outcome.finished_at - outcome.started_at).total_seconds() * 1000, 1)


def _clip_report(clip: ClipPlan, result: RenderResult, facts: RunFacts) -> ClipReport:
    outcome = result.outcomes[clip.number]
    shared = {
        "line_id": clip.line_id,
        "clip_task_id": task_id(facts.job_id, clip),
        "text": clip.text,
        "retry_count": outcome.retry_count,
        "changed": list(result.changed.get(clip.line_id, ())),
        "start_frame": clip.start_frame,
        "started_at": outcome.started_at,
        "finished_at": outcome.finished_at,
        "attempts": [_attempt_report(attempt) for attempt in outcome.attempts],
    }
    return ClipReport(**shared, **(_failed(outcome) if isinstance(outcome, ClipFailed) else _done(outcome, facts)))


def _failed(outcome: ClipFailed) -> dict[str, Any]:
    return {
        "status": ClipStatus.FAILED,
        "source_type": None,
        "video_id": None,
        "parallel_slot": (outcome.attempts[-1].slot or None) if outcome.attempts else None,
        "fallback_reason": outcome.reason,
        "message": outcome.message,
        "frames": 0,
        "bytes": 0,
        "stages": None,
        "path": None,
    }


def _done(outcome: ClipDone, facts: RunFacts) -> dict[str, Any]:
    stages = outcome.stages
    return {
        "status": outcome.status,
        "source_type": outcome.source_type,
        "video_id": outcome.video_id,
        "parallel_slot": outcome.slot,
        "fallback_reason": outcome.fallback_reason,
        "frames": outcome.clip.frames,
        "held_frames": outcome.held_frames,
        "bytes": outcome.received_bytes,
        "stages": StageReport(fetch_ms=stages.fetch_ms, encoder_wait_ms=stages.encoder_wait_ms, cut_ms=stages.cut_ms),
        "reused": outcome.reused,
        "path": str(outcome.clip.path.relative_to(facts.folder)) if outcome.clip.frames else None,
    }


def _attempt_report(attempt: Attempt) -> AttemptReport:
    return AttemptReport(
        step=attempt.step,
        kind=attempt.kind,
        source=attempt.source,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        parallel_slot=attempt.slot,
        error_code=attempt.error_code,
        message=attempt.message,
        hint=attempt.hint,
    )


def _film_report(result: RenderResult, folder: Path) -> FilmReport | None:
    film = result.film
    if film is None:
        return None
    return FilmReport(
        path=str(film.path.relative_to(folder)),
        frames=film.frames,
        fps=str(result.plan.grid.fps),
        width=result.plan.picture.width,
        height=result.plan.picture.height,
        duration_ms=film.duration_ms,
        sound_duration_ms=film.sound_duration_ms,
        bytes=film.size_bytes,
    )


def _rounded(value: Fraction) -> float:
    return round(float(value), 3)
