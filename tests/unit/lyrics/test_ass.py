import re
from typing import Any

import pysubs2
import pytest

from lyricclip_cli.lyrics import FilmLyrics
from lyricclip_cli.lyrics.ass import WORD_JOINER, escaped
from tests.films import lyrics_for


def events(lyrics: FilmLyrics) -> list[pysubs2.SSAEvent]:
    return list(pysubs2.SSAFile.from_string(lyrics.ass()))


def bodies(lyrics: FilmLyrics) -> list[str]:
    return [re.sub(r"^\{[^}]*\}", "", event.text) for event in events(lyrics)]


def word(text: str, start_ms: int, end_ms: int) -> dict[str, Any]:
    return {"text": text, "start_ms": start_ms, "end_ms": end_ms}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("{\\b1}", f"\\{{\\{WORD_JOINER}b1\\}}"),
        ("C:\\New", f"C:\\{WORD_JOINER}New"),
        ("\\{", f"\\{WORD_JOINER}\\{{"),
        ("a\nb", "a\\Nb"),
        ("a, 'b': 100%", "a, 'b': 100%"),
    ],
)
def test_escaped(text: str, written: str) -> None:
    assert escaped(text) == written


def test_file_has_a_line_per_text_at_the_film_s_frames() -> None:
    lyrics = lyrics_for(
        [
            {"text": "one", "translation": "eins", "start_ms": 1000, "end_ms": 2000},
            {"text": "two", "start_ms": 2000, "end_ms": 3000},
        ]
    )
    found = [(event.style, event.start, event.end) for event in events(lyrics)]
    assert found == [("Lyrics", 0, 980), ("Translation", 0, 980), ("Lyrics", 980, 1980)]
    assert bodies(lyrics) == ["one", "eins", "two"]


def test_clips_have_only_the_texts_they_show() -> None:
    lyrics = lyrics_for(
        [{"text": "one", "start_ms": 0, "end_ms": 1000}, {"text": "two", "start_ms": 5000, "end_ms": 6000}]
    )
    first, second = lyrics.burned(0, 25) or "", lyrics.burned(124, 2) or ""
    assert "one" in first
    assert "two" not in first
    assert "two" in second
    assert lyrics.burned(25, 100) is None


def test_karaoke_waits_for_each_word_and_colours_it_in_its_time() -> None:
    words = [word("Hello", 1200, 1600), word("big", 1600, 1700), word("world", 1900, 2500)]
    lyrics = lyrics_for([{"text": "Hello big world!", "start_ms": 1000, "end_ms": 3000, "words": words}])
    assert bodies(lyrics) == [r"{\kf20}{\kf40}Hello{\kf0} {\kf10}big{\kf20} {\kf60}world{\kf0}!"]
    assert events(lyrics)[0].style == "Karaoke"


def test_karaoke_of_characters_without_blanks_waits_too() -> None:
    words = [word("我", 0, 200), word("们", 500, 800)]
    lyrics = lyrics_for([{"text": "我们", "start_ms": 0, "end_ms": 1000, "words": words}])
    assert bodies(lyrics) == [r"{\kf20}我{\kf30}{\kf30}们"]


def test_karaoke_counts_from_the_event_s_own_start() -> None:
    """Its start is half a frame early, so that it is exact; the words' times are not."""
    lines = [
        {"text": "x", "start_ms": 0, "end_ms": 1000},
        {"text": "go", "start_ms": 1000, "end_ms": 2000, "words": [word("go", 1000, 1500)]},
    ]
    assert bodies(lyrics_for(lines))[1] == r"{\kf2}{\kf50}go"


def test_a_word_cut_by_a_row_s_end_is_coloured_in_two_parts() -> None:
    text = "啊" * 60
    lyrics = lyrics_for([{"text": text, "start_ms": 0, "end_ms": 6000, "words": [word(text, 0, 6000)]}])
    (body,) = bodies(lyrics)
    shares = [(int(cs), len(part)) for cs, part in re.findall(r"\{\\kf(\d+)\}(啊+)", body)]
    assert len(shares) > 1
    assert sum(cs for cs, _ in shares) == 600
    assert all(cs == 10 * length for cs, length in shares)
    assert body.count("\\N") == len(shares) - 1


def test_no_karaoke() -> None:
    lines = [{"text": "go", "start_ms": 0, "end_ms": 2000, "words": [word("go", 0, 1500)]}]
    assert bodies(lyrics_for(lines, karaoke=False)) == ["go"]


def test_positions_follow_the_style() -> None:
    lines = [{"text": "a", "translation": "b", "start_ms": 0, "end_ms": 1000}]

    def tags(**style: Any) -> list[str]:
        found = (re.match(r"\{(.*?)\}", event.text) for event in events(lyrics_for(lines, style=style)))
        return [match[1] for match in found if match]

    plain = {"size": 0.1, "translation_size": 0.5, "margin_x": 0.1, "margin_y": 0.1}
    assert tags(**plain) == [r"\an2\pos(320,306)", r"\an2\pos(320,324)"]
    assert tags(**plain, position="top") == [r"\an8\pos(320,36)", r"\an8\pos(320,72)"]
    assert tags(**plain, position="middle") == [r"\an2\pos(320,189)", r"\an2\pos(320,207)"]
    assert tags(**plain, align="left")[0] == r"\an1\pos(64,306)"
    assert tags(**plain, align="right")[0] == r"\an3\pos(576,306)"


def test_colours_and_font_reach_the_styles() -> None:
    style = {"font": "Some Serif", "color": "#11223380", "sung_color": "#445566", "outline_color": "#000000"}
    lyrics = lyrics_for([{"text": "a", "start_ms": 0, "end_ms": 1000}], style=style)
    written = pysubs2.SSAFile.from_string(lyrics.ass()).styles
    assert written["Lyrics"].fontname == "Some Serif"
    assert written["Lyrics"].primarycolor == pysubs2.Color(0x11, 0x22, 0x33, 0x7F)
    assert written["Karaoke"].primarycolor == pysubs2.Color(0x44, 0x55, 0x66, 0)
    assert written["Karaoke"].secondarycolor == written["Lyrics"].primarycolor


def test_fast_films_are_burned_on_a_slowed_clock() -> None:
    lyrics = lyrics_for([{"text": "a", "start_ms": 0, "end_ms": 1000}], fps=120)
    assert lyrics.clock.slow == 3
    (event,) = pysubs2.SSAFile.from_string(lyrics.burned(0, 120) or "")
    assert event.end == pytest.approx(3000, abs=25)
