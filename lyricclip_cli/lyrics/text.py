"""Lyric text before it is laid out: what cannot be shown is taken out, capitals, direction of writing, language."""

import re
import unicodedata
from collections.abc import Iterable

_ROW_ENDS = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_KANA = range(0x3041, 0x3100)
_HANGUL = range(0xAC00, 0xD7A4)
_HAN = range(0x4E00, 0xA000)


def control_characters(text: str) -> list[str]:
    """The characters of a text that stand for no sign and break no row, in order, each once."""
    return list(dict.fromkeys(char for char in text if _is_control(char)))


def cleaned(text: str) -> str:
    """The text as it is shown: every kind of row end is a newline, control characters are gone, blanks are single."""
    rows = _ROW_ENDS.sub("\n", text).replace("\t", " ").split("\n")
    shown = ("".join(char for char in row if not _is_control(char)) for row in rows)
    tidy = (_SPACES.sub(" ", row).strip() for row in shown)
    return "\n".join(row for row in tidy if row)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc" and char not in "\t\n\r\v\f\x85"


def cased(text: str, case: str) -> str:
    """The text with the capitals that a style asks for."""
    match case:
        case "upper":
            return text.upper()
        case "lower":
            return text.lower()
        case "title":
            return _WORD.sub(lambda word: word[0][0].upper() + word[0][1:], text)
    return text


def is_right_to_left(text: str) -> bool:
    """Whether a text runs from right to left: its first letter with a direction says so (Unicode, UAX 9, P2)."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


def language(texts: Iterable[str]) -> str:
    """The language whose forms of East Asian characters fit best, as an ISO code; empty when there are none.

    The same code point has other strokes in Japanese and Chinese. Kana and hangul decide; of Chinese, the side with
    more characters that only its own national character set has.
    """
    every = "".join(texts)
    kana, hangul, han = (sum(ord(char) in block for char in every) for block in (_KANA, _HANGUL, _HAN))
    if not kana + hangul + han:
        return ""
    if kana * 10 > han:
        return "ja"
    if hangul > han:
        return "ko"
    simplified = sum(_in(char, "gb2312") and not _in(char, "big5") for char in every)
    traditional = sum(_in(char, "big5") and not _in(char, "gb2312") for char in every)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _in(char: str, codec: str) -> bool:
    if ord(char) not in _HAN:
        return False
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
