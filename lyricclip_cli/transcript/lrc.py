"""LRC: lines that begin with the time at which they are sung.

`[mm:ss.xx]` is before each line, several times when it returns, and in the enhanced form `<mm:ss.xx>` is before each
word. There is no standard; this reads what players and editors write.
"""

import re
from collections.abc import Iterator

from lyricclip_cli.transcript.entry import Entry, TimedWord, Transcript

_TIME = r"(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?"
_STAMP = re.compile(rf"\[{_TIME}\]\s*")
_WORD_STAMP = re.compile(rf"[<\[]{_TIME}[>\]]")
_TAG = re.compile(r"\[([A-Za-z#]+):([^\]]*)\]\s*")


def read_lrc(text: str) -> Transcript:
    """Every line of an LRC file. A positive `[offset:]`, in milliseconds, shows lyrics earlier."""
    tags: dict[str, str] = {}
    entries: list[Entry] = []
    for row in text.splitlines():
        line = row.strip().lstrip("\ufeff")
        if tag := _TAG.fullmatch(line):
            tags.setdefault(tag[1].lower(), tag[2].strip())
        else:
            entries += _entries(line)
    offset = tags.get("offset", "0").replace(" ", "")
    offset_ms = int(offset) if re.fullmatch(r"[+-]?\d{1,7}", offset) else 0
    length = re.fullmatch(_TIME, tags.get("length", ""))
    return Transcript(
        tuple(_shifted(entry, offset_ms) for entry in entries),
        title=tags.get("ti", ""),
        artist=tags.get("ar", ""),
        length_ms=None if length is None else _ms(length),
    )


def _entries(line: str) -> Iterator[Entry]:
    starts: list[int] = []
    at = 0
    while stamp := _STAMP.match(line, at):
        starts.append(_ms(stamp))
        at = stamp.end()
    if not starts:
        return
    body = line[at:]
    words = tuple(_words(body, starts[0]))
    text = " ".join(_WORD_STAMP.sub("", body).split())
    for start_ms in starts:
        moved_ms = start_ms - starts[0]
        yield Entry(text, start_ms, words=tuple(_moved(word, moved_ms) for word in words))


def _words(body: str, start_ms: int) -> Iterator[TimedWord]:
    """The words of an enhanced line. A stamp without a word after it ends the word before it."""
    stamps = list(_WORD_STAMP.finditer(body))
    if not stamps:
        return
    if before := body[: stamps[0].start()].strip():
        yield TimedWord(before, start_ms, _ms(stamps[0]))
    for number, stamp in enumerate(stamps):
        following = stamps[number + 1] if number + 1 < len(stamps) else None
        word = body[stamp.end() : following.start() if following else None].strip()
        if word:
            yield TimedWord(word, _ms(stamp), _ms(following) if following else None)


def _ms(stamp: re.Match[str]) -> int:
    minutes, seconds, part = stamp[1], stamp[2], stamp[3] or "0"
    return (int(minutes) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0"))


def _shifted(entry: Entry, offset_ms: int) -> Entry:
    words = tuple(_moved(word, -offset_ms) for word in entry.words)
    return Entry(entry.text, max(0, entry.start_ms - offset_ms), words=words)


def _moved(word: TimedWord, by_ms: int) -> TimedWord:
    end_ms = None if word.end_ms is None else max(0, word.end_ms + by_ms)
    return TimedWord(word.text, max(0, word.start_ms + by_ms), end_ms)
