"""Slots: who may start when, and that nothing is ever lost."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import anyio
import pytest
from anyio.abc import TaskGroup

from lyricclip_cli.limits import SlotLimits, Slots
from lyricclip_cli.outcome import SlotUse
from tests.fakes import FakeClock


class Visitors:
    """Lines that come for a slot and stay until they are sent away. `inside` maps who is in to the slot's number."""

    def __init__(self, slots: Slots, tasks: TaskGroup) -> None:
        self._slots = slots
        self._tasks = tasks
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._leave: dict[str, anyio.Event] = {}
        self.inside: dict[str, int] = {}
        self.order: list[str] = []

    async def come(self, name: str, *, group: str = "", cost: float = 1.0) -> None:
        self._leave[name] = anyio.Event()
        self._tasks.start_soon(self._visit, name, group, cost)
        await anyio.wait_all_tasks_blocked()

    async def leave(self, name: str) -> None:
        self._leave[name].set()
        await anyio.wait_all_tasks_blocked()

    async def cancel(self, name: str) -> None:
        self._scopes[name].cancel()
        await anyio.wait_all_tasks_blocked()

    async def _visit(self, name: str, group: str, cost: float) -> None:
        with anyio.CancelScope() as self._scopes[name]:
            async with self._slots.turn("demo", name, group, cost) as slot:
                self.inside[name] = slot
                self.order.append(name)
                try:
                    await self._leave[name].wait()
                finally:
                    del self.inside[name]


class Scene:
    """Slots at work with visitors; what is still waiting at the end is cancelled."""

    def __init__(self, total: int, per_group: int = 32) -> None:
        self.clock = FakeClock()
        self.slots = Slots(SlotLimits(total, per_group), self.clock.monotonic_s)
        self._tasks = anyio.create_task_group()
        self.visitors = Visitors(self.slots, self._tasks)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(kind, error, trace)


@asynccontextmanager
async def full(total: int) -> AsyncIterator[Scene]:
    """A scene whose slots are all taken by h1, h2, …"""
    async with Scene(total) as scene:
        for number in range(1, total + 1):
            await scene.visitors.come(f"h{number}")
        yield scene


async def test_no_more_than_the_limit_are_in_and_slots_are_numbered_from_1() -> None:
    async with Scene(2) as scene:
        for name in ("a", "b", "c"):
            await scene.visitors.come(name)
        assert scene.visitors.inside == {"a": 1, "b": 2}


async def test_the_lowest_free_number_is_given_again() -> None:
    async with full(3) as scene:
        await scene.visitors.leave("h2")
        await scene.visitors.leave("h1")
        await scene.visitors.come("a")
        await scene.visitors.come("b")
        assert scene.visitors.inside == {"h3": 3, "a": 1, "b": 2}


async def test_of_those_who_wait_the_most_expensive_goes_first_then_the_earliest() -> None:
    async with full(1) as scene:
        for name, cost in (("cheap", 1), ("first dear", 9), ("middle", 5), ("second dear", 9)):
            await scene.visitors.come(name, cost=cost)
        for name in ("h1", "first dear", "second dear", "middle"):
            await scene.visitors.leave(name)
        assert scene.visitors.order == ["h1", "first dear", "second dear", "middle", "cheap"]


async def test_a_full_group_lets_others_pass() -> None:
    async with Scene(3, per_group=1) as scene:
        for name, group, cost in (("a1", "a", 1), ("a2", "a", 9), ("a3", "a", 8), ("b1", "b", 1), ("none", "", 1)):
            await scene.visitors.come(name, group=group, cost=cost)
        assert scene.visitors.inside == {"a1": 1, "b1": 2, "none": 3}
        await scene.visitors.leave("b1")
        assert scene.visitors.inside == {"a1": 1, "none": 3}  # the free slot is not for this group
        await scene.visitors.leave("a1")
        assert scene.visitors.inside == {"a2": 1, "none": 3}


async def test_an_empty_group_has_no_limit_of_its_own() -> None:
    async with Scene(4, per_group=1) as scene:
        for name in ("a", "b", "c"):
            await scene.visitors.come(name)
        assert scene.visitors.inside == {"a": 1, "b": 2, "c": 3}


