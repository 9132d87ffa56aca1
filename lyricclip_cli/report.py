"""The report of a render (`metrics.json`, schema version 1): built from return values, never from events."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import from_json

from lyricclip_cli.bounded import most_keys, read_bounded
from lyricclip_cli.clip import task_id
from lyricclip_cli.errors import InputError, Problem, UserError
from lyricclip_cli.live import SettingChange
from lyricclip_cli.outcome import (
    Attempt,
    ClipDone,
    ClipFailed,
    ClipOutcome,
    ClipStatus,
    Film,
    SlotUse,
    SourceType,
)
from lyricclip_cli.plan import ClipPlan, PlanWarning, RenderPlan

MOST_BYTES = 64 * 1024 * 1024
"""A report of 10 000 lines, each with some attempts, has half as many."""

MOST_KEYS = 10_000
LONGEST_KEY = 60

T = TypeVar("T")
Rows = Annotated[list[T], FailFast()]
"""A list of which the first wrong row is told: a file that is no report could have a million."""


class RenderStatus(StrEnum):
    """How a render ended: all footage real, some not, no film, or stopped by the user."""

    COMPLETE = "complete"
    DEGRADED = "degraded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # built when there is something to report


class ClipStats(_Part):
    """Counts over all lines. `success_tasks + failed_tasks == total_tasks`; placeholders count as failed."""

    total_tasks: int
    success_tasks: int
    failed_tasks: int
    placeholder_tasks: int
    avg_task_duration_ms: float
    p95_task_duration_ms: float
    peak_parallelism: int
    fallback_reason_counts: dict[str, int]
    generated_at: datetime


class RenderMetrics(_Part):
    """The film as a whole. The deltas are between a line's start on the song and its cut in the film."""

    line_count: int
    total_duration_ms: int
    avg_delta_ms: float
    max_delta_ms: float
    queued_at: datetime
    finished_at: datetime
    clip_stats: ClipStats


class Metrics(_Part):
    """Everything measured."""

    render: RenderMetrics


class AttemptReport(_Part):
    """One try to get one candidate. `error_code` is empty when it succeeded; slot 0: it ended before it had one."""

    step: int
    kind: Literal["candidate", "local", "placeholder"]
    source: str
    started_at: datetime
    duration_ms: int
    parallel_slot: int
    error_code: str
    message: str
    hint: str


class StageReport(_Part):
    """Milliseconds of the attempt that gave the clip."""

    fetch_ms: int
    encoder_wait_ms: int
    cut_ms: int


class ClipReport(_Part):
    """One line.

    `reused`: its clip is an earlier run's, and so are its attempts and times. `changed`: it had a clip, which does not
    fit any more, since these parts of it are others now.
    """

    line_id: str
    clip_task_id: str
    text: str
    status: ClipStatus
    source_type: SourceType | None
    video_id: str | None
    parallel_slot: int | None
    retry_count: int
    fallback_reason: str | None
    message: str = ""
    start_frame: int
    frames: int
    held_frames: int = 0
    bytes: int
    started_at: datetime | None
    finished_at: datetime | None
    stages: StageReport | None
    reused: bool = False
    changed: list[str] = Field(default_factory=list)
    path: str | None
    attempts: Rows[AttemptReport]


class FilmReport(_Part):
    """The film on disk."""

    path: str
    frames: int
    fps: str
    width: int
    height: int
    duration_ms: int
    sound_duration_ms: int
    bytes: int


class ConfigChange(_Part):
    """A live setting that changed while the render ran."""

    at: datetime
    key: str
    old: str
    new: str
    source: str


class SlotReport(_Part):
    """Who held which slot, in seconds since the run began."""

    slot: int
    line_id: str
    start_s: float
    end_s: float


class WarningReport(_Part):
    """Something the user may not have meant."""

    line_id: str
    message: str


class ErrorReport(_Part):
    """What stopped the run, if anything did."""

    message: str
    hint: str


class EarlierLine(_Part):
    """A line that did not show its first choice in an earlier run."""

    line_id: str
    status: ClipStatus
    fallback_reason: str | None


class EarlierRun(_Part):
    """A run of the same job before this one, in short."""

    trace_id: str
    status: RenderStatus
    exit_code: int
    queued_at: datetime
    finished_at: datetime
    reused_tasks: int
    success_tasks: int
    failed_tasks: int
    lines: list[EarlierLine]


class Report(_Part):
    """`metrics.json`. Holds no key and no query of a URL. `only`: the lines that were asked for, empty for all."""

    schema_version: Literal[1] = 1
    status: RenderStatus
    exit_code: int
    job_id: str
    trace_id: str
    title: str
    timeline: str
    only: list[str] = Field(default_factory=list)
    clips_only: bool = False
    metrics: Metrics
    clips: Rows[ClipReport]
    film: FilmReport | None
    warnings: Rows[WarningReport]
    error: ErrorReport | None
    config: dict[str, Any]
    config_changes: Rows[ConfigChange] = Field(default_factory=list)
    slots: Rows[SlotReport]
    tools: dict[str, str]
    history: list[EarlierRun] = Field(default_factory=list)


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


def report_json(report: Report) -> str:
    """The report as it is written."""
    return report.model_dump_json(indent=2) + "\n"


def report_schema() -> dict[str, Any]:
    """The JSON Schema of the report."""
    schema = Report.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_report(path: Path) -> Report:
    """An earlier render's report. Raises `InputError` when it is not one."""
    hint = "a report is the metrics.json that a render writes"
    data = read_bounded(path, MOST_BYTES, hint=hint)
    try:
        if most_keys(from_json(data)) > MOST_KEYS:
            raise InputError(str(path), [Problem("", f"an object has more than {MOST_KEYS} keys")], hint=hint)
        return Report.model_validate_json(data)
    except ValidationError as error:
        raise InputError(str(path), _problems(error), hint=hint) from error
    except ValueError as error:
        raise InputError(str(path), [Problem("", f"not JSON: {error}")], hint=hint) from error


def _problems(error: ValidationError) -> list[Problem]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = (".".join(str(part)[:LONGEST_KEY] for part in detail["loc"]) for detail in found)
    return [Problem(at, e["msg"][:1].lower() + e["msg"][1:]) for at, e in zip(places, found, strict=True)]
