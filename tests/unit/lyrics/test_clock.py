from fractions import Fraction
from math import floor

import pytest

from lyricclip_cli.lyrics.clock import AssClock, burning_clock

RATES = [
    *(Fraction(rate) for rate in (1, 10, 12, 15, 24, 25, 30, 48, 50, 60)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)),
]
FAST = [Fraction(61), Fraction(90), Fraction(100), Fraction(120), Fraction(120_000, 1001), Fraction(144), Fraction(240)]


def first_shown(clock: AssClock, boundary: int, near: int) -> int:
    """The first frame that libass shows of an event that starts at a boundary, by its own arithmetic."""
    start_ms = clock.boundary_cs(boundary) * 10
    frame_s = float(clock.frame_cs) / 100
    return next(frame for frame in range(max(0, near - 3), near + 4) if floor(frame * frame_s * 1000) >= start_ms)


@pytest.mark.parametrize("fps", [*RATES, *FAST], ids=str)
def test_burned_events_begin_and_end_on_their_frames(fps: Fraction) -> None:
    clock = burning_clock(fps)
    for boundary in [*range(300), *range(100_000, 100_300), 1_000_001]:
        assert first_shown(clock, boundary, boundary) == boundary


@pytest.mark.parametrize("fps", [*RATES, Fraction(61), Fraction(90), Fraction(100)], ids=str)
def test_events_of_the_file_do_too_up_to_a_hundred_frames(fps: Fraction) -> None:
    """Past 60 frames a time stamp is the last one before the frame, so only the renderer's own rounding can matter."""
    clock = AssClock(fps)
    for boundary in [*range(300), *range(90_000, 90_300)]:
        exact_ms = boundary * 1000 / fps
        before_ms = (boundary - 1) * 1000 / fps
        start_ms = clock.boundary_cs(boundary) * 10
        assert before_ms < start_ms <= exact_ms or boundary == 0


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_up_to_sixty_frames_no_rounding_reaches_a_time_stamp(fps: Fraction) -> None:
    clock = AssClock(fps)
    for boundary in range(1, 2_000):
        start_ms = clock.boundary_cs(boundary) * 10
        assert start_ms - (boundary - 1) * 1000 / fps >= 3
        assert boundary * 1000 / fps - start_ms >= 3


def test_clock_is_the_films_up_to_sixty_frames() -> None:
    assert burning_clock(Fraction(60)).slow == 1
    assert burning_clock(Fraction(120)).slow == 3


def test_moments_are_rounded_to_centiseconds() -> None:
    assert [AssClock(Fraction(25)).at_cs(ms) for ms in (0, 4, 5, 1234)] == [0, 0, 1, 123]
    assert AssClock(Fraction(120), slow=3).at_cs(1000) == 300
