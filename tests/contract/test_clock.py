"""What every `Clock` does: the machine's and the fake."""

from datetime import timedelta

import anyio
import pytest

from lyricclip_cli.clock import SystemClock
from lyricclip_cli.ports import Clock
from tests.fakes import FakeClock


@pytest.fixture(params=[SystemClock, FakeClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_wall_clock_time_has_its_zone_and_it_is_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)


async def test_neither_time_goes_back_and_a_sleep_takes_what_was_asked_for(clock: Clock) -> None:
    began, began_s = clock.now(), clock.monotonic_s()
    await clock.sleep(0.01)
    assert clock.monotonic_s() - began_s >= 0.01
    assert clock.now() >= began


async def test_a_sleep_of_nothing_lets_others_run(clock: Clock) -> None:
    ran = []

    async def other() -> None:
        ran.append("other")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        await clock.sleep(0)
        assert ran == ["other"]


async def test_a_sleep_can_be_cancelled(clock: Clock) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await clock.sleep(3600)
    assert scope.cancelled_caught
