import json
from pathlib import Path
from typing import Any

import pytest

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.timeline import parse_timeline, read_timeline
from lyricclip_cli.timeline.json_text import MOST_BYTES, MOST_VALUES
from tests.unit.timeline.documents import candidate, document, line, places_of, problems_of

WHOLE_MS = "times are whole milliseconds: 12 s are 12000"


def test_all_problems_at_once_in_the_order_of_the_file() -> None:
    broken = {
        "titel": "x",
        "version": 2,
        "lines": [
            {"end_ms": 900, "text": " ", "start_ms": 1000},
            {
                "text": "a",
                "start_ms": "12",
                "end_ms": True,
                "candidates": [candidate(video_id="a/b", score="high"), {"start_ms": 5, "end_ms": 5}, 7],
            },
            {"id": "1", "text": 3, "start_ms": 0, "end_ms": 9, "candidates": {}},
            "la la",
        ],
        "output": {"range": "song", "fit": "blurr"},
        "zzz": 1,
    }
    assert problems_of(broken) == [
        "titel: unknown key, did you mean title?",
        'version: only version 1 can be read, seen 2 (write "version": 1)',
        "lines[0].end_ms: must be after the start, seen 900 ms with a start at 1000 ms "
        "(write where it ends, not how long it is)",
        'lines[0].text: must not be empty, seen " " (write the words that are sung)',
        f'lines[1].start_ms: must be a whole number of milliseconds, seen "12" ({WHOLE_MS})',
        f"lines[1].end_ms: must be a whole number of milliseconds, seen true ({WHOLE_MS})",
        'lines[1].candidates[0].video_id: is not a video id, seen "a/b" '
        "(a video id has 1 to 64 letters, digits, - and _)",
        'lines[1].candidates[0].score: must be a number, seen "high" (write a number such as 0.93, or leave it out)',
        "lines[1].candidates[1]: names no footage (write one of video_id, url and file)",
        "lines[1].candidates[1].end_ms: must be after the start, seen 5 ms with a start at 5 ms "
        "(write where it ends, not how long it is)",
        "lines[1].candidates[2]: must be an object, seen 7 (write {...})",
        'lines[2].id: "1" is the id of lines[0].id already (ids are unique; a line without one has its number as id)',
        'lines[2].text: must be a string, seen 3 (write "3")',
        "lines[2].candidates: must be a list, seen an object (write [...])",
        'lines[3]: must be an object, seen "la la" (write {...})',
        'output.range: "song" needs audio, and there is none (add "audio": {"file": "song.m4a"}, or write "lyrics")',
        'output.fit: must be "blur", "pad" or "crop", seen "blurr"',
        "zzz: unknown key (known here: version, title, index_id, audio, output, lines)",
    ]


def test_a_misspelt_key_is_one_problem_with_the_right_name() -> None:
    misspelt = candidate(strat_ms=1)
    del misspelt["start_ms"]
    broken = document(line(), line(), line(), line(candidates=[misspelt]))
    assert problems_of(broken) == ["lines[3].candidates[0].strat_ms: unknown key, did you mean start_ms?"]


def test_missing_keys_come_after_those_that_are_there() -> None:
    assert problems_of({"lines": [{"start_ms": -1}]}) == [
        f"lines[0].start_ms: must be from 0 to 86400000 milliseconds, seen -1 ({WHOLE_MS})",
        'lines[0].text: missing (write "text": "…")',
        'lines[0].end_ms: missing (write "end_ms": 14250)',
        'version: missing (write "version": 1)',
    ]


@pytest.mark.parametrize(
    ("version", "seen"), [(0, "0"), (2, "2"), ("1", '"1"'), (True, "true"), (None, "null"), (1.5, "1.5")]
)
def test_other_versions(version: Any, seen: str) -> None:
    assert problems_of(document(version=version)) == [
        f'version: only version 1 can be read, seen {seen} (write "version": 1)'
    ]


def test_a_version_may_be_written_as_1_0() -> None:
    assert parse_timeline(json.dumps(document(version=1.0)).encode(), name="t.json").version == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'the file is empty (write {"version": 1, "lines": [...]})'),
        (" \n", 'the file is empty (write {"version": 1, "lines": [...]})'),
        ("[1]", 'must be an object, seen a list (write {"version": 1, "lines": [...]})'),
        (
            '{"version": 1,\n "lines": [}',
            'line 2, column 12: not JSON: a value is missing, seen "lines": [} '
            "(a comma too many, or a text without its quotes?)",
        ),
        (
            '{"version": 1 "lines": []}',
            'line 1, column 15: not JSON: a comma or a closing bracket is missing, seen {"version": 1 "lines": []} '
            "(values are separated by commas)",
        ),
        (
            '{"version": 1}}',
            'line 1, column 15: not JSON: more text after the end, seen {"version": 1}} '
            "(the file must hold one object)",
        ),
        (
            '{"title": "a\nb"}',
            'line 1, column 13: not JSON: a line break or control character inside a text, seen {"title": "a '
            r"(write \n or \t)",
        ),
    ],
)
def test_not_json(text: str, said: str) -> None:
    assert problems_of(text.encode()) == [said]


def test_not_utf_8() -> None:
    assert problems_of(b'{"version": 1,\n "title": "caf\xe9"}') == [
        "line 2: the file is not UTF-8, seen byte 0xe9 (save it as UTF-8)"
    ]
    assert problems_of(json.dumps(document()).encode("utf-16")) == [
        "line 1: the file is not UTF-8, seen byte 0xff; it looks like UTF-16 (save it as UTF-8)"
    ]
    assert problems_of(b'\xef\xbb\xbf{"title": "\n\xff"}') == [
        "line 2: the file is not UTF-8, seen byte 0xff (save it as UTF-8)"
    ]


