"""The single values of a timeline: what each may be, and what is said when it is something else.

Every type here is checked by our own function, so that no message is a library's. The JSON Schema beside each says the
same to an editor.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any, Literal
from unicodedata import category
from urllib.parse import urlsplit

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from lyricclip_cli.timeline.shown import shown

LONGEST_MS = 24 * 60 * 60 * 1000
"""No time of a timeline is later than 24 h."""

VALUE_CODE = "timeline_value"
"""The error type of everything wrong with a value; its context has `message` and `hint`."""

_NTSC = tuple(Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 120))
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.([0-9]{1,20}))?", re.ASCII)
_RATIO = re.compile(r"[0-9]{1,10}/[0-9]{1,10}", re.ASCII)
_LARGEST_TERM = 2**31 - 1
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_FPS_HINT = 'write a number such as 25 or a ratio such as "30000/1001"'


def wrong(message: str, hint: str = "", *, code: str = VALUE_CODE) -> PydanticCustomError:
    """The error for a value that cannot be used."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def whole_number(value: object) -> int | None:
    """The value as an integer, `12000.0` too; `None` when it is none. `true` is not 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def usable_ms(value: object) -> int | None:
    """The value as a time in milliseconds; `None` when it is none."""
    number = whole_number(value)
    return number if number is not None and 0 <= number <= LONGEST_MS else None


def finite(value: object) -> float | None:
    """The value as a float; `None` when it is no number, not finite or beyond all sense. `true` is not 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -1e300 < value < 1e300 else None


def _whole(lowest: int, highest: int, unit: str, hint: str) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        number = whole_number(value)
        if number is None:
            raise wrong(f"must be a whole number of {unit}, seen {shown(value)}", hint)
        if not lowest <= number <= highest:
            raise wrong(f"must be from {lowest} to {highest} {unit}, seen {shown(number)}", hint)
        return number

    return check


def _even(value: int) -> int:
    if value % 2:
        raise wrong(
            f"must be even, seen {value}",
            f"write {value - 1} or {value + 1}: video is coded in pairs of pixels",
        )
    return value


def _version(value: Any) -> int:
    if whole_number(value) != 1:
        raise wrong(f"only version 1 can be read, seen {shown(value)}", 'write "version": 1')
    return 1


def _string(value: Any) -> str:
    if not isinstance(value, str):
        hint = f'write "{shown(value)}"' if whole_number(value) is not None else 'write text in double quotes, "…"'
        raise wrong(f"must be a string, seen {shown(value)}", hint)
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise wrong(f"has half of a character in it, seen {shown(value)}", r"\ud800 to \udfff come in pairs")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise wrong(f"must not be empty, seen {shown(value)}", "write the words that are sung")
    return value


def _line_id(value: str) -> str:
    hint = "ids are 1 to 64 characters, without control characters, / and \\"
    if not value.strip() or len(value) > 64:
        raise wrong(f"is empty or too long, seen {shown(value)}", hint)
    if any(char in "/\\" or category(char) in {"Cc", "Zl", "Zp"} for char in value):
        raise wrong(f"has a character that an id cannot have, seen {shown(value)}", hint)
    return value


def _video_id(value: str) -> str:
    if not _VIDEO_ID.fullmatch(value):
        hint = "a video id has 1 to 64 letters, digits, - and _"
        raise wrong(f"is not a video id, seen {shown(value)}", hint)
    return value


def _url(value: str) -> str:
    hint = "write the whole address, such as https://cdn.example/a/master.m3u8"
    if len(value) > 8192 or any(char.isspace() or category(char) == "Cc" for char in value):
        raise wrong(f"has a blank or control character in it or is too long, seen {shown(value)}", hint)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise wrong(f"is not an http or https address with a host, seen {shown(value)}", hint)
    return value


def _file_name(value: str) -> str:
    if not value.strip() or "\0" in value or len(value.encode()) > 4096:
        hint = "a file name has 1 to 4096 bytes and no NUL"
        raise wrong(f"is not the name of a file, seen {shown(value)}", hint)
    if value.lower().startswith(("http://", "https://")):
        raise wrong(f"is an address, not a file, seen {shown(value)}", "name a file on this machine")
    return value


