"""Ours beside ffmpeg's own seeks on every shape of stream: frames off, bytes, seconds, for docs/frames.md.

Run it with `just bench-shapes`. Each contender cuts one second from 7.333 s on, over HTTP from this machine, and the
numbers in its pictures are compared with those that a player shows. ffmpeg is given the rendition's own playlist and is
asked for constant frame rate and 25 pictures, as scripts do it.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.command import Workplace
from tests.frames.shapes import Shape, all_shapes, slug
from tests.numbered import Stamp, UnreadablePicture, read_numbers
from tests.standin import StandIn
from tests.streams import run_ffmpeg
from tests.timelines import candidate, line, timeline

START_MS, FRAMES, FPS = 7333, 25, Fraction(25)
PAGE = Path(__file__).parents[1] / "docs" / "frames.md"
BEGIN, END = "<!-- table of bench/shapes.py -->", "<!-- end of the table -->"
CONTENDERS = ("lyricclip", "ffmpeg -ss before -i", "ffmpeg -ss after -i")


@dataclass(frozen=True, slots=True)
class Measured:
    """One cut by one contender. `verdict` says how its pictures compare."""

    verdict: str
    kilobytes: float
    seconds: float

    def __str__(self) -> str:
        return f"{self.verdict} | {self.kilobytes:.0f} | {self.seconds:.1f}"


def verdict(shape: Shape, film: Path) -> str:
    """How far the pictures are from what a player shows."""
    due = [shape.number_at(Fraction(START_MS, 1000) + frame / FPS) for frame in range(FRAMES)]
    try:
        seen = read_numbers(film, rect=shape.rect) if film.exists() else []
    except UnreadablePicture:
        return "other size"
    except Exception:  # a film without pictures has no stream to open
        return "no film"
    if len(seen) != FRAMES:
        return f"{len(seen)} of {FRAMES} frames"
    off = max(_distance(a, b) for a, b in zip(seen, due, strict=True))
    return "exact" if not off else f"{off} off" if off < 10_000 else "other footage"


def _distance(seen: Stamp, due: Stamp) -> int:
    return abs(seen.number - due.number) if seen.source == due.source else 10_000


def cut(contender: str, url: str, folder: Path) -> Path:
    """Let one contender cut; gives its film, which may not exist."""
    if contender == "lyricclip":
        place = Workplace(folder)
        place.write("t.json", timeline([line(0, FRAMES * 40, candidate(START_MS, url=url))]))
        place.run("render", "t.json", "--progress", "none")
        return place.film("t")
    film, seek = folder / "film.mp4", ["-ss", f"{START_MS / 1000}"]
    source = [*seek, "-i", url] if "before" in contender else ["-i", url, *seek]
    picture = ["-vf", "fps=25,scale=320:180:force_original_aspect_ratio=decrease,pad=320:180:-1:-1"]
    try:
        run_ffmpeg(
            [*source, *picture, "-frames:v", str(FRAMES), "-an", "-c:v", "libx264", "-preset", "veryfast", str(film)]
        )
    except RuntimeError:
        film.unlink(missing_ok=True)
    return film


def measure(shape: Shape, root: Path, contender: str, scratch: Path) -> Measured:
    """One contender on one shape."""
    folder = scratch / f"{slug(shape.name)}-{slug(contender)}"
    folder.mkdir()
    with StandIn(root) as server:
        began_s = time.perf_counter()
        film = cut(contender, server.url_for(f"{slug(shape.name)}/{shape.entry}"), folder)
        seconds = time.perf_counter() - began_s
        return Measured(verdict(shape, film), server.bytes_sent() / 1000, seconds)


def main() -> None:
    """Measure everything and write the table."""
    rows = [
        "| shape | " + " | ".join(f"{name} | kB | s" for name in CONTENDERS) + " |",
        "|---|" + "---|---:|---:|" * len(CONTENDERS),
    ]
    with tempfile.TemporaryDirectory() as name:
        root, scratch = Path(name) / "shapes", Path(name) / "cuts"
        scratch.mkdir()
        for shape in all_shapes():
            if not shape.entry.endswith(".m3u8"):
                continue
            shape.make(root / slug(shape.name))
            cells = [str(measure(shape, root, contender, scratch)) for contender in CONTENDERS]
            rows.append(f"| {shape.name} | " + " | ".join(cells) + " |")
            print(rows[-1], flush=True)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
