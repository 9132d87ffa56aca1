"""Ticks and seconds, and where a run's pictures end. What needs media is tested with media."""

from fractions import Fraction

import pytest

from lyricclip_cli.hls.packets import MPEGTS_WRAP_TICKS, TickClock, Timing, _extent

MPEGTS = Fraction(1, 90_000)


def clock(*, origin_s: str = "1.4", group_start_s: str = "0", expected_s: str = "0", wraps: bool = True) -> TickClock:
    return TickClock(Timing(Fraction(origin_s), Fraction(group_start_s), Fraction(expected_s)), MPEGTS, wraps=wraps)


def test_a_groups_first_picture_is_where_the_group_begins_on_the_streams_clock() -> None:
    assert clock().seconds(126_000) == 0
    assert clock(group_start_s="60.5").seconds(126_000 + 3600) == Fraction("60.54")


def test_ticks_and_seconds_are_each_others_inverse() -> None:
    of = clock(group_start_s="7.007")
    assert [of.ticks(of.seconds(ticks)) for ticks in (0, 1, 126_000, 2**34 + 1)] == [0, 1, 126_000, 2**34 + 1]
    assert of.ticks(of.seconds(126_000) + MPEGTS / 2) == 126_000


@pytest.mark.parametrize("expected_s", ["0", "0.5", "100", "86400", "95443"])
@pytest.mark.parametrize("seconds_in", [-10, 0, 3600])
def test_a_wrapped_count_is_the_one_nearest_to_what_is_expected(expected_s: str, seconds_in: int) -> None:
    of = clock(origin_s="95000", expected_s=expected_s)
    true = of.ticks(Fraction(expected_s) + seconds_in)
    assert of.unwrapped(true % MPEGTS_WRAP_TICKS) == true


def test_only_mpegts_wraps() -> None:
    assert clock(expected_s="200000", wraps=False).unwrapped(5) == 5


@pytest.mark.parametrize(
    ("times", "decoded", "extent"),
    [
        pytest.param([0, 40, 80], [0, 40, 80], (120, 120), id="steady"),
        pytest.param([80, 0, 40], [-80, -40, 0], (120, 120), id="steady, with B-frames"),
        pytest.param([0, 33, 67, 100], [0, 33, 67, 100], (133, 133), id="steady, rounded to milliseconds"),
        pytest.param([0, 40, 160], [-40, 0, 40], (200, 40), id="a hole: the next segment may fill it"),
        pytest.param([7], [5], (7, 7), id="one picture"),
        pytest.param([0, 0, 40], [0, 0, 40], (80, 80), id="two at one time"),
    ],
)
def test_the_last_picture_lasts_as_long_as_the_shortest_distance(
    times: list[int], decoded: list[int], extent: tuple[int, int]
) -> None:
    assert _extent(times, decoded) == extent
