"""How often a body that flows in is looked at: seldom on a slow line, always on a fast one."""

import pytest

from lyricclip_cli.transport.flow import GATHERED_BYTES, LONGEST_PAUSE_S, Flow

PIECE = 16 * 1024


def pauses(bytes_per_s: float, *, size: int | None, pieces: int, waited_s: float = 0.002) -> list[float]:
    """What is waited after each piece of a body that comes at a steady rate."""
    flow, now_s, asked_s, found = Flow(size, 0.0), 0.0, 0.0, []
    for _ in range(pieces):
        now_s = max(now_s + PIECE / bytes_per_s, asked_s + waited_s)
        found.append(flow.pause_s(PIECE, now_s))
        asked_s = now_s + found[-1]
    return found


def test_a_slow_line_is_given_the_time_to_bring_more() -> None:
    per_s = 2_000_000
    assert pauses(per_s, size=None, pieces=3)[0] == pytest.approx(GATHERED_BYTES / per_s)


def test_a_very_slow_line_is_looked_at_twenty_times_a_second() -> None:
    assert pauses(1000, size=None, pieces=3) == [LONGEST_PAUSE_S] * 3


def test_a_fast_line_is_never_kept_waiting() -> None:
    assert pauses(20_000_000, size=None, pieces=50) == [0.0] * 50


def test_what_was_there_already_shows_that_the_line_is_the_faster_one() -> None:
    assert pauses(1_000_000, size=None, pieces=50, waited_s=0.0)[0] > 0
    flow = Flow(None, 0.0)
    assert flow.pause_s(PIECE, 0.5) > 0
    paused_until_s = 0.5 + LONGEST_PAUSE_S
    assert flow.pause_s(PIECE, paused_until_s + 0.0005) == 0.0


def test_the_end_is_not_waited_for_longer_than_it_takes() -> None:
    per_s = 1_000_000
    first, last = pauses(per_s, size=2 * PIECE, pieces=2)
    assert first == pytest.approx(PIECE / per_s)
    assert last == 0.0
