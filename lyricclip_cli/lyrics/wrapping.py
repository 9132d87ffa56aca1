"""Text into rows: where a row may end, and the fewest rows of about the same width.

Rows may end at blanks and between East Asian characters, but not where a closing sign would begin a row or an opening
one end it (the essence of the Japanese kinsoku rules). A word wider than a row is cut between characters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import category, east_asian_width

NOT_FIRST = frozenset(
    "、。，．・：；？！ー）〕］｝〉》」』】〙〗〟’”»ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々…‥～〜,.!?:;)]}%％♪"
)
NOT_LAST = frozenset("（〔［｛〈《「『【〘〖〝‘“«([{$＄￥")

Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a text: from character `start` up to `end`, `width` wide."""

    start: int
    end: int
    width: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stays together: `text[start:end]`, and the blank before it that vanishes at a row's start."""

    start: int
    end: int
    width: float
    blank: float
    forced: bool


def wrapped(text: str, measure: Measure, widest: float) -> list[Row]:
    """The fewest rows of at most `widest`, as even as they can be. A newline in the text always ends a row."""
    units = _units(text, measure, widest)
    if not units:
        return []
    rows = _filled(units, widest)
    low, high = max(unit.width for unit in units), widest
    for _ in range(12):  # to a four-thousandth of the width
        middle = (low + high) / 2
        if len(tried := _filled(units, middle)) <= len(rows):
            rows, high = tried, middle
        else:
            low = middle
    return rows


def _filled(units: list[_Unit], widest: float) -> list[Row]:
    """Rows as full as they can be."""
    rows = [Row(units[0].start, units[0].end, units[0].width)]
    for unit in units[1:]:
        last = rows[-1]
        together = last.width + unit.blank + unit.width
        if unit.forced or together > widest:
            rows.append(Row(unit.start, unit.end, unit.width))
        else:
            rows[-1] = Row(last.start, unit.end, together)
    return rows


def _units(text: str, measure: Measure, widest: float) -> list[_Unit]:
    units: list[_Unit] = []
    start = blank_from = 0
    for at in range(1, len(text) + 1):
        if start < len(text) and text[start].isspace():
            start = at
            continue
        if at == len(text) or _may_break(text, at):
            blank = text[blank_from:start]
            for number, (first, end) in enumerate(_cut(text, start, at, measure, widest)):
                before = blank if number == 0 else ""
                width = measure(text[first:end])
                units.append(_Unit(first, end, width, measure(before.replace("\n", " ")), "\n" in before))
            start = blank_from = at
    return units


def _cut(text: str, start: int, end: int, measure: Measure, widest: float) -> list[tuple[int, int]]:
    """One unit, or as many as it takes when it is wider than a row."""
    if measure(text[start:end]) <= widest:
        return [(start, end)]
    cuts, width = [start], 0.0
    for at in range(start, end):
        char = measure(text[at])
        if width + char > widest and at > cuts[-1] and not _sticks(text, at):
            cuts.append(at)
            width = 0.0
        width += char
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after.isspace():
        return not before.isspace()
    if before.isspace() or _sticks(text, at):
        return False
    if not (_is_wide(before) or _is_wide(after)):
        return False
    return after not in NOT_FIRST and before not in NOT_LAST


def _sticks(text: str, at: int) -> bool:
    """Whether the character at a place belongs to the one before it: marks, joiners, selectors of a variant."""
    after, before = text[at], text[at - 1]
    joined = category(after) in {"Mn", "Mc", "Me", "Cf"} or before == "\u200d"
    return joined or "\U0001f3fb" <= after <= "\U0001f3ff" or "\U0001f1e6" <= before <= "\U0001f1ff"


def _is_wide(char: str) -> bool:
    """East Asian, but not hangul, which has blanks between its words."""
    return east_asian_width(char) in {"W", "F"} and not "\uac00" <= char <= "\ud7a3"
