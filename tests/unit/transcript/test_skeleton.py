import json
from pathlib import Path

import pytest

from lyricclip_cli.errors import InputError
from lyricclip_cli.timeline import parse_timeline
from lyricclip_cli.transcript import credit_lines, read_transcript, skeleton
from lyricclip_cli.transcript.credits import is_credit
from lyricclip_cli.transcript.lrc import read_lrc

LRC = """[ti:夜曲]
[ar:某人]
[00:00.00]夜曲 - 某人
[00:00.50]作词 : 方某
[00:01.00]Composed by Someone
[00:05.00]第一句
[00:05.00]The first line
[00:10.00]Written by the stars
[00:15.00]
[00:20.00]<00:20.00>one <00:21.00>two <00:22.00>
[00:24.00]last
[00:30.00]混音：某某
"""


def test_lines_have_ends_words_translations_and_no_credits() -> None:
    assert skeleton(read_lrc(LRC), name="s.lrc") == {
        "version": 1,
        "title": "夜曲",
        "lines": [
            {
                "id": "L001",
                "text": "第一句",
                "start_ms": 5000,
                "end_ms": 10_000,
                "translation": "The first line",
                "candidates": [],
            },
            {"id": "L002", "text": "Written by the stars", "start_ms": 10_000, "end_ms": 15_000, "candidates": []},
            {
                "id": "L003",
                "text": "one two",
                "start_ms": 20_000,
                "end_ms": 24_000,
                "words": [
                    {"text": "one", "start_ms": 20_000, "end_ms": 21_000},
                    {"text": "two", "start_ms": 21_000, "end_ms": 22_000},
                ],
                "candidates": [],
            },
            {"id": "L004", "text": "last", "start_ms": 24_000, "end_ms": 30_000, "candidates": []},
        ],
    }
    assert credit_lines(read_lrc(LRC)) == ["夜曲 - 某人", "作词 : 方某", "Composed by Someone", "混音：某某"]


def test_every_skeleton_is_a_timeline() -> None:
    wild = (
        "[00:01.00]a\n[00:01.00]a\n[00:01.00]<00:00.50>b <00:09.00>c\n[00:02.00]<00:03.00>d<00:01.00>e\n[00:02.00]\x07"
    )
    parse_timeline(json.dumps(skeleton(read_lrc(wild), name="w")).encode(), name="w")


def test_the_last_line_lasts_to_the_song_s_end_or_five_seconds() -> None:
    assert skeleton(read_lrc("[00:10.00]a"), name="s")["lines"][0]["end_ms"] == 15_000
    assert skeleton(read_lrc("[length:00:30]\n[00:10.00]a"), name="s")["lines"][0]["end_ms"] == 30_000


def test_nothing_sung_is_an_input_error() -> None:
    with pytest.raises(InputError):
        skeleton(read_lrc("作词 : x\n[00:01.00]作曲: y"), name="s.lrc")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "s.LRC"
    file.write_bytes("[00:01.00]我们的歌词在这里唱".encode(encoding))
    assert read_transcript(file).entries[0].text == "我们的歌词在这里唱"


@pytest.mark.parametrize("name", ["missing.lrc", "notes.txt"])
def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError):
        read_transcript(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        "作词 : 林夕",
        "作曲：周杰伦",
        "词：x",
        "编曲 : x",
        "制作人: x",
        "Lyrics by: X",
        "Lyrics: X",
        "Music by : X",
        "作詞・作曲：x",
        "Composer: x",
        "Produced by: X",
        "Written By：X",
        "Mixing Engineer: x",
        "OP: x",
        "曲:x",
        "© 2020 X",
        "作词/作曲：x",
        "录音师：x",
        "작사: x",
    ],
)
def test_credits(text: str) -> None:
    assert is_credit(text)


@pytest.mark.parametrize(
    "text",
    [
        "I said: hello",
        "曲终人散",
        "Music makes me lose control",
        "词不达意",
        "Written in the stars",
        "Lyrics fly by",
        "鼓声响起",
        "她说：再见",
        "Title fight",
        "Drums and bass",
    ],
)
def test_sung_lines_are_no_credits(text: str) -> None:
    assert not is_credit(text)
