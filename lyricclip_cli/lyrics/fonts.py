"""Fonts: which characters they have, and how wide each is. A user's own is read with fonttools, the outlines never."""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import category, east_asian_width

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.style import PACKAGED_FONT

FONTS_FOLDER = Path(__file__).parents[1] / "assets" / "fonts"

UNKNOWN_WIDE, UNKNOWN_NARROW = 0.8, 0.5
"""Guessed widths of characters that only a font of the system has, as shares of the row's height."""


_BROKEN = (LookupError, AttributeError, AssertionError, TypeError, ValueError)
"""What fonttools raises, besides its own error, when a table is missing or is not what it says."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font: its family's name, and the width of each character it has as a share of the row's height.

    The row's height is what ASS calls the font size: libass scales a font so that its ascent and descent fill it.
    """

    path: Path
    family: str
    widths: Mapping[str, float]


@lru_cache(maxsize=32)
def read_font(path: Path) -> FontFile:
    """Read a TrueType or OpenType file, of a collection the first face. Raises `InputError`."""
    with _opened(path) as font:
        family = font["name"].getBestFamilyName() or path.stem
        legacy = font["name"].getDebugName(1)
        return FontFile(path, str(legacy or family), _widths(font))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from fontTools.ttLib import TTFont, TTLibError  # noqa: PLC0415 - 100 ms that `--help` does not pay

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            yield font
    except (OSError, TTLibError, struct.error, *_BROKEN) as error:
        problem = Problem("style.font", f"cannot be read as a font: {error}", "name a .ttf, .otf, .ttc or .otc file")
        raise InputError(str(path), [problem]) from error


def _widths(font: Any) -> Mapping[str, float]:
    advances, os2 = font["hmtx"].metrics, font["OS/2"]
    height = os2.usWinAscent + os2.usWinDescent or font["head"].unitsPerEm * 1.2
    return MappingProxyType({chr(code): advances[name][0] / height for code, name in font.getBestCmap().items()})


@lru_cache(maxsize=1)
def packaged_fonts() -> tuple[FontFile, ...]:
    """The fonts that come with the package. Together they are one family.

    That of the western scripts is the first, the largest the last: whoever looks for a character in this order seldom
    comes to the end, and what is not come to is not read.
    """
    paths = sorted((path for path in FONTS_FOLDER.iterdir() if path.suffix in {".ttf", ".otf"}), key=_order)
    return tuple(FontFile(path, PACKAGED_FONT, _Widths(path)) for path in paths)


def _order(path: Path) -> tuple[bool, int]:
    return path.stem != f"{PACKAGED_FONT.replace(' ', '')}-Western", path.stat().st_size


class _Widths(Mapping[str, float]):
    """The widths of a packaged font's characters, read when the first is asked for.

    They stand beside the font: reading it took 70 ms, fonttools' import included, of each render's start (measured).
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _known(self) -> Mapping[str, float]:
        table = json.loads(self._path.with_suffix(".widths.json").read_text(encoding="utf-8"))
        return {char: advance / table["height"] for char, advance in table["advances"].items()}

    def __getitem__(self, char: str) -> float:
        return self._known[char]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, char: object) -> bool:
        return char in self._known


class Meter:
    """How wide text is, in shares of the row's height; the first of `fonts` that has a character tells.

    Kerning and ligatures are left out: they make text narrower, if anything.
    """

    def __init__(self, fonts: Sequence[FontFile], *, allowance: float = 1.0) -> None:
        self._fonts = fonts
        self._allowance = allowance
        self._known: dict[str, float] = {}

    def width(self, text: str) -> float:
        """The width of a run of text."""
        return sum(map(self._char, text))

    def _char(self, char: str) -> float:
        if char not in self._known:
            self._known[char] = self._look(char) * self._allowance
        return self._known[char]

    def _look(self, char: str) -> float:
        if category(char) in {"Mn", "Me", "Cf"}:
            return 0.0
        for font in self._fonts:
            if char in font.widths:
                return font.widths[char]
        return UNKNOWN_WIDE if east_asian_width(char) in {"W", "F"} else UNKNOWN_NARROW

    def lacking(self, text: str) -> list[str]:
        """The characters of a text that none of the fonts has, each once."""
        seen = dict.fromkeys(char for char in text if category(char) not in {"Cc", "Cf", "Zs"})
        return [char for char in seen if not any(char in font.widths for font in self._fonts)]
