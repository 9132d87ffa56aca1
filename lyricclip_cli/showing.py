"""What a render does with lyrics: drawn in each clip, as a track of the film, as files beside it."""

from functools import lru_cache
from pathlib import Path

from lyricclip_cli.ffmpeg.burning import Burner, fonts_digest, fonts_folder
from lyricclip_cli.lyrics import FilmLyrics, film_lyrics
from lyricclip_cli.placing import write_whole
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.settings import MOST_SLOTS, Settings


def lyrics_of(plan: RenderPlan, settings: Settings) -> FilmLyrics:
    """A film's lyrics as the settings have them. Raises `InputError` when the style's font file cannot be read."""
    return film_lyrics(plan, settings.style, karaoke=settings.karaoke)


def burner(plan: RenderPlan, settings: Settings, work: Path) -> Burner | None:
    """What draws the lyrics in each clip; `None` when they are not drawn. Raises `MachineError`."""
    if settings.subtitles != "burn":
        return None
    lyrics = lyrics_of(plan, settings)
    fonts = fonts_folder(lyrics.font_paths, work / "fonts")
    scripts = lru_cache(maxsize=MOST_SLOTS)(lyrics.burned)  # asked for twice: to be drawn, and to be known again
    return Burner(scripts, lyrics.clock.frame_cs / 100, work, fonts, fonts_digest(lyrics.font_paths))


def track_text(plan: RenderPlan, settings: Settings) -> str | None:
    """The SubRip text of the track inside the film; `None` when it has none."""
    return lyrics_of(plan, settings).track() if settings.subtitles == "soft" else None


def write_beside(plan: RenderPlan, settings: Settings, film: Path) -> None:
    """Write the lyrics' files beside a film. Raises `MachineError`."""
    if settings.subtitles == "off":
        return
    lyrics = lyrics_of(plan, settings)
    write_whole(film.with_suffix(".srt"), lyrics.srt())
    write_whole(film.with_suffix(".ass"), lyrics.ass())
