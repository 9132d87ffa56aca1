"""Lines queued for their place: started one by one as places come free, without a task before; none is ever lost."""

from collections import Counter
from functools import partial

import anyio
import pytest
from anyio.abc import TaskGroup

from lyricclip_cli.limits import Place, SlotLimits, Slots
from tests.fakes import FakeClock


class Crowd:
    """Lines that are queued, started as tasks, take a turn and stay in it until they are let go.

    `started` lists their names in the order of their starts, `inside` those that are in a slot. `most_tasks` is how
    many tasks there were at once at most. Once `brief` is set, whoever is started then leaves by itself.
    """

    def __init__(self, tasks: TaskGroup, total: int, per_group: int = 2) -> None:
        self.slots = Slots(SlotLimits(total, per_group), FakeClock().monotonic_s)
        self._tasks = tasks
        self._leave: dict[str, anyio.Event] = {}
        self._at_work: Counter[str] = Counter()
        self.started: list[str] = []
        self.inside: list[str] = []
        self.most_tasks = 0
        self.brief = False

    def queue(self, *names: str, group: str = "", cost: float = 1, job: str = "demo", stuck: bool = False) -> None:
        """Queue lines; one that is `stuck` keeps its place outside the slots until it is let go."""
        for name in names:
            place = Place(group)
            start = partial(self._tasks.start_soon, self._work, name, place, cost, stuck)
            self.slots.queue(job, place, cost, start)

    async def let_go(self, *names: str) -> None:
        for name in names:
            self._leave[name].set()
        await anyio.wait_all_tasks_blocked()

    async def _work(self, name: str, place: Place, cost: float, stuck: bool) -> None:
        self.started.append(name)
        self._leave[name] = anyio.Event()
        if self.brief:
            self._leave[name].set()
        self._at_work["now"] += 1
        self.most_tasks = max(self.most_tasks, self._at_work["now"])
        try:
            assert place.taken
            await self.slots.seat(place, cost)
            if stuck:
                await self._leave[name].wait()
                return
            async with self.slots.turn("demo", name, place, cost):
                self.inside.append(name)
                await self._leave[name].wait()
        finally:
            if name in self.inside:
                self.inside.remove(name)
            self._at_work["now"] -= 1
            self.slots.leave(place)


def names(count: int, prefix: str = "L") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


@pytest.mark.parametrize(("group", "most"), [("a", 2), ("", 6)])
async def test_of_many_lines_few_are_started_and_all_in_the_end(group: str, most: int) -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=3)
        crowd.queue(*names(200), group=group)
        await anyio.wait_all_tasks_blocked()
        assert crowd.started == names(most)
        crowd.brief = True
        await crowd.let_go(*crowd.started)
    assert crowd.started == names(200)
    assert crowd.most_tasks <= most + 3  # those who leave are still there when the next are started
    assert len(crowd.slots.uses) == 200


async def test_the_dearest_is_started_first_then_the_earliest() -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=1, per_group=1)
        crowd.queue("first", group="a", cost=5)
        for name, cost in (("cheap", 1), ("dear", 9), ("middle", 5), ("dear too", 9)):
            crowd.queue(name, group="a", cost=cost)
        await anyio.wait_all_tasks_blocked()
        while crowd.inside:
            await crowd.let_go(crowd.inside[0])
        assert crowd.started == ["first", "dear", "dear too", "middle", "cheap"]


async def test_a_queued_line_and_one_that_seeks_its_place_again_are_served_by_cost_alike() -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=4, per_group=1)
        crowd.queue("holder", group="a")
        seated: list[str] = []

        async def seek(name: str, cost: float) -> None:
            place = Place("a")
            await crowd.slots.seat(place, cost)
            seated.append(name)
            crowd.slots.leave(place)

        tasks.start_soon(seek, "dearest", 9)
        tasks.start_soon(seek, "cheapest", 1)
        await anyio.wait_all_tasks_blocked()
        crowd.queue("between", group="a", cost=5)
        await crowd.let_go("holder")
        assert (seated, crowd.inside) == (["dearest"], ["between"])
        await crowd.let_go("between")
        assert seated == ["dearest", "cheapest"]


