"""Lines in trouble beside each other: what they wait for, what they leave each other alone with, when they give up."""

import math
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from lyricclip_cli.clip import ClipPolicy
from lyricclip_cli.errors import NotYetError, PermanentError, TransientError
from lyricclip_cli.events import StepPostponed
from lyricclip_cli.outcome import ClipDone, ClipFailed, ClipOutcome, ClipStatus
from lyricclip_cli.retry import RetryPolicy
from tests.fakes import Answer
from tests.unit.samples import OTHER_VIDEO, VIDEO, line, plan, video
from tests.unit.shop import Shop, make_shop

BUSY = TransientError("http_503", "busy")
GONE = PermanentError("http_404", "gone")
LOCAL = f"{VIDEO} (media folder)"
NOT_LOCAL: list[Answer] = [PermanentError("no_local_media", "not there")] * 20
PLACEHOLDER = ClipStatus.FALLBACK_PLACEHOLDER


def soon(wait_s: float) -> NotYetError:
    return NotYetError("host_busy", "asked for patience", wait_s=wait_s)


async def all_made(shop: Shop, count: int, *candidates: dict[str, object]) -> list[ClipOutcome]:
    """The outcomes of so many lines with the same candidates, made side by side. All is tidy afterwards."""
    lines = [line(number * 1000, number * 1000 + 1000, *candidates) for number in range(count)]
    outcomes: dict[int, ClipOutcome] = {}

    async def make(number: int) -> None:
        outcomes[number] = await shop.make(plan(*lines).clips[number])

    async with anyio.create_task_group() as tasks:
        for number in range(count):
            tasks.start_soon(make, number)
    assert await shop.is_tidy()
    return [outcomes[number] for number in range(count)]


def codes(outcome: ClipOutcome) -> list[str]:
    return [attempt.error_code for attempt in outcome.attempts]


def reasons(outcomes: list[ClipOutcome]) -> list[str | None]:
    return [outcome.reason if isinstance(outcome, ClipFailed) else outcome.fallback_reason for outcome in outcomes]


async def test_after_two_lines_failed_on_a_video_the_others_skip_it_at_once(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, fetches={VIDEO: [GONE] * 9, LOCAL: NOT_LOCAL})
    outcomes = await all_made(shop, 6, video(), video(video_id=OTHER_VIDEO))
    assert reasons(outcomes) == ["http_404", "http_404", *["video_given_up"] * 4]
    assert codes(outcomes[5])[0] == "video_given_up"
    assert outcomes[5].attempts[0].slot == 0
    assert shop.sources.fetched.count(VIDEO) == 2
    assert {outcome.status for outcome in outcomes if isinstance(outcome, ClipDone)} == {ClipStatus.FALLBACK_CANDIDATE}


async def test_an_address_that_cannot_be_had_is_asked_for_by_two_lines_and_not_by_all(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, prepares={VIDEO: [BUSY] * 99}, fetches={LOCAL: NOT_LOCAL}, max_retry=2)
    outcomes = await all_made(shop, 20, video())
    assert reasons(outcomes) == ["http_503", "http_503", *["video_given_up"] * 18]
    assert shop.sources.prepared.count(VIDEO) == 6
    assert shop.slots.uses[0].line_id == "1"


async def test_what_fails_in_the_cut_says_nothing_about_the_video(tmp_path: Path) -> None:
    cuts = {f"{number:04d}-{number}.mp4": [PermanentError("cut_failed", "no")] for number in (1, 2, 3)}
    shop = make_shop(tmp_path, cuts=cuts, fetches={LOCAL: NOT_LOCAL})
    outcomes = await all_made(shop, 4, video())
    assert reasons(outcomes) == ["cut_failed"] * 3 + [None]


