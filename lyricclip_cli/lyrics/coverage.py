"""Characters that the known fonts lack, and what is said of those that no font has at all."""

import unicodedata

from pysubs2 import SSAEvent, SSAFile, SSAStyle

from lyricclip_cli.lyrics.film import FilmLyrics
from lyricclip_cli.lyrics.fonts import Meter
from lyricclip_cli.plan import PlanWarning

MOST_NAMED = 5
"""How many characters one warning names."""


def doubtful(lyrics: FilmLyrics) -> list[str]:
    """The characters of a film's lyrics that neither the packaged fonts nor the style's font file have."""
    meter = Meter(lyrics.known_fonts)
    every = "".join(cue.text + cue.translation for cue in lyrics.cues)
    return [char for char in meter.lacking(every) if not _selects_variant(char)]


def _selects_variant(char: str) -> bool:
    """Whether a character only says which form the one before it has."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def probe_script(lyrics: FilmLyrics, characters: str) -> str:
    """A script that makes libass look for each of some characters."""
    script = SSAFile()
    script.styles = {"Lyrics": SSAStyle(fontname=lyrics.family, bold=lyrics.style.bold, fontsize=4)}
    script.events = [SSAEvent(start=0, end=10_000, text=" ".join(characters), style="Lyrics")]
    return script.to_string("ass")


def glyph_warnings(lyrics: FilmLyrics, missing: frozenset[str]) -> list[PlanWarning]:
    """A warning for each line that has characters without a glyph; it names them and where they stand."""
    found: list[PlanWarning] = []
    for cue in lyrics.cues:
        for part, text in (("text", cue.text), ("translation", cue.translation)):
            lacking = list(dict.fromkeys(char for char in text if char in missing))
            if lacking:
                found.append(PlanWarning(cue.line_id, _message(part, text, lacking)))
    return found


def _message(part: str, text: str, lacking: list[str]) -> str:
    named = ", ".join(f"{_named(char)} (character {text.index(char) + 1})" for char in lacking[:MOST_NAMED])
    rest = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
    return f"no font has {named}{rest} of its {part}: install a font that has, or name one with style.font"


def _named(char: str) -> str:
    name = unicodedata.name(char, "")
    return f"{char} U+{ord(char):04X} {name}".strip()
