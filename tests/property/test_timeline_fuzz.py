"""Whatever a file holds, reading ends in a timeline or in problems that can be shown."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.timeline import Timeline, parse_timeline
from tests.property.fuzzing import any_text, bounded, change, changed_bytes, examples

VERSION_1 = {
    "version": 1,
    "title": "Demo",
    "audio": {"file": "song.m4a", "offset_ms": 0},
    "output": {"width": 1920, "height": 1080, "fps": "25", "fit": "blur", "range": "lyrics"},
    "lines": [
        {
            "id": "L001",
            "text": "I gotta believe",
            "start_ms": 12000,
            "end_ms": 14250,
            "words": [{"text": "I", "start_ms": 12000, "end_ms": 12300}],
            "candidates": [
                {"video_id": "v1", "start_ms": 61200, "end_ms": 63450, "score": 0.93},
                {"url": "https://cdn.example/a/master.m3u8?sig=s3cret", "start_ms": 5000, "end_ms": 8000},
                {"file": "clips/sunrise.mp4", "start_ms": 0, "end_ms": 4000},
            ],
        },
        {"text": "tonight", "start_ms": 14250, "end_ms": 15000},
    ],
}
SONG2VIDEO = {
    "resolution": "720p",
    "frame_rate": 25,
    "lines": [
        {
            "source_video_id": "v1",
            "start_time_ms": 0,
            "end_time_ms": 1000,
            "lyrics": "I gotta believe",
            "lyric_start_ms": 0,
            "lyric_end_ms": 900,
            "candidates": [
                {"source_video_id": "v1", "start_time_ms": 0, "end_time_ms": 1000, "score": 0.9},
                {"source_video_id": "v2", "start_time_ms": 0, "end_time_ms": 1000, "score": 0.5},
            ],
        }
    ],
}
KEYS = sorted(
    {*VERSION_1, *SONG2VIDEO, "video_id", "url", "file", "start_ms", "end_ms", "text", "id", "fps", "range"}
    | {"candidates", "words", "lyrics", "lyric_start_ms", "source_video_id", "start_time_ms", "score", "strat_ms"}
)

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.sampled_from([1, 12000.0, "song", 1e300])
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | any_text, inner, max_size=6),
    max_leaves=20,
)


def check(data: bytes) -> None:
    """Reading ends well, and what it says can be printed on one line each."""
    with bounded():
        try:
            read: Timeline | list[Problem] = parse_timeline(data, name="t.json")
        except InputError as error:
            read = error.problems
    assert read
    for problem in read if isinstance(read, list) else ():
        assert str(problem).isprintable()
        assert problem.message
        assert "s3cret" not in str(problem) or b"?sig=s3cret" not in data  # without its ?, it is no query


@settings(max_examples=examples(300), deadline=None)
@given(st.binary())
def test_random_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=examples(400), deadline=None)
@given(trees | st.dictionaries(st.sampled_from(KEYS), trees))
def test_random_trees(tree: Any) -> None:
    check(json.dumps(tree).encode())


@settings(max_examples=examples(600), deadline=None)
@given(st.data(), st.sampled_from([VERSION_1, SONG2VIDEO]))
def test_changed_timelines(data: st.DataObject, original: dict[str, Any]) -> None:
    document = copy.deepcopy(original)
    for _ in range(data.draw(st.integers(1, 4))):
        change(document, data, scalars | trees, KEYS)
    check(json.dumps(document).encode())


@settings(max_examples=examples(300), deadline=None)
@given(changed_bytes(st.sampled_from([json.dumps(one).encode() for one in (VERSION_1, SONG2VIDEO)])))
def test_changed_bytes(data: bytes) -> None:
    check(data)
