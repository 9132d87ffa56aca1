"""One line: its fallback chain walked until there is a clip."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import anyio

from lyricclip_cli.errors import ClipError, TransientError
from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ClipFinished,
    Events,
    FellBack,
    FramesCut,
    SlotLeft,
    SlotTaken,
    StageEntered,
)
from lyricclip_cli.limits import Slots
from lyricclip_cli.outcome import (
    Attempt,
    ClipDone,
    ClipFailed,
    ClipOutcome,
    ClipStatus,
    CutClip,
    Footage,
    StageTimes,
)
from lyricclip_cli.plan import ClipPlan, MediaRef, Step, StepKind, VideoRef
from lyricclip_cli.ports import Clock, CutOrder, Cutter, FootageRequest, Sources
from lyricclip_cli.retry import RetryPolicy, retrying


@dataclass(frozen=True, slots=True)
class ClipPolicy:
    """The settings of an attempt that can change while a render runs."""

    retry: RetryPolicy
    clip_timeout_s: float


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every line of one job is made with."""

    job_id: str
    sources: Sources
    cutter: Cutter
    slots: Slots
    encoders: anyio.CapacityLimiter
    clock: Clock
    events: Events
    policy: Callable[[], ClipPolicy]
    with_sound: bool
    clips_dir: Path
    work_dir: Path


@dataclass(slots=True)
class _Tally:
    """What has happened to one line so far."""

    attempts: list[Attempt] = field(default_factory=list)
    retries: int = 0
    received_bytes: int = 0
    slot: int = 0
    started_at: datetime | None = None
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Made:
    clip: CutClip
    footage: Footage
    stages: StageTimes


