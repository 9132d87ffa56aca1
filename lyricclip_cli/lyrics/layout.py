"""Where each cue stands: rows inside the safe area, smaller letters for long texts, stacked when several are up.

Everything is worked out here, not by libass: its own stacking depends on what it drew before, and each clip is drawn
by a process of its own, so that a text would jump at a cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lyricclip_cli.lyrics.cues import Cue
from lyricclip_cli.lyrics.fonts import Meter
from lyricclip_cli.lyrics.wrapping import Row, wrapped
from lyricclip_cli.style import Style

MOST_ROWS = 3
MOST_TRANSLATION_ROWS = 2

SMALLEST = 0.5
"""Down to this share of its size a text shrinks to keep its rows; a longer one takes more rows, smaller still."""

LEAST = 0.05
"""No text is made smaller than this share, however long it is: 5 000 characters take about a quarter."""

STEP = 0.96
"""Each try is this much smaller than the one before."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture and the part of it that text may cover, in pixels."""

    width: int
    height: int
    margin_x: float
    margin_y: float

    @property
    def safe_width(self) -> float:
        """How wide a row may be."""
        return self.width - 2 * self.margin_x

    @property
    def safe_height(self) -> float:
        """How high all rows together may be."""
        return self.height - 2 * self.margin_y


@dataclass(frozen=True, slots=True)
class Room:
    """What is left for one text, in pixels."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one text. `size` is the height of each in pixels."""

    rows: tuple[Row, ...]
    size: float

    @property
    def height(self) -> float:
        """All rows together."""
        return len(self.rows) * self.size


@dataclass(frozen=True, slots=True)
class Placed:
    """A cue laid out. `offset` is its distance in pixels from where a text that is alone begins."""

    cue: Cue
    text: Block
    translation: Block
    offset: float

    @property
    def height(self) -> float:
        """Text and translation."""
        return self.text.height + self.translation.height

    @property
    def end(self) -> float:
        """Where the next text may begin: a quarter of a row is left free."""
        return self.offset + self.height + self.text.size / 4


def safe_frame(width: int, height: int, style: Style) -> Frame:
    """The picture with the margins of a style."""
    return Frame(width, height, width * style.margin_x, height * style.margin_y)


def place_cues(cues: Sequence[Cue], frame: Frame, style: Style, meter: Meter) -> tuple[Placed, ...]:
    """Lay out all cues, in their order. Each keeps its place as long as it is up; a later one goes beside it."""
    size = style.size * frame.height
    width = frame.safe_width - 2 * (style.outline + style.shadow) * size
    placed: list[Placed] = []
    for cue in cues:
        small = size * style.translation_size
        below = Room(width, frame.safe_height / 2)
        translation = fitted(cue.translation, meter, below, small, MOST_TRANSLATION_ROWS)
        text = fitted(cue.text, meter, Room(width, frame.safe_height - translation.height), size, MOST_ROWS)
        alone = Placed(cue, text, translation, 0.0)
        placed.append(Placed(cue, text, translation, _free_offset(alone, placed, frame)))
    return tuple(placed)


def fitted(text: str, meter: Meter, room: Room, size: float, most_rows: int) -> Block:
    """The text in at most `most_rows` rows of at most `size` pixels, in smaller letters if it takes that.

    A text too long for that fills the room in as large letters as fit.
    """
    if not text:
        return Block((), size)
    share = 1.0
    while True:
        rows = wrapped(text, meter.width, room.width / (size * share))
        fits = len(rows) * size * share <= room.height
        if share < LEAST or (fits and (len(rows) <= most_rows or share < SMALLEST)):
            return Block(tuple(rows), round(size * share, 2))
        share *= STEP


def _free_offset(new: Placed, placed: Sequence[Placed], frame: Frame) -> float:
    """The place nearest to the edge that no text has while this one is up."""
    others = [old for old in placed if old.cue.overlaps(new.cue.first_frame, new.cue.end_frame)]
    for offset in sorted({0.0, *(old.end for old in others)}):
        if all(offset >= old.end or offset + new.height <= old.offset for old in others):
            return max(0.0, min(offset, frame.safe_height - new.height))
    return 0.0
