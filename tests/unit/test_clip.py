"""One line's way along its fallback chain, with every outcome as a whole value."""

from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from lyricclip_cli.clip import task_id
from lyricclip_cli.errors import MachineError, PermanentError, TransientError
from lyricclip_cli.outcome import Attempt, ClipDone, ClipFailed, ClipStatus, CutClip, SourceType, StageTimes
from lyricclip_cli.plan import ClipPlan
from lyricclip_cli.reuse import clip_name
from tests.fakes import FakeClock
from tests.unit.samples import OTHER_VIDEO, VIDEO, file, line, plan, video
from tests.unit.shop import Shop, make, make_shop

BEGAN = FakeClock().now()
BUSY = TransientError("http_503", "busy", hint="wait")
GONE = PermanentError("http_404", "gone", hint="look elsewhere")
LOCAL = f"{VIDEO} (media folder)"
NAME = "0001-1.mp4"


def clip(*candidates: dict[str, object]) -> ClipPlan:
    """The plan of one line of 25 frames."""
    return plan(line(0, 1000, *candidates)).clips[0]


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def cut_clip(folder: Path) -> CutClip:
    return CutClip(folder / "clips" / NAME, 25, 250, 2)


async def made(shop: Shop, *candidates: dict[str, object]) -> ClipDone:
    """The line's clip. All is tidy afterwards."""
    outcome = await shop.make(clip(*candidates))
    assert await shop.is_tidy()
    assert isinstance(outcome, ClipDone)
    assert outcome.clip.path.stat().st_size == outcome.clip.size_bytes
    return outcome


async def test_the_first_candidate_at_the_first_try_is_success(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, held_frames=3)
    assert await made(shop, video(7000)) == ClipDone(
        status=ClipStatus.SUCCESS,
        source_type=SourceType.HLS,
        video_id=VIDEO,
        clip=cut_clip(tmp_path),
        slot=1,
        attempts=(Attempt(1, "candidate", VIDEO, BEGAN, 1500, 1),),
        retry_count=0,
        fallback_reason=None,
        received_bytes=1000,
        held_frames=3,
        started_at=BEGAN,
        finished_at=BEGAN + after(1.5),
        stages=StageTimes(fetch_ms=500, encoder_wait_ms=0, cut_ms=1000),
    )


async def test_a_retry_that_works_is_success_too(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: [BUSY]}, cuts={NAME: [TransientError("wrong_frame_count", "24")]})
    outcome = await made(shop, video())
    assert outcome == ClipDone(
        status=ClipStatus.SUCCESS,
        source_type=SourceType.HLS,
        video_id=VIDEO,
        clip=cut_clip(tmp_path),
        slot=1,
        attempts=(
            Attempt(1, "candidate", VIDEO, BEGAN, 500, 1, "http_503", "busy", "wait"),
            Attempt(1, "candidate", VIDEO, BEGAN + after(0.5), 1500, 1, "wrong_frame_count", "24"),
            Attempt(1, "candidate", VIDEO, BEGAN + after(2.0), 1500, 1),
        ),
        retry_count=2,
        fallback_reason=None,
        received_bytes=3000,
        held_frames=0,
        started_at=BEGAN,
        finished_at=BEGAN + after(3.5),
        stages=StageTimes(500, 0, 1000),
    )


async def test_a_permanent_error_moves_to_the_next_candidate_at_once(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: [GONE]})
    outcome = await made(shop, video(), video(video_id=OTHER_VIDEO))
    assert outcome == ClipDone(
        status=ClipStatus.FALLBACK_CANDIDATE,
        source_type=SourceType.HLS,
        video_id=OTHER_VIDEO,
        clip=cut_clip(tmp_path),
        slot=1,
        attempts=(
            Attempt(1, "candidate", VIDEO, BEGAN, 500, 1, "http_404", "gone", "look elsewhere"),
            Attempt(2, "candidate", OTHER_VIDEO, BEGAN + after(0.5), 1500, 1),
        ),
        retry_count=0,
        fallback_reason="http_404",
        received_bytes=2000,
        held_frames=0,
        started_at=BEGAN,
        finished_at=BEGAN + after(2.0),
        stages=StageTimes(500, 0, 1000),
    )


