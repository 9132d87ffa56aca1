"""Jobs of very many lines: few of them are tasks at a time, and every way to end ends all of them."""

import itertools
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from lyricclip_cli.errors import MachineError, PermanentError
from lyricclip_cli.events import SlotTaken
from lyricclip_cli.outcome import ClipDone, ClipFailed, ClipStatus
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.report import RenderResult
from tests.fakes import Answer
from tests.unit.samples import OTHER_VIDEO, VIDEO, line, plan, video
from tests.unit.shop import make_shop
from tests.unit.test_render import Job

MANY = 120
HANGS: list[Answer] = ["hangs"] * MANY
FEW_TASKS = 12
"""Two lines of each video, those in slots and those on the way to one, the test and the render themselves."""


def many(*candidates: dict[str, object], length_ms: int = 1000) -> RenderPlan:
    return plan(*(line(n * length_ms, (n + 1) * length_ms, *candidates) for n in range(MANY)))


def reasons(result: RenderResult) -> list[str | None]:
    outcomes = [result.outcomes[number] for number in range(1, MANY + 1)]
    return [outcome.reason if isinstance(outcome, ClipFailed) else outcome.fallback_reason for outcome in outcomes]


async def tasks_when_blocked(job: Job) -> int:
    """How many tasks there are when the job can go no further. It is stopped then."""
    count = 0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(job.run)
        await anyio.wait_all_tasks_blocked()
        count = len(anyio.get_running_tasks())
        job.stop.cancel()
    return count


@pytest.mark.parametrize("candidates", [(), (video(),)], ids=["placeholder", "video"])
async def test_lines_that_wait_are_no_tasks(tmp_path: Path, candidates: tuple[dict[str, object], ...]) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: HANGS, "placeholder": HANGS}, slots=4, per_group=2)
    assert await tasks_when_blocked(Job(many(*candidates), shop)) <= FEW_TASKS
    assert await shop.is_tidy()


async def test_lines_that_wait_for_a_fallback_are_no_tasks(tmp_path: Path) -> None:
    gone: list[Answer] = [PermanentError("http_404", "gone")] * MANY
    shop = make_shop(tmp_path, fetches={VIDEO: gone, OTHER_VIDEO: HANGS}, slots=4, per_group=2)
    job = Job(many(video(), video(video_id=OTHER_VIDEO)), shop)
    assert await tasks_when_blocked(job) <= FEW_TASKS
    assert shop.sources.fetched == [VIDEO, VIDEO, OTHER_VIDEO, OTHER_VIDEO]
    assert await shop.is_tidy()


async def test_lines_that_wait_claim_what_they_want(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: HANGS})
    job = Job(many(video()), shop)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(job.run)
        await anyio.wait_all_tasks_blocked()
        assert shop.sources.claims.total() == MANY
        job.stop.cancel()
    assert shop.sources.claims.total() == 0


async def test_the_longest_line_begins_first(tmp_path: Path) -> None:
    ends = [0, 1000, 5000, 7000, 13_000]
    made = plan(*(line(start, end, video()) for start, end in itertools.pairwise(ends)))
    shop = make_shop(tmp_path, slots=1, per_group=1)
    await Job(made, shop).run()
    assert [event.line_id for event in shop.seen if isinstance(event, SlotTaken)] == ["4", "2", "3", "1"]


@pytest.mark.parametrize("hanging", ["prepares", "fetches"])
async def test_at_the_deadline_lines_that_are_queued_get_their_placeholder(tmp_path: Path, hanging: str) -> None:
    shop = make_shop(tmp_path, slots=3, per_group=2, **{hanging: {VIDEO: HANGS}})  # type: ignore[arg-type]
    shop.work = replace(shop.work, deadline_s=anyio.current_time() + 0.2)
    job = Job(many(video(), video(video_id=OTHER_VIDEO)), shop)
    with anyio.fail_after(60):
        result = await job.run()
    assert reasons(result) == ["deadline"] * MANY
    assert {outcome.status for outcome in result.outcomes.values() if isinstance(outcome, ClipDone)} == {
        ClipStatus.FALLBACK_PLACEHOLDER
    }
    assert result.film is not None
    assert len(shop.sources.prepared) == 2 + MANY
    assert await shop.is_tidy()


async def test_an_interrupted_run_begins_no_line_that_was_queued(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: HANGS}, slots=3, per_group=2)
    result = await Job(many(video()), shop).run_and_stop_when_blocked()
    assert reasons(result) == ["interrupted"] * MANY
    assert shop.sources.fetched == [VIDEO] * 2
    assert await shop.is_tidy()


async def test_what_the_machine_lacks_ends_lines_that_are_queued_too(tmp_path: Path) -> None:
    full = MachineError("the disk is full")
    shop = make_shop(tmp_path, fetches={VIDEO: [full, "hangs"]}, slots=3, per_group=2)
    result = await Job(many(video()), shop).run()
    assert (result.error, result.film) == (full, None)
    assert reasons(result) == ["not_reached"] * MANY
    assert len(shop.sources.fetched) == 2
    assert await shop.is_tidy()


async def test_a_job_that_ends_early_leaves_its_place_to_the_lines_of_another(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one, other = make_shop(tmp_path / "one", fetches={VIDEO: HANGS}, per_group=2), make_shop(tmp_path / "other")
    other.work = replace(other.work, job_id="other", slots=one.slots)
    stopped, goes_on = Job(many(video()), one), Job(many(video()), other)
    results: list[RenderResult] = []

    async def run() -> None:
        results.append(await goes_on.run())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stopped.run)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(run)
        await anyio.wait_all_tasks_blocked()
        assert other.sources.fetched == []
        stopped.stop.cancel()
    (result,) = results
    assert reasons(result) == [None] * MANY
    assert (one.sources.fetched, other.sources.fetched) == ([VIDEO] * 2, [VIDEO] * MANY)
    assert await one.is_tidy()


async def test_a_run_whose_lines_are_all_made_already_waits_for_nothing(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    job = Job(plan(line(0, 1000, video())), shop)
    await job.run()
    again = Job(job.plan, shop)
    await again._render.take_over()
    with anyio.fail_after(5):
        result = await again.run()
    assert result.film is not None
    assert shop.sources.fetched == [VIDEO]
