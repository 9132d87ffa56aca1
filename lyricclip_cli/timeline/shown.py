"""How a value, a key or a place of a user's file is shown in a message: short, on one line, without secrets.

A URL's query often is a signature, so nothing after `?` or `#` is ever shown; neither is a user name in a URL.
"""

import json
import re

LONGEST = 60
"""About how many characters of a value a message shows."""

Step = str | int
"""A key of an object, or an index of a list."""
Steps = tuple[Step, ...]
"""The way from the root of a JSON tree to a value."""

_USER = re.compile(r"(?<=//)[^/\s\"]*@")
_QUERY = re.compile(r"[?#][^\s\"].*", re.DOTALL)
_QUERY_IN_TEXT = re.compile(r"(?<=[?#])[^\s\"][^\"\n]*")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def shown(value: object) -> str:
    """A JSON value as a message shows it."""
    if isinstance(value, str):
        return f'"{_printable(shortened(_QUERY.sub("?…", _USER.sub("…@", value))))}"'
    if isinstance(value, dict | list | tuple):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a huge number"  # Python refuses to write out the largest ones
    if value is None or isinstance(value, bool | int | float):
        return shortened(json.dumps(value))
    return f"a {type(value).__name__}"


def excerpt(text: str, position: int) -> str:
    """What stands around a position of a JSON text, within its line."""
    start = text.rfind("\n", 0, position) + 1
    stop = text.find("\n", position)
    line = text[start : len(text) if stop < 0 else stop]
    # Secrets are blotted out in the whole line, since the position may lie in the middle of one.
    for secret in (_USER, _QUERY_IN_TEXT):
        line = secret.sub(lambda found: "…" * len(found[0]), line)
    at = position - start
    around = line[max(at - LONGEST // 2, 0) : at + LONGEST // 2]
    return _printable(re.sub("…+", "…", around).strip())


def place(path: Steps) -> str:
    """A path as people write it: `lines[3].candidates[0].start_ms`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{shortened(step)}" if text else shortened(step)
        else:
            text += f"[{shown(step)}]"
    return text


def shortened(text: str) -> str:
    """At most `LONGEST` characters of a text."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _printable(text: str) -> str:
    """Control characters would move a terminal's cursor, halves of surrogate pairs break its encoding."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
