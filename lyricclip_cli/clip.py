"""One line: its fallback chain walked until there is a clip."""

import errno
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio

from lyricclip_cli.attempts import Attempts
from lyricclip_cli.breaker import Breaker
from lyricclip_cli.errors import ClipError, NotYetError, PermanentError, TransientError
from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ClipFinished,
    ClipReused,
    Events,
    FellBack,
    FramesCut,
    SlotLeft,
    SlotTaken,
    StageEntered,
    StepPostponed,
)
from lyricclip_cli.limits import Place, Slots
from lyricclip_cli.outcome import (
    ClipDone,
    ClipFailed,
    ClipOutcome,
    ClipStatus,
    CutClip,
    Footage,
    StageTimes,
)
from lyricclip_cli.placing import cannot_write
from lyricclip_cli.plan import ClipPlan, MediaRef, Step, StepKind, VideoRef
from lyricclip_cli.ports import Clock, CutOrder, Cutter, FootageRequest, Sources
from lyricclip_cli.retry import RetryPolicy, retrying
from lyricclip_cli.reuse import KeptClips, clip_name
from lyricclip_cli.room import Room

OF_THE_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE})
"""What no other candidate can help against: no room, no right to write, no open files left."""

FETCHING = frozenset({"locate", "fetch"})
"""Stages in which what fails is the source's fault."""


@dataclass(frozen=True, slots=True)
class ClipPolicy:
    """The settings of an attempt that can change while a render runs.

    `retry_wait_total_s` bounds what one line waits in all, for retries and for hosts that ask for patience.
    """

    retry: RetryPolicy
    clip_timeout_s: float
    retry_wait_total_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every line of one job is made with. `deadline_s`: anyio's time after which only placeholders are made."""

    job_id: str
    sources: Sources
    cutter: Cutter
    slots: Slots
    encoders: anyio.CapacityLimiter
    clock: Clock
    events: Events
    policy: Callable[[], ClipPolicy]
    with_sound: bool
    kept: KeptClips
    work_dir: Path
    room: Room
    deadline_s: float = math.inf
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(frozen=True, slots=True)
class _Made:
    clip: CutClip
    footage: Footage
    stages: StageTimes


