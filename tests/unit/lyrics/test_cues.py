from typing import Any

from lyricclip_cli.lyrics.cues import Sung, make_cues, text_warnings
from tests.films import lyric_plan


def word(text: str, start_ms: int, end_ms: int) -> dict[str, Any]:
    return {"text": text, "start_ms": start_ms, "end_ms": end_ms}


def test_frames_are_those_of_the_grid_and_times_those_of_the_film() -> None:
    lines = [
        {"text": "one", "start_ms": 10_000, "end_ms": 11_019},
        {"text": "two", "start_ms": 11_021, "end_ms": 12_000},
    ]
    cues = make_cues(lyric_plan(lines), case="as_written", karaoke=True)
    assert [(cue.first_frame, cue.end_frame) for cue in cues] == [(0, 25), (26, 50)]
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(0, 1019), (1021, 2000)]


def test_a_line_shorter_than_half_a_frame_and_an_empty_one_have_no_cue() -> None:
    lines = [
        {"text": "one", "start_ms": 0, "end_ms": 1000},
        {"text": "blink", "start_ms": 1001, "end_ms": 1002},
        {"text": "\x01", "start_ms": 1100, "end_ms": 2000},
    ]
    cues = make_cues(lyric_plan(lines), case="as_written", karaoke=True)
    assert [cue.text for cue in cues] == ["one"]


def test_words_become_pieces_with_what_stands_between_them() -> None:
    words = [word("Hello", 1000, 1400), word("world", 1500, 1900)]
    lines = [{"text": "“Hello, world!”", "start_ms": 1000, "end_ms": 2000, "words": words}]
    (cue,) = make_cues(lyric_plan(lines), case="upper", karaoke=True)
    assert cue.pieces == (Sung("“"), Sung("HELLO", 0, 400), Sung(", "), Sung("WORLD", 500, 900), Sung("!”"))
    assert cue.is_karaoke


def test_no_karaoke_when_it_is_off_or_when_words_do_not_spell_the_text() -> None:
    words = [word("Hello", 0, 400), word("moon", 500, 900)]
    lines = [{"id": "A", "text": "Hello world", "start_ms": 0, "end_ms": 1000, "words": words}]
    plan = lyric_plan(lines)
    (cue,) = make_cues(plan, case="as_written", karaoke=True)
    assert cue.pieces == (Sung("Hello world"),)
    (warning,) = text_warnings(plan, karaoke=True)
    assert warning.line_id == "A"
    assert "do not spell" in warning.message
    assert text_warnings(plan, karaoke=False) == []


def test_a_part_of_the_text_without_a_word_is_no_karaoke() -> None:
    lines = [
        {"text": "one two three", "start_ms": 0, "end_ms": 1000, "words": [word("one", 0, 9), word("three", 9, 99)]}
    ]
    (cue,) = make_cues(lyric_plan(lines), case="as_written", karaoke=True)
    assert not cue.is_karaoke


def test_control_characters_are_reported_with_their_line() -> None:
    lines = [{"id": "A", "text": "a\x07b", "translation": "c\x1b", "start_ms": 0, "end_ms": 1000}]
    (warning,) = text_warnings(lyric_plan(lines), karaoke=True)
    assert warning.line_id == "A"
    assert "U+0007, U+001B" in warning.message


def test_a_text_that_outlasts_the_film_ends_with_it() -> None:
    lines = [
        {"text": "long", "start_ms": 0, "end_ms": 5000},
        {"text": "last", "start_ms": 1000, "end_ms": 2000},
    ]
    cues = make_cues(lyric_plan(lines), case="as_written", karaoke=True)
    assert [(cue.text, cue.first_frame, cue.end_frame) for cue in cues] == [("long", 0, 125), ("last", 25, 50)]