async def test_a_wait_for_a_host_holds_no_slot_and_is_no_attempt(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, prepares={VIDEO: [soon(3)]}, fetches={VIDEO: [soon(2)]})
    (outcome,) = await all_made(shop, 1, video())
    assert isinstance(outcome, ClipDone)
    assert (outcome.status, outcome.retry_count, codes(outcome)) == (ClipStatus.SUCCESS, 0, [""])
    assert [event.wait_s for event in shop.seen if isinstance(event, StepPostponed)] == [3, 2]
    assert shop.clock.slept == [3, 0.5, 2, 0.5, 1.0]
    assert sum(use.end_s - use.start_s for use in shop.slots.uses if use.job_id == "demo") == pytest.approx(2.0)


async def test_a_host_that_wants_too_much_patience_is_given_up_before_the_wait(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, prepares={VIDEO: [soon(3), soon(86_400)]}, fetches={LOCAL: NOT_LOCAL})
    policy = ClipPolicy(RetryPolicy(2, 0), 60, retry_wait_total_s=300)
    shop.work = replace(shop.work, policy=lambda: policy)
    (outcome,) = await all_made(shop, 1, video())
    assert (reasons([outcome]), shop.clock.slept[:2]) == (["host_busy"], [3, 0.5])


async def test_a_retry_after_beyond_what_a_line_may_wait_moves_on(tmp_path: Path) -> None:
    day = TransientError("http_429", "slow down", retry_after_s=86_400)
    minute = TransientError("http_429", "slow down", retry_after_s=60)
    shop = make_shop(tmp_path, fetches={VIDEO: [minute, day], LOCAL: NOT_LOCAL})
    policy = ClipPolicy(RetryPolicy(9, 0), 60, retry_wait_total_s=300)
    shop.work = replace(shop.work, policy=lambda: policy)
    (outcome,) = await all_made(shop, 1, video())
    assert (outcome.retry_count, reasons([outcome])) == (1, ["http_429"])
    assert 60 in shop.clock.slept
    assert 86_400 not in shop.clock.slept


async def test_waits_add_up_over_all_candidates(tmp_path: Path) -> None:
    minute = TransientError("http_429", "slow down", retry_after_s=60)
    shop = make_shop(tmp_path, fetches={VIDEO: [minute] * 9, OTHER_VIDEO: [minute] * 9, LOCAL: NOT_LOCAL})
    policy = ClipPolicy(RetryPolicy(2, 0), 60, retry_wait_total_s=179)
    shop.work = replace(shop.work, policy=lambda: policy)
    (outcome,) = await all_made(shop, 1, video(), video(video_id=OTHER_VIDEO))
    assert (outcome.retry_count, shop.clock.slept.count(60)) == (2, 2)


@pytest.mark.parametrize("hanging", ["prepare", "fetch", "cut"])
async def test_after_the_deadline_only_the_placeholder_is_made(tmp_path: Path, hanging: str) -> None:
    hangs: list[Answer] = ["hangs"]
    shop = make_shop(
        tmp_path,
        prepares={VIDEO: hangs} if hanging == "prepare" else None,
        fetches={VIDEO: hangs} if hanging == "fetch" else None,
        cuts={"0001-1.mp4": hangs} if hanging == "cut" else None,
        clip_timeout_s=math.inf,
    )
    shop.work = replace(shop.work, deadline_s=anyio.current_time() + 0.05)
    (outcome,) = await all_made(shop, 1, video(), video(video_id=OTHER_VIDEO))
    assert isinstance(outcome, ClipDone)
    assert (outcome.status, outcome.fallback_reason) == (PLACEHOLDER, "deadline")
    assert shop.sources.fetched == ([VIDEO] if hanging != "prepare" else []) + ["placeholder"]


async def test_a_line_that_begins_after_the_deadline_shows_the_placeholder_at_once(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    shop.work = replace(shop.work, deadline_s=anyio.current_time() - 1)
    outcomes = await all_made(shop, 3, video())
    assert reasons(outcomes) == ["deadline"] * 3
    assert set(shop.sources.fetched) == {"placeholder"}