async def test_a_sick_video_holds_up_nobody_else() -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=2, per_group=2)
        crowd.queue(*names(50, "sick"), group="a", cost=9, stuck=True)
        crowd.queue("b0", "b1", group="b")
        await anyio.wait_all_tasks_blocked()
        assert crowd.started == ["sick0", "sick1", "b0", "b1"]
        assert crowd.inside == ["b0", "b1"]
        crowd.queue(*names(20, "here"))
        await anyio.wait_all_tasks_blocked()
        assert crowd.started[4:] == ["here0", "here1"]
        await crowd.let_go("b0")
        assert crowd.inside == ["b1", "here0"]
        tasks.cancel_scope.cancel()


async def test_a_line_on_the_way_to_a_slot_that_never_gets_there_lets_the_next_one_start() -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=1)
        crowd.queue(*names(3), stuck=True)
        for number in range(3):
            await anyio.wait_all_tasks_blocked()
            assert crowd.started == names(number + 1)
            await crowd.let_go(f"L{number}")


@pytest.mark.parametrize("group", ["a", ""])
async def test_higher_limits_start_more_at_once_lower_ones_send_nobody_away(group: str) -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=1, per_group=1)
        crowd.queue(*names(12), group=group)
        await anyio.wait_all_tasks_blocked()
        crowd.slots.change(SlotLimits(3, 3))
        await anyio.wait_all_tasks_blocked()
        assert crowd.inside == ["L0", "L1", "L2"]
        crowd.slots.change(SlotLimits(1, 1))
        await anyio.wait_all_tasks_blocked()
        assert crowd.inside == ["L0", "L1", "L2"]
        await crowd.let_go("L0", "L1")
        assert crowd.inside == ["L2"]
        while crowd.inside:
            await crowd.let_go(crowd.inside[0])
        assert sorted(crowd.started) == sorted(names(12))


async def test_of_several_videos_whose_limit_grows_the_dearest_lines_get_the_slots() -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=3, per_group=1)
        for group, cost in (("a", 1), ("b", 9)):
            crowd.queue(f"{group}0", f"{group}1", group=group, cost=cost)
        await anyio.wait_all_tasks_blocked()
        crowd.slots.change(SlotLimits(3, 2))
        await anyio.wait_all_tasks_blocked()
        assert crowd.inside == ["a0", "b0", "b1"]
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("group", ["a", ""])
async def test_what_a_job_withdraws_is_not_started_and_another_jobs_lines_are(group: str) -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=1, per_group=1)
        crowd.queue("mine", group=group)
        await anyio.wait_all_tasks_blocked()
        crowd.queue(*names(5, "theirs"), group=group, cost=9, job="other")
        crowd.queue("mine too", group=group)
        crowd.slots.withdraw("other")
        await anyio.wait_all_tasks_blocked()
        while crowd.inside:
            await crowd.let_go(crowd.inside[0])
        started = [name for name in crowd.started if name.startswith("theirs")]
        assert started == (["theirs0"] if group == "" else [])  # one was on its way already
        assert crowd.started[-1] == "mine too"


async def test_cancelling_everything_ends_all_and_leaves_no_place_taken() -> None:
    async with anyio.create_task_group() as tasks:
        crowd = Crowd(tasks, total=2, per_group=1)
        for group in ("a", "b", ""):
            crowd.queue(*names(30, f"{group}-"), group=group)
        await anyio.wait_all_tasks_blocked()
        crowd.slots.withdraw("demo")
        tasks.cancel_scope.cancel()
    slots = crowd.slots
    assert (slots.held, len(crowd.started)) == (0, 4)
    with anyio.fail_after(5):
        for group in ("a", "b", ""):
            async with anyio.create_task_group() as tasks:
                for _ in range(2):
                    place = Place(group)
                    slots.queue("next", place, 1, partial(tasks.start_soon, _once, slots, place))


async def _once(slots: Slots, place: Place) -> None:
    async with slots.turn("next", "x", place, 1):
        await anyio.lowlevel.checkpoint()
    slots.leave(place)
