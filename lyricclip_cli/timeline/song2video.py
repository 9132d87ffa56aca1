"""The dialect of the song2video pipeline, turned into version 1; places found there are turned back.

A line of the dialect carries its first candidate itself (`source_video_id`, `start_time_ms`, `end_time_ms`, on the
source's clock), besides its own window on the song's clock (`lyric_start_ms`, `lyric_end_ms`). `candidates` are
others, and often name the first one again, with its score.
"""

from dataclasses import dataclass
from typing import Any

from lyricclip_cli.timeline.findings import MISSING, UNKNOWN_KEY, Finding, known_keys
from lyricclip_cli.timeline.model import NO_SOURCE
from lyricclip_cli.timeline.shown import Steps, shown
from lyricclip_cli.timeline.values import VALUE_CODE, finite

SIZES = {"1080p": (1920, 1080), "720p": (1280, 720), "480p": (854, 480)}
"""Width and height in pixels, 16:9."""

_CANDIDATE = {"video_id": "source_video_id", "start_ms": "start_time_ms", "end_ms": "end_time_ms"}
_LINE = {"text": "lyrics", "start_ms": "lyric_start_ms", "end_ms": "lyric_end_ms"}
_LINE_KEYS = (*_LINE.values(), *_CANDIDATE.values(), "id", "candidates", "translation", "words")
_CANDIDATE_KEYS = (*_CANDIDATE.values(), "score")
_TOP = ("resolution", "frame_rate")
_LINE_SIGNS = {*_LINE.values(), *_CANDIDATE.values()}


@dataclass(frozen=True, slots=True)
class Translated:
    """A document of the dialect as version 1, and what was wrong with it that version 1 cannot show.

    `candidates[i][k]` is the path in the user's file of candidate k of line i.
    """

    document: dict[str, Any]
    found: tuple[Finding, ...]
    candidates: tuple[tuple[Steps, ...], ...]
    sized: bool
    rated: bool

    def back(self, finding: Finding) -> Finding:
        """A finding in `document`, as one in the user's file, under the user's names."""
        path, code = self._path(finding.path), finding.code
        if code == NO_SOURCE:
            return Finding((*path, "source_video_id"), MISSING)
        return Finding(path, code, finding.message, finding.hint)

    def _path(self, path: Steps) -> Steps:
        match path:
            case ("lines", int(line), "candidates", int(number), *rest):
                own = self.candidates[line][number]
                return (*own, *(_CANDIDATE.get(str(step), step) for step in rest))
            case ("lines", int(line), str(key), *rest):
                return ("lines", line, _LINE.get(key, key), *rest)
            case ("output", "width" | "height") if self.sized:
                return ("resolution",)
            case ("output", "fps") if self.rated:
                return ("frame_rate",)
        return path


