import json
from typing import Any

import pytest

from lyricclip_cli.timeline.song2video import from_song2video
from tests.unit.timeline.documents import candidate, document, line, parsed, places_of, problems_of


def source(video_id: str = "v1", **changes: Any) -> dict[str, Any]:
    return {"source_video_id": video_id, "start_time_ms": 0, "end_time_ms": 1000} | changes


def dialect_line(**changes: Any) -> dict[str, Any]:
    return source(lyrics="I gotta believe", lyric_start_ms=12000, lyric_end_ms=14250) | changes


def dialect(*lines: Any, **changes: Any) -> dict[str, Any]:
    return {"lines": list(lines) or [dialect_line()]} | changes


def test_the_dialect_becomes_version_1() -> None:
    words = [{"text": "I", "start_ms": 12000, "end_ms": 12100}]
    others = [
        source("v2", score=0.4),
        source(score=0.9),
        source(start_time_ms=5),
    ]
    whole = dialect(
        dialect_line(id="L1", candidates=others, translation="Ich", words=words),
        dialect_line(source_video_id=None, candidates=[source("v3")]),
        {"lyrics": "no footage", "lyric_start_ms": 0, "lyric_end_ms": 5},
        title="Demo",
        index_id="i",
        audio={"file": "song.m4a"},
        resolution="720p",
        frame_rate=29.97,
        output={"fit": "crop"},
    )
    before = json.dumps(whole)
    assert from_song2video(whole).document == {
        "version": 1,
        "title": "Demo",
        "index_id": "i",
        "audio": {"file": "song.m4a"},
        "output": {"fit": "crop", "fps": 29.97, "width": 1280, "height": 720},
        "lines": [
            {
                "id": "L1",
                "text": "I gotta believe",
                "start_ms": 12000,
                "end_ms": 14250,
                "translation": "Ich",
                "words": words,
                "candidates": [
                    candidate(score=0.9),
                    candidate(video_id="v2", score=0.4),
                    candidate(start_ms=5),
                ],
            },
            line(candidates=[candidate(video_id="v3")]),
            {"text": "no footage", "start_ms": 0, "end_ms": 5, "candidates": []},
        ],
    }
    assert json.dumps(whole) == before
    assert from_song2video(whole).found == ()


@pytest.mark.parametrize(("resolution", "size"), [("1080p", (1920, 1080)), ("720p", (1280, 720)), ("480p", (854, 480))])
def test_resolutions(resolution: str, size: tuple[int, int]) -> None:
    output = parsed(dialect(resolution=resolution)).output
    assert (output.width, output.height) == size


@pytest.mark.parametrize("version", [{}, {"version": 1}])
def test_both_forms_are_the_same_timeline(version: dict[str, int]) -> None:
    assert parsed(dialect(**version)) == parsed(document(line(candidates=[candidate()])))


def test_a_head_without_a_version_is_enough_to_be_recognised() -> None:
    assert problems_of({"frame_rate": 25}) == ['lines: missing (write "lines": [...])']


def test_a_key_of_the_dialect_in_version_1_is_unknown() -> None:
    assert places_of(document(resolution="720p")) == ["resolution"]
    assert problems_of(document(line(candidates=[candidate(source_video_id="x")]))) == [
        "lines[0].candidates[0].source_video_id: unknown key, did you mean video_id?"
    ]


def test_one_line_with_a_name_of_the_dialect_does_not_turn_version_1_into_it() -> None:
    mistaken = line()
    mistaken["lyrics"] = mistaken.pop("text")
    assert problems_of(document(line(), mistaken)) == [
        "lines[1].lyrics: unknown key (known here: id, text, start_ms, end_ms, candidates, translation, words)",
        'lines[1].text: missing (write "text": "…")',
    ]


def test_places_and_names_are_those_of_the_users_file() -> None:
    broken = {
        "frame_rate": "fast",
        "lines": [
            dialect_line(end_time_ms=0, lyric_end_ms=9, candidates=[source(end_time_ms=0), source("v 2")]),
            {
                "lyrics": "",
                "lyric_start_ms": 0,
                "lyric_end_ms": 1,
                "start_time_ms": 0,
                "candidates": [source(score="x")],
            },
            dialect_line(source_video_id=None, candidates=[{"start_time_ms": 3, "end_time_ms": 2}, 7]),
            dialect_line(candidates={}, words=[{"text": "a", "start_ms": 0, "end_ms": 1}]),
            5,
        ],
        "resolution": "4k",
    }
    assert places_of(broken) == [
        "frame_rate",
        "lines[0].end_time_ms",
        "lines[0].lyric_end_ms",
        "lines[0].candidates[1].source_video_id",
        "lines[1].lyrics",
        "lines[1].candidates[0].score",
        "lines[1].end_time_ms",
        "lines[1].source_video_id",
        "lines[2].candidates[0].end_time_ms",
        "lines[2].candidates[0].source_video_id",
        "lines[2].candidates[1]",
        "lines[3].candidates",
        "lines[3].words[0]",
        "lines[4]",
        "resolution",
    ]


def test_missing_keys_have_the_dialects_names() -> None:
    assert problems_of(dialect({"lyrics": "a", "source_video_id": "v"})) == [
        'lines[0].lyric_start_ms: missing (write "lyric_start_ms": 14250)',
        'lines[0].lyric_end_ms: missing (write "lyric_end_ms": 14250)',
        'lines[0].start_time_ms: missing (write "start_time_ms": 14250)',
        'lines[0].end_time_ms: missing (write "end_time_ms": 14250)',
    ]


def test_names_of_version_1_are_told_the_dialects() -> None:
    mixed = dialect_line(candidates=[candidate(), source("v2", strat_time_ms=1)])
    mixed["text"] = mixed.pop("lyrics")
    assert problems_of(dialect(mixed, zzz=1)) == [
        "lines[0].candidates[0].video_id: unknown key, did you mean source_video_id?",
        "lines[0].candidates[0].start_ms: unknown key, did you mean start_time_ms?",
        "lines[0].candidates[0].end_ms: unknown key, did you mean end_time_ms?",
        "lines[0].candidates[1].strat_time_ms: unknown key, did you mean start_time_ms?",
        "lines[0].text: unknown key, did you mean lyrics?",
        "zzz: unknown key (known here: version, title, index_id, audio, output, lines, resolution, frame_rate)",
    ]


@pytest.mark.parametrize(
    ("twin", "place"),
    [
        (source(score="high"), "score"),
        (source(score=True), "score"),
        (source(scroe=1), "scroe"),
        (source(start_time_ms=False), "start_time_ms"),
    ],
)
def test_a_twin_with_something_wrong_in_it_is_not_dropped(twin: dict[str, Any], place: str) -> None:
    assert places_of(dialect(dialect_line(candidates=[twin]))) == [f"lines[0].candidates[0].{place}"]


def test_what_is_said_twice() -> None:
    both = dialect(resolution="720p", frame_rate=25, output={"width": 1280, "fps": 30})
    assert problems_of(both) == [
        "output.width: says the same as resolution (keep one of them)",
        "output.fps: says the same as frame_rate (keep one of them)",
    ]
