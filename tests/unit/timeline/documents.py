"""Timelines as plain JSON values, to be changed by tests."""

import json
from typing import Any

import pytest

from lyricclip_cli.errors import InputError
from lyricclip_cli.timeline import Timeline, parse_timeline

FULL = {
    "version": 1,
    "title": "Demo",
    "index_id": "TwelveLabs index, optional",
    "audio": {"file": "song.m4a", "offset_ms": -20},
    "output": {"width": 1280, "height": 720, "fps": "30000/1001", "fit": "pad", "range": "song"},
    "lines": [
        {
            "id": "L001",
            "text": "I gotta believe",
            "start_ms": 12000.0,
            "end_ms": 14250,
            "translation": "Ich muss glauben",
            "words": [
                {"text": "I", "start_ms": 12000, "end_ms": 12300},
                {"text": "gotta", "start_ms": 12300, "end_ms": 14250},
            ],
            "candidates": [
                {"video_id": "691aef4a2fc9d91d9c80dd86", "start_ms": 61200, "end_ms": 63450, "score": 0.93},
                {"url": "https://cdn.example/a/master.m3u8", "start_ms": 5000, "end_ms": 8000},
                {"file": "clips/sunrise.mp4", "start_ms": 0, "end_ms": 4000},
            ],
        },
        {"text": "tonight\u0007", "start_ms": 14250, "end_ms": 15000},
    ],
}
"""Every field of version 1."""


def candidate(**changes: Any) -> dict[str, Any]:
    return {"video_id": "v1", "start_ms": 0, "end_ms": 1000} | changes


def line(**changes: Any) -> dict[str, Any]:
    return {"text": "I gotta believe", "start_ms": 12000, "end_ms": 14250} | changes


def document(*lines: Any, **changes: Any) -> dict[str, Any]:
    return {"version": 1, "lines": list(lines) or [line()]} | changes


def problems_of(document: Any) -> list[str]:
    """Every problem of a document that must not be accepted, as a person reads it."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InputError) as caught:
        parse_timeline(data, name="t.json")
    return [str(problem) for problem in caught.value.problems]


def places_of(document: Any) -> list[str]:
    """Where the problems of a document are; every one has a message."""
    with pytest.raises(InputError) as caught:
        parse_timeline(json.dumps(document).encode(), name="t.json")
    assert all(problem.message for problem in caught.value.problems)
    return [problem.place for problem in caught.value.problems]


def parsed(value: Any) -> Timeline:
    return parse_timeline(json.dumps(value).encode(), name="t.json")
