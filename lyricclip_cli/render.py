"""One job from its plan to its film: all clips at once, each in its turn, then the join."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from lyricclip_cli.clip import LineMaker, Workshop, publish_outcome
from lyricclip_cli.errors import ClipError, DiskFullError, NoFilmError, UserError
from lyricclip_cli.events import ClipsRemade, FilmWritten, JoinStarted, WarningRaised
from lyricclip_cli.limits import Place
from lyricclip_cli.outcome import (
    ClipDone,
    ClipOutcome,
    ClipStatus,
    CutClip,
    Film,
    Footage,
    SourceType,
    StageTimes,
)
from lyricclip_cli.plan import BlackPlan, ClipPlan, PlanWarning, RenderPlan
from lyricclip_cli.ports import CutOrder, Joiner
from lyricclip_cli.report import RenderResult
from lyricclip_cli.reuse import Reuse, TakenOver

TRUSTING = Reuse()
"""Whatever is whole and still right is used again."""


@dataclass(frozen=True, slots=True)
class FilmSpec:
    """Where the film goes; `None` when only clips are wanted."""

    joiner: Joiner
    path: Path | None


class Render:
    """One job. `run` returns the result in every case but a bug; being cancelled counts as interrupted."""

    def __init__(self, plan: RenderPlan, shop: Workshop, film: FilmSpec, reuse: Reuse = TRUSTING) -> None:
        self._plan = plan
        self._shop = shop
        self._film = film
        self._reuse = reuse
        self._outcomes: dict[int, ClipOutcome] = {}
        self._makers = {clip.number: LineMaker(clip, shop) for clip in plan.clips}
        self._black: dict[int, CutClip] = {}
        self._song: Path | None = None
        self._taken = TakenOver()
        self._all_over = anyio.Event()

    async def take_over(self) -> TakenOver:
        """Find what earlier runs of the job have made already. Comes before `run`. Raises `MachineError`."""
        song = None if self._plan.song is None else self._film.joiner.song_recipe(self._plan.song)
        asked = (self._plan.clips, song, self._reuse)
        self._taken = await anyio.to_thread.run_sync(self._shop.kept.take_over, *asked)
        self._outcomes.update(self._taken.outcomes)
        for outcome in self._taken.outcomes.values():
            self._shop.room.made(outcome.clip.frames, outcome.clip.size_bytes)
        return self._taken

    async def run(self, stop: anyio.CancelScope) -> RenderResult:
        """Make all clips, then the film. Cancelling `stop` ends the work; the result then says what there is."""
        queued_at = self._shop.clock.now()
        film: Film | None = None
        error: UserError | None = None
        with stop:
            try:
                film = await self._make_all()
            except* UserError as group:
                error = _first(group)
                if isinstance(error, DiskFullError):
                    error = self._shop.room.full()
        reason = "interrupted" if stop.cancel_called else "not_reached"
        self._close_open_lines(reason)
        return self._result(queued_at, film, error, interrupted=stop.cancel_called)

    async def _make_all(self) -> Film | None:
        self._look_for_room()
        self._tell_before()
        try:
            async with anyio.create_task_group() as tasks:
                if self._film.path is not None and self._plan.song is not None:
                    tasks.start_soon(self._encode_song)
                for gap in self._plan.gaps:
                    tasks.start_soon(self._make_black, gap)
                await self._make_lines(tasks)
        finally:
            for maker in self._makers.values():
                maker.step_down()
        return await self._join()

    def _tell_before(self) -> None:
        """Tell what is known before the first clip is made."""
        shop, taken = self._shop, self._taken
        for warning in (*self._plan.warnings, *taken.warnings):
            shop.events.publish(WarningRaised(shop.job_id, warning.line_id, warning.message))
        if taken.changed:
            shop.events.publish(ClipsRemade(shop.job_id, tuple(taken.changed.items())))
        for clip in self._plan.clips:
            if clip.number in taken.outcomes:
                publish_outcome(shop, clip, taken.outcomes[clip.number])

    def _look_for_room(self) -> None:
        """Raises `MachineError` when there is certainly too little room for what is to be made."""
        left = sum(piece.frames for piece in self._plan.clips if piece.number not in self._outcomes)
        warning = self._shop.room.begin(left)
        if warning:
            self._taken.warnings.append(PlanWarning("", f"the disk may get full: {warning}"))

    async def _make_lines(self, tasks: TaskGroup) -> None:
        """Queue every line, and wait until all are over: until its turn a line is no task."""
        try:
            for clip in sorted(self._plan.clips, key=lambda clip: -clip.frames):  # as the slots do: longest first
                if clip.number in self._outcomes:
                    continue
                if clip.frames:
                    self._queue(tasks, clip)
                else:
                    self._over(clip, _nothing_to_show(self._shop))
            if len(self._outcomes) < len(self._plan.clips):
                await self._all_over.wait()
        finally:
            self._shop.slots.withdraw(self._shop.job_id)

    def _queue(self, tasks: TaskGroup, clip: ClipPlan) -> None:
        maker = self._makers[clip.number]
        place = maker.line_up()
        start = partial(tasks.start_soon, self._make_step, tasks, clip, place)
        self._shop.slots.queue(self._shop.job_id, place, float(clip.frames), start)

    async def _make_step(self, tasks: TaskGroup, clip: ClipPlan, place: Place) -> None:
        outcome = await self._makers[clip.number].make(place)
        if outcome is not None:
            self._over(clip, outcome)
            return
        await anyio.lowlevel.checkpoint_if_cancelled()  # where all is over, nothing is queued any more
        self._queue(tasks, clip)

    def _over(self, clip: ClipPlan, outcome: ClipOutcome) -> None:
        self._outcomes[clip.number] = outcome
        publish_outcome(self._shop, clip, outcome)
        if len(self._outcomes) == len(self._plan.clips):
            self._all_over.set()

    async def _make_black(self, gap: BlackPlan) -> None:
        destination = self._shop.work_dir / f"black-{gap.start_frame}.mp4"
        footage = Footage(SourceType.PLACEHOLDER, ())
        order = CutOrder(footage, gap.start_frame, gap.frames, destination, self._shop.with_sound, _ignore)
        async with self._shop.encoders:
            try:
                self._black[gap.start_frame] = await self._shop.cutter.cut(order)
            except ClipError as error:
                raise NoFilmError(f"the black of a gap could not be made: {error.message}") from error

    async def _encode_song(self) -> None:
        """Encode the song, or take that of an earlier run: its minutes take longer than all the rest of a join."""
        song, joiner, kept = self._plan.song, self._film.joiner, self._shop.kept
        assert song is not None
        self._song = self._taken.song
        if self._song is None:
            async with self._shop.encoders:
                draft = await joiner.encode_song(song, self._shop.work_dir / "song.m4a")
            self._song = await anyio.to_thread.run_sync(kept.keep_song, draft, joiner.song_recipe(song))

    async def _join(self) -> Film | None:
        pieces = [self._piece(piece) for piece in self._plan.pieces]
        whole = [piece for piece in pieces if piece is not None]
        if len(whole) < len(pieces):
            raise NoFilmError("some lines have no clip at all", hint="the report says why, per line")
        if self._film.path is None:
            return None
        self._shop.events.publish(JoinStarted(self._shop.job_id, len(whole)))
        film = await self._film.joiner.join(whole, self._song, self._film.path)
        if self._reuse.whole:
            await anyio.to_thread.run_sync(self._shop.kept.prune, self._plan.clips)
        self._shop.events.publish(FilmWritten(self._shop.job_id, film))
        return film

    def _piece(self, piece: ClipPlan | BlackPlan) -> CutClip | None:
        if isinstance(piece, BlackPlan):
            return self._black[piece.start_frame]
        outcome = self._outcomes[piece.number]
        return outcome.clip if isinstance(outcome, ClipDone) else None

    def _close_open_lines(self, reason: str) -> None:
        for number, maker in self._makers.items():
            if number not in self._outcomes:
                self._outcomes[number] = maker.unfinished(reason, "the run ended before this line was done")

    def _result(
        self, queued_at: datetime, film: Film | None, error: UserError | None, *, interrupted: bool
    ) -> RenderResult:
        return RenderResult(
            plan=self._plan,
            outcomes=self._outcomes,
            film=film,
            queued_at=queued_at,
            finished_at=self._shop.clock.now(),
            peak_parallelism=self._shop.slots.peak,
            slot_uses=[use for use in self._shop.slots.uses if use.job_id == self._shop.job_id],
            error=error,
            interrupted=interrupted,
            warnings=self._taken.warnings,
            changed=self._taken.changed,
        )


def _first(group: BaseExceptionGroup[UserError]) -> UserError:
    """The error that stopped the run: of several at once, the one with the lowest exit code names the cause."""
    leaves: list[UserError] = []

    def collect(error: BaseException) -> None:
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                collect(inner)
        elif isinstance(error, UserError):
            leaves.append(error)

    collect(group)
    return min(leaves, key=lambda error: error.exit_code)


def _nothing_to_show(shop: Workshop) -> ClipDone:
    """The outcome of a line that has no frame of its own: there is nothing to cut, and nothing went wrong."""
    now = shop.clock.now()
    nothing = CutClip(shop.work_dir, 0, 0, 0)
    return ClipDone(
        ClipStatus.SUCCESS,
        SourceType.PLACEHOLDER,
        None,
        nothing,
        0,
        (),
        0,
        None,
        0,
        0,
        now,
        now,
        StageTimes(),
    )


def _ignore(_count: int) -> None:
    """Progress of what has no row in the table."""