class LineMaker:
    """Makes one line's clip. A failure is a value; only what stops the whole run is raised."""

    def __init__(self, plan: ClipPlan, shop: Workshop) -> None:
        self._plan = plan
        self._shop = shop
        self._tally = _Tally()

    async def make(self) -> ClipOutcome:
        """Walk the chain. Raises `UserError` when the run cannot go on."""
        for number, step in enumerate(self._plan.chain, start=1):
            if number > 1:
                self._tell_fallback(step)
            with self._shop.sources.claim(step.ref, step.window):
                made = await self._with_retries(number, step)
            if made is not None:
                return self._done(number, step, made)
        return self.unfinished(self._tally.reasons[-1], "every step of the chain failed, the placeholder too")

    def unfinished(self, reason: str, message: str) -> ClipFailed:
        """The outcome of a line that has no clip."""
        tally = self._tally
        finished_at = self._shop.clock.now() if tally.started_at else None
        return ClipFailed(tuple(tally.attempts), tally.retries, reason, message, tally.started_at, finished_at)

    async def _with_retries(self, number: int, step: Step) -> _Made | None:
        def waiting(error: TransientError, wait_s: float) -> None:
            self._tally.retries += 1
            self._tell_failure(number, step, error, wait_s)

        try:
            async for attempt in retrying(lambda: self._shop.policy().retry, self._shop.clock, waiting):
                with attempt:
                    return await self._in_slot(number, step, attempt.retry_state.attempt_number)
        except ClipError as error:
            self._tally.reasons.append(error.code)
            self._tell_failure(number, step, error, None)
        return None

    async def _in_slot(self, number: int, step: Step, attempt: int) -> _Made:
        shop, plan = self._shop, self._plan
        group = shop.sources.group(step.ref)
        async with shop.slots.turn(shop.job_id, plan.line_id, group, float(plan.frames)) as slot:
            started_at, began_s = shop.clock.now(), shop.clock.monotonic_s()
            self._tally.slot = slot
            self._tally.started_at = self._tally.started_at or started_at
            taken = SlotTaken(shop.job_id, plan.line_id, slot, number, step.kind.value, str(step.ref), attempt)
            shop.events.publish(taken)
            failure: ClipError | None = None
            try:
                return await self._attempt(step, f"{plan.number}-{number}-{attempt}")
            except ClipError as error:
                failure = error
                raise
            finally:
                spent_ms = round((shop.clock.monotonic_s() - began_s) * 1000)
                self._tally.attempts.append(
                    _record(number, step, failure, slot=slot, started_at=started_at, spent_ms=spent_ms)
                )
                shop.events.publish(SlotLeft(shop.job_id, plan.line_id, slot))

    async def _attempt(self, step: Step, name: str) -> _Made:
        folder = self._shop.work_dir / f"clip-{name}"
        folder.mkdir(parents=True)
        limit_s = self._shop.policy().clip_timeout_s
        try:
            with anyio.fail_after(limit_s):
                return await self._fetch_and_cut(step, folder)
        except TimeoutError:
            raise TransientError("attempt_timeout", f"not done after {limit_s:g} s") from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _fetch_and_cut(self, step: Step, folder: Path) -> _Made:
        shop, plan, clock = self._shop, self._plan, self._shop.clock
        began_s = clock.monotonic_s()
        self._stage("fetch")
        request = FootageRequest(step.window, shop.with_sound, folder, self._received)
        footage = await shop.sources.fetch(step.ref, request)
        fetched_s = clock.monotonic_s()
        self._stage("wait")
        async with shop.encoders:
            waited_s = clock.monotonic_s()
            self._stage("cut")
            destination = shop.clips_dir / clip_name(plan)
            order = CutOrder(footage, plan.start_frame, plan.frames, destination, shop.with_sound, self._encoded)
            clip = await shop.cutter.cut(order)
        ended_s = clock.monotonic_s()
        times = (fetched_s - began_s, waited_s - fetched_s, ended_s - waited_s)
        return _Made(clip, footage, StageTimes(*(round(seconds * 1000) for seconds in times)))

    def _done(self, number: int, step: Step, made: _Made) -> ClipDone:
        tally = self._tally
        assert tally.started_at is not None
        return ClipDone(
            status=_status(number, step),
            source_type=made.footage.source_type,
            video_id=step.ref.video_id if isinstance(step.ref, VideoRef | MediaRef) else None,
            clip=made.clip,
            slot=tally.slot,
            attempts=tuple(tally.attempts),
            retry_count=tally.retries,
            fallback_reason=self._fallback_reason(number),
            received_bytes=tally.received_bytes,
            held_frames=made.footage.held_frames,
            started_at=tally.started_at,
            finished_at=self._shop.clock.now(),
            stages=made.stages,
        )

    def _fallback_reason(self, number: int) -> str | None:
        """Why the line does not show its first choice: what ended the first step of its chain."""
        if number > 1:
            return self._tally.reasons[0]
        return "no_candidates" if self._plan.chain[0].kind is StepKind.PLACEHOLDER else None

    def _received(self, count: int) -> None:
        self._tally.received_bytes += count
        self._shop.events.publish(BytesReceived(self._shop.job_id, self._plan.line_id, count))

    def _encoded(self, frames: int) -> None:
        self._shop.events.publish(FramesCut(self._shop.job_id, self._plan.line_id, frames, self._plan.frames))

    def _stage(self, stage: str) -> None:
        self._shop.events.publish(StageEntered(self._shop.job_id, self._plan.line_id, stage))

    def _tell_failure(self, number: int, step: Step, error: ClipError, retry_in_s: float | None) -> None:
        names = (self._shop.job_id, self._plan.line_id, number, str(step.ref))
        self._shop.events.publish(AttemptFailed(*names, error.code, error.message, retry_in_s))

    def _tell_fallback(self, step: Step) -> None:
        reason = self._tally.reasons[-1]
        self._shop.events.publish(
            FellBack(self._shop.job_id, self._plan.line_id, reason, step.kind.value, str(step.ref))
        )


def clip_name(plan: ClipPlan) -> str:
    """A clip's file name: the line's number, then its id in letters that every file system takes."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in plan.line_id)
    return f"{plan.number:04d}-{safe[:40]}.mp4"


def task_id(job_id: str, plan: ClipPlan) -> str:
    """The name of a line's task in log and report."""
    return f"{job_id}:{plan.number:04d}:{plan.line_id}"


def publish_outcome(shop: Workshop, plan: ClipPlan, outcome: ClipOutcome) -> None:
    """Tell that a line is over."""
    shop.events.publish(ClipFinished(shop.job_id, plan.line_id, task_id(shop.job_id, plan), outcome))


def _status(number: int, step: Step) -> ClipStatus:
    if step.kind is StepKind.PLACEHOLDER:
        return ClipStatus.FALLBACK_PLACEHOLDER
    if step.kind is StepKind.LOCAL:
        return ClipStatus.FALLBACK_LOCAL
    return ClipStatus.SUCCESS if number == 1 else ClipStatus.FALLBACK_CANDIDATE


def _record(
    number: int, step: Step, failure: ClipError | None, *, slot: int, started_at: datetime, spent_ms: int
) -> Attempt:
    code, message, hint = (failure.code, failure.message, failure.hint) if failure else ("", "", "")
    return Attempt(number, step.kind.value, str(step.ref), started_at, spent_ms, slot, code, message, hint)
