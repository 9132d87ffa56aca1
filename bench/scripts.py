"""The two scripts: ffmpeg reads the streams itself, clips are joined by a copy, a second encode draws the lyrics."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.sources import FFMPEG, FPS, SONG
from bench.work import BenchLine, Work
from lyricclip_cli.ffmpeg.burning import filter_value, fonts_folder
from lyricclip_cli.lyrics import film_lyrics
from lyricclip_cli.style import StyleChoice

QUALITY = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20")


@dataclass(frozen=True, slots=True)
class Lyrics:
    """A film's laid-out lyrics on disk, and the fonts beside them. Making them is nobody's time."""

    script: Path
    fonts: Path

    @property
    def filter(self) -> str:
        """The filter that draws them on a whole film."""
        return f"ass=filename={filter_value(str(self.script))}:fontsdir={filter_value(str(self.fonts))}"


def lyrics_for(work: Work, timeline: Path, folder: Path) -> Lyrics:
    """Write the lyrics of a job."""
    laid_out = film_lyrics(work.plan(timeline), StyleChoice(), karaoke=True)
    script = folder / "lyrics.ass"
    script.write_text(laid_out.ass(), encoding="utf-8")
    return Lyrics(script, fonts_folder(laid_out.font_paths, folder / "script-fonts"))


def decode_from_start(work: Work, folder: Path, url: str, lyrics: Lyrics) -> None:
    """The method that this tool replaces: the stream's own address, `-ss` after `-i`, four at once."""

    def clip(line: BenchLine) -> list[str]:
        return ["-i", f"{url}/{line.video}/master.m3u8", "-ss", f"{line.at_ms / 1000}"]

    _film(work, folder, lyrics, [clip(line) for line in work.lines], at_once=4)


def careful(work: Work, folder: Path, url: str, lyrics: Lyrics) -> None:
    """What a skilled user writes: `-ss` before the playlist of the rendition that fits the film."""

    def clip(line: BenchLine) -> list[str]:
        return ["-ss", f"{line.at_ms / 1000}", "-i", f"{url}/{line.video}/{work.rendition.name}/index.m3u8"]

    _film(work, folder, lyrics, [clip(line) for line in work.lines], at_once=work.at_once)


def _film(work: Work, folder: Path, lyrics: Lyrics, inputs: Sequence[list[str]], *, at_once: int) -> None:
    size = f"fps={FPS},scale={work.size[0]}:{work.size[1]}"
    clips = [folder / f"clip{number:04d}.mp4" for number in range(len(inputs))]

    def cut(number: int) -> None:
        frames = work.lines[number].length_ms * FPS // 1000
        ffmpeg(*inputs[number], "-frames:v", str(frames), "-vf", size, "-an", *QUALITY, str(clips[number]))

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(cut, range(len(inputs))))
    joined = folder / "joined.mp4"
    join(clips, ["-i", str(folder / SONG), "-c:a", "aac", "-b:a", "192k"], joined)
    ffmpeg("-i", str(joined), "-vf", lyrics.filter, *QUALITY, "-c:a", "copy", "-movflags", "+faststart",
           str(folder / "film.mp4"))  # fmt: skip


def join(clips: Sequence[Path], sound: list[str], destination: Path) -> None:
    """Put clips end to end by a copy, under a sound as long as they are."""
    listing = destination.with_suffix(".txt")
    listing.write_text("".join(f"file '{clip}'\n" for clip in clips), encoding="utf-8")
    ffmpeg("-f", "concat", "-safe", "0", "-i", str(listing), *sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy",
           "-shortest", "-movflags", "+faststart", str(destination))  # fmt: skip


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg to its end. Raises what subprocess does when it fails."""
    subprocess.run([FFMPEG, "-v", "error", "-nostdin", "-y", *arguments], check=True)
