"""Whether fetched segments cover a window, and who shows which output frame."""

from fractions import Fraction

import pytest

from lyricclip_cli.errors import PermanentError
from lyricclip_cli.hls.cover import (
    IndexedRun,
    Share,
    held_frames,
    missing_after_s,
    missing_before_s,
    segments_for,
    share_frames,
)
from lyricclip_cli.hls.packets import RunIndex
from lyricclip_cli.outcome import Picture
from lyricclip_cli.plan import SNAP_S, Window
from tests.unit.hls.playlists import playlist_of, segment
from tests.unit.samples import FPS

Times = tuple[str, str]


def run(
    first: str,
    end: str,
    *,
    index: int = 3,
    keyframes: tuple[str, ...] | None = None,
    complete: str | None = None,
    sound: Times | None = None,
    starts_group: bool = False,
    ends_stream: bool = False,
) -> IndexedRun:
    """A run of one segment with pictures from `first` to `end`, decodable from its start unless `keyframes` differ."""
    held = RunIndex(
        picture=Picture(320, 180),
        first_s=Fraction(first),
        end_s=Fraction(end),
        complete_until_s=Fraction(complete or end),
        keyframes_s=tuple(map(Fraction, (first,) if keyframes is None else keyframes)),
        sound_s=None if sound is None else (Fraction(sound[0]), Fraction(sound[1])),
    )
    return IndexedRun((segment(index),), held, starts_group, ends_stream)


def window(start_ms: int, frames: int = 50) -> Window:
    return Window(start_ms, frames, FPS)


@pytest.mark.parametrize(
    ("start_ms", "first", "missing"),
    [
        pytest.param(12_000, run("12", "16"), Fraction(0), id="begins with a keyframe"),
        pytest.param(13_000, run("12", "16"), Fraction(0), id="within"),
        pytest.param(11_000, run("12", "16"), 1 - SNAP_S, id="before the first keyframe"),
        pytest.param(11_000, run("12", "16", index=0), Fraction(0), id="there is nothing earlier"),
        pytest.param(12_000, run("12.0005", "16"), Fraction(0), id="a rounded timestamp is no gap"),
        pytest.param(12_000, run("11", "16", keyframes=("13",)), 1 - SNAP_S, id="what cannot be decoded is missing"),
        pytest.param(12_000, run("11", "16", keyframes=()), 4 - SNAP_S, id="no keyframe at all: up to the end"),
        pytest.param(
            12_000, run("11", "16", keyframes=("13",), starts_group=True), Fraction(0), id="a group's first pictures"
        ),
    ],
)
def test_earlier_footage_is_missing(start_ms: int, first: IndexedRun, missing: Fraction) -> None:
    assert missing_before_s(window(start_ms), [first], with_sound=False) == missing


@pytest.mark.parametrize(
    ("sound", "starts_group", "missing"),
    [
        (None, False, Fraction(0)),
        (("12.5", "16"), False, Fraction(1, 2) - SNAP_S),
        (("11.9", "16"), False, Fraction(0)),
        (("12.5", "16"), True, Fraction(0)),
    ],
)
def test_sound_that_begins_after_the_window_is_missing_unless_the_group_begins(
    sound: Times | None, starts_group: bool, missing: Fraction
) -> None:
    first = run("12", "16", sound=sound, starts_group=starts_group)
    assert missing_before_s(window(12_000), [first], with_sound=True) == missing
    assert missing_before_s(window(12_000), [first], with_sound=False) == 0


@pytest.mark.parametrize(
    ("last", "missing"),
    [
        pytest.param(run("12", "16"), Fraction(0), id="enough"),
        pytest.param(run("12", "14"), Fraction(0), id="to the last frame's end"),
        pytest.param(run("12", "13.96"), 2 * SNAP_S, id="the last frame begins where the footage ends"),
        pytest.param(run("12", "13"), Fraction("0.96") + 2 * SNAP_S, id="a second short"),
        pytest.param(run("12", "13", ends_stream=True), Fraction(0), id="there is nothing later"),
        pytest.param(
            run("12", "16", complete="13"), Fraction("0.96") + 2 * SNAP_S, id="pictures may be missing before the end"
        ),
    ],
)
def test_later_footage_is_missing(last: IndexedRun, missing: Fraction) -> None:
    assert missing_after_s(window(12_000), [last], with_sound=False) == missing


@pytest.mark.parametrize(
    ("sound_end", "missing"),
    [("14", Fraction(0)), ("13.9995", Fraction(0)), ("13.5", Fraction(1, 2) - SNAP_S), ("20", Fraction(0))],
)
def test_sound_that_ends_before_the_window_is_missing(sound_end: str, missing: Fraction) -> None:
    last = run("12", "16", sound=("12", sound_end))
    assert missing_after_s(window(12_000), [last], with_sound=True) == missing
    assert missing_after_s(window(12_000), [last], with_sound=False) == 0


@pytest.mark.parametrize(
    ("missing_s", "count"), [("0.001", 1), ("4", 1), ("4.001", 2), ("10", 2), ("10.1", 3), ("12", 3), ("99", 3)]
)
def test_as_many_neighbours_are_taken_as_are_as_long_as_what_is_missing(missing_s: str, count: int) -> None:
    assert segments_for(playlist_of("4", "6", "2").segments, Fraction(missing_s)) == count


def test_where_there_is_no_neighbour_none_is_taken() -> None:
    assert segments_for((), Fraction(1)) == 0


def test_one_run_shows_every_frame() -> None:
    only = run("12", "16")
    assert share_frames(window(12_000), [only]) == [Share(only, 0, 50)]


def test_the_next_run_takes_over_at_its_first_picture() -> None:
    first, second = run("12", "13"), run("13", "16")
    assert share_frames(window(12_000), [first, second]) == [Share(first, 0, 25), Share(second, 25, 25)]


def test_a_frame_between_two_pictures_shows_the_earlier_one() -> None:
    first, second = run("12", "13.01"), run("13.01", "16")
    assert share_frames(window(12_000), [first, second]) == [Share(first, 0, 26), Share(second, 26, 24)]


def test_a_timestamp_that_was_rounded_up_takes_over_all_the_same() -> None:
    first, second = run("12", "13"), run("13.0005", "16")
    assert share_frames(window(12_000), [first, second]) == [Share(first, 0, 25), Share(second, 25, 25)]


def test_a_run_that_shows_nothing_has_no_share() -> None:
    first, second, third = run("8", "12"), run("12", "13"), run("13", "16")
    assert share_frames(window(12_000), [first, second, third]) == [Share(second, 0, 25), Share(third, 25, 25)]
    assert share_frames(window(12_000, frames=25), [first, second, third]) == [Share(second, 0, 25)]


def test_runs_that_overlap_never_share_a_frame() -> None:
    first, second, third = run("12", "13"), run("13", "15"), run("12.5", "16")
    assert share_frames(window(12_000), [first, second, third]) == [Share(first, 0, 25), Share(third, 25, 25)]


def test_frames_beyond_the_last_run_are_held_for_a_second_at_most() -> None:
    runs = [run("8", "12"), run("12", "13.5", ends_stream=True)]
    assert held_frames(window(12_000), runs) == 12
    with pytest.raises(PermanentError) as caught:
        held_frames(window(12_000, frames=63), runs)
    assert caught.value.code == "footage_too_short"
