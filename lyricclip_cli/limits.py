"""Slots and the API's rate: what lines share. Who may start is decided in one synchronous place, then acted on."""

from bisect import insort
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import anyio
from aiolimiter import AsyncLimiter

from lyricclip_cli.outcome import SlotUse

MINUTE_S = 62.0
"""How long a request counts against the API's rate: a minute, and what a request may be late on its way, so that the
server too never sees more than the rate in 60 seconds."""


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """`total` clips in work at once, of which at most `per_group` from one video."""

    total: int
    per_group: int


@dataclass(slots=True)
class Place:
    """A line's place among those who download from one video.

    It is taken before the line asks for anything of the video and kept while it waits outside for a slot or a retry,
    so that the other lines do not run into the same trouble meanwhile. Where there is no video (an empty group), a
    place is one on the way to a slot: taken by queueing alone, and given up when the slot is there.
    """

    group: str
    taken: bool = False


@dataclass(slots=True, eq=False)
class _Waiter:
    """Who waits for a slot or a place. `granted` tells of it and does nothing else: decisions are not over yet."""

    job_id: str
    place: Place
    cost: float
    order: int
    granted: Callable[[], object]
    slot: int = 0


class Slots:
    """Grants slots, most expensive line first, without exceeding a video's limit. Waiting holds nothing.

    The limits can change at any time: more slots are granted at once, fewer drain as lines leave. Lines whose turn is
    far away are queued for their place: such a line needs no task, so that thousands of them take no memory.
    """

    def __init__(self, limits: SlotLimits, monotonic_s: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic_s = monotonic_s
        self._began_s = monotonic_s()
        self._waiting: list[_Waiter] = []
        self._seeking: dict[str, list[_Waiter]] = {}  # by group, the dearest first
        self._held: dict[int, _Waiter] = {}
        self._downloads: Counter[str] = Counter()
        self._arrivals = 0
        self.peak = 0
        self.uses: list[SlotUse] = []

    @property
    def limits(self) -> SlotLimits:
        """The limits in force."""
        return self._limits

    def change(self, limits: SlotLimits) -> None:
        """Put other limits in force now."""
        self._limits = limits
        self._grant()

    @property
    def held(self) -> int:
        """How many slots are taken now."""
        return len(self._held)

    @contextmanager
    def place(self, group: str) -> Iterator[Place]:
        """A place for several turns of one line. An empty group has no limit."""
        place = Place(group)
        try:
            yield place
        finally:
            self.leave(place)

    def queue(self, job_id: str, place: Place, cost: float, start: Callable[[], object]) -> None:
        """Call `start` when the place can be taken, with the place taken; whoever is started has to `leave` it.

        `start` only starts a task. Lines without a group are started while fewer than `total` of them are on the way
        to a slot.
        """
        self._seek(job_id, place, cost, start)

    def withdraw(self, job_id: str) -> None:
        """Forget the lines of a job that are queued."""
        for group, seeking in self._seeking.items():
            self._seeking[group] = [waiter for waiter in seeking if waiter.job_id != job_id]

    async def seat(self, place: Place, cost: float) -> None:
        """Wait until the place can be taken, and take it. Without a group there is nothing to wait for."""
        if place.taken or not place.group:
            return
        granted = anyio.Event()
        waiter = self._seek("", place, cost, granted.set)
        try:
            await granted.wait()
        finally:
            if waiter in self._seeking.get(place.group, ()):
                self._seeking[place.group].remove(waiter)

    def _seek(self, job_id: str, place: Place, cost: float, granted: Callable[[], object]) -> _Waiter:
        waiter = self._waiter(job_id, place, cost, granted)
        insort(self._seeking.setdefault(place.group, []), waiter, key=_dearest_first)
        self._grant()
        return waiter

    def _waiter(self, job_id: str, place: Place, cost: float, granted: Callable[[], object]) -> _Waiter:
        self._arrivals += 1
        return _Waiter(job_id, place, cost, self._arrivals, granted)

    def leave(self, place: Place) -> None:
        """Nothing more is downloaded for now: another line of the same video may start, while this one is cut."""
        if self._vacate(place):
            self._grant()

    @asynccontextmanager
    async def turn(self, job_id: str, line_id: str, group: str | Place, cost: float) -> AsyncIterator[int]:
        """Wait for a slot and hold it; gives the slot's number, counted from 1.

        A group's name stands for a place in it that lasts as long as the turn.
        """
        if isinstance(group, str):
            with self.place(group) as place:
                async with self.turn(job_id, line_id, place, cost) as slot:
                    yield slot
            return
        granted = anyio.Event()
        waiter = self._waiter(job_id, group, cost, granted.set)
        self._waiting.append(waiter)
        self._grant()
        try:
            await granted.wait()
            began_s = self._monotonic_s() - self._began_s
            try:
                yield waiter.slot
            finally:
                ended_s = self._monotonic_s() - self._began_s
                self.uses.append(SlotUse(waiter.slot, job_id, line_id, round(began_s, 3), round(ended_s, 3)))
        finally:
            self._leave(waiter)
            self._grant()

    def _grant(self) -> None:
        for waiter in self._decide():
            waiter.granted()
        for waiter in self._seat():
            waiter.granted()
        self.peak = max(self.peak, len(self._held))

    def _decide(self) -> list[_Waiter]:
        """Move those who may start from waiting to held, and return them."""
        started = []
        for waiter in sorted(self._waiting, key=_dearest_first):
            if len(self._held) >= self._limits.total:
                break
            if not waiter.place.group:
                self._vacate(waiter.place)
            elif not self._take(waiter.place):
                continue
            waiter.slot = next(n for n in range(1, len(self._held) + 2) if n not in self._held)
            self._held[waiter.slot] = waiter
            started.append(waiter)
        self._waiting = [waiter for waiter in self._waiting if not waiter.slot]
        return started

    def _seat(self) -> list[_Waiter]:
        """Give places to those who may have them now, and return them."""
        seated = []
        for seeking in self._seeking.values():
            while seeking and self._take(seeking[0].place):
                seated.append(seeking.pop(0))
        self._seeking = {group: seeking for group, seeking in self._seeking.items() if seeking}
        return sorted(seated, key=_dearest_first)

    def _take(self, place: Place) -> bool:
        """Whether a place is taken, now or before."""
        most = self._limits.per_group if place.group else self._limits.total
        if not place.taken and self._downloads[place.group] < most:
            place.taken = True
            self._downloads[place.group] += 1
        return place.taken

    def _vacate(self, place: Place) -> bool:
        """Whether a place was taken until now."""
        taken, place.taken = place.taken, False
        self._downloads[place.group] -= taken
        return taken

    def _leave(self, waiter: _Waiter) -> None:
        if waiter.slot:
            del self._held[waiter.slot]
        else:
            self._waiting.remove(waiter)


def _dearest_first(waiter: _Waiter) -> tuple[float, int]:
    return (-waiter.cost, waiter.order)


class RequestRate:
    """At most `per_minute` requests in any minute, and no wait before that many were made.

    One leaky bucket with the whole rate as its burst would let up to twice the rate through in a minute. So there is
    a bucket of size one for each request of a minute: it is empty again a minute after its use. The next request may
    be made when the one that lies `per_minute` requests back is a minute old. Those who wait do so in one line and
    choose no bucket before it is their turn, so that another rate holds for them too.
    """

    def __init__(self, per_minute: int, *, minute_s: float = MINUTE_S) -> None:
        self._minute_s = minute_s
        self._per_minute = per_minute
        self._buckets = [self._bucket() for _ in range(per_minute)]  # the one whose use is longest ago comes first
        self._turn = anyio.Lock()
        self._first: anyio.CancelScope | None = None

    @property
    def per_minute(self) -> int:
        """The rate in force."""
        return self._per_minute

    @property
    def used(self) -> int:
        """Requests of the last minute."""
        return sum(not bucket.has_capacity() for bucket in self._buckets)

    def change(self, per_minute: int) -> None:
        """Put another rate in force, for those who wait already too. What was asked in the last minute still counts."""
        missing = per_minute - len(self._buckets)
        self._buckets[:0] = [self._bucket() for _ in range(missing)]
        self._per_minute = per_minute
        if self._first is not None:
            self._first.cancel()

    async def acquire(self) -> None:
        """Wait until one more request may be made."""
        async with self._turn:
            while True:
                bucket = self._buckets[-self._per_minute]
                with anyio.CancelScope() as self._first:
                    await bucket.acquire()
                    self._buckets.remove(bucket)
                    self._buckets.append(bucket)
                    return

    def _bucket(self) -> AsyncLimiter:
        return AsyncLimiter(1, self._minute_s)
