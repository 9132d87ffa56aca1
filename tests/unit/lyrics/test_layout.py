from typing import Any

import pytest

from lyricclip_cli.lyrics.layout import MOST_ROWS, SMALLEST
from tests.films import lyrics_for

WORDS = "every word of this song is about the same length as any other word there is "


def one(text: str, **output: Any) -> Any:
    (placed,) = lyrics_for([{"text": text, "start_ms": 0, "end_ms": 1000}], **output).placed
    return placed


def test_a_short_text_is_one_row_of_the_style_s_size() -> None:
    placed = one("Hello")
    assert len(placed.text.rows) == 1
    assert placed.text.size == pytest.approx(0.095 * 360)
    assert placed.offset == 0


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (1440, 1080)], ids=str)
@pytest.mark.parametrize("length", [20, 80, 160, 300, 600, 1500, 5000])
def test_every_text_fits_the_safe_area(size: tuple[int, int], length: int) -> None:
    width, height = size
    lyrics = lyrics_for([{"text": (WORDS * 70)[:length], "start_ms": 0, "end_ms": 1000}], width=width, height=height)
    (placed,) = lyrics.placed
    full = lyrics.style.size * height
    assert all(row.width * placed.text.size <= lyrics.frame.safe_width for row in placed.text.rows)
    assert placed.height <= lyrics.frame.safe_height
    assert len(placed.text.rows) <= MOST_ROWS or placed.text.size <= SMALLEST * full
    assert placed.text.size >= 14


def test_five_thousand_east_asian_characters_fit() -> None:
    placed = one("我们一起走过的路" * 625, width=1280, height=720)
    assert sum(row.end - row.start for row in placed.text.rows) == 5000
    assert placed.height <= 720 * 0.86
    assert placed.text.size > 10


def test_translation_is_smaller_and_below() -> None:
    lines = [{"text": "Hello", "translation": "你好", "start_ms": 0, "end_ms": 1000}]
    (placed,) = lyrics_for(lines).placed
    assert placed.translation.size == pytest.approx(placed.text.size * 0.62, abs=0.01)


def test_texts_that_are_up_together_do_not_touch_and_keep_their_places() -> None:
    lines = [
        {"text": "first", "start_ms": 0, "end_ms": 4000},
        {"text": "second", "start_ms": 2000, "end_ms": 6000},
        {"text": "third", "start_ms": 3000, "end_ms": 7000},
        {"text": "fourth", "start_ms": 4000, "end_ms": 8000},
        {"text": "alone", "start_ms": 9000, "end_ms": 10000},
    ]
    placed = lyrics_for(lines).placed
    offsets = [item.offset for item in placed]
    assert offsets[0] == 0 < offsets[1] < offsets[2]
    assert offsets[3] == offsets[4] == 0
    for number, item in enumerate(placed):
        for other in placed[:number]:
            if item.cue.overlaps(other.cue.first_frame, other.cue.end_frame):
                assert item.offset >= other.offset + other.height or other.offset >= item.offset + item.height