async def test_each_candidate_has_all_its_retries(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: [BUSY] * 3, OTHER_VIDEO: [BUSY] * 2}, max_retry=2)
    outcome = await made(shop, video(), video(video_id=OTHER_VIDEO))
    assert shop.sources.fetched == [VIDEO] * 3 + [OTHER_VIDEO] * 3
    assert (outcome.status, outcome.retry_count) == (ClipStatus.FALLBACK_CANDIDATE, 4)
    assert [attempt.step for attempt in outcome.attempts] == [1, 1, 1, 2, 2, 2]


async def test_the_media_folder_comes_after_the_candidates(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: [GONE], "/a.mp4": [PermanentError("file_missing", "no such file")]})
    outcome = await made(shop, video(), file("/a.mp4"))
    assert shop.sources.fetched == [VIDEO, "/a.mp4", LOCAL]
    assert (outcome.status, outcome.source_type, outcome.video_id, outcome.fallback_reason) == (
        ClipStatus.FALLBACK_LOCAL,
        SourceType.LOCAL,
        VIDEO,
        "http_404",
    )


async def test_a_local_file_as_first_candidate_is_success_and_no_video(tmp_path: Path) -> None:
    outcome = await made(make_shop(tmp_path), file("/a.mp4"))
    assert (outcome.status, outcome.source_type, outcome.video_id) == (ClipStatus.SUCCESS, SourceType.LOCAL, None)


async def test_when_everything_fails_the_line_shows_the_placeholder(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: [BUSY] * 3, LOCAL: [PermanentError("not_local", "not there")]})
    outcome = await made(shop, video())
    assert (outcome.status, outcome.source_type, outcome.video_id) == (
        ClipStatus.FALLBACK_PLACEHOLDER,
        SourceType.PLACEHOLDER,
        None,
    )
    assert (outcome.fallback_reason, outcome.retry_count) == ("http_503", 2)
    assert [(attempt.step, attempt.kind, attempt.error_code) for attempt in outcome.attempts] == [
        (1, "candidate", "http_503"),
        (1, "candidate", "http_503"),
        (1, "candidate", "http_503"),
        (2, "local", "not_local"),
        (3, "placeholder", ""),
    ]


async def test_a_line_without_candidates_shows_the_placeholder_and_says_why(tmp_path: Path) -> None:
    outcome = await made(make_shop(tmp_path))
    assert (outcome.status, outcome.fallback_reason, outcome.retry_count) == (
        ClipStatus.FALLBACK_PLACEHOLDER,
        "no_candidates",
        0,
    )


async def test_a_line_whose_placeholder_fails_has_failed(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path, fetches={VIDEO: [GONE], LOCAL: [GONE]}, cuts={NAME: [PermanentError("cut_failed", "no")]}
    )
    outcome = await shop.make(clip(video()))
    assert outcome == ClipFailed(
        attempts=(
            Attempt(1, "candidate", VIDEO, BEGAN, 500, 1, "http_404", "gone", "look elsewhere"),
            Attempt(2, "local", LOCAL, BEGAN + after(0.5), 500, 1, "http_404", "gone", "look elsewhere"),
            Attempt(3, "placeholder", "placeholder", BEGAN + after(1.0), 1500, 1, "cut_failed", "no"),
        ),
        retry_count=0,
        reason="cut_failed",
        message="every step of the chain failed, the placeholder too",
        started_at=BEGAN,
        finished_at=BEGAN + after(2.5),
    )
    assert await shop.is_tidy()
    assert list(shop.work.kept.files.folder.iterdir()) == []


