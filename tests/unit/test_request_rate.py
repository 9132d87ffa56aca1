"""The API's rate: never more than so many requests in any minute, also while the rate changes. No test waits."""

import random
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from lyricclip_cli.limits import MINUTE_S, RequestRate
from tests.hurry import hurried

MINUTE = 60.0
Meanwhile = Callable[[], Coroutine[Any, Any, None]]


class Callers:
    """Lines that ask the API, all in the same moment. `at_s` is when each was let through."""

    def __init__(self, per_minute: int) -> None:
        self.rate = RequestRate(per_minute)
        self.at_s: list[float] = []
        self._began_s = anyio.current_time()

    def now_s(self) -> float:
        return anyio.current_time() - self._began_s

    async def ask(self) -> None:
        await self.rate.acquire()
        self.at_s.append(self.now_s())

    async def all_ask(
        self, count: int, meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> list[float]:
        """Let so many ask; when each was let through, in whole seconds."""
        async with anyio.create_task_group() as tasks:
            for _ in range(count):
                tasks.start_soon(self.ask)
            if meanwhile is not None:
                tasks.start_soon(meanwhile)
        return [round(at_s) for at_s in self.at_s]


def most_in_a_minute(at_s: list[float]) -> int:
    return max(sum(begin <= other < begin + MINUTE for other in at_s) for begin in at_s)


def test_as_many_as_the_rate_go_at_once_and_the_others_a_minute_later() -> None:
    async def play() -> list[float]:
        return await Callers(3).all_ask(8)

    assert hurried(play()) == [0, 0, 0, *[round(MINUTE_S)] * 3, *[round(2 * MINUTE_S)] * 2]


def test_any_pattern_of_calls_stays_below_the_rate_in_any_minute() -> None:
    async def play() -> list[float]:
        callers, draw = Callers(7), random.Random(5)
        async with anyio.create_task_group() as tasks:
            for _ in range(60):
                tasks.start_soon(callers.ask)
                await anyio.sleep(draw.choice([0, 0, 0, 1, 5, 20]))
        return callers.at_s

    assert most_in_a_minute(hurried(play())) == 7


def test_a_higher_rate_is_for_those_who_wait_too() -> None:
    async def play() -> list[float]:
        callers = Callers(1)

        async def faster() -> None:
            await anyio.sleep(10)
            callers.rate.change(4)

        return await callers.all_ask(6, faster)

    assert hurried(play()) == [0, 10, 10, 10, round(MINUTE_S), 10 + round(MINUTE_S)]


def test_a_lower_rate_is_for_those_who_wait_too() -> None:
    async def play() -> list[float]:
        callers = Callers(4)

        async def slower() -> None:
            await anyio.sleep(10)
            callers.rate.change(1)

        return await callers.all_ask(7, slower)

    assert hurried(play()) == [0, 0, 0, 0, *(round(n * MINUTE_S) for n in (1, 2, 3))]


@pytest.mark.parametrize("rates", [(40, 10, 40), (5, 1, 3, 5), (3, 30, 3, 30)])
def test_what_was_asked_before_still_counts_after_the_rate_changed_and_changed_back(rates: tuple[int, ...]) -> None:
    async def play() -> list[float]:
        callers = Callers(rates[0])

        async def change() -> None:
            for per_minute in rates[1:]:
                await anyio.sleep(5)
                callers.rate.change(per_minute)

        await callers.all_ask(3 * max(rates), change)
        return callers.at_s

    assert most_in_a_minute(hurried(play())) <= max(rates)


def test_one_who_gives_up_leaves_the_turn_to_the_next() -> None:
    async def play() -> list[float]:
        callers = Callers(1)
        await callers.ask()
        async with anyio.create_task_group() as tasks:
            with anyio.move_on_after(1):
                await callers.ask()
            tasks.start_soon(callers.ask)
            tasks.start_soon(callers.ask)
        return [round(at_s) for at_s in callers.at_s]

    assert hurried(play()) == [0, round(MINUTE_S), round(2 * MINUTE_S)]


def test_the_use_is_that_of_the_last_minute() -> None:
    async def play() -> tuple[int, int, int]:
        callers = Callers(5)
        await callers.all_ask(3)
        before = callers.rate.used
        callers.rate.change(2)
        lowered = callers.rate.used
        await anyio.sleep(MINUTE_S + 1)
        return before, lowered, callers.rate.used

    assert hurried(play()) == (3, 3, 0)
