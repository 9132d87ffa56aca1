"""An event loop in a hurry: where it would wait for time to pass, time jumps instead.

For code that asks the loop itself for the time (anyio's deadlines, aiolimiter), which no `Clock` can reach.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Hurry(selectors.DefaultSelector):
    """Never waits; adds up in `skipped_s` what it was asked to wait."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready: list[Any] = super().select(0)
        if not ready and timeout is not None:
            self.skipped_s += max(timeout, 0.0)
        return ready


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop whose time is the real one plus all that was not waited."""

    def __init__(self) -> None:
        self._hurry = _Hurry()
        super().__init__(self._hurry)

    def time(self) -> float:
        """See `asyncio.AbstractEventLoop.time`."""
        return super().time() + self._hurry.skipped_s


def hurried(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in no time."""
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(work)