@pytest.mark.parametrize("hanging", ["fetch", "cut"])
async def test_an_attempt_that_hangs_is_ended_and_tried_again(tmp_path: Path, hanging: str) -> None:
    fetches, cuts = ({VIDEO: ["hangs"]}, None) if hanging == "fetch" else (None, {NAME: ["hangs"]})
    shop = make_shop(tmp_path, fetches=fetches, cuts=cuts, clip_timeout_s=0.05)  # type: ignore[arg-type]
    outcome = await made(shop, video())
    assert [(attempt.error_code, attempt.message) for attempt in outcome.attempts] == [
        ("attempt_timeout", "not done after 0.05 s"),
        ("", ""),
    ]
    assert (outcome.status, outcome.retry_count) == (ClipStatus.SUCCESS, 1)


async def test_what_the_machine_lacks_ends_the_run_and_leaves_nothing_behind(tmp_path: Path) -> None:
    full = MachineError("the disk is full")
    shop = make_shop(tmp_path, cuts={NAME: [full]})
    with pytest.raises(MachineError) as caught:
        await shop.make(clip(video(), video(video_id=OTHER_VIDEO)))
    assert caught.value is full
    assert shop.sources.fetched == [VIDEO]
    assert await shop.is_tidy()


@pytest.mark.parametrize("hanging", ["fetch", "cut"])
async def test_being_cancelled_leaves_nothing_behind(tmp_path: Path, hanging: str) -> None:
    fetches, cuts = ({VIDEO: ["hangs"]}, None) if hanging == "fetch" else (None, {NAME: ["hangs"]})
    shop = make_shop(tmp_path, fetches=fetches, cuts=cuts)  # type: ignore[arg-type]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(shop.make, clip(video()))
        await anyio.wait_all_tasks_blocked()
        assert shop.sources.claims
        tasks.cancel_scope.cancel()
    assert await shop.is_tidy()


async def test_an_attempt_that_was_broken_off_is_not_recorded_as_one_that_succeeded(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: ["hangs"]})
    maker = shop.maker(clip(video()))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(make, maker)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    outcome = maker.unfinished("interrupted", "the run ended before this line was done")
    assert [attempt.error_code for attempt in outcome.attempts if not attempt.error_code] == []


async def test_a_line_that_never_began_has_no_times(tmp_path: Path) -> None:
    outcome = make_shop(tmp_path).maker(clip(video())).unfinished("interrupted", "not reached")
    assert outcome == ClipFailed((), 0, "interrupted", "not reached", None, None)


async def test_the_cutter_is_asked_for_exactly_the_lines_frames_in_their_place(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, with_sound=False)
    second = plan(line(0, 1000), line(1000, 3000, video(500))).clips[1]
    await shop.make(second)
    (order,) = shop.cutter.orders
    assert (order.start_frame, order.frames, order.with_sound) == (25, 50, False)
    assert order.destination == tmp_path / "work" / "0002-2.mp4"
    assert order.footage.sound == ()


async def test_the_wait_for_an_encoder_is_measured_apart_from_the_cut(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, encoders=1)
    async with anyio.create_task_group() as tasks, shop.work.encoders:
        outcomes: list[object] = []

        async def make() -> None:
            outcomes.append(await shop.make(clip(video())))

        tasks.start_soon(make)
        await anyio.wait_all_tasks_blocked()
        assert shop.cutter.orders == []
        shop.clock.advance(4)
    (outcome,) = outcomes
    assert isinstance(outcome, ClipDone)
    assert outcome.stages == StageTimes(fetch_ms=500, encoder_wait_ms=4000, cut_ms=1000)


@pytest.mark.parametrize(
    ("number", "line_id", "name"),
    [
        (3, "L003", "0003-L003.mp4"),
        (12, "verse-1_b", "0012-verse-1_b.mp4"),
        (1, "../../x y", "0001-______x_y.mp4"),
        (1, "夢é", "0001-__.mp4"),
        (12345, "a" * 64, f"12345-{'a' * 40}.mp4"),
    ],
)
def test_a_clips_file_name_is_one_that_every_file_system_takes(number: int, line_id: str, name: str) -> None:
    assert clip_name(ClipPlan(number, line_id, "la", 0, 1000, 0, 25, ())) == name


def test_a_task_is_named_by_job_number_and_line() -> None:
    assert task_id("demo", ClipPlan(7, "L007", "la", 0, 1000, 0, 25, ())) == "demo:0007:L007"
