"""`metrics.json` as a document, schema version 1: its fields, its JSON Schema, and how it is read and written."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import from_json

from lyricclip_cli.bounded import most_keys, read_bounded
from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.outcome import ClipStatus, SourceType

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
