"""What the table shows, without how it looks: changed by events, read by the drawing. Knows no terminal."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ClipFinished,
    ConfigChanged,
    Event,
    FellBack,
    FilmWritten,
    FramesCut,
    JoinStarted,
    RenderFinished,
    RenderStarted,
    SlotLeft,
    SlotTaken,
    StageEntered,
    StepPostponed,
)
from lyricclip_cli.observe.rest_time import RestTime
from lyricclip_cli.observe.table_pressure import SLOTS, PressureState
from lyricclip_cli.observe.table_view import SlotRow, Summary, View, Widest
from lyricclip_cli.observe.wording import Notice, cells, clean, notice
from lyricclip_cli.outcome import ClipDone, ClipFailed, ClipStatus
from lyricclip_cli.plan import ClipPlan

_MOST_NOTICES = 1_000

Key = tuple[str, str]
"""Job and line: line ids are unique within a job only."""


@dataclass(slots=True)
class _Job:
    title: str
    clips: dict[str, ClipPlan]
    reused: int
    finished: set[str] = field(default_factory=set)
    joining: bool = False
    status: str = ""

    @property
    def over(self) -> bool:
        return bool(self.status)

    @property
    def clip_count(self) -> int:
        return max(len(self.clips), len(self.finished))

    @property
    def done_count(self) -> int:
        return min(self.reused + len(self.finished), self.clip_count)

    @property
    def left_frames(self) -> float:
        """Frames not cut yet. Which clips were reused is not told, so they count as average ones."""
        if self.over:
            return 0.0
        open_frames = [clip.frames for line_id, clip in self.clips.items() if line_id not in self.finished]
        if not open_frames:
            return 0.0
        to_cut = self.clip_count - self.done_count
        return sum(open_frames) * min(to_cut / len(open_frames), 1.0)


class TableState:
    """All jobs of a run and the slots they share. One thread at a time."""

    def __init__(self, *, now_s: float, timelines: int = 1) -> None:
        self._began_s = now_s
        self._timelines = timelines
        self._jobs: dict[str, _Job] = {}
        self._rows: dict[int, SlotRow] = {}
        self._slot_of: dict[Key, int] = {}
        self._slots = 0
        self._widest = Widest()
        self._peak = 0
        self._fallen: set[Key] = set()
        self._waiting: set[Key] = set()
        self._endings: list[ClipStatus] = []
        self._rest: RestTime | None = None
        self._pressure = PressureState()
        self._notices: deque[Notice] = deque(maxlen=_MOST_NOTICES)
        self._changes: dict[type[Event], Callable[[Any, float], None]] = {
            RenderStarted: self._render_started,
            ConfigChanged: self._config_changed,
            SlotTaken: self._slot_taken,
            SlotLeft: self._slot_left,
            StageEntered: self._stage_entered,
            BytesReceived: self._bytes_received,
            FramesCut: self._frames_cut,
            AttemptFailed: self._attempt_failed,
            StepPostponed: self._postponed,
            FellBack: self._fell_back,
            ClipFinished: self._clip_finished,
            JoinStarted: self._join_started,
            FilmWritten: self._film_written,
            RenderFinished: self._render_finished,
        }

    @property
    def begun(self) -> bool:
        """Whether there is anything to show a table of."""
        return bool(self._jobs)

    @property
    def several_jobs(self) -> bool:
        """Whether a line has to be named with its job."""
        return max(self._timelines, len(self._jobs)) > 1

    def apply(self, event: Event, now_s: float) -> None:
        """Take note of what happened."""
        change = self._changes.get(type(event))
        if change is not None:
            change(event, now_s)
        self._pressure.apply(event, now_s)
        said = notice(event)
        if said is not None:
            self._notices.append(said)

    def take_notices(self) -> list[Notice]:
        """What is to be said since this was last asked."""
        taken = list(self._notices)
        self._notices.clear()
        return taken

    def view(self, now_s: float) -> View:
        """The state as it is now."""
        slots = sorted(set(range(1, self._slots + 1)) | set(self._rows))
        return View(
            now_s=now_s,
            summary=self._summary(now_s),
            rows=tuple(self._rows.get(slot, SlotRow(slot)) for slot in slots),
            widest=self._widest,
            pressure=self._pressure.pressure(now_s),
        )

    def _summary(self, now_s: float) -> Summary:
        jobs = list(self._jobs.values())
        endings = self._endings
        timelines = max(self._timelines, len(jobs))
        return Summary(
            title=jobs[0].title if len(jobs) == 1 else "",
            status=jobs[0].status if len(jobs) == 1 else "",
            timelines=timelines,
            timelines_done=sum(job.over for job in jobs),
            joining=sum(job.joining and not job.over for job in jobs),
            clips=sum(job.clip_count for job in jobs),
            done=sum(job.done_count for job in jobs),
            fallbacks=sum(status not in {ClipStatus.SUCCESS, ClipStatus.FAILED} for status in endings),
            placeholders=endings.count(ClipStatus.FALLBACK_PLACEHOLDER),
            failed=endings.count(ClipStatus.FAILED),
            retries_waiting=len(self._waiting),
            peak=self._peak,
            slots=self._slots,
            elapsed_s=now_s - self._began_s,
            left_s=self._rest.left_s(now_s) if self._rest else None,
            more_to_come=timelines > len(jobs),
        )

    def _render_started(self, event: RenderStarted, _now_s: float) -> None:
        clips = {clip.line_id: clip for clip in event.plan.clips}
        self._jobs[event.job_id] = _Job(clean(event.job_id), clips, event.reused)
        self._slots = event.concurrency
        self._widest = _widest(self._widest, event.plan.clips)
        if self._rest is not None:
            self._rest.work_added(self._left_frames())

    def _config_changed(self, event: ConfigChanged, _now_s: float) -> None:
        for key, _, new in event.changes:
            if key == SLOTS and new.isdecimal():
                self._slots = int(new)

    def _slot_taken(self, event: SlotTaken, now_s: float) -> None:
        key = (event.job_id, event.line_id)
        self._waiting.discard(key)
        plan = self._plan(key)
        self._slot_of[key] = event.slot
        self._rows[event.slot] = SlotRow(
            slot=event.slot,
            job_id=clean(event.job_id),
            line_id=clean(event.line_id) or "?",
            text=clean(plan.text) if plan else "",
            source=_source(event.source),
            fallback=key in self._fallen,
            attempt=event.attempt,
            taken_at_s=now_s,
            total_frames=plan.frames if plan else 0,
        )
        self._peak = max(self._peak, len(self._rows))
        if self._rest is None:
            self._rest = RestTime(now_s)

    def _slot_left(self, event: SlotLeft, _now_s: float) -> None:
        self._slot_of.pop((event.job_id, event.line_id), None)
        self._rows.pop(event.slot, None)

    def _stage_entered(self, event: StageEntered, _now_s: float) -> None:
        self._change_row(event.job_id, event.line_id, stage=event.stage)

    def _bytes_received(self, event: BytesReceived, _now_s: float) -> None:
        slot = self._slot_of.get((event.job_id, event.line_id))
        if slot is not None:
            row = self._rows[slot]
            self._rows[slot] = replace(row, received_bytes=row.received_bytes + event.count)

    def _frames_cut(self, event: FramesCut, _now_s: float) -> None:
        self._change_row(event.job_id, event.line_id, done_frames=event.done, total_frames=event.total)

    def _attempt_failed(self, event: AttemptFailed, _now_s: float) -> None:
        if event.retry_in_s is not None:
            self._waiting.add((event.job_id, event.line_id))

    def _postponed(self, event: StepPostponed, _now_s: float) -> None:
        if event.wait_s:
            self._waiting.add((event.job_id, event.line_id))

    def _fell_back(self, event: FellBack, _now_s: float) -> None:
        key = (event.job_id, event.line_id)
        self._waiting.discard(key)
        self._fallen.add(key)

    def _clip_finished(self, event: ClipFinished, now_s: float) -> None:
        key = (event.job_id, event.line_id)
        outcome = event.outcome
        self._waiting.discard(key)
        self._endings.append(ClipStatus.FAILED if isinstance(outcome, ClipFailed) else outcome.status)
        job = self._jobs.get(event.job_id)
        if job is not None:
            job.finished.add(event.line_id)
        if self._rest is not None:
            frames = outcome.clip.frames if isinstance(outcome, ClipDone) else 0
            self._rest.clip_finished(frames, left_frames=self._left_frames(), at_s=now_s, slots=self._slots)

    def _join_started(self, event: JoinStarted, _now_s: float) -> None:
        self._set_phase(event.job_id, joining=True)

    def _film_written(self, event: FilmWritten, _now_s: float) -> None:
        self._set_phase(event.job_id, joining=False)

    def _render_finished(self, event: RenderFinished, _now_s: float) -> None:
        self._set_phase(event.job_id, joining=False)
        if event.job_id in self._jobs:
            self._jobs[event.job_id].status = event.status
        self._waiting = {key for key in self._waiting if key[0] != event.job_id}

    def _change_row(self, job_id: str, line_id: str, **changes: Any) -> None:
        slot = self._slot_of.get((job_id, line_id))
        if slot is not None:
            self._rows[slot] = replace(self._rows[slot], **changes)

    def _set_phase(self, job_id: str, *, joining: bool) -> None:
        if job_id in self._jobs:
            self._jobs[job_id].joining = joining

    def _plan(self, key: Key) -> ClipPlan | None:
        job = self._jobs.get(key[0])
        return job.clips.get(key[1]) if job else None

    def _left_frames(self) -> float:
        return sum(job.left_frames for job in self._jobs.values())


def _source(source: str) -> str:
    """A source as a row shows it, which may cut its end: without what all URLs begin with."""
    return clean(source.removeprefix("https://").removeprefix("http://"))


def _widest(before: Widest, clips: tuple[ClipPlan, ...]) -> Widest:
    return Widest(
        line_id=max(before.line_id, *(cells(clean(clip.line_id)) for clip in clips)),
        text=max(before.text, *(cells(clean(clip.text)) for clip in clips)),
        source=max(before.source, *(cells(_source(str(step.ref))) for clip in clips for step in clip.chain)),
    )