def _score(value: Any) -> float:
    number = finite(value)
    if number is None:
        raise wrong(f"must be a number, seen {shown(value)}", "write a number such as 0.93, or leave it out")
    return number


def frame_rate(value: Any) -> Fraction:
    """Frames per second, exact. 23.976, 29.97, 59.94 and other roundings of NTSC rates mean n · 1000/1001."""
    rate = value if isinstance(value, Fraction) else _rate(value)
    if rate is None:
        raise wrong(f"must be a frame rate, seen {shown(value)}", _FPS_HINT)
    if not 0 < rate <= 240:
        raise wrong(f"must be above 0 and at most 240 frames per second, seen {shown(value)}", _FPS_HINT)
    if max(rate.numerator, rate.denominator) > _LARGEST_TERM:
        raise wrong(f"has too many digits to be exact in a video file, seen {shown(value)}", _FPS_HINT)
    return rate


def _rate(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value if isinstance(value, str) else _digits(value)
    if _RATIO.fullmatch(text):
        over, under = text.split("/")
        return Fraction(int(over), int(under)) if int(under) else None
    if decimal := _DECIMAL.fullmatch(text):
        return _meant(Fraction(text), len(decimal[1] or ""))
    return None


def _digits(value: float) -> str:
    """A number without an exponent; one that needs none of our digits stays as Python writes it."""
    text = str(value) if abs(value) < 1e9 else ""
    return f"{value:.20f}".rstrip("0") if "e" in text else text


def _meant(rate: Fraction, decimals: int) -> Fraction:
    """The NTSC rate that a decimal rounds, if any. One decimal is too few to tell; past nine floats err."""
    places = min(decimals, 9)
    for ntsc in _NTSC if places >= 2 else ():
        if round(ntsc, places) == round(rate, places):
            return ntsc
    return rate


_MS_HINT = "times are whole milliseconds: 12 s are 12000"
_NOT_BLANK = r"\S"

Version = Annotated[Literal[1], BeforeValidator(_version), WithJsonSchema({"const": 1})]
Ms = Annotated[
    int,
    BeforeValidator(_whole(0, LONGEST_MS, "milliseconds", _MS_HINT)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": LONGEST_MS}),
]
OffsetMs = Annotated[
    int,
    BeforeValidator(_whole(-LONGEST_MS, LONGEST_MS, "milliseconds", _MS_HINT)),
    WithJsonSchema({"type": "integer", "minimum": -LONGEST_MS, "maximum": LONGEST_MS}),
]
Pixels = Annotated[
    int,
    BeforeValidator(lambda value: _even(_whole(16, 7680, "pixels", "write a size such as 1920 and 1080")(value))),
    WithJsonSchema({"type": "integer", "minimum": 16, "maximum": 7680, "multipleOf": 2}),
]
Score = Annotated[float, BeforeValidator(_score), WithJsonSchema({"type": "number"})]
Fps = Annotated[
    Fraction,
    PlainValidator(frame_rate),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 240},
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+|/[0-9]+)?$"},
            ]
        }
    ),
]
String = Annotated[str, BeforeValidator(_string)]
SungText = Annotated[
    str,
    BeforeValidator(lambda value: _not_blank(_string(value))),
    WithJsonSchema({"type": "string", "pattern": _NOT_BLANK}),
]
LineId = Annotated[
    str,
    BeforeValidator(lambda value: _line_id(_string(value))),
    WithJsonSchema({"type": "string", "pattern": r"^[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,64}$"}),
]
VideoId = Annotated[
    str,
    BeforeValidator(lambda value: _video_id(_string(value))),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}),
]
Url = Annotated[
    str,
    BeforeValidator(lambda value: _url(_string(value))),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"}),
]
FileName = Annotated[
    str,
    BeforeValidator(lambda value: _file_name(_string(value))),
    WithJsonSchema({"type": "string", "pattern": _NOT_BLANK, "maxLength": 4096}),
]
