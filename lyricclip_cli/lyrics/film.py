"""The lyrics of one film: what every clip draws, the files beside the film, and what is to be said about the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lyricclip_cli.lyrics.ass import make_script, written
from lyricclip_cli.lyrics.clock import AssClock, burning_clock
from lyricclip_cli.lyrics.cues import Cue, make_cues
from lyricclip_cli.lyrics.fonts import FontFile, Meter, packaged_fonts, read_font
from lyricclip_cli.lyrics.layout import Frame, Placed, place_cues, safe_frame
from lyricclip_cli.lyrics.srt import flat_srt, srt
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.style import PACKAGED_FONT, Style, StyleChoice, decide, is_font_file

UNKNOWN_FONT_ALLOWANCE = 1.15
"""A font of the system is not read; its letters are taken to be this much wider than the packaged ones."""


@dataclass(frozen=True)
class FilmLyrics:
    """A film's cues, laid out in a style."""

    plan: RenderPlan
    style: Style
    family: str
    font: FontFile | None
    cues: tuple[Cue, ...]

    @property
    def font_paths(self) -> tuple[Path, ...]:
        """The font files that libass is given, the user's own first."""
        own = () if self.font is None else (self.font.path,)
        return (*own, *(font.path for font in packaged_fonts()))

    @property
    def frame(self) -> Frame:
        """The film's picture with its margins."""
        return safe_frame(self.plan.picture.width, self.plan.picture.height, self.style)

    @property
    def known_fonts(self) -> tuple[FontFile, ...]:
        """The fonts whose characters are known."""
        return packaged_fonts() if self.font is None else (self.font, *packaged_fonts())

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The cues in their places."""
        known = self.font is not None or self.family == PACKAGED_FONT
        meter = Meter(self.known_fonts, allowance=1.0 if known else UNKNOWN_FONT_ALLOWANCE)
        return place_cues(self.cues, self.frame, self.style, meter)

    def burned(self, start_frame: int, frames: int) -> str | None:
        """The script for a run of the film's frames, on the clock of `clock`; `None` when it shows no text."""
        shown = [item for item in self.placed if item.cue.overlaps(start_frame, start_frame + frames)]
        return self._script(shown, self.clock) if shown else None

    @property
    def clock(self) -> AssClock:
        """The clock of the scripts that are burned in; time 0 is the film's start."""
        return burning_clock(self.plan.grid.fps)

    def ass(self) -> str:
        """`film.ass`."""
        return self._script(self.placed, AssClock(self.plan.grid.fps))

    def srt(self) -> str:
        """`film.srt`."""
        return srt(self.cues)

    def track(self) -> str | None:
        """The text of the track inside the film, as SubRip; `None` when there is none."""
        return flat_srt(self.cues) or None

    def _script(self, placed: Sequence[Placed], clock: AssClock) -> str:
        return written(make_script(placed, self.frame, self.style, self.family, clock))


def film_lyrics(plan: RenderPlan, config: StyleChoice, *, karaoke: bool) -> FilmLyrics:
    """The lyrics of a planned film. Raises `InputError` when the style's font file cannot be read."""
    style = decide(plan.style, config, width=plan.picture.width, height=plan.picture.height)
    font = read_font(Path(style.font).resolve()) if is_font_file(style.font) else None
    family = style.font if font is None else font.family
    return FilmLyrics(plan, style, family, font, make_cues(plan, case=style.case, karaoke=karaoke))
