"""Whether a film's lyrics can be shown as they are written: characters that no font has, words that do not fit."""

import tempfile
from pathlib import Path

from lyricclip_cli.errors import MachineError
from lyricclip_cli.ffmpeg.binary import find_ffmpeg
from lyricclip_cli.ffmpeg.burning import fonts_folder
from lyricclip_cli.ffmpeg.glyphs import MOST_ASKED, without_glyph
from lyricclip_cli.lyrics import FilmLyrics, film_lyrics
from lyricclip_cli.lyrics.coverage import doubtful, glyph_warnings, probe_script
from lyricclip_cli.lyrics.cues import text_warnings
from lyricclip_cli.plan import PlanWarning, RenderPlan
from lyricclip_cli.settings import Settings


def lyric_warnings(plan: RenderPlan, settings: Settings) -> list[PlanWarning]:
    """What of a film's lyrics cannot be shown. Raises `InputError` when the style's font file cannot be read.

    libass is asked only about characters that the packaged fonts and the style's font file lack. Without an ffmpeg
    that runs, nothing is said about them: a render says so itself.
    """
    if settings.subtitles == "off":
        return []
    lyrics = film_lyrics(plan, settings.style, karaoke=settings.karaoke)
    found = text_warnings(plan, karaoke=settings.karaoke)
    asked = doubtful(lyrics)[:MOST_ASKED]
    if not asked:
        return found
    try:
        missing = _asked(lyrics, "".join(asked), settings.ffmpeg)
    except MachineError:
        return found
    return [*found, *glyph_warnings(lyrics, missing)]


def _asked(lyrics: FilmLyrics, characters: str, ffmpeg: str | None) -> frozenset[str]:
    with tempfile.TemporaryDirectory(prefix="lyricclip-") as name:
        folder = Path(name)
        script = folder / "glyphs.ass"
        script.write_text(probe_script(lyrics, characters), encoding="utf-8")
        return without_glyph(find_ffmpeg(ffmpeg), script, fonts_folder(lyrics.font_paths, folder / "fonts"))
