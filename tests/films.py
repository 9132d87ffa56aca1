"""Plans and films of lyrics alone, and what can be seen on their pictures."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from lyricclip_cli.ffmpeg.burning import Burner, fonts_folder
from lyricclip_cli.lyrics import FilmLyrics, film_lyrics
from lyricclip_cli.plan import RenderPlan, make_plan
from lyricclip_cli.style import StyleChoice
from lyricclip_cli.timeline import Timeline
from tests.numbered import ffmpeg_path

Pixels = NDArray[np.uint8]

INK = 60
"""Luma above which a pixel of a black picture has been drawn on."""

NO_SYSTEM_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>'


def lyric_plan(lines: Sequence[Mapping[str, Any]], **output: Any) -> RenderPlan:
    """The plan of a film whose lines have no footage."""
    picture = {"width": 640, "height": 360, "fps": 25, **output}
    return make_plan(Timeline.model_validate({"version": 1, "output": picture, "lines": list(lines)}))


def lyrics_for(lines: Sequence[Mapping[str, Any]], *, karaoke: bool = True, **output: Any) -> FilmLyrics:
    """The lyrics of a film whose lines have no footage."""
    return film_lyrics(lyric_plan(lines, **output), StyleChoice(), karaoke=karaoke)


def without_fonts(folder: Path) -> dict[str, str]:
    """The environment of a machine on which fontconfig finds no font at all."""
    file = folder / "no-fonts.conf"
    file.write_text(NO_SYSTEM_FONTS, encoding="utf-8")
    return {"FONTCONFIG_FILE": str(file), "XDG_CACHE_HOME": str(folder)}


def drawn(lyrics: FilmLyrics, frame: int, folder: Path, *, background: str = "black") -> Pixels:
    """A frame of a film as (height, width, 3), drawn as a clip is that begins there, without any system font."""
    fonts = folder / "fonts"
    if not fonts.exists():
        fonts_folder(lyrics.font_paths, fonts)
    picture = lyrics.plan.picture
    filters = Burner(lyrics.burned, lyrics.clock.frame_cs / 100, folder, fonts).filters(frame, 1)
    source = f"color={background}:s={picture.width}x{picture.height}:r={lyrics.plan.grid.fps},format=yuv420p"
    command = [ffmpeg_path(), "-v", "error", "-f", "lavfi", "-i", source, "-vf", f"{filters}format=rgb24"]
    done = subprocess.run(
        [*command, "-frames:v", "1", "-f", "rawvideo", "-"],
        capture_output=True,
        check=True,
        env={**os.environ, **without_fonts(folder)},
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(picture.height, picture.width, 3)


def has_ink(pixels: Pixels) -> bool:
    """Whether anything has been drawn on a black picture."""
    return bool((pixels > INK).sum() > 20)


def ink_of(film: Path) -> list[Pixels]:
    """For every picture of a film in the order shown, the share of lit pixels per row of 1/20 of its height."""
    with av.open(str(film)) as container:
        return [_bands(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def _bands(luma: Any) -> Pixels:
    height = luma.shape[0] // 20 * 20
    lit = (luma[:height] > INK).reshape(20, -1)
    return np.asarray(lit.sum(axis=1) > 8, dtype=np.uint8)


def frames_with_ink(film: Path) -> list[int]:
    """The numbers of a film's pictures that have been drawn on, its footage being black."""
    return [number for number, bands in enumerate(ink_of(film)) if bands.any()]
