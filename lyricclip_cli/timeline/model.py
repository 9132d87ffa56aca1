"""The timeline, version 1: what a file says, as frozen values. Rules are those of the design's contract 2.1.

Times are whole milliseconds from 0 to 24 h. A line's and a word's lie on the song's clock, a candidate's on its
source's. Serialised with `model_dump(mode="json")`, a timeline is a version 1 file again.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from lyricclip_cli.style import STYLE_CODE, StyleChoice
from lyricclip_cli.timeline.shown import Steps, place, shown
from lyricclip_cli.timeline.values import (
    VALUE_CODE,
    FileName,
    Fps,
    LineId,
    Ms,
    OffsetMs,
    Pixels,
    Score,
    String,
    SungText,
    Url,
    Version,
    VideoId,
    usable_ms,
    wrong,
)

NO_SOURCE = "timeline_no_source"
"""The error type of a candidate that names no footage."""

_OWN_CODES = {VALUE_CODE, NO_SOURCE, STYLE_CODE}
_SOURCES = ("video_id", "url", "file")

Broken = tuple[Steps, PydanticCustomError]
"""A rule between several values that does not hold: where, and what is said about it."""

_Span = tuple[int | None, int | None]
"""Start and end in milliseconds, as far as they are times at all."""


class _Part(BaseModel):
    """A part of a timeline. Its rules between values are looked at even when a single value is wrong.

    pydantic leaves a model's own rules out once a field fails; a user would then meet the second half of the problems
    only after mending the first. So the rules read the raw values, as far as those are usable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def _prepared(cls, raw: dict[str, Any]) -> dict[str, Any]:
        return raw

    @classmethod
    def _broken_rules(cls, raw: dict[str, Any]) -> Iterator[Broken]:  # noqa: ARG003 - for subclasses
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _with_rules(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(data, dict):
            return handler(data)
        raw = cls._prepared(data)
        broken = list(cls._broken_rules(raw))
        try:
            value = handler(raw)
        except ValidationError as error:
            if not broken:
                raise
            raise _error(cls.__name__, broken, raw, error) from None
        if broken:
            raise _error(cls.__name__, broken, raw)
        return value


class Candidate(_Part):
    """One piece of footage a line may show. Exactly one of `video_id`, `url` and `file` is set."""

    video_id: VideoId | None = Field(default=None, description="A video of the TwelveLabs index.")
    url: Url | None = Field(default=None, description="The http(s) address of an HLS playlist.")
    file: FileName | None = Field(
        default=None,
        description="A local video or HLS playlist; relative names start at the timeline's folder.",
    )
    start_ms: Ms = Field(description="In-point on the source's clock, in milliseconds.")
    end_ms: Ms = Field(description="Out-point on the source's clock, in milliseconds; after start_ms.")
    score: Score | None = Field(default=None, description="How well it fits, as its search said. Not interpreted.")

    @classmethod
    def _broken_rules(cls, raw: dict[str, Any]) -> Iterator[Broken]:
        yield from _end_before_start(raw)
        named = [key for key in _SOURCES if raw.get(key) is not None]
        if not named:
            yield (), wrong("names no footage", "write one of video_id, url and file", code=NO_SOURCE)
        elif len(named) > 1:
            hint = "keep one of them; another source is another candidate"
            yield (), wrong(f"names more than one source, seen {' and '.join(named)}", hint)


class Word(_Part):
    """One sung word with its window on the song's clock, inside its line's."""

    text: SungText = Field(description="The word as it is shown.")
    start_ms: Ms = Field(description="Start on the song's clock, in milliseconds.")
    end_ms: Ms = Field(description="End on the song's clock, in milliseconds; after start_ms.")

    @classmethod
    def _broken_rules(cls, raw: dict[str, Any]) -> Iterator[Broken]:
        yield from _end_before_start(raw)


class Line(_Part):
    """One lyric line. Without candidates it shows the placeholder. Candidates are tried in order."""

    id: LineId = Field(description="Name in reports; unique. The line's number (1, 2, …) when left out.")
    text: SungText = Field(description="The lyric as it is shown.")
    start_ms: Ms = Field(description="Start on the song's clock, in milliseconds.")
    end_ms: Ms = Field(description="End on the song's clock, in milliseconds; after start_ms.")
    candidates: tuple[Candidate, ...] = Field(default=(), description="Footage to show, best first.")
    translation: String | None = Field(default=None, description="A second text to show with the lyric.")
    words: tuple[Word, ...] = Field(default=(), description="The line's words in the order they are sung.")

    @classmethod
    def _broken_rules(cls, raw: dict[str, Any]) -> Iterator[Broken]:
        yield from _end_before_start(raw)
        yield from _misplaced_words(_list(raw.get("words")), _span(raw))


class Audio(_Part):
    """The song. `offset_ms` is where on the song's clock its first sample lies; above 0 it sounds later."""

    file: FileName = Field(description="The song's sound; a relative name starts at the timeline's folder.")
    offset_ms: OffsetMs = Field(
        default=0, description="Where on the song's clock the file's first sample lies, in milliseconds."
    )


class Output(_Part):
    """The film's picture and extent. `fps` is exact: 29.97 is 30000/1001."""

    width: Pixels = Field(default=1920, description="Width in pixels, even.")
    height: Pixels = Field(default=1080, description="Height in pixels, even.")
    fps: Fps = Field(default=Fraction(25), description='Frames per second: a number, or a ratio such as "30000/1001".')
    fit: Literal["blur", "pad", "crop"] = Field(
        default="blur", description="Footage of another shape: over a blurred copy, between bars, or cut off."
    )
    range: Literal["lyrics", "song"] = Field(
        default="lyrics", description="From the first line to the last, or from 0 to the end of the audio."
    )
    style: StyleChoice = Field(default=StyleChoice(), description="How the lyrics look.")


class Timeline(_Part):
    """A song's lines, each with footage to show. Line ids are unique; there is at least one line."""

    version: Version = Field(description="The format's version, 1.")
    title: String = Field(default="", description="The film's title.")
    index_id: String | None = Field(default=None, description="The TwelveLabs index of every video_id.")
    audio: Audio | None = Field(default=None, description="The song; without it, the clips' own sound is used.")
    output: Output = Field(default=Output(), description="The film's picture and extent.")
    lines: tuple[Line, ...] = Field(description="The lyric lines.")

    @classmethod
    def _prepared(cls, raw: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(raw.get("lines"), list | tuple):
            return raw
        numbered = [
            {"id": str(number), **line} if isinstance(line, dict) else line
            for number, line in enumerate(raw["lines"], start=1)
        ]
        return {**raw, "lines": numbered}

    @classmethod
    def _broken_rules(cls, raw: dict[str, Any]) -> Iterator[Broken]:
        if _value(raw.get("output"), "range") == "song" and raw.get("audio") is None:
            hint = 'add "audio": {"file": "song.m4a"}, or write "lyrics"'
            yield ("output", "range"), wrong('"song" needs audio, and there is none', hint)
        if raw.get("lines") in ([], ()):
            yield ("lines",), wrong("must not be empty, seen a list without lines", "write at least one line")
        yield from _ids_twice(_list(raw.get("lines")))


def _ids_twice(lines: list[Any]) -> Iterator[Broken]:
    first: dict[str, int] = {}
    for index, line in enumerate(lines):
        line_id = _value(line, "id")
        if isinstance(line_id, str) and first.setdefault(line_id, index) != index:
            taken = place(("lines", first[line_id], "id"))
            hint = "ids are unique; a line without one has its number as id"
            yield ("lines", index, "id"), wrong(f"{shown(line_id)} is the id of {taken} already", hint)


def _misplaced_words(words: list[Any], line: _Span) -> Iterator[Broken]:
    """Words outside their line, and words that start before the one ahead of them. They may overlap."""
    ahead_ms = 0
    for index, word in enumerate(words):
        span = _span(word)
        if any(_outside(time_ms, line) for time_ms in span):
            message = f"lies outside its line, seen {_shown_span(span)} in {_shown_span(line)}"
            yield ("words", index), wrong(message, "a word's times are on the song's clock too")
        if span[0] is not None and span[0] < ahead_ms:
            message = f"starts at {_shown_ms(span[0])}, before the word ahead of it ({_shown_ms(ahead_ms)})"
            yield ("words", index), wrong(message, "write the words in the order they are sung")
        ahead_ms = ahead_ms if span[0] is None else span[0]


def _end_before_start(raw: dict[str, Any]) -> Iterator[Broken]:
    start_ms, end_ms = _span(raw)
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        message = f"must be after the start, seen {_shown_ms(end_ms)} with a start at {_shown_ms(start_ms)}"
        yield ("end_ms",), wrong(message, "write where it ends, not how long it is")


def _span(part: object) -> _Span:
    return usable_ms(_value(part, "start_ms")), usable_ms(_value(part, "end_ms"))


def _outside(time_ms: int | None, span: _Span) -> bool:
    start_ms, end_ms = span
    if time_ms is None or start_ms is None or end_ms is None:
        return False
    return not start_ms <= time_ms <= end_ms


def _shown_ms(time_ms: int | None) -> str:
    return f"{shown(time_ms)} ms" if time_ms is not None else "?"


def _shown_span(span: _Span) -> str:
    return f"{_shown_ms(span[0])} to {_shown_ms(span[1])}"


def _value(part: object, key: str) -> object:
    return part.get(key) if isinstance(part, Mapping) else getattr(part, key, None)


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _error(
    title: str, broken: list[Broken], raw: dict[str, Any], error: ValidationError | None = None
) -> ValidationError:
    details = [_again(detail) for detail in error.errors(include_url=False)] if error else []
    details += [InitErrorDetails(type=custom, loc=path, input=raw) for path, custom in broken]
    return ValidationError.from_exception_data(title, details)


def _again(detail: Any) -> InitErrorDetails:
    """An error as pydantic lists it, in the form in which it takes it back."""
    context = detail.get("ctx", {})
    kind = wrong(**context, code=detail["type"]) if detail["type"] in _OWN_CODES else detail["type"]
    return InitErrorDetails(type=kind, loc=detail["loc"], input=detail["input"], ctx=context)
