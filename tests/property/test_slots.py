"""Any sequence of arrivals, leaves, cancellations and changes of the limits: what slots promise holds after each."""

from collections import Counter
from dataclasses import dataclass

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.limits import SlotLimits
from tests.unit.test_limits import Scene

LIMITS = st.builds(SlotLimits, st.integers(1, 5), st.integers(1, 3))
GROUPS = st.sampled_from(["", "a", "b"])


@dataclass(frozen=True)
class Arrive:
    """A line comes."""

    group: str
    cost: int


@dataclass(frozen=True)
class Leave:
    """One of those inside leaves: the one at this place, counted around."""

    which: int


@dataclass(frozen=True)
class Cancel:
    """One of those inside or waiting is cancelled."""

    which: int


@dataclass(frozen=True)
class Change:
    """Other limits."""

    limits: SlotLimits


Step = Arrive | Leave | Cancel | Change
NUMBERS = st.integers(0, 99)
STEPS = st.one_of(
    st.builds(Arrive, GROUPS, st.integers(1, 9)),
    st.builds(Arrive, GROUPS, st.integers(1, 9)),
    st.builds(Leave, NUMBERS),
    st.builds(Cancel, NUMBERS),
    st.builds(Change, LIMITS),
)


class Book:
    """What should be the case, kept beside the slots: who came with what, who is in, who waits."""

    def __init__(self, limits: SlotLimits) -> None:
        self.limits = limits
        self.came: dict[str, Arrive] = {}
        self.inside: dict[str, int] = {}
        self.waiting: list[str] = []
        self.most = 0

    def check(self, inside: dict[str, int]) -> None:
        """Compare with who is in now, and turn the page."""
        newcomers = [name for name in inside if name not in self.inside]
        busy = Counter(self.came[name].group for name in inside)
        assert len(set(inside.values())) == len(inside)
        assert all(1 <= slot <= max(len(inside), self.most, self.limits.total) for slot in inside.values())
        assert {name: inside[name] for name in self.inside} == self.inside  # nobody is moved or sent out
        if newcomers:
            assert len(inside) <= self.limits.total
            for name in newcomers:
                group = self.came[name].group
                assert not group or busy[group] <= self.limits.per_group
        self.waiting = [name for name in self.waiting if name not in inside]
        if len(inside) < self.limits.total:  # nobody waits who could be in
            assert all(self._is_full(self.came[name].group, busy) for name in self.waiting)
        for name in newcomers:  # nobody was passed by a cheaper one of the same group
            assert not any(
                self.came[other].group == self.came[name].group and self.came[other].cost > self.came[name].cost
                for other in self.waiting
            )
        self.inside = dict(inside)
        self.most = max(self.most, len(inside))

    def _is_full(self, group: str, busy: Counter[str]) -> bool:
        return bool(group) and busy[group] >= self.limits.per_group


class Play:
    """Carries steps out on real slots, one after the other."""

    def __init__(self, scene: Scene, book: Book) -> None:
        self._scene = scene
        self._book = book

    async def step(self, step: Step) -> None:
        visitors, book = self._scene.visitors, self._book
        match step:
            case Arrive(group, cost):
                name = f"L{len(book.came)}"
                book.came[name] = step
                book.waiting.append(name)
                await visitors.come(name, group=group, cost=cost)
            case Leave(which) if book.inside:
                name = list(book.inside)[which % len(book.inside)]
                del book.inside[name]
                await visitors.leave(name)
            case Cancel(which) if present := [*book.inside, *book.waiting]:
                name = present[which % len(present)]
                book.inside.pop(name, None)
                book.waiting = [other for other in book.waiting if other != name]
                await visitors.cancel(name)
            case Change(limits):
                book.limits = limits
                self._scene.slots.change(limits)
                await anyio.wait_all_tasks_blocked()
        book.check(visitors.inside)

    async def empty(self) -> None:
        """Everyone leaves as they get in: in the end all have been in."""
        while self._book.inside:
            await self.step(Leave(0))
        assert self._book.waiting == []
        assert self._scene.visitors.inside == {}


@given(LIMITS, st.lists(STEPS, max_size=25))
@settings(deadline=None, max_examples=40)
def test_slots_keep_their_promises(limits: SlotLimits, steps: list[Step]) -> None:
    async def run() -> None:
        async with Scene(limits.total, limits.per_group) as scene:
            book = Book(limits)
            play = Play(scene, book)
            for step in steps:
                await play.step(step)
            await play.empty()
            assert scene.slots.peak == book.most
            assert len(scene.slots.uses) == len(scene.visitors.order)

    anyio.run(run)
