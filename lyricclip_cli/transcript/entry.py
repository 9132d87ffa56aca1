"""What every format of timed lyrics comes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word with its times in milliseconds; an `end_ms` of `None` lasts until the next word or the line's end."""

    text: str
    start_ms: int
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. An `end_ms` of `None` lasts until the next line; an empty text only ends the line before it."""

    text: str
    start_ms: int
    end_ms: int | None = None
    words: tuple[TimedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """A song's timed lines as a file has them, in any order. `length_ms` is the song's, if the file says it."""

    entries: tuple[Entry, ...]
    title: str = ""
    artist: str = ""
    length_ms: int | None = None
