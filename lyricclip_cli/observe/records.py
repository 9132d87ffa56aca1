"""Events as flat records for machines: one schema for the JSON lines and the logs.

Units are in the names, as everywhere. Plans and outcomes are reduced to the scalars that a script wants;
every other event gives its own scalar fields, so that a new event is recorded without a change here.
"""

from dataclasses import fields as dataclass_fields
from typing import Any

from lyricclip_cli.events import (
    BytesReceived,
    ClipFinished,
    ClipReused,
    ClipsRemade,
    ConfigChanged,
    Event,
    FilmWritten,
    FramesCut,
    RenderStarted,
)
from lyricclip_cli.outcome import ClipDone, ClipOutcome, Film
from lyricclip_cli.ports import Clock

Record = dict[str, Any]
"""Names and JSON values."""


def record(event: Event) -> Record:
    """An event's own facts, without its name, job and time."""
    match event:
        case RenderStarted():
            return _plan_record(event)
        case (
            ClipFinished(line_id=line_id, clip_task_id=clip_task_id, outcome=outcome)
            | ClipReused(line_id=line_id, clip_task_id=clip_task_id, outcome=outcome)
        ):
            return {"line_id": line_id, "clip_task_id": clip_task_id, **_outcome_record(outcome)}
        case ClipsRemade(lines=lines):
            return {"lines": [{"line_id": line_id, "changed": list(parts)} for line_id, parts in lines]}
        case FilmWritten(film=film):
            return _film_record(film)
        case ConfigChanged(changes=changes, source=source):
            return {
                "source": source,
                "changes": [{"key": key, "old": old, "new": new} for key, old, new in changes],
            }
        case _:
            return _scalars(event)


def _plan_record(event: RenderStarted) -> Record:
    plan = event.plan
    return {
        "title": plan.title,
        "lines": len(plan.clips),
        "frames": plan.frames,
        "fps": str(plan.grid.fps),
        "duration_ms": round(plan.frames * 1000 / plan.grid.fps),
        "width": plan.picture.width,
        "height": plan.picture.height,
        "fit": plan.picture.fit,
        "concurrency": event.concurrency,
        "encode_slots": event.encode_slots,
        "reused": event.reused,
    }


def _outcome_record(outcome: ClipOutcome) -> Record:
    """The contracted fields of a finished clip; the duration of a line that was never begun is 0."""
    duration_ms = 0
    if outcome.started_at is not None and outcome.finished_at is not None:
        duration_ms = round((outcome.finished_at - outcome.started_at).total_seconds() * 1000)
    if isinstance(outcome, ClipDone):
        own = _done_record(outcome)
    else:
        own = {**_NOTHING, "parallel_slot": outcome.attempts[-1].slot if outcome.attempts else None}
        own["fallback_reason"] = outcome.reason
    return {**own, "retry_count": outcome.retry_count, "duration_ms": duration_ms}


_NOTHING: Record = {"clip_status": "failed", "video_id": None, "source_type": None, "frames": 0, "reused": False}


def _done_record(outcome: ClipDone) -> Record:
    return {
        "clip_status": outcome.status.value,
        "video_id": outcome.video_id,
        "source_type": outcome.source_type.value,
        "frames": outcome.clip.frames,
        "parallel_slot": outcome.slot,
        "fallback_reason": outcome.fallback_reason,
        "reused": outcome.reused,
    }


def _film_record(film: Film) -> Record:
    return {
        "path": str(film.path),
        "frames": film.frames,
        "duration_ms": film.duration_ms,
        "sound_duration_ms": film.sound_duration_ms,
        "size_bytes": film.size_bytes,
    }


def _scalars(event: Event) -> Record:
    values = {field.name: getattr(event, field.name) for field in dataclass_fields(event) if field.name != "job_id"}
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in values.items()
        if value is None or isinstance(value, str | int | float)
    }


class Throttle:
    """Thins out what happens hundreds of times a second to a few records a second for each line.

    Bytes are added up meanwhile, so a record's `count` holds all that came since the record before it;
    `total` is the line's sum. What comes after a line's last record is in the sums of the finished clip
    only.
    """

    def __init__(self, clock: Clock, *, per_second: float = 4) -> None:
        self._clock = clock
        self._pause_s = 1 / per_second
        self._last_s: dict[tuple[type[Event], str, str], float] = {}
        self._unsaid: dict[tuple[str, str], int] = {}
        self._total: dict[tuple[str, str], int] = {}

    def record(self, event: Event) -> Record | None:
        """The event's record, or `None` when it comes too soon after the last one of its kind and line."""
        if isinstance(event, ClipFinished):
            self._forget(event)
        if not isinstance(event, BytesReceived | FramesCut):
            return record(event)
        line = (event.job_id, event.line_id)
        if isinstance(event, BytesReceived):
            self._unsaid[line] = self._unsaid.get(line, 0) + event.count
            self._total[line] = self._total.get(line, 0) + event.count
        if not self._due((type(event), *line)):
            return None
        if isinstance(event, FramesCut):
            return record(event)
        return {"line_id": event.line_id, "count": self._unsaid.pop(line), "total": self._total[line]}

    def _due(self, key: tuple[type[Event], str, str]) -> bool:
        now_s = self._clock.monotonic_s()
        last_s = self._last_s.get(key)
        if last_s is not None and now_s - last_s < self._pause_s:
            return False
        self._last_s[key] = now_s
        return True

    def _forget(self, event: ClipFinished) -> None:
        line = (event.job_id, event.line_id)
        for kind in (BytesReceived, FramesCut):
            self._last_s.pop((kind, *line), None)
        self._unsaid.pop(line, None)
        self._total.pop(line, None)
