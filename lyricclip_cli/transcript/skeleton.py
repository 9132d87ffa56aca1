"""From a file of timed lyrics to a timeline whose lines have times and texts, and no footage yet."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.timeline.values import LONGEST_MS
from lyricclip_cli.transcript.credits import is_credit, may_be_credit
from lyricclip_cli.transcript.entry import Entry, Transcript
from lyricclip_cli.transcript.lrc import read_lrc
from lyricclip_cli.transcript.subtitles import read_subtitles

MOST_BYTES = 8 * 1024 * 1024
LAST_LINE_MS = 5_000
"""How long the last line is up when the file does not say."""

FORMATS = (".lrc", ".srt", ".ass", ".ssa")


def read_transcript(path: Path) -> Transcript:
    """The timed lyrics in a file; its ending says the format. Raises `InputError`."""
    form = path.suffix.lower()
    if form not in FORMATS:
        raise _unusable(path, f"is none of {', '.join(FORMATS)}", "give the file the ending of its format")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror or error}", "name a file of timed lyrics") from error
    if len(data) > MOST_BYTES:
        raise _unusable(path, "is larger than 8 MiB", "lyrics have some kilobytes; is this the right file?")
    text = _decoded(data)
    try:
        return read_lrc(text) if form == ".lrc" else read_subtitles(text, form.removeprefix("."))
    except ValueError as error:
        raise _unusable(path, str(error), "open it in an editor of its format and save it again") from error


def skeleton(transcript: Transcript, *, name: str) -> dict[str, Any]:
    """The timeline as plain data, every line with empty `candidates`. Raises `InputError` when no line is left."""
    sung = _without_credits(transcript)
    lines = [_line(entry, second) for entry, second in _with_translations(_ended(sung, transcript.length_ms))]
    if not lines:
        raise InputError(
            name, [Problem("", "has no timed lines", "lines begin with [mm:ss.xx], or have start and end")]
        )
    numbered = [{"id": f"L{number:03}", **line} for number, line in enumerate(lines, start=1)]
    return {"version": 1, "title": transcript.title, "lines": numbered}


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 with a mark, else UTF-8, else GB 18030, in which older Chinese files are written."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def credit_lines(transcript: Transcript) -> list[str]:
    """The texts that are left out as credits, in the order of their times."""
    entries = _by_time(transcript)
    return [entries[number].text for number in sorted(_credits(entries, transcript))]


def _by_time(transcript: Transcript) -> list[Entry]:
    return sorted(transcript.entries, key=lambda entry: entry.start_ms)


def _without_credits(transcript: Transcript) -> list[Entry]:
    """The sung lines by time. A credit keeps its time as an end for the line before it."""
    entries = _by_time(transcript)
    left_out = _credits(entries, transcript)
    return [replace(entry, text="", words=()) if number in left_out else entry for number, entry in enumerate(entries)]


def _credits(entries: Sequence[Entry], transcript: Transcript) -> set[int]:
    """The places of entries that are credits."""
    found = {number for number, entry in enumerate(entries) if is_credit(entry.text)}
    for places in (range(len(entries)), reversed(range(len(entries)))):
        for number in places:
            if not may_be_credit(entries[number].text, title=transcript.title, artist=transcript.artist):
                break
            found.add(number)
    return {number for number in found if entries[number].text}


def _ended(entries: Sequence[Entry], length_ms: int | None) -> list[Entry]:
    """Lines with an end: their own, or the start of the next entry that begins later."""
    ended: list[Entry] = []
    for number, entry in enumerate(entries):
        if not entry.text or entry.start_ms >= LONGEST_MS:
            continue
        later = (other.start_ms for other in entries[number + 1 :] if other.start_ms > entry.start_ms)
        end_ms = entry.end_ms or next(later, None) or max(length_ms or 0, entry.start_ms + LAST_LINE_MS)
        last_ms = max([word.end_ms or word.start_ms for word in entry.words], default=0)
        end_ms = max(end_ms, last_ms) if entry.end_ms is None and number + 1 == len(entries) else end_ms
        ended.append(replace(entry, end_ms=min(end_ms, LONGEST_MS)))
    return ended


def _with_translations(entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Two texts with the same times are a line and its translation, as bilingual files have them."""
    paired: list[tuple[Entry, str]] = []
    for entry in entries:
        first = paired[-1] if paired else None
        same = first and (first[0].start_ms, first[0].end_ms) == (entry.start_ms, entry.end_ms)
        if first and same and not first[1] and entry.text != first[0].text:
            paired[-1] = (first[0], entry.text)
        else:
            paired.append((entry, ""))
    return paired


def _line(entry: Entry, translation: str) -> dict[str, Any]:
    assert entry.end_ms is not None
    line: dict[str, Any] = {"text": entry.text, "start_ms": entry.start_ms, "end_ms": entry.end_ms}
    if translation:
        line["translation"] = translation
    if words := _words(entry, entry.end_ms):
        line["words"] = words
    return {**line, "candidates": []}


def _words(entry: Entry, line_end_ms: int) -> list[dict[str, Any]]:
    """The words with ends, inside their line and in order: what lies outside is cut to fit, or left out."""
    words: list[dict[str, Any]] = []
    at_ms = entry.start_ms
    for number, word in enumerate(entry.words):
        following = entry.words[number + 1].start_ms if number + 1 < len(entry.words) else line_end_ms
        start_ms = max(at_ms, word.start_ms)
        end_ms = min(line_end_ms, following if word.end_ms is None else word.end_ms)
        if end_ms > start_ms:
            words.append({"text": word.text, "start_ms": start_ms, "end_ms": end_ms})
            at_ms = start_ms
    return words


def _unusable(path: Path, message: str, hint: str) -> InputError:
    return InputError(str(path), [Problem("", message, hint)])