def test_a_byte_order_mark_is_accepted() -> None:
    data = json.dumps(document()).encode()
    assert parse_timeline(b"\xef\xbb\xbf" + data, name="t.json") == parse_timeline(data, name="t.json")


def test_keys_given_twice() -> None:
    text = b'{"version": 1, "lines": [{"text": "a", "start_ms": 0, "end_ms": 1, "text": "b"}], "version": 1}'
    assert problems_of(text) == [
        "version: this key is given more than once (keep one of them)",
        "lines[0].text: this key is given more than once (keep one of them)",
    ]


def test_numbers_that_are_none() -> None:
    text = (
        b'{"version": 1, "output": {"fps": NaN}, "lines": [{"text": "a", "start_ms": -Infinity, "end_ms": 1e999,'
        b'"candidates": [{"video_id": "v", "start_ms": 0, "end_ms": 1, "score": Infinity}]}]}'
    )
    assert problems_of(text) == [
        'output.fps: must be a frame rate, seen NaN (write a number such as 25 or a ratio such as "30000/1001")',
        f"lines[0].start_ms: must be a whole number of milliseconds, seen -Infinity ({WHOLE_MS})",
        f"lines[0].end_ms: must be a whole number of milliseconds, seen Infinity ({WHOLE_MS})",
        "lines[0].candidates[0].score: must be a number, seen Infinity (write a number such as 0.93, or leave it out)",
    ]


def test_a_number_of_thousands_of_digits() -> None:
    text = json.dumps(document(line(end_ms=0))).replace('"end_ms": 0', '"end_ms": ' + "9" * 5000)
    assert places_of(json.loads(text, parse_int=float)) == ["lines[0].end_ms"]
    assert problems_of(text.encode()) == [
        f"lines[0].end_ms: must be a whole number of milliseconds, seen Infinity ({WHOLE_MS})"
    ]


@pytest.mark.parametrize("depth", [100, 100_000])
def test_nesting_is_bounded(depth: int) -> None:
    [problem] = problems_of(b'{"version": 1, "lines": ' + b"[" * depth + b"]" * depth + b"}")
    assert problem.endswith("nested more than 32 levels deep (a timeline needs five; is this the right file?)")


def test_size_is_bounded() -> None:
    assert problems_of(b" " * (MOST_BYTES + 1)) == [
        "the file is larger than 32 MiB (a timeline has some kilobytes; is this the right file?)"
    ]
    assert problems_of(b'{"lines": [' + b"1," * MOST_VALUES + b"1]}") == [
        "the file has more than 500000 values (a timeline has some thousand; is this the right file?)"
    ]


def test_hundreds_of_problems_are_all_listed_and_thousands_counted() -> None:
    hundreds = [line(id=str(number), text="") for number in range(700)]
    assert places_of(document(*hundreds)) == [f"lines[{number}].text" for number in range(700)]
    thousands = problems_of(document(*[line(text="")] * 3000))
    assert len(thousands) == 1001
    assert thousands[-1] == "and 2000 more problems (is this the right file?)"


SECRET = "https://user:passw0rd@cdn.example/a.m3u8?sig=s3cret&x=1#s3cret"


@pytest.mark.parametrize(
    "broken",
    [
        document(line(candidates=[{"url": SECRET.replace("https", "ftp"), "start_ms": 0, "end_ms": 1}])),
        document(line(candidates=[{"url": f"{SECRET} s3cret", "start_ms": 0, "end_ms": 1}])),
        document(line(candidates=[candidate(video_id=SECRET)])),
        document(line(candidates=[{"file": SECRET, "start_ms": 0, "end_ms": 1}])),
        document(line(candidates=[candidate(score=SECRET)])),
        document(**{SECRET: 1}),
        f'{{"url": "{SECRET}",}}'.encode(),
        f'{{"url": "{SECRET}'.encode(),
        f'{{"url": "{SECRET}\\q'.encode(),
        '{"url": "https://h/?sig=s3c\\qret"}'.replace("s3c\\qret", "s3cret\\qs3cret").encode(),
        b'{"url": "https://user:passw0rd\\q@h/"}',
    ],
)
def test_a_message_never_shows_a_query_or_a_password(broken: Any) -> None:
    said = "\n".join(problems_of(broken))
    assert "s3cret" not in said
    assert "passw0rd" not in said


def test_what_was_seen_is_short_and_printable() -> None:
    [said] = problems_of(document(output={"fit": "\x1b[31m" + "x" * 500}))
    assert said == 'output.fit: must be "blur", "pad" or "crop", seen "\\x1b[31m' + "x" * 54 + '…"'
    assert places_of(document(**{"a\x1b\ud800 b": 1})) == ['["a\\x1b\\ud800 b"]']
    assert places_of(document(title="\ud800")) == ["title"]


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "song.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    assert read_timeline(path) == parse_timeline(path.read_bytes(), name="other")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("gone.json", "No such file or directory"), (".", "Is a directory"), ("a\0b", "embedded null byte")],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        read_timeline(tmp_path / name)
    assert caught.value.file == str(tmp_path / name)
    assert caught.value.problems == [
        Problem("", f"cannot be read: {reason}", "name a timeline file, such as timeline.json")
    ]


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError) as caught:
        read_timeline(path)
    assert [problem.message for problem in caught.value.problems] == ["the file is larger than 32 MiB"]
