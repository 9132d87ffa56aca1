"""From the film's frames to the time stamps of an ASS file, which are whole centiseconds.

A renderer shows an event on a picture when start <= t < end, t being the picture's time in whole milliseconds. An
event that is to appear on frame n therefore starts about halfway between frames n-1 and n: no rounding reaches
either of them up to 60 frames per second.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

FASTEST_EXACT = 60
SLOWED_TO = 50


@dataclass(frozen=True, slots=True)
class AssClock:
    """Turns frames and milliseconds of the film into centiseconds of an ASS file. `slow` stretches its time."""

    fps: Fraction
    slow: int = 1

    @property
    def frame_cs(self) -> Fraction:
        """The length of a frame in centiseconds."""
        return 100 * self.slow / self.fps

    def boundary_cs(self, frame: int) -> int:
        """The time stamp that parts a frame from the one before it."""
        if frame <= 0:
            return 0
        middle = floor((frame - Fraction(1, 2)) * self.frame_cs + Fraction(1, 2))
        last = floor(frame * self.frame_cs)
        return min(middle, last)

    def at_cs(self, film_ms: int) -> int:
        """The time stamp of a moment of the film."""
        return floor(Fraction(film_ms * self.slow, 10) + Fraction(1, 2))


def burning_clock(fps: Fraction) -> AssClock:
    """The clock of the scripts that are burned in: above 60 frames per second slowed, so that each frame is exact."""
    return AssClock(fps, 1 if fps <= FASTEST_EXACT else ceil(fps / SLOWED_TO))
