"""A line's place at its video: kept over several turns, given up when nothing more is downloaded."""

from contextlib import AsyncExitStack

import anyio
import pytest

from lyricclip_cli.limits import SlotLimits, Slots
from tests.fakes import FakeClock


class Line:
    """A line with a place at a video. `slot` is the slot it holds, 0 for none."""

    def __init__(self, slots: Slots, name: str, group: str = "a") -> None:
        self._slots = slots
        self._name = name
        self._stack = AsyncExitStack()
        self._place = self._stack.enter_context(slots.place(group))
        self._go_on = anyio.Event()
        self.slot = 0

    async def turn(self) -> None:
        """One turn, until `end_turn`."""
        self._go_on = anyio.Event()
        async with self._slots.turn("demo", self._name, self._place, 1) as self.slot:
            await self._go_on.wait()
        self.slot = 0

    async def end_turn(self) -> None:
        self._go_on.set()
        await anyio.wait_all_tasks_blocked()

    async def downloaded(self) -> None:
        """Nothing more is downloaded for now."""
        self._slots.leave(self._place)
        await anyio.wait_all_tasks_blocked()

    async def close(self) -> None:
        """The line is done with this video."""
        await self._stack.aclose()
        await anyio.wait_all_tasks_blocked()


async def two_lines(total: int = 4, group: str = "a") -> tuple[Slots, Line, Line]:
    slots = Slots(SlotLimits(total, 1), FakeClock().monotonic_s)
    return slots, Line(slots, "first", group), Line(slots, "second", group)


async def test_a_place_is_kept_between_turns_so_that_others_do_not_run_into_the_same_trouble() -> None:
    _, first, second = await two_lines()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.turn)
        tasks.start_soon(second.turn)
        await anyio.wait_all_tasks_blocked()
        await first.end_turn()
        assert (first.slot, second.slot) == (0, 0)
        tasks.start_soon(first.turn)
        await anyio.wait_all_tasks_blocked()
        assert (first.slot, second.slot) == (1, 0)
        await first.end_turn()
        await first.close()
        assert second.slot == 1
        await second.end_turn()


async def test_when_its_download_is_over_another_line_of_the_video_starts_beside_the_cut() -> None:
    slots, first, second = await two_lines()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.turn)
        tasks.start_soon(second.turn)
        await anyio.wait_all_tasks_blocked()
        await first.downloaded()
        assert (first.slot, second.slot, slots.held) == (1, 2, 2)
        await first.end_turn()
        await second.end_turn()


async def test_giving_a_place_up_twice_gives_up_one() -> None:
    slots, first, second = await two_lines()
    third = Line(slots, "third")
    async with anyio.create_task_group() as tasks:
        for line in (first, second, third):
            tasks.start_soon(line.turn)
        await anyio.wait_all_tasks_blocked()
        await first.downloaded()
        await first.downloaded()
        await first.close()
        assert (first.slot, second.slot, third.slot) == (1, 2, 0)
        await second.downloaded()
        assert third.slot == 3
        for line in (first, second, third):
            await line.end_turn()


async def test_a_place_that_was_given_up_is_taken_anew_for_the_next_turn() -> None:
    _, first, second = await two_lines()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.turn)
        tasks.start_soon(second.turn)
        await anyio.wait_all_tasks_blocked()
        await first.downloaded()
        await first.end_turn()
        tasks.start_soon(first.turn)
        await anyio.wait_all_tasks_blocked()
        assert (first.slot, second.slot) == (0, 2)
        await second.downloaded()
        assert (first.slot, second.slot) == (1, 2)
        await first.end_turn()
        await second.end_turn()


async def test_a_line_that_is_cancelled_leaves_its_place_when_it_is_done_with_the_video() -> None:
    _, first, second = await two_lines()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(second.turn)
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as waiting:
            waiting.start_soon(first.turn)
            await anyio.wait_all_tasks_blocked()
            waiting.cancel_scope.cancel()
        await first.close()
        await second.end_turn()
        await second.close()
        third = Line(second._slots, "third")
        tasks.start_soon(third.turn)
        await anyio.wait_all_tasks_blocked()
        assert third.slot == 1
        await third.end_turn()


async def test_where_there_is_no_limit_places_limit_nothing() -> None:
    _, first, second = await two_lines(group="")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.turn)
        tasks.start_soon(second.turn)
        await anyio.wait_all_tasks_blocked()
        assert (first.slot, second.slot) == (1, 2)
        await first.end_turn()
        await second.end_turn()


class Seekers:
    """Lines that want a place before they want a slot. `seated` lists them in the order in which they got it."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._done = anyio.Event()
        self.seated: list[str] = []

    async def seek(self, name: str, cost: float = 1, group: str = "a") -> None:
        with self._slots.place(group) as place:
            await self._slots.seat(place, cost)
            self.seated.append(name)
            await self._done.wait()

    def all_leave(self) -> None:
        self._done.set()


async def test_a_place_can_be_taken_before_a_slot_the_dearest_line_first() -> None:
    slots, first, _ = await two_lines(total=1)
    seekers = Seekers(slots)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.turn)
        await anyio.wait_all_tasks_blocked()
        for name, cost in (("cheap", 1), ("dear", 9)):
            tasks.start_soon(seekers.seek, name, cost)
        tasks.start_soon(seekers.seek, "elsewhere", 1, "b")
        tasks.start_soon(seekers.seek, "on this machine", 1, "")
        await anyio.wait_all_tasks_blocked()
        assert sorted(seekers.seated) == ["elsewhere", "on this machine"]
        await first.downloaded()
        assert seekers.seated[2:] == ["dear"]
        slots.change(SlotLimits(1, 2))
        await anyio.wait_all_tasks_blocked()
        assert seekers.seated[3:] == ["cheap"]
        await first.end_turn()
        seekers.all_leave()


async def test_a_line_with_a_place_needs_only_a_slot() -> None:
    slots = Slots(SlotLimits(2, 1), FakeClock().monotonic_s)
    with slots.place("a") as place:
        await slots.seat(place, 1)
        await slots.seat(place, 1)
        async with slots.turn("demo", "first", place, 1) as slot:
            assert slot == 1
    with anyio.fail_after(5):
        async with slots.turn("demo", "second", "a", 1) as slot:
            assert slot == 1


@pytest.mark.parametrize("granted", [False, True])
async def test_a_line_that_is_cancelled_while_it_seeks_a_place_leaves_none_taken(granted: bool) -> None:
    slots = Slots(SlotLimits(2, 1), FakeClock().monotonic_s)
    seekers, others = Seekers(slots), Seekers(slots)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(others.seek, "other")
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as gone:
            gone.start_soon(seekers.seek, "gone")
            await anyio.wait_all_tasks_blocked()
            if granted:  # at the same moment
                others.all_leave()
                await anyio.lowlevel.checkpoint()
            gone.cancel_scope.cancel()
        others.all_leave()
        await anyio.wait_all_tasks_blocked()
        with anyio.fail_after(5):
            async with slots.turn("demo", "next", "a", 1) as slot:
                assert slot == 1
