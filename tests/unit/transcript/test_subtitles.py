import pytest

from lyricclip_cli.transcript.entry import Entry, TimedWord
from lyricclip_cli.transcript.subtitles import read_subtitles

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>One</i>
more

2
00:00:03,000 --> 00:00:04,000
two
"""

ASS = """[Script Info]
Title: A song

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\k20}{\\kf30}Hel{\\k20}lo {\\kf30}you
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\an8\\b1}first\\Nrow, comma
"""


def test_srt() -> None:
    assert read_subtitles(SRT, "srt").entries == (Entry("One more", 1000, 2500), Entry("two", 3000, 4000))


def test_ass_with_karaoke() -> None:
    read = read_subtitles(ASS, "ass")
    assert read.title == "A song"
    words = (TimedWord("Hel", 3200, 3500), TimedWord("lo", 3500, 3700), TimedWord("you", 3700, 4000))
    assert read.entries == (Entry("first row, comma", 1000, 2000), Entry("Hello you", 3000, 4000, words))


@pytest.mark.parametrize("form", ["srt", "ass"])
def test_a_text_that_is_something_else_has_no_lines(form: str) -> None:
    assert read_subtitles("hello there", form).entries == ()
