r"""SubRip and ASS, read with pysubs2. Karaoke of an ASS file (`\k`, `\kf`, `\ko`) becomes words."""

import re
from collections.abc import Iterator

from pysubs2 import SSAEvent, SSAFile
from pysubs2.exceptions import Pysubs2Error

from lyricclip_cli.transcript.entry import Entry, TimedWord, Transcript

_BLOCK = re.compile(r"\{([^}]*)\}")
_KARAOKE = re.compile(r"\\[kK][fo]?\s*(\d+)")
_ROW = re.compile(r"\\[Nn]|\\h")


def read_subtitles(text: str, form: str) -> Transcript:
    """Every visible text of a SubRip (`srt`) or SubStation (`ass`, `ssa`) file. Raises `ValueError`."""
    try:
        script = SSAFile.from_string(text, format_=form)
    except (Pysubs2Error, ValueError, IndexError) as error:
        raise ValueError(f"cannot be read as {form.upper()}: {error}") from error
    events = sorted((event for event in script if event.is_text and event.end > event.start), key=_order)
    title = str(script.info.get("Title", "")) if form != "srt" else ""
    return Transcript(tuple(map(_entry, events)), title="" if title == "Default Aegisub file" else title)


def _order(event: SSAEvent) -> tuple[int, int]:
    return event.start, event.end


def _entry(event: SSAEvent) -> Entry:
    text = " ".join(_ROW.sub(" ", _BLOCK.sub("", event.text)).split())
    words = tuple(_words(event)) if _KARAOKE.search(event.text) else ()
    return Entry(text, max(0, event.start), event.end, words)


def _words(event: SSAEvent) -> Iterator[TimedWord]:
    r"""The syllables of a karaoke line: each `\k` says how many centiseconds what follows it takes."""
    at_ms = until_ms = event.start
    after = 0
    for block in (*_BLOCK.finditer(event.text), None):
        body = _ROW.sub(" ", event.text[after : block.start() if block else None]).strip()
        if body and until_ms > at_ms:
            yield TimedWord(body, at_ms, min(until_ms, event.end))
        if block is None:
            return
        after = block.end()
        for centiseconds in _KARAOKE.findall(block[1]):
            at_ms, until_ms = until_ms, until_ms + int(centiseconds) * 10
