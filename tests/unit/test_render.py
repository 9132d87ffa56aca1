"""One job from plan to film, and every way in which it can end."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from lyricclip_cli.errors import InputError, LyricclipError, MachineError, NoFilmError, PermanentError, Problem
from lyricclip_cli.events import ClipFinished, FilmWritten, JoinStarted, SlotTaken, WarningRaised
from lyricclip_cli.outcome import ClipDone, ClipFailed, ClipStatus, CutClip, Film, SourceType, StageTimes
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.render import FilmSpec, Render
from lyricclip_cli.report import RenderResult, RenderStatus, render_status
from tests.fakes import Answer, FakeJoiner
from tests.unit.samples import OTHER_VIDEO, SONG, VIDEO, line, plan, video
from tests.unit.shop import Shop, make_shop

GONE = PermanentError("http_404", "gone")
NO_CUT = PermanentError("cut_failed", "no")


class Job:
    """A render of fakes. `result` is what the last run came to."""

    def __init__(
        self,
        made: RenderPlan,
        shop: Shop,
        *,
        answers: Mapping[str, Sequence[Answer]] | None = None,
        clips_only: bool = False,
    ) -> None:
        self.shop = shop
        self.plan = made
        self.joiner = FakeJoiner(shop.clock, made.grid.fps, answers)
        self.film = shop.work.kept.files.folder.parent / "film.mp4"
        self._render = Render(made, shop.work, FilmSpec(self.joiner, None if clips_only else self.film))
        self.stop = anyio.CancelScope()

    async def run(self) -> RenderResult:
        return await self._render.run(self.stop)

    async def run_and_stop_when_blocked(self) -> RenderResult:
        """Stop it, like a signal, when it can go no further."""
        results: list[RenderResult] = []

        async def run() -> None:
            results.append(await self.run())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            await anyio.wait_all_tasks_blocked()
            self.stop.cancel()
        return results[0]


async def test_the_film_is_all_pieces_in_order_black_too(tmp_path: Path) -> None:
    made = plan(line(3000, 4000, video()), line(0, 1000, video(video_id=OTHER_VIDEO)), line(10_000, 11_000))
    job = Job(made, make_shop(tmp_path))
    result = await job.run()
    clips = tmp_path / "clips"
    assert job.joiner.pieces == [
        CutClip(clips / "0002-2.mp4", 75, 750, 2),
        CutClip(clips / "0001-1.mp4", 25, 250, 2),
        CutClip(tmp_path / "work" / "black-100.mp4", 150, 1500, 2),
        CutClip(clips / "0003-3.mp4", 25, 250, 2),
    ]
    assert result.film == Film(job.film, 275, 11_000, 11_000, 2750)
    assert job.film.stat().st_size == 2750
    assert (result.error, result.interrupted, render_status(result)) == (None, False, RenderStatus.DEGRADED)
    assert {
        number: outcome.clip.frames for number, outcome in result.outcomes.items() if isinstance(outcome, ClipDone)
    } == {
        1: 25,
        2: 75,
        3: 25,
    }
    assert sorted(use.line_id for use in result.slot_uses) == ["1", "2", "3"]


async def test_black_is_cut_with_no_source_and_in_its_place(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000), line(5000, 6000)), make_shop(tmp_path))
    await job.run()
    (order,) = [order for order in job.shop.cutter.orders if order.destination.name.startswith("black")]
    assert (order.start_frame, order.frames, order.with_sound) == (25, 100, True)
    assert (order.footage.source_type, order.footage.spans, order.footage.sound) == (SourceType.PLACEHOLDER, (), ())


async def test_a_complete_render_tells_warnings_clips_and_the_film(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000, video()), line(500, 2000, video())), make_shop(tmp_path))
    result = await job.run()
    told = [
        event for event in job.shop.seen if isinstance(event, WarningRaised | ClipFinished | JoinStarted | FilmWritten)
    ]
    assert result.film is not None
    finished = [event for event in told if isinstance(event, ClipFinished)]
    assert told[0] == WarningRaised("demo", "1", "overlaps line 2 by 500 ms")
    assert sorted(event.clip_task_id for event in finished) == ["demo:0001:1", "demo:0002:2"]
    assert told[-2:] == [JoinStarted("demo", 2), FilmWritten("demo", result.film)]
    assert render_status(result) is RenderStatus.COMPLETE


async def test_the_song_is_encoded_while_clips_are_cut(tmp_path: Path) -> None:
    made = plan(line(2000, 3000, video()), audio={**SONG, "offset_ms": 250})
    job = Job(made, make_shop(tmp_path, cuts={"0001-1.mp4": ["hangs"]}, with_sound=False))
    await job.run_and_stop_when_blocked()
    assert job.joiner.calls == ["song began", "song done"]


async def test_the_film_is_joined_with_the_song(tmp_path: Path) -> None:
    made = plan(line(2000, 3000, video()), audio={**SONG, "offset_ms": 250})
    job = Job(made, make_shop(tmp_path, with_sound=False))
    await job.run()
    assert job.joiner.calls == ["song began", "song done", "join"]
    assert job.joiner.song == tmp_path / "clips" / ".kept" / "song.m4a"
    assert job.joiner.song.read_text() == "song.m4a from 1750 ms"


async def test_the_song_takes_the_place_of_an_encoder(tmp_path: Path) -> None:
    made = plan(line(0, 1000, video()), audio=SONG)
    job = Job(made, make_shop(tmp_path, encoders=1), answers={"song": ["hangs"]})
    await job.run_and_stop_when_blocked()
    assert (job.joiner.calls, job.shop.cutter.orders) == (["song began"], [])


async def test_clips_only_makes_neither_song_nor_film(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000, video()), audio=SONG), make_shop(tmp_path), clips_only=True)
    result = await job.run()
    assert (job.joiner.calls, result.film, result.error) == ([], None, None)
    assert render_status(result, clips_only=True) is RenderStatus.COMPLETE


async def test_never_more_cuts_at_once_than_encoders_nor_lines_than_slots(tmp_path: Path) -> None:
    lines = [line(number * 1000, (number + 1) * 1000) for number in range(12)]
    job = Job(plan(*lines), make_shop(tmp_path, slots=5, encoders=3))
    result = await job.run()
    assert (job.shop.cutter.peak, result.peak_parallelism) == (3, 5)
    assert max(event.slot for event in job.shop.seen if isinstance(event, SlotTaken)) == 5


async def test_never_more_downloads_at_once_from_one_video_than_its_limit(tmp_path: Path) -> None:
    lines = [line(number * 1000, (number + 1) * 1000, video()) for number in range(6)]
    job = Job(plan(*lines), make_shop(tmp_path, slots=6, per_group=2))
    await job.run()
    assert job.shop.sources.peak == 2


async def test_a_line_without_a_frame_is_done_with_nothing_to_show(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000, video()), line(0, 1000, video())), make_shop(tmp_path))
    result = await job.run()
    now = job.shop.work.clock.now() - timedelta(seconds=1.5)
    nothing = CutClip(tmp_path / "work", 0, 0, 0)
    assert result.outcomes[1] == ClipDone(
        ClipStatus.SUCCESS, SourceType.PLACEHOLDER, None, nothing, 0, (), 0, None, 0, 0, now, now, StageTimes()
    )
    assert [piece.path.name for piece in job.joiner.pieces] == ["0002-2.mp4"]
    assert (render_status(result), len(job.shop.cutter.orders)) == (RenderStatus.COMPLETE, 1)


async def test_one_line_without_any_clip_is_no_film_and_the_others_are_done(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, cuts={"0002-2.mp4": [NO_CUT] * 3})
    job = Job(plan(line(0, 1000, video()), line(1000, 2000, video())), shop)
    result = await job.run()
    assert isinstance(result.error, NoFilmError)
    assert (result.error.exit_code, result.error.message) == (6, "some lines have no clip at all")
    assert (result.film, job.joiner.calls, job.film.exists()) == (None, [], False)
    assert [type(result.outcomes[number]) for number in (1, 2)] == [ClipDone, ClipFailed]
    assert render_status(result) is RenderStatus.FAILED


async def test_black_that_cannot_be_cut_is_no_film(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, cuts={"black-25.mp4": [NO_CUT]})
    result = await Job(plan(line(0, 1000), line(5000, 6000)), shop).run()
    assert isinstance(result.error, NoFilmError)
    assert result.error.message == "the black of a gap could not be made: no"


async def test_a_film_that_cannot_be_joined_keeps_its_clips(tmp_path: Path) -> None:
    error = NoFilmError("the clips do not fit")
    job = Job(plan(line(0, 1000, video())), make_shop(tmp_path), answers={"join": [error]})
    result = await job.run()
    assert (result.error, result.film) == (error, None)
    assert isinstance(result.outcomes[1], ClipDone)
    assert render_status(result) is RenderStatus.FAILED


async def test_what_the_machine_lacks_stops_every_line(tmp_path: Path) -> None:
    full = MachineError("the disk is full")
    shop = make_shop(tmp_path, fetches={VIDEO: ["hangs"]}, cuts={"0002-2.mp4": [full]})
    job = Job(plan(line(0, 1000, video()), line(1000, 2000)), shop)
    result = await job.run()
    assert (result.error, result.interrupted) == (full, False)
    unreached = result.outcomes[1]
    assert isinstance(unreached, ClipFailed)
    assert (unreached.reason, unreached.message) == ("not_reached", "the run ended before this line was done")
    assert await shop.is_tidy()


@pytest.mark.parametrize(
    ("errors", "first"),
    [
        ([NoFilmError("six"), MachineError("four")], "four"),
        ([MachineError("four"), InputError("t.json", [Problem("", "three")])], "t.json: 1 problem"),
        ([NoFilmError("six"), NoFilmError("six too")], "six"),
    ],
)
async def test_of_several_errors_the_one_with_the_lowest_exit_code_is_the_cause(
    tmp_path: Path, errors: list[LyricclipError], first: str
) -> None:
    lines = [line(number * 1000, (number + 1) * 1000) for number in range(len(errors))]
    cuts: dict[str, list[Answer]] = {f"000{number}-{number}.mp4": [error] for number, error in enumerate(errors, 1)}
    result = await Job(plan(*lines), make_shop(tmp_path, cuts=cuts)).run()
    assert result.error is not None
    assert result.error.message == first


async def test_an_error_of_the_song_wins_over_lines_that_failed(tmp_path: Path) -> None:
    song = NoFilmError("no sound that can be read")
    job = Job(plan(line(0, 1000), audio=SONG), make_shop(tmp_path), answers={"song": [song]})
    assert (await job.run()).error is song


async def test_an_interrupted_run_says_what_there_is(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: ["hangs"]})
    job = Job(plan(line(0, 1000), line(1000, 2000, video()), line(2000, 3000)), shop)
    result = await job.run_and_stop_when_blocked()
    assert (result.interrupted, result.film, result.error) == (True, None, None)
    assert [type(result.outcomes[number]) for number in (1, 2, 3)] == [ClipDone, ClipFailed, ClipDone]
    stopped = result.outcomes[2]
    assert isinstance(stopped, ClipFailed)
    assert (stopped.reason, stopped.message) == ("interrupted", "the run ended before this line was done")
    assert render_status(result) is RenderStatus.INTERRUPTED
    assert await shop.is_tidy()


async def test_a_run_stopped_before_it_began_has_a_result_too(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000, video())), make_shop(tmp_path))
    job.stop.cancel()
    result = await job.run()
    assert result.interrupted
    assert result.outcomes == {1: ClipFailed((), 0, "interrupted", "the run ended before this line was done")}


async def test_a_run_stopped_while_joining_has_no_film(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000, video())), make_shop(tmp_path), answers={"join": ["hangs"]})
    result = await job.run_and_stop_when_blocked()
    assert (result.interrupted, result.film) == (True, None)
    assert isinstance(result.outcomes[1], ClipDone)


async def test_a_bug_is_raised(tmp_path: Path) -> None:
    job = Job(plan(line(0, 1000, video())), make_shop(tmp_path))
    job.shop.cutter.orders = ()  # type: ignore[assignment]
    with pytest.raises(BaseExceptionGroup) as caught:
        await job.run()
    assert caught.group_contains(AttributeError)


async def test_a_render_without_listeners_has_the_same_result(tmp_path: Path) -> None:
    results = []
    for name in ("heard", "unheard"):
        (tmp_path / name).mkdir()
        shop = make_shop(tmp_path / name, fetches={VIDEO: [GONE]})
        if name == "unheard":
            shop.work.events._listeners.clear()
        job = Job(plan(line(0, 1000, video(), video(video_id=OTHER_VIDEO))), shop)
        result = await job.run()
        assert bool(shop.seen) is (name == "heard")
        results.append(repr(result).replace(str(tmp_path / name), ""))
    assert results[0] == results[1]
