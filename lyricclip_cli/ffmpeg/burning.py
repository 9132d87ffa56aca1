"""Lyrics in a clip's one encode: a script per clip, and the filters that draw it.

The filter's own text holds names that we chose and one folder's path, never a word of a lyric. The pictures' clock is
the film's while they are drawn on, so a text that began before the cut goes on as if there were none.
"""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lyricclip_cli.errors import MachineError
from lyricclip_cli.placing import cannot_write, make_folder


@dataclass(frozen=True, slots=True)
class Burner:
    """Draws lyrics on clips. `script_for` gives the ASS text of a run of frames (first frame, number of frames).

    Time 0 of a script is the film's start, and a frame of the film lasts `frame_s` seconds of it. `fonts_digest` tells
    the fonts in the folder `fonts` from others.
    """

    script_for: Callable[[int, int], str | None]
    frame_s: Fraction
    folder: Path
    fonts: Path
    fonts_digest: str = ""

    def recipe(self, start_frame: int, frames: int) -> str:
        """What is drawn on a run of frames, and with which letters; empty when it shows no text."""
        script = self.script_for(start_frame, frames)
        return "" if script is None else f"frame {start_frame}, fonts {self.fonts_digest}\n{script}"

    def filters(self, start_frame: int, frames: int) -> str:
        """The filters for a run of frames, ending in a comma; empty when it shows no text. Raises `MachineError`."""
        script = self.script_for(start_frame, frames)
        if script is None:
            return ""
        path = self.folder / f"lyrics-{start_frame}-{frames}.ass"
        try:
            path.write_text(script, encoding="utf-8")
        except OSError as error:
            raise cannot_write(path, error) from error
        clock = f"settb=expr={self.frame_s.numerator}/{self.frame_s.denominator},setpts=N+{start_frame}"
        return f"{clock},ass=filename={filter_value(str(path))}:fontsdir={filter_value(str(self.fonts))},"


def filter_value(text: str) -> str:
    """A value of a filter's option, escaped for the option and then for the graph (ffmpeg-filters, "escaping")."""
    option = _with_backslashes(text, "\\':")
    return _with_backslashes(option, "\\'[],; ")


def _with_backslashes(text: str, special: str) -> str:
    return "".join(f"\\{char}" if char in special else char for char in text)


def fonts_digest(fonts: Sequence[Path]) -> str:
    """A digest of the fonts' contents: files that say the same are the same, wherever they lie."""
    digest = hashlib.sha256()
    for font in fonts:
        digest.update(font.read_bytes())
    return digest.hexdigest()


def fonts_folder(fonts: Sequence[Path], folder: Path) -> Path:
    """Make a folder that holds the given font files and nothing else: libass reads whatever it finds in one."""
    make_folder(folder)
    for number, font in enumerate(fonts):
        place = folder / f"{number}{font.suffix.lower()}"
        try:
            place.symlink_to(font)
        except OSError:
            _copy(font, place)
    return folder


def _copy(font: Path, place: Path) -> None:
    try:
        shutil.copyfile(font, place)
    except OSError as error:
        raise MachineError(f"the font {font} cannot be copied: {error.strerror or error}") from error
