"""The film's grid and every line's frames (frame rules 1, 4 and 5)."""

from fractions import Fraction
from pathlib import Path

import pytest

from lyricclip_cli.plan import PictureSpec, SongPlan, only_lines
from tests.unit.samples import FILM, FPS, NTSC, SONG, extents, grid, line, plan, timeline


@pytest.mark.parametrize(
    ("fps", "origin_ms", "song_ms", "frame"),
    [
        (FPS, 0, 0, 0),
        (FPS, 0, 19, 0),
        (FPS, 0, 20, 1),  # half a frame goes up
        (FPS, 0, 60, 2),  # also where rounding half to even would go down
        (FPS, 0, 99, 2),
        (FPS, 0, 100, 3),
        (FPS, 12_000, 14_260, 57),  # 56.5
        (FPS, 12_000, 11_980, 0),  # -0.5 goes up too
        (FPS, 12_000, 11_979, -1),
        (NTSC, 0, 1001, 30),
        (NTSC, 0, 1000, 30),  # 29.97
        (NTSC, 0, 16, 0),  # 0.4795
        (NTSC, 0, 17, 1),  # 0.5095
        (NTSC, 0, 3_603_600, 108_000),
        (FILM, 0, 1001, 24),
        (FILM, 0, 20, 0),  # 0.4795
        (FILM, 0, 21, 1),  # 0.5035
        (Fraction(60000, 1001), 0, 1001, 60),
        (Fraction(1, 2), 0, 999, 0),
        (Fraction(1, 2), 0, 1000, 1),
    ],
)
def test_a_cut_is_at_the_nearest_frame_and_a_half_goes_up(
    fps: Fraction, origin_ms: int, song_ms: int, frame: int
) -> None:
    assert grid(fps, origin_ms).frame_at(song_ms) == frame


def test_a_frame_has_an_exact_time_on_the_songs_clock() -> None:
    assert grid(NTSC, 500).ms_at(10_000) == 500 + Fraction(10_000 * 1000 * 1001, 30000)


def test_frame_counts_are_differences_of_cuts_so_nothing_accumulates() -> None:
    lines = [line(number * 130, (number + 1) * 130) for number in range(9)]
    assert extents(plan(*lines)) == [
        ("1", 0, 3),
        ("2", 3, 4),
        ("3", 7, 3),
        ("4", 10, 3),
        ("5", 13, 3),
        ("6", 16, 4),
        ("7", 20, 3),
        ("8", 23, 3),
        ("9", 26, 3),
    ]


def test_ten_thousand_frames_on_the_cut_is_still_the_nearest_one() -> None:
    lines = [line(number * 1010, (number + 1) * 1010) for number in range(400)]
    made = plan(*lines, fps=NTSC)
    last = made.clips[-1]
    assert (last.start_frame, last.frames) == (12078, 30)  # 402.990 s and 404 s, times 29.97
    assert made.frames == 12108


def test_the_film_begins_with_the_first_line_and_ends_with_the_last_end() -> None:
    made = plan(line(12_000, 14_260), line(14_260, 15_000))
    assert extents(made) == [("1", 0, 57), ("2", 57, 18)]
    assert (made.grid, made.frames, made.duration_s) == (grid(FPS, 12_000), 75, Fraction(3))


def test_a_gap_of_two_seconds_is_the_earlier_clip_running_on() -> None:
    made = plan(line(0, 1000), line(3000, 4000))
    assert (extents(made), made.gaps, made.warnings) == ([("1", 0, 75), ("2", 75, 25)], (), ())


def test_a_gap_of_more_than_two_seconds_is_black_from_the_lines_end() -> None:
    made = plan(line(0, 1000), line(3001, 4001))
    assert extents(made) == [("1", 0, 25), ("black", 25, 50), ("2", 75, 25)]
    assert [(warning.line_id, warning.message) for warning in made.warnings] == [
        ("1", "2.00 s of black after this line: no line covers them")
    ]


def test_of_overlapping_lines_the_later_wins_from_its_start() -> None:
    made = plan(line(0, 3000), line(2000, 4000))
    assert extents(made) == [("1", 0, 50), ("2", 50, 50)]
    assert [(warning.line_id, warning.message) for warning in made.warnings] == [("1", "overlaps line 2 by 1000 ms")]


def test_a_nested_lines_picture_stays_until_the_outer_line_ends() -> None:
    assert extents(plan(line(0, 10_000), line(2000, 4000))) == [("1", 0, 50), ("2", 50, 200)]


