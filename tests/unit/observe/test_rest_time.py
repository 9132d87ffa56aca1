import pytest

from lyricclip_cli.observe.rest_time import RestTime


def test_nothing_is_said_without_evidence() -> None:
    rest = RestTime(10.0)
    assert rest.left_s(20.0) is None
    for number in range(1, 4):
        rest.clip_finished(100, left_frames=1000, at_s=10.0 + number, slots=4)
        assert rest.left_s(10.0 + number) is None
    rest.clip_finished(100, left_frames=900, at_s=14.0, slots=4)
    assert rest.left_s(14.0) == pytest.approx(9.0)


def test_a_pace_over_an_instant_says_nothing() -> None:
    rest = RestTime(0.0)
    for _ in range(10):
        rest.clip_finished(100, left_frames=900, at_s=0.01, slots=4)
    assert rest.left_s(0.01) is None


def test_clips_without_frames_say_nothing_about_the_pace() -> None:
    rest = RestTime(0.0)
    for number in range(10):
        rest.clip_finished(0, left_frames=900, at_s=float(number), slots=2)
    assert rest.left_s(10.0) is None


def test_it_counts_down_and_never_reaches_zero_while_frames_are_left() -> None:
    rest = steady(clips=5, total=10)
    assert rest.left_s(5.0) == pytest.approx(5.0)
    assert rest.left_s(6.0) == pytest.approx(4.0)
    stalled = [rest.left_s(5.0 + wait) for wait in (10, 100, 1000)]
    assert stalled == [pytest.approx(15 / 2), pytest.approx(105 / 2), pytest.approx(1005 / 2)]


def test_a_steady_pace_gives_a_steady_estimate() -> None:
    for clips in range(3, 10):
        assert steady(clips=clips, total=10).left_s(clips) == pytest.approx(10 - clips)


def test_a_change_of_pace_is_followed_without_a_jump() -> None:
    rest = steady(clips=4, total=100)
    before = rest.left_s(4.0)
    rest.clip_finished(100, left_frames=9_500, at_s=14.0, slots=1)
    after = rest.left_s(14.0)
    assert before == pytest.approx(96)
    assert after is not None
    assert 96 < after < 266


def test_nothing_is_left_in_the_end() -> None:
    assert steady(clips=10, total=10).left_s(11.0) is None


def test_more_work_needs_new_evidence() -> None:
    rest = steady(clips=5, total=10)
    rest.work_added(2000)
    assert rest.left_s(5.0) is None
    rest.clip_finished(100, left_frames=1900, at_s=6.0, slots=1)
    assert rest.left_s(6.0) == pytest.approx(19.0)


def steady(*, clips: int, total: int) -> RestTime:
    """One clip of 100 frames a second, since second 0."""
    rest = RestTime(0.0)
    for number in range(1, clips + 1):
        rest.clip_finished(100, left_frames=100 * (total - number), at_s=float(number), slots=1)
    return rest
