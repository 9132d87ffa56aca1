from lyricclip_cli.lyrics.ass import WORD_JOINER
from tests.films import lyrics_for

LINES = [
    {"text": "one", "translation": "eins", "start_ms": 1000, "end_ms": 3000},
    {"text": "two\nrows", "start_ms": 2500, "end_ms": 3999},
]


def test_file_has_the_lines_times_to_the_millisecond() -> None:
    assert lyrics_for(LINES).srt() == (
        "1\n00:00:00,000 --> 00:00:02,000\none\neins\n\n2\n00:00:01,500 --> 00:00:02,999\ntwo\nrows\n\n"
    )


def test_track_has_no_overlaps() -> None:
    assert lyrics_for(LINES).track() == (
        "1\n00:00:00,000 --> 00:00:01,500\none\neins\n\n"
        "2\n00:00:01,500 --> 00:00:02,000\none\neins\ntwo\nrows\n\n"
        "3\n00:00:02,000 --> 00:00:02,999\ntwo\nrows\n\n"
    )


def test_mark_up_and_times_in_a_text_are_parted() -> None:
    text = r"<i>a</i> 1<2 {\an8} C:\Nul 00:00:01,000 --> 00:00:02,000 <3"
    found = lyrics_for([{"text": text, "start_ms": 0, "end_ms": 1000}]).srt().splitlines()[2]
    assert found.replace(WORD_JOINER, "") == text
    assert "<i" not in found
    assert "-->" not in found
    assert r"{\an" not in found
    assert "1<2" in found
