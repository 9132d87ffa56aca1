"""What burning lyrics costs: CPU seconds of the same clips with and without, as `lyricclip` cuts them.

    python bench/lyrics_cost.py [--seconds 3] [--repeat 5]

Each clip is moving 1080p footage, with grain as filmed pictures have or as clean as drawn ones, cut to a 1080p and a
720p film. Both ways are run in turn, and the least of each is compared: what else the machine does only ever adds
time. Clips are short, as lyric lines are, so that reading the fonts counts.
"""

import argparse
import os
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from lyricclip_cli.ffmpeg.burning import Burner, fonts_folder
from lyricclip_cli.ffmpeg.clip_command import clip_arguments
from lyricclip_cli.ffmpeg.encoders import EncodeSpec
from lyricclip_cli.lyrics import film_lyrics
from lyricclip_cli.outcome import Footage, Picture, SourceType, Span
from lyricclip_cli.plan import make_plan
from lyricclip_cli.ports import CutOrder
from lyricclip_cli.style import StyleChoice
from lyricclip_cli.timeline import Timeline

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
TEXT = "I gotta believe in something greater than this endless highway"
TRANSLATION = "我必须相信某些比这条无尽公路更伟大的东西"


def footage(folder: Path, seconds: int, *, grain: bool) -> Path:
    """Moving 1080p pictures."""
    path = folder / f"{'grain' if grain else 'clean'}.mp4"
    noise = ",noise=alls=8:allf=t" if grain else ""
    look = f"testsrc2=s=1920x1080:r=25:d={seconds + 1}{noise},format=yuv420p"
    subprocess.run(
        [FFMPEG, "-v", "error", "-f", "lavfi", "-i", look, "-c:v", "libx264", "-preset", "veryfast", "-y", str(path)],
        check=True,
    )
    return path


def plan(seconds: int, size: tuple[int, int], *, karaoke: bool) -> Any:
    """A film of one line over all of its length."""
    line: dict[str, Any] = {"text": TEXT, "translation": TRANSLATION, "start_ms": 0, "end_ms": seconds * 1000}
    if karaoke:
        words = TEXT.split()
        step = seconds * 1000 // len(words)
        line["words"] = [
            {"text": word, "start_ms": step * n, "end_ms": step * n + step} for n, word in enumerate(words)
        ]
    output = {"width": size[0], "height": size[1], "fps": 25}
    return make_plan(Timeline.model_validate({"version": 1, "output": output, "lines": [line]}))


def cpu_s(arguments: list[str]) -> float:
    """User and system seconds of one ffmpeg."""
    process = subprocess.Popen([FFMPEG, "-v", "error", "-nostdin", "-y", *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def measure(source: Path, folder: Path, seconds: int, size: tuple[int, int], repeat: int, *, karaoke: bool) -> None:
    """Print one row."""
    film = plan(seconds, size, karaoke=karaoke)
    lyrics = film_lyrics(film, StyleChoice(), karaoke=karaoke)
    fonts = fonts_folder(lyrics.font_paths, folder / f"fonts-{source.stem}-{size[1]}-{karaoke}")
    burner = Burner(lyrics.burned, lyrics.clock.frame_cs / 100, folder, fonts)
    span = Span(source, Fraction(0), film.frames, Picture(1920, 1080))
    target = folder / "clip.mp4"
    order = CutOrder(Footage(SourceType.LOCAL, (span,)), 0, film.frames, target, False, lambda _: None)
    burn = burner.filters(0, film.frames)
    times: dict[str, list[float]] = {"": [], burn: []}
    for _ in range(repeat):
        for filters, taken in times.items():
            taken.append(cpu_s(clip_arguments(order, film.grid, film.picture, EncodeSpec(), str(target), burn=filters)))
    plain, burned = min(times[""]), min(times[burn])
    kind = "karaoke" if karaoke else "plain"
    seconds = f"{plain:6.2f} s without, {burned:6.2f} s with"
    print(f"{source.stem:6} {size[0]}x{size[1]} {kind:8} {seconds}: {burned / plain - 1:+.1%}")


def main() -> None:
    """Measure all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in [footage(folder, asked.seconds, grain=grain) for grain in (True, False)]:
            for size in ((1920, 1080), (1280, 720)):
                for karaoke in (False, True):
                    measure(source, folder, asked.seconds, size, asked.repeat, karaoke=karaoke)


if __name__ == "__main__":
    main()
