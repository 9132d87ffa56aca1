"""How a body flows in, and how often to look for more of it."""

import math

GATHERED_BYTES = 48 * 1024
"""What is waited for. A read takes up to 64 KiB, and any system keeps that much for a connection: no line waits."""

LONGEST_PAUSE_S = 0.05
SHORTEST_PAUSE_S = 0.01
"""Lines above 40 Mbit/s bring that much in less: there a pause would save little, and a busy machine prolongs it."""

WAITED_S = 0.001
"""Who waited less for a piece than this was the slower one: the line had brought it before."""


class Flow:
    """One body on its way, of `size` bytes if that is known.

    A line slower than this process delivers a body in very many small pieces, and each costs a quarter of a
    millisecond whatever its size (measured). So who was faster than the line leaves it the time to bring more.
    """

    def __init__(self, size: int | None, began_s: float) -> None:
        self._left = math.inf if size is None else size
        self._began_s = began_s
        self._asked_s = began_s
        self._came = 0

    def pause_s(self, count: int, now_s: float) -> float:
        """How long not to look after `count` more bytes, which came at `now_s`; 0: look at once."""
        self._came += count
        self._left -= count
        waited_s, elapsed_s = now_s - self._asked_s, now_s - self._began_s
        pause_s = 0.0
        if waited_s >= WAITED_S and self._left > 0:
            pause_s = min(GATHERED_BYTES, self._left) * elapsed_s / self._came
        pause_s = min(pause_s, LONGEST_PAUSE_S) if pause_s >= SHORTEST_PAUSE_S else 0.0
        self._asked_s = now_s + pause_s
        return pause_s
