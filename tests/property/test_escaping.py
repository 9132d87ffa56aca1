"""No lyric can become an override tag, another event or another style: whatever it says is shown."""

from typing import Any

import pysubs2
from hypothesis import example, given
from hypothesis import strategies as st

from lyricclip_cli.lyrics.ass import WORD_JOINER, escaped
from lyricclip_cli.lyrics.text import cleaned
from tests.films import lyrics_for

NASTY = st.text(alphabet="{}\\Nnhkpb1()\n\r,:;'%&<>-[]\u2028\x00\x1b aé我\u202e", max_size=40)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def libass_shows(body: str) -> tuple[str, list[str]]:
    """How libass reads an event's text (ass_parse.c): what is shown, and the override blocks it would obey."""
    shown, blocks, at = "", [], 0
    while at < len(body):
        if body.startswith("{", at) and "}" in body[at:]:
            end = body.index("}", at)
            blocks.append(body[at + 1 : end])
            at = end + 1
        elif body[at] == "\\" and at + 1 < len(body) and body[at + 1] in "Nnh{}":
            shown += {"N": "\n", "n": " ", "h": "\u00a0"}.get(body[at + 1], body[at + 1])
            at += 2
        else:
            shown += body[at]
            at += 1
    return shown, blocks


@given(NASTY | ANY)
@example(r"{\b1}bold{\b0}")
@example(r"\\N\{\}")
@example("\\" * 7 + "{")
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    text = text.replace(WORD_JOINER, "")
    shown, blocks = libass_shows(escaped(text))
    assert shown.replace(WORD_JOINER, "") == text
    assert blocks == []


@given(NASTY | ANY, NASTY)
@example("a\nDialogue: 0,0:00:00.00,9:00:00.00,Lyrics,,0,0,0,,b", "[V4+ Styles]")
@example("a\r[Events]\rb", "Style: Lyrics,x")
def test_a_file_has_one_event_per_text_and_only_our_tags(text: str, translation: str) -> None:
    lines: list[dict[str, Any]] = [{"text": f"x{text}", "translation": translation, "start_ms": 0, "end_ms": 1000}]
    lyrics = lyrics_for(lines)
    for script in (lyrics.ass(), lyrics.burned(0, 25) or ""):
        read = pysubs2.SSAFile.from_string(script)
        assert len(read.styles) == 3
        assert [event.style for event in read] == ["Lyrics", "Translation"][: 1 + bool(cleaned(translation))]
        for event, said in zip(read, (f"x{text}", translation), strict=False):
            shown, blocks = libass_shows(event.text)
            assert len(blocks) == 1
            assert blocks[0].startswith("\\an2\\pos(")
            assert _letters(shown) == _letters(cleaned(said))


def _letters(text: str) -> str:
    """What is left when blanks and invisible marks are not counted: rows end at blanks."""
    return "".join(char for char in text if not char.isspace() and char not in {WORD_JOINER, "\u200f"})


@given(NASTY | ANY)
def test_subrip_has_one_block_per_text(text: str) -> None:
    srt = lyrics_for([{"text": f"x{text}", "start_ms": 0, "end_ms": 1000}]).srt()
    read = pysubs2.SSAFile.from_string(srt, format_="srt", keep_html_tags=True)
    assert len(read) == 1
    assert srt.endswith("\n\n")
    assert "\n\n" not in srt[:-2]