class LineMaker:
    """Makes one line's clip, one step of its chain at a time. A failure is a value; only what stops the run is raised.

    Before each step the line waits for a place, and this small object is then all there is of it.
    """

    def __init__(self, plan: ClipPlan, shop: Workshop) -> None:
        self._plan = plan
        self._shop = shop
        self._tally = Attempts(shop.clock)
        self._number = 1
        self._end_claim: Callable[[], None] | None = None

    def line_up(self) -> Place:
        """Claim what the step that comes next needs. Gives the place that it needs: to be taken, then it is made."""
        step = self._plan.chain[self._number - 1]
        self._end_claim = self._shop.sources.claim(step.ref, step.window)
        return Place(self._shop.sources.group(step.ref))

    def step_down(self) -> None:
        """Claim nothing any more."""
        end_claim, self._end_claim = self._end_claim, None
        if end_claim is not None:
            end_claim()

    async def make(self, place: Place) -> ClipOutcome | None:
        """Make the step that the line is lined up for; `None` when another step is to be tried then.

        Past the deadline only the last step is made, others are passed over. Leaves the place. Raises `UserError` when
        the run cannot go on.
        """
        number, last = self._number, len(self._plan.chain)
        step = self._plan.chain[number - 1]
        made = None
        scope = anyio.CancelScope(deadline=self._shop.deadline_s if number < last else math.inf)
        try:
            with scope:
                await anyio.lowlevel.checkpoint_if_cancelled()  # whose turn comes too late asks for nothing
                made = await self._with_retries(number, step, place)
        finally:
            self._shop.slots.leave(place)
            self.step_down()
        if made is not None:
            return await self._keep(number, self._done(number, step, made))
        if scope.cancelled_caught:
            self._moves_on(number, step, PermanentError("deadline", "the render's deadline passed"))
        if number == last:
            return self.unfinished(self._tally.reasons[-1], "every step of the chain failed, the placeholder too")
        self._number = last if scope.cancelled_caught else number + 1
        self._tell_fallback(self._plan.chain[self._number - 1])
        return None

    def unfinished(self, reason: str, message: str) -> ClipFailed:
        """The outcome of a line that has no clip."""
        tally = self._tally
        finished_at = self._shop.clock.now() if tally.started_at else None
        return ClipFailed(tuple(tally.every), tally.retries, reason, message, tally.started_at, finished_at)

    async def _with_retries(self, number: int, step: Step, place: Place) -> _Made | None:
        def waiting(error: TransientError, wait_s: float) -> None:
            self._tally.retries += 1
            self._tally.waited_s += wait_s
            self._tell_failure(number, step, error, wait_s)

        def policy() -> RetryPolicy:
            return self._shop.policy().retry

        try:
            async for attempt in retrying(policy, self._shop.clock, waiting, self._wait_left_s):
                with attempt:
                    return await self._in_turn(number, step, place, attempt.retry_state.attempt_number)
        except ClipError as error:
            if self._tally.stage in FETCHING:
                self._shop.breaker.failed(place.group, error)
            self._moves_on(number, step, error)
        return None

    def _wait_left_s(self) -> float:
        """How long the line may still wait in all."""
        return self._shop.policy().retry_wait_total_s - self._tally.waited_s

    async def _in_turn(self, number: int, step: Step, place: Place, attempt: int) -> _Made:
        """One attempt. Whatever has to be waited for meanwhile is waited for without a slot."""
        while True:
            try:
                await self._shop.slots.seat(place, float(self._plan.frames))
                self._check_given_up(number, step, place.group)
                await self._prepare(number, step)
                return await self._in_slot(number, step, place, attempt)
            except NotYetError as error:
                await self._postpone(number, step, error)

    async def _prepare(self, number: int, step: Step) -> None:
        self._tally.stage = "locate"
        try:
            await self._shop.sources.prepare(step.ref)
        except NotYetError:
            raise
        except ClipError as error:
            self._tally.refused(number, step, error)
            raise

    async def _postpone(self, number: int, step: Step, error: NotYetError) -> None:
        if error.wait_s > self._wait_left_s():
            failure = PermanentError(error.code, f"{error.message}, longer than a line may wait")
            self._tally.refused(number, step, failure)
            raise failure from error
        self._tally.waited_s += error.wait_s
        names = (self._shop.job_id, self._plan.line_id, number, str(step.ref))
        self._shop.events.publish(StepPostponed(*names, error.code, error.message, error.wait_s))
        await self._shop.clock.sleep(error.wait_s)

    async def _in_slot(self, number: int, step: Step, place: Place, attempt: int) -> _Made:
        shop, plan = self._shop, self._plan
        async with shop.slots.turn(shop.job_id, plan.line_id, place, float(plan.frames)) as slot:
            self._check_given_up(number, step, place.group)
            taken = SlotTaken(shop.job_id, plan.line_id, slot, number, step.kind.value, str(step.ref), attempt)
            shop.events.publish(taken)
            try:
                with self._tally.recorded(number, step, slot):
                    return await self._attempt(step, place, f"{plan.number}-{number}-{attempt}")
            finally:
                shop.events.publish(SlotLeft(shop.job_id, plan.line_id, slot))

    def _check_given_up(self, number: int, step: Step, group: str) -> None:
        """Asked again with the slot in hand: whoever waited longest knows the latest."""
        try:
            self._shop.breaker.check(group)
        except PermanentError as error:
            self._tally.stage = "given_up"
            self._tally.refused(number, step, error)
            raise

    async def _attempt(self, step: Step, place: Place, name: str) -> _Made:
        folder = self._shop.work_dir / f"clip-{name}"
        limit_s = self._shop.policy().clip_timeout_s
        try:
            self._shop.room.check()
            folder.mkdir(parents=True)
            with anyio.fail_after(limit_s) as scope:
                return await self._fetch_and_cut(step, place, folder, scope)
        except TimeoutError:
            raise TransientError("attempt_timeout", f"not done after {limit_s:g} s") from None
        except OSError as error:
            if error.errno not in OF_THE_MACHINE:
                raise
            raise cannot_write(folder, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _fetch_and_cut(self, step: Step, place: Place, folder: Path, limit: anyio.CancelScope) -> _Made:
        shop, plan, clock = self._shop, self._plan, self._shop.clock
        began_s = clock.monotonic_s()
        self._stage("fetch")
        arrived = partial(shop.slots.leave, place)
        request = FootageRequest(step.window, shop.with_sound, folder, self._received, arrived)
        footage = await shop.sources.fetch(step.ref, request)
        fetched_s = clock.monotonic_s()
        arrived()
        self._stage("wait")
        left_s, limit.deadline = limit.deadline - anyio.current_time(), math.inf  # a turn is no part of the attempt
        async with shop.encoders:
            limit.deadline = anyio.current_time() + left_s
            waited_s = clock.monotonic_s()
            self._stage("cut")
            destination = shop.work_dir / clip_name(plan)
            order = CutOrder(footage, plan.start_frame, plan.frames, destination, shop.with_sound, self._encoded)
            clip = await shop.cutter.cut(order)
        ended_s = clock.monotonic_s()
        times = (fetched_s - began_s, waited_s - fetched_s, ended_s - waited_s)
        return _Made(clip, footage, StageTimes(*(round(seconds * 1000) for seconds in times)))

    async def _keep(self, number: int, outcome: ClipDone) -> ClipDone:
        """Put the clip in its place. Nothing breaks this off: what is whole is not made twice."""
        with anyio.CancelScope(shield=True):
            outcome = await anyio.to_thread.run_sync(self._shop.kept.keep, self._plan, number, outcome)
            self._shop.room.made(outcome.clip.frames, outcome.clip.size_bytes)
        return outcome

    def _done(self, number: int, step: Step, made: _Made) -> ClipDone:
        tally = self._tally
        assert tally.started_at is not None
        return ClipDone(
            status=_status(number, step),
            source_type=made.footage.source_type,
            video_id=step.ref.video_id if isinstance(step.ref, VideoRef | MediaRef) else None,
            clip=made.clip,
            slot=tally.slot,
            attempts=tuple(tally.every),
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
        self._tally.stage = stage
        self._shop.events.publish(StageEntered(self._shop.job_id, self._plan.line_id, stage))

    def _moves_on(self, number: int, step: Step, error: ClipError) -> None:
        self._tally.reasons.append(error.code)
        self._tell_failure(number, step, error, None)

    def _tell_failure(self, number: int, step: Step, error: ClipError, retry_in_s: float | None) -> None:
        names = (self._shop.job_id, self._plan.line_id, number, str(step.ref))
        self._shop.events.publish(AttemptFailed(*names, error.code, error.message, retry_in_s))

    def _tell_fallback(self, step: Step) -> None:
        reason = self._tally.reasons[-1]
        self._shop.events.publish(
            FellBack(self._shop.job_id, self._plan.line_id, reason, step.kind.value, str(step.ref))
        )


def task_id(job_id: str, plan: ClipPlan) -> str:
    """The name of a line's task in log and report."""
    return f"{job_id}:{plan.number:04d}:{plan.line_id}"


def publish_outcome(shop: Workshop, plan: ClipPlan, outcome: ClipOutcome) -> None:
    """Tell that a line is over."""
    reused = isinstance(outcome, ClipDone) and outcome.reused
    event = ClipReused if reused else ClipFinished
    shop.events.publish(event(shop.job_id, plan.line_id, task_id(shop.job_id, plan), outcome))


def _status(number: int, step: Step) -> ClipStatus:
    if step.kind is StepKind.PLACEHOLDER:
        return ClipStatus.FALLBACK_PLACEHOLDER
    if step.kind is StepKind.LOCAL:
        return ClipStatus.FALLBACK_LOCAL
    return ClipStatus.SUCCESS if number == 1 else ClipStatus.FALLBACK_CANDIDATE
