"""The JSON Schema of a timeline, for editors that complete and check while one types."""

from typing import Any

from lyricclip_cli.timeline.model import Timeline

_ONE_SOURCE = [{"required": [key], "properties": {key: {"type": "string"}}} for key in ("video_id", "url", "file")]
_SONG = {"properties": {"output": {"properties": {"range": {"const": "song"}}, "required": ["range"]}}}


def timeline_schema() -> dict[str, Any]:
    """The schema of version 1 as JSON Schema 2020-12.

    It cannot say that ends come after starts, that ids are unique and that words lie in their line; reading does.
    """
    schema = Timeline.model_json_schema()
    parts = schema["$defs"]
    parts["Line"]["required"].remove("id")  # it has the line's number when left out
    parts["Candidate"]["oneOf"] = _ONE_SOURCE
    schema["properties"]["lines"]["minItems"] = 1
    schema["if"] = {**_SONG, "required": ["output"]}
    schema["then"] = {"required": ["audio"], "properties": {"audio": {"type": "object"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "lyricclip timeline, version 1",
        "description": "Lyric lines, each with footage to show. Times are milliseconds.",
    }
