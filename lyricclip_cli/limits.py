"""Slots: the only mutable thing that lines share. Who may start is decided in one synchronous place, then acted on."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from lyricclip_cli.outcome import SlotUse


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """`total` clips in work at once, of which at most `per_group` from one video."""

    total: int
    per_group: int


@dataclass(slots=True)
class _Waiter:
    job_id: str
    line_id: str
    group: str
    cost: float
    order: int
    slot: int = 0
    granted: anyio.Event = field(default_factory=anyio.Event)


class Slots:
    """Grants slots, most expensive line first, without exceeding a video's limit. Waiting holds nothing.

    The limits can change at any time: more slots are granted at once, fewer drain as lines leave.
    """

    def __init__(self, limits: SlotLimits, monotonic_s: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic_s = monotonic_s
        self._began_s = monotonic_s()
        self._waiting: list[_Waiter] = []
        self._held: dict[int, _Waiter] = {}
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

    @asynccontextmanager
    async def turn(self, job_id: str, line_id: str, group: str, cost: float) -> AsyncIterator[int]:
        """Wait for a slot and hold it; gives the slot's number, counted from 1. An empty group has no limit."""
        waiter = _Waiter(job_id, line_id, group, cost, self._arrivals)
        self._arrivals += 1
        self._waiting.append(waiter)
        self._grant()
        try:
            await waiter.granted.wait()
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
            waiter.granted.set()
        self.peak = max(self.peak, len(self._held))

    def _decide(self) -> list[_Waiter]:
        """Move those who may start from waiting to held, and return them."""
        started = []
        busy = Counter(waiter.group for waiter in self._held.values())
        for waiter in sorted(self._waiting, key=lambda w: (-w.cost, w.order)):
            if len(self._held) >= self._limits.total:
                break
            if waiter.group and busy[waiter.group] >= self._limits.per_group:
                continue
            busy[waiter.group] += 1
            waiter.slot = next(n for n in range(1, len(self._held) + 2) if n not in self._held)
            self._held[waiter.slot] = waiter
            started.append(waiter)
        self._waiting = [waiter for waiter in self._waiting if not waiter.slot]
        return started

    def _leave(self, waiter: _Waiter) -> None:
        if waiter.slot:
            del self._held[waiter.slot]
        else:
            self._waiting.remove(waiter)