def is_song2video(document: dict[str, Any]) -> bool:
    """Whether a document is of the dialect: by its lines' keys, or the head's in a file without a version."""
    lines = document.get("lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict) and _LINE_SIGNS & line.keys() and not {"start_ms", "end_ms"} & line.keys():
            return True
    return "version" not in document and any(key in document for key in _TOP)


def dialect_keys(path: Steps) -> tuple[str, ...]:
    """The keys of the dialect in the object at a path of the user's file."""
    match [step for step in path if isinstance(step, str)]:
        case []:
            return (*known_keys(()), *_TOP)
        case ["lines"]:
            return _LINE_KEYS
        case ["lines", "candidates"]:
            return _CANDIDATE_KEYS
    return known_keys(path)


def from_song2video(document: dict[str, Any]) -> Translated:
    """The document as version 1. Values that are wrong are passed on as they are, for validation to find."""
    translated = {key: value for key, value in document.items() if key not in _TOP}
    translated.setdefault("version", 1)
    found: list[Finding] = []
    output = _output(document, found)
    if output is not None:
        translated["output"] = output
    lines, candidates = [], []
    for index, line in enumerate(document["lines"] if isinstance(document.get("lines"), list) else []):
        new, paths = _line(line, ("lines", index), found)
        lines.append(new)
        candidates.append(tuple(paths))
    if isinstance(document.get("lines"), list):
        translated["lines"] = lines
    return Translated(translated, tuple(found), tuple(candidates), "resolution" in document, "frame_rate" in document)


def _output(document: dict[str, Any], found: list[Finding]) -> Any:
    """The version 1 `output`; `None` when the document says nothing about it."""
    output = document.get("output", {})
    if not isinstance(output, dict):
        return output
    said: dict[str, Any] = {}
    if "frame_rate" in document:
        said["fps"] = document["frame_rate"]
    if "resolution" in document:
        resolution = document["resolution"]
        if isinstance(resolution, str) and resolution in SIZES:
            said["width"], said["height"] = SIZES[resolution]
        else:
            known = ", ".join(f'"{name}"' for name in SIZES)
            found.append(Finding(("resolution",), VALUE_CODE, f"must be one of {known}, seen {shown(resolution)}"))
    for key in output:
        if key in said:
            told = "frame_rate" if key == "fps" else "resolution"
            found.append(Finding(("output", key), VALUE_CODE, f"says the same as {told}", "keep one of them"))
    return {**output, **said} if said or "output" in document else None


def _line(line: Any, path: Steps, found: list[Finding]) -> tuple[Any, list[Steps]]:
    """A line as version 1 and the paths of its candidates in the user's file."""
    if not isinstance(line, dict):
        return line, []
    found += _unknown(line, path, _LINE_KEYS, _LINE)
    new = {key: line[key] for key in ("id", "translation", "words") if key in line}
    new |= {key: line[name] for key, name in _LINE.items() if name in line}
    others = line.get("candidates", [])
    own = _own(line)
    if not isinstance(others, list):
        place = (*path, "candidates")
        found.append(Finding(place, VALUE_CODE, f"must be a list, seen {shown(others)}", "write [...]"))
        others = []
    twins = [other for other in others if own is not None and _is_twin(other, own)]
    if own is not None:
        scores = [twin["score"] for twin in twins if twin.get("score") is not None]
        own |= {"score": scores[0]} if scores else {}
    candidates, paths = ([], []) if own is None else ([own], [path])
    for number, other in enumerate(others):
        if not any(other is twin for twin in twins):
            paths.append((*path, "candidates", number))
            candidates.append(_candidate(other, paths[-1], found))
    return {**new, "candidates": candidates}, paths


def _own(line: dict[str, Any]) -> dict[str, Any] | None:
    """The line's own candidate; `None` when it names no source, or says that there is none by `null`."""
    if line.get("source_video_id", ...) is None or not any(name in line for name in _CANDIDATE.values()):
        return None
    return {key: line[name] for key, name in _CANDIDATE.items() if name in line}


def _is_twin(other: Any, own: dict[str, Any]) -> bool:
    """Whether a candidate is the line's own again. One with anything wrong in it is kept, to be reported."""
    if not isinstance(other, dict) or not other.keys() <= set(_CANDIDATE_KEYS):
        return False
    score = other.get("score")
    if score is not None and finite(score) is None:
        return False
    window = {key: other[name] for key, name in _CANDIDATE.items() if name in other}
    return window == own and not any(isinstance(value, bool) for value in window.values())


def _candidate(candidate: Any, path: Steps, found: list[Finding]) -> Any:
    if not isinstance(candidate, dict):
        return candidate
    found += _unknown(candidate, path, _CANDIDATE_KEYS, _CANDIDATE)
    new = {"score": candidate["score"]} if "score" in candidate else {}
    return new | {key: candidate[name] for key, name in _CANDIDATE.items() if name in candidate}


def _unknown(part: dict[str, Any], path: Steps, known: tuple[str, ...], names: dict[str, str]) -> list[Finding]:
    """Keys that the dialect does not have; one of version 1 is told its name here."""
    return [Finding((*path, key), UNKNOWN_KEY, hint=names.get(key, "")) for key in part if key not in known]
