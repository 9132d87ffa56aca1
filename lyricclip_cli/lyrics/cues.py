"""What is shown when: one cue per lyric line, with its frames in the film and its times on the film's clock."""

from dataclasses import dataclass
from fractions import Fraction

from lyricclip_cli.lyrics.text import cased, cleaned, control_characters
from lyricclip_cli.plan import Grid, PlanWarning, RenderPlan
from lyricclip_cli.timeline import Line, Word


@dataclass(frozen=True, slots=True)
class Sung:
    """A piece of a cue's text. Sung from `start_ms` to `end_ms` on the film's clock; `None` between words."""

    text: str
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """One line's text. It is on the picture from `first_frame` up to, not including, `end_frame`.

    `pieces` together are the text; one without times when there is no karaoke. Times are on the film's clock.
    """

    line_id: str
    pieces: tuple[Sung, ...]
    translation: str
    first_frame: int
    end_frame: int
    start_ms: int
    end_ms: int

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_karaoke(self) -> bool:
        """Whether its words have times."""
        return any(piece.start_ms is not None for piece in self.pieces)

    def overlaps(self, start_frame: int, end_frame: int) -> bool:
        """Whether it is on any picture of a run of frames."""
        return self.first_frame < end_frame and start_frame < self.end_frame


def make_cues(plan: RenderPlan, *, case: str, karaoke: bool) -> tuple[Cue, ...]:
    """The cues of a film, in the order in which they appear. A line without a frame or without text has none."""
    made = (_cue(line, plan.grid, plan.frames, case=case, karaoke=karaoke) for line in plan.lines)
    return tuple(cue for cue in made if cue.text and cue.first_frame < cue.end_frame)


def _cue(line: Line, grid: Grid, frames: int, *, case: str, karaoke: bool) -> Cue:
    """Both ends are rounded to the grid as cuts are (rule 1), so a text changes together with its picture."""
    text = cleaned(line.text)
    pieces = _sung(text, line.words, grid.origin_ms) if karaoke and line.words else None
    return Cue(
        line_id=line.id,
        pieces=tuple(Sung(cased(piece.text, case), piece.start_ms, piece.end_ms) for piece in pieces or (Sung(text),)),
        translation=cased(cleaned(line.translation or ""), case),
        first_frame=max(0, grid.frame_at(line.start_ms)),
        end_frame=min(frames, grid.frame_at(line.end_ms)),
        start_ms=max(0, line.start_ms - grid.origin_ms),
        end_ms=min(_ms(Fraction(frames) / grid.fps), line.end_ms - grid.origin_ms),
    )


def _ms(seconds: Fraction) -> int:
    return round(seconds * 1000)


def _sung(text: str, words: tuple[Word, ...], origin_ms: int) -> tuple[Sung, ...] | None:
    """The text cut into its words and what stands between them; `None` when the words do not spell it."""
    pieces: list[Sung] = []
    at = 0
    for word in words:
        spelled = cleaned(word.text)
        if not spelled:
            continue
        found = text.find(spelled, at)
        if found < 0 or _has_letters(text[at:found]):
            return None
        if found > at:
            pieces.append(Sung(text[at:found]))
        pieces.append(Sung(spelled, word.start_ms - origin_ms, word.end_ms - origin_ms))
        at = found + len(spelled)
    if _has_letters(text[at:]):
        return None
    return (*pieces, Sung(text[at:])) if at < len(text) else tuple(pieces)


def _has_letters(text: str) -> bool:
    return any(char.isalnum() for char in text)


def text_warnings(plan: RenderPlan, *, karaoke: bool) -> list[PlanWarning]:
    """What of the lyrics cannot be shown as it is written."""
    found: list[PlanWarning] = []
    for line in plan.lines:
        controls = control_characters(line.text + (line.translation or ""))
        if controls:
            named = ", ".join(f"U+{ord(char):04X}" for char in controls)
            found.append(PlanWarning(line.id, f"control characters are left out of the text: {named}"))
        if not cleaned(line.text):
            found.append(PlanWarning(line.id, "nothing of its text can be shown"))
        elif karaoke and line.words and _sung(cleaned(line.text), line.words, 0) is None:
            found.append(
                PlanWarning(line.id, "its words do not spell its text, so they are not coloured as they are sung")
            )
    return found
