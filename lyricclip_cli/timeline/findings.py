"""From what pydantic found to problems in our own words, in the order of the user's file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from lyricclip_cli.errors import Problem
from lyricclip_cli.style import StyleChoice
from lyricclip_cli.timeline.model import Audio, Candidate, Line, Output, Timeline, Word
from lyricclip_cli.timeline.shown import Step, Steps, place, shortened, shown

MOST_PROBLEMS = 1000
"""More are counted, not listed: a file with so many was not meant as a timeline."""

MISSING = "missing"
UNKNOWN_KEY = "extra_forbidden"

KnownKeys = Callable[[Steps], tuple[str, ...]]
"""The keys that the object at a path may have, under the names that the file's dialect gives them."""

_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Timeline,
    ("audio",): Audio,
    ("output",): Output,
    ("output", "style"): StyleChoice,
    ("lines",): Line,
    ("lines", "candidates"): Candidate,
    ("lines", "words"): Word,
}
_EXAMPLES = {"version": "1", "lines": "[...]", "file": '"song.m4a"'}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: where in the tree, of what kind, and what to say if the kind does not say it all."""

    path: Steps
    code: str
    message: str = ""
    hint: str = ""


def findings(error: ValidationError) -> list[Finding]:
    """Everything that validation found, under the paths and names of version 1."""
    return [_finding(detail) for detail in error.errors(include_url=False)]


def known_keys(path: Steps) -> tuple[str, ...]:
    """The keys of version 1 in the object at a path."""
    model = _MODELS.get(tuple(step for step in path if isinstance(step, str)))
    return tuple(model.model_fields) if model else ()


def problems(found: Iterable[Finding], document: object, keys: KnownKeys) -> list[Problem]:
    """What is said about each finding, sorted as the file has them. Places are those of `document`.

    A key that is missing because it was misspelt is one problem, told at the misspelt key.
    """
    order = _FileOrder(document)
    in_order = sorted(found, key=lambda finding: order.of(finding.path))
    meant: set[Steps] = set()
    listed = []
    for finding in in_order[:MOST_PROBLEMS]:
        close = _close_key(finding, keys)
        meant.add((*finding.path[:-1], close))
        if finding.code != MISSING or finding.path not in meant:
            listed.append(_problem(finding, keys, close))
    if len(in_order) > MOST_PROBLEMS:
        rest = len(in_order) - MOST_PROBLEMS
        listed.append(Problem("", f"and {rest} more problems", "is this the right file?"))
    return listed


def _finding(detail: Mapping[str, Any]) -> Finding:
    path, code = tuple(detail["loc"]), detail["type"]
    context, seen = detail.get("ctx", {}), shown(detail["input"])
    if "message" in context:
        return Finding(path, code, context["message"], context.get("hint", ""))
    if code in {MISSING, UNKNOWN_KEY}:
        return Finding(path, code)
    if code == "literal_error":
        return Finding(path, code, f"must be {context['expected'].replace(chr(39), chr(34))}, seen {seen}")
    if code == "tuple_type":
        return Finding(path, code, f"must be a list, seen {seen}", "write [...]")
    if code == "model_type":
        return Finding(path, code, f"must be an object, seen {seen}", "write {...}")
    return Finding(path, code, f"cannot be used, seen {seen}")


def _close_key(finding: Finding, keys: KnownKeys) -> str:
    """The key that an unknown one was meant to be, if it looks like one."""
    if finding.code != UNKNOWN_KEY:
        return ""
    if finding.hint:
        return finding.hint
    close = get_close_matches(shortened(str(finding.path[-1])), keys(finding.path[:-1]), n=1)
    return close[0] if close else ""


def _problem(finding: Finding, keys: KnownKeys, close: str) -> Problem:
    at = place(finding.path)
    if finding.code == UNKNOWN_KEY:
        if close:
            return Problem(at, f"unknown key, did you mean {close}?")
        return Problem(at, "unknown key", f"known here: {', '.join(keys(finding.path[:-1]))}")
    if finding.code == MISSING:
        key = str(finding.path[-1])
        return Problem(at, "missing", finding.hint or f'write "{key}": {_example(key)}')
    return Problem(at, finding.message, finding.hint)


def _example(key: str) -> str:
    return _EXAMPLES.get(key, "14250" if key.endswith("_ms") else '"…"')


class _FileOrder:
    """Where a path lies in the file: a key that is missing comes after those that its object has."""

    def __init__(self, document: object) -> None:
        self._document = document
        self._ranks: dict[int, dict[str, int]] = {}

    def of(self, path: Steps) -> tuple[int, ...]:
        at: Any = self._document
        position = []
        for step in path:
            rank, at = self._step(at, step)
            position.append(rank)
        return tuple(position)

    def _step(self, at: Any, step: Step) -> tuple[int, Any]:
        if isinstance(at, dict):
            if id(at) not in self._ranks:
                self._ranks[id(at)] = {key: rank for rank, key in enumerate(at)}
            return self._ranks[id(at)].get(str(step), len(at)), at.get(step)
        if isinstance(at, list) and isinstance(step, int) and step < len(at):
            return step, at[step]
        return 0, None
