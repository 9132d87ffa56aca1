"""From the bytes of a file to plain JSON values, strictly: UTF-8, no key twice, bounded in size and depth."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lyricclip_cli.errors import Problem
from lyricclip_cli.timeline.shown import Steps, excerpt, place

MOST_BYTES = 32 * 1024 * 1024
MOST_VALUES = 500_000
"""A song with a thousand lines and fifty candidates each has some 200 000 values."""
DEEPEST = 32

_PLAIN = {
    "Expecting value": ("a value is missing", "a comma too many, or a text without its quotes?"),
    "Expecting property name enclosed in double quotes": (
        "a key in double quotes is missing",
        "a comma before } is one too many",
    ),
    "Illegal trailing comma before end of object": ("a comma too many", "no comma before }"),
    "Illegal trailing comma before end of array": ("a comma too many", "no comma before ]"),
    "Expecting ',' delimiter": ("a comma or a closing bracket is missing", "values are separated by commas"),
    "Expecting ':' delimiter": ("a colon is missing", 'a key and its value are written "key": value'),
    "Unterminated string starting at": ("this text has no closing quote", 'write " at its end'),
    "Invalid control character at": ("a line break or control character inside a text", r"write \n or \t"),
    "Invalid \\escape": ("a backslash that stands for nothing", r"write \\ for a backslash"),
    "Invalid \\uXXXX escape": ("an incomplete \\u escape", r"write four digits, as in \u00e9"),
    "Extra data": ("more text after the end", "the file must hold one object"),
}


class NotReadable(Exception):  # noqa: N818 - a reason, never seen outside the package
    """The bytes are no usable JSON at all. Holds the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class JsonObject(dict[str, Any]):
    """An object of the file; `twice` are the keys it has more than once, of which the last one counts."""

    twice: tuple[str, ...] = ()


def json_value(data: bytes) -> Any:
    """The value of a JSON text in UTF-8, with or without a byte order mark. Raises `NotReadable`."""
    if len(data) > MOST_BYTES:
        message = f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB"
        raise NotReadable(Problem("", message, "a timeline has some kilobytes; is this the right file?"))
    text = _text(data)
    if not text.strip():
        raise NotReadable(Problem("", "the file is empty", 'write {"version": 1, "lines": [...]}'))
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise NotReadable(_not_json(error)) from None
    except RecursionError:
        raise NotReadable(_too_deep("")) from None


def key_problems(value: Any) -> Iterator[tuple[Steps, str, str]]:
    """Where keys are given twice or are broken, with message and hint; broken keys are removed.

    Raises `NotReadable` when there are too many values or levels.
    """
    waiting: list[tuple[Steps, Any]] = [((), value)]
    count = 0
    while waiting:
        path, at = waiting.pop()
        count += len(at)
        if len(path) > DEEPEST:
            raise NotReadable(_too_deep(place(path[:4])))
        if count > MOST_VALUES:
            hint = "a timeline has some thousand; is this the right file?"
            raise NotReadable(Problem("", f"the file has more than {MOST_VALUES} values", hint))
        if isinstance(at, JsonObject):
            yield from _wrong_keys(path, at)
        items: Any = at.items() if isinstance(at, dict) else enumerate(at)
        waiting += [((*path, step), inner) for step, inner in items if isinstance(inner, dict | list)]


def _wrong_keys(path: Steps, at: JsonObject) -> Iterator[tuple[Steps, str, str]]:
    for key in at.twice:
        yield (*path, key), "this key is given more than once", "keep one of them"
    for key in [key for key in at if any("\ud800" <= char <= "\udfff" for char in key)]:
        del at[key]
        yield (*path, key), "unknown key, with half of a character in it", r"\ud800 to \udfff come in pairs"


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        other = "; it looks like UTF-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
        message = f"line {line}: the file is not UTF-8, seen byte 0x{error.object[error.start]:02x}{other}"
        raise NotReadable(Problem("", message, "save it as UTF-8")) from None


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = JsonObject(pairs)
    if len(found) < len(pairs):
        found.twice = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return found


def _integer(digits: str) -> int | float:
    """Python refuses integers of thousands of digits with an error of its own; no value needs so many."""
    return int(digits) if len(digits) < 100 else float(digits)


def _not_json(error: json.JSONDecodeError) -> Problem:
    message, hint = _PLAIN.get(error.msg, (error.msg, ""))
    seen = excerpt(error.doc, error.pos)
    where = f"line {error.lineno}, column {error.colno}"
    return Problem("", f"{where}: not JSON: {message}, seen {seen}" if seen else f"{where}: not JSON: {message}", hint)


def _too_deep(where: str) -> Problem:
    return Problem(where, f"nested more than {DEEPEST} levels deep", "a timeline needs five; is this the right file?")
