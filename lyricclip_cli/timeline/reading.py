"""From a timeline file to a `Timeline`, or to every problem the file has, in the order of the file."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.timeline.findings import Finding, findings, known_keys, problems
from lyricclip_cli.timeline.json_text import MOST_BYTES, NotReadable, json_value, key_problems
from lyricclip_cli.timeline.model import Timeline
from lyricclip_cli.timeline.shown import shown
from lyricclip_cli.timeline.song2video import dialect_keys, from_song2video, is_song2video
from lyricclip_cli.timeline.values import VALUE_CODE


def read_timeline(path: Path) -> Timeline:
    """The timeline in a file, version 1 or the song2video dialect. Raises `InputError` with all problems."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem("", f"cannot be read: {reason}", "name a timeline file, such as timeline.json")
        raise InputError(str(path), [problem]) from error
    return parse_timeline(data, name=str(path))


def parse_timeline(data: bytes, *, name: str) -> Timeline:
    """The timeline in the bytes of a file called `name`. Raises `InputError` with all problems.

    At most 32 MiB, 32 levels and 500 000 values are read; past the first 1000 problems the rest are counted.
    """
    try:
        document = json_value(data)
        if not isinstance(document, dict):
            hint = 'write {"version": 1, "lines": [...]}'
            raise NotReadable(Problem("", f"must be an object, seen {shown(document)}", hint))
        found = [Finding(path, VALUE_CODE, message, hint) for path, message, hint in key_problems(document)]
    except NotReadable as error:
        raise InputError(name, [error.problem]) from error
    if is_song2video(document):
        return _from_dialect(document, found, name)
    timeline, more = _validated(document)
    if timeline is None or found:
        raise InputError(name, problems([*found, *more], document, known_keys))
    return timeline


def _from_dialect(document: dict[str, Any], found: list[Finding], name: str) -> Timeline:
    translated = from_song2video(document)
    timeline, more = _validated(translated.document)
    found = [*found, *translated.found, *map(translated.back, more)]
    if timeline is None or found:
        raise InputError(name, problems(found, document, dialect_keys))
    return timeline


def _validated(document: dict[str, Any]) -> tuple[Timeline | None, list[Finding]]:
    try:
        return Timeline.model_validate(document), []
    except ValidationError as error:
        return None, findings(error)