async def test_being_cancelled_while_waiting_leaks_nothing() -> None:
    async with full(1) as scene:
        await scene.visitors.come("gone", cost=9)
        await scene.visitors.come("next", cost=1)
        await scene.visitors.cancel("gone")
        await scene.visitors.leave("h1")
        assert scene.visitors.inside == {"next": 1}
        await scene.visitors.leave("next")
        await scene.visitors.come("after")
        assert scene.visitors.inside == {"after": 1}
        assert [use.line_id for use in scene.slots.uses] == ["h1", "next"]


async def test_being_cancelled_while_inside_frees_the_slot_for_the_next() -> None:
    async with full(1) as scene:
        await scene.visitors.come("next")
        await scene.visitors.cancel("h1")
        assert scene.visitors.inside == {"next": 1}


async def test_being_cancelled_at_the_moment_of_the_grant_passes_the_slot_on() -> None:
    async with full(1) as scene:
        await scene.visitors.come("granted", cost=9)
        await scene.visitors.come("next", cost=1)
        scene.visitors._leave["h1"].set()
        while "h1" in scene.visitors.inside:
            await anyio.lowlevel.checkpoint()
        await scene.visitors.cancel("granted")
        assert scene.visitors.inside == {"next": 1}


async def test_more_slots_are_granted_at_once() -> None:
    async with full(1) as scene:
        for name in ("a", "b", "c"):
            await scene.visitors.come(name)
        scene.slots.change(SlotLimits(3, 32))
        await anyio.wait_all_tasks_blocked()
        assert scene.visitors.inside == {"h1": 1, "a": 2, "b": 3}
        assert scene.slots.limits == SlotLimits(3, 32)


async def test_a_higher_limit_per_group_is_granted_at_once() -> None:
    async with Scene(3, per_group=1) as scene:
        for name in ("a1", "a2", "a3"):
            await scene.visitors.come(name, group="a")
        assert scene.visitors.inside == {"a1": 1}
        scene.slots.change(SlotLimits(3, 2))
        await anyio.wait_all_tasks_blocked()
        assert scene.visitors.inside == {"a1": 1, "a2": 2}


async def test_fewer_slots_drain_as_lines_leave_and_send_nobody_out() -> None:
    async with full(3) as scene:
        await scene.visitors.come("a")
        scene.slots.change(SlotLimits(1, 32))
        await anyio.wait_all_tasks_blocked()
        assert scene.visitors.inside == {"h1": 1, "h2": 2, "h3": 3}
        await scene.visitors.leave("h1")
        await scene.visitors.leave("h2")
        assert scene.visitors.inside == {"h3": 3}
        await scene.visitors.leave("h3")
        assert scene.visitors.inside == {"a": 1}


async def test_the_peak_is_the_most_that_were_in_at_once() -> None:
    async with full(2) as scene:
        await scene.visitors.leave("h1")
        await scene.visitors.leave("h2")
        await scene.visitors.come("a")
        assert scene.slots.peak == 2


async def test_every_stay_is_recorded_in_seconds_since_the_slots_were_made() -> None:
    clock = FakeClock()
    clock.advance(100)
    slots = Slots(SlotLimits(1, 1), clock.monotonic_s)
    clock.advance(0.25)
    async with slots.turn("demo", "L001", "a", 1):
        clock.advance(1.0004)
    async with slots.turn("other", "L002", "a", 1):
        clock.advance(1)
    assert slots.uses == [SlotUse(1, "demo", "L001", 0.25, 1.25), SlotUse(1, "other", "L002", 1.25, 2.25)]


async def test_an_error_inside_frees_the_slot() -> None:
    slots = Slots(SlotLimits(1, 1), FakeClock().monotonic_s)
    fail: Callable[[], int] = [].pop
    with pytest.raises(IndexError):
        async with slots.turn("demo", "a", "", 1):
            fail()
    async with slots.turn("demo", "b", "", 1) as slot:
        assert slot == 1