def test_a_gap_begins_where_the_longest_of_the_earlier_lines_ends() -> None:
    made = plan(line(0, 10_000), line(2000, 4000), line(13_000, 14_000))
    assert extents(made) == [("1", 0, 50), ("2", 50, 200), ("black", 250, 75), ("3", 325, 25)]
    assert [(warning.line_id, warning.message) for warning in made.warnings] == [
        ("2", "3.00 s of black after this line: no line covers them"),
        ("1", "overlaps line 2 by 8000 ms"),
    ]


def test_lines_are_laid_by_their_start_and_keep_the_files_numbers() -> None:
    made = plan(line(2000, 3000), line(0, 1000), line(1000, 2000))
    assert [(clip.number, clip.line_id, clip.start_frame) for clip in made.clips] == [
        (2, "2", 0),
        (3, "3", 25),
        (1, "1", 50),
    ]


def test_lines_that_start_together_stay_in_the_files_order_and_the_last_is_seen() -> None:
    made = plan(line(0, 1000), line(0, 2000))
    assert [(clip.line_id, clip.start_frame, clip.frames) for clip in made.clips] == [("1", 0, 0), ("2", 0, 50)]
    assert extents(made) == [("2", 0, 50)]
    assert [(warning.line_id, warning.message) for warning in made.warnings] == [
        ("1", "overlaps line 2 by 1000 ms"),
        ("1", "has no frame of its own: the next line starts on the same one"),
    ]


def test_a_line_of_one_frame_has_one_frame() -> None:
    assert extents(plan(line(0, 40), line(40, 80), line(80, 1000))) == [("1", 0, 1), ("2", 1, 1), ("3", 2, 23)]


def test_a_film_has_at_least_one_frame() -> None:
    made = plan(line(5000, 5001))
    assert (extents(made), made.frames) == ([("1", 0, 1)], 1)


def test_range_song_is_black_before_the_first_line_and_after_the_last() -> None:
    made = plan(line(3000, 4000), extent="song", audio=SONG, audio_end_ms=10_000)
    assert extents(made) == [("black", 0, 75), ("1", 75, 25), ("black", 100, 150)]
    assert (made.frames, made.grid) == (250, grid(FPS, 0))
    assert [(warning.line_id, warning.message) for warning in made.warnings] == [
        ("1", "3.00 s of black before the first line: no line covers them"),
        ("1", "6.00 s of black after this line: no line covers them"),
    ]


def test_range_song_runs_on_over_a_short_rest_but_the_start_has_nothing_to_run_on() -> None:
    made = plan(line(1000, 4000), extent="song", audio=SONG, audio_end_ms=6000)
    assert extents(made) == [("black", 0, 25), ("1", 25, 125)]


def test_range_song_ends_with_the_audio_though_a_line_ends_a_little_later() -> None:
    made = plan(line(0, 4080), extent="song", audio=SONG, audio_end_ms=4000)
    assert (extents(made), made.frames) == ([("1", 0, 100)], 100)


def test_the_song_starts_where_the_film_does_on_the_audio_files_own_clock() -> None:
    made = plan(line(12_000, 13_000), audio={**SONG, "offset_ms": 500})
    assert made.song == SongPlan(Path("/songs/song.m4a"), lead_ms=11_500)
    late = plan(line(200, 1000), audio={**SONG, "offset_ms": 500})
    assert late.song == SongPlan(Path("/songs/song.m4a"), lead_ms=-300)
    assert plan(line(0, 1000)).song is None


def test_a_plan_says_what_every_clip_looks_like() -> None:
    made = plan(line(0, 1000))
    assert (made.title, made.index_id, made.picture) == ("Demo", None, PictureSpec(1920, 1080, "blur"))


def test_only_lines_keeps_the_order_and_the_rest_of_the_timeline() -> None:
    every = timeline(line(0, 1000), line(1000, 2000), line(2000, 3000))
    kept = only_lines(every, frozenset({"3", "1"}))
    assert kept == every.model_copy(update={"lines": (every.lines[0], every.lines[2])})


def test_at_a_rate_so_low_that_a_gap_has_no_frame_nothing_is_black() -> None:
    made = plan(line(0, 5000), line(8000, 20_000), fps=Fraction(1, 10))  # cuts at 0, 0.5 and 0.8 frames
    assert made.gaps == ()
