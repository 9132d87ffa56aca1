import importlib
from typing import Any

import pytest

from lyricclip_cli.errors import InputError
from lyricclip_cli.timeline import Timeline, timeline_schema
from tests.unit.timeline.documents import FULL, candidate, document, line, parsed

jsonschema: Any = importlib.import_module("jsonschema")  # untyped, whether its stubs are installed or not

GOOD = [
    FULL,
    document(),
    document(line(id="a b"), line(candidates=[candidate(url=None, score=None)])),
    document(output={"fps": 23.976}),
    document(output={"fps": "25"}, audio=None, index_id=None),
    document(audio={"file": "a"}, output={"range": "song"}),
]
BAD = [
    [],
    document(version=2),
    {"lines": [line()]},
    {"version": 1, "lines": []},
    document(titel="x"),
    document(line(id=None)),
    document(line(id="a/b")),
    document(line(text=" ")),
    document(line(start_ms=-1)),
    document(line(start_ms=1.5)),
    document(line(end_ms=86_400_001)),
    document(line(candidates=[candidate(strat_ms=1)])),
    document(line(candidates=[{"start_ms": 0, "end_ms": 1}])),
    document(line(candidates=[candidate(file="x")])),
    document(line(candidates=[candidate(video_id="a/b")])),
    document(line(candidates=[{"url": "ftp://h/a", "start_ms": 0, "end_ms": 1}])),
    document(output={"fps": 0}),
    document(output={"fps": "fast"}),
    document(output={"width": 1281}),
    document(output={"fit": "blurr"}),
    document(output={"range": "song"}),
    document(output={"range": "song"}, audio=None),
]


@pytest.mark.parametrize("good", GOOD)
def test_schema_and_reading_accept_the_same(good: Any) -> None:
    jsonschema.Draft202012Validator(timeline_schema()).validate(good)
    assert isinstance(parsed(good), Timeline)


@pytest.mark.parametrize("bad", BAD)
def test_schema_and_reading_refuse_the_same(bad: Any) -> None:
    assert not jsonschema.Draft202012Validator(timeline_schema()).is_valid(bad)
    with pytest.raises(InputError):
        parsed(bad)


def test_schema_is_one_and_describes_every_field() -> None:
    schema = timeline_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "lyricclip timeline, version 1"
    parts = [schema, *schema["$defs"].values()]
    fields = [(key, field) for part in parts for key, field in part["properties"].items()]
    assert len(fields) == 46
    assert [key for key, field in fields if not field.get("description")] == []
