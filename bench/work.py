"""The jobs that contenders do: which lines, from which videos, at which size, over which network."""

import json
import random
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from bench.network import Network
from bench.sources import FPS, RENDITIONS, SONG, STREAM_S, VIDEOS, Rendition
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.prepare import prepare_film
from lyricclip_cli.settings import Settings

WORDS = ("we left the quiet harbour lights", "and every river found", "the sea again", "tonight my love", "stay")


@dataclass(frozen=True, slots=True)
class BenchLine:
    """One line: the length of its clip, and where in which video it begins."""

    text: str
    length_ms: int
    video: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Work:
    """One job of the bench. `at_once` is how many clips are in work at once, ours and the careful script's."""

    name: str
    lines: tuple[BenchLine, ...]
    size: tuple[int, int]
    network: Network
    at_once: int = 4
    per_video: int = 2

    @property
    def frames(self) -> int:
        """The film's length in frames."""
        return sum(line.length_ms for line in self.lines) * FPS // 1000

    @property
    def rendition(self) -> Rendition:
        """The smallest rendition that covers the film."""
        return min((r for r in RENDITIONS if r.width >= self.size[0]), key=lambda r: r.width)

    @property
    def connections(self) -> int:
        """How many downloads the settings allow at once: per video at most `per_video`, and never more than clips."""
        return min(self.at_once, self.per_video * len({line.video for line in self.lines}))

    def bandwidth_bytes_s(self) -> float:
        """What the network carries over that many connections; 0 when it has no limit."""
        limits = [self.network.connection_mbits * self.connections, self.network.total_mbits]
        return min((limit for limit in limits if limit), default=0) * 1e6 / 8

    def write(self, folder: Path, url: str) -> Path:
        """The timeline, lines one after the other under a song."""
        lines, at_ms = [], 0
        for line in self.lines:
            source = {"url": f"{url}/{line.video}/master.m3u8"}
            window = {"start_ms": line.at_ms, "end_ms": line.at_ms + line.length_ms}
            lines.append({"text": line.text, "start_ms": at_ms, "end_ms": at_ms + line.length_ms,
                          "candidates": [{**source, **window}]})  # fmt: skip
            at_ms += line.length_ms
        output = {"width": self.size[0], "height": self.size[1], "fps": FPS}
        song = {"file": SONG, "offset_ms": 0}
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps({"version": 1, "audio": song, "output": output, "lines": lines}), encoding="utf-8")
        return path

    def plan(self, timeline: Path) -> RenderPlan:
        """The plan that `lyricclip` makes of it."""
        return prepare_film(timeline, Settings())

    def needed_segments(self, root: Path) -> set[Path]:
        """The segments of the rendition that the windows overlap, by the playlists' EXTINF alone, each once."""
        needed = set()
        for line in self.lines:
            folder = root / line.video / self.rendition.name
            first_s = Fraction(line.at_ms, 1000)
            last_s = first_s + Fraction(line.length_ms, 1000) - Fraction(1, FPS)
            needed |= {path for path, start_s, end_s in _segments(folder) if start_s <= last_s and end_s > first_s}
        return needed


def _segments(folder: Path) -> list[tuple[Path, Fraction, Fraction]]:
    """The segments of a media playlist with their times."""
    found, at_s, duration_s = [], Fraction(0), Fraction(0)
    for row in (folder / "index.m3u8").read_text(encoding="utf-8").splitlines():
        if row.startswith("#EXTINF:"):
            duration_s = Fraction(row.removeprefix("#EXTINF:").rstrip(","))
        elif row and not row.startswith("#"):
            found.append((folder / row, at_s, at_s + duration_s))
            at_s += duration_s
    return found


def make_lines(
    count: int, videos: tuple[str, ...], *, lengths_ms: tuple[int, int], reach_s: int = STREAM_S
) -> tuple[BenchLine, ...]:
    """Lines of lengths between these, in whole frames, spread over the videos up to `reach_s`; always the same."""
    chance = random.Random(f"{count} {videos} {lengths_ms}")
    frame_ms = 1000 // FPS
    lines = []
    for number in range(count):
        length_ms = chance.randint(lengths_ms[0] // frame_ms, lengths_ms[1] // frame_ms) * frame_ms
        at_ms = chance.randint(500, (reach_s - 6) * 1000 - length_ms)
        lines.append(BenchLine(_text(chance), length_ms, videos[number % len(videos)], at_ms))
    return tuple(lines)


def _text(chance: random.Random) -> str:
    return " ".join(chance.sample(WORDS, k=chance.randint(1, 2))).capitalize()


HD, SMALL, TINY = (1280, 720), (480, 270), (320, 180)
SUNG_MS = (1800, 3800)
"""How long lyric lines are, mostly."""


def compared_work(*, quick: bool) -> dict[str, Work]:
    """The three jobs that all contenders do. `quick`: fewer lines, from the first minute.

    Over a slow network more clips are in work at once, so that some are fetched while others are cut. From one video as
    many are then downloaded at once: the careful script knows no limit per video either.
    """
    reach_s, share = (60, 4) if quick else (STREAM_S, 1)
    three = make_lines(24 // share, VIDEOS, lengths_ms=SUNG_MS, reach_s=reach_s)
    one = make_lines(60 // share, VIDEOS[:1], lengths_ms=SUNG_MS, reach_s=reach_s)
    local = Work("processor", three, HD, Network())
    slow = Network(latency_ms=60, connection_mbits=20)
    single = Network(latency_ms=100, connection_mbits=8)
    return {
        "processor": local,
        "network": replace(local, name="network", network=slow, at_once=6),
        "one-video": Work("one-video", one, SMALL, single, at_once=8, per_video=8),
    }


def own_work(*, quick: bool) -> dict[str, Work]:
    """Jobs that only we do: a film of four minutes, and films of very many short lines."""
    share = 10 if quick else 1
    four_minutes = make_lines(60 // share, VIDEOS, lengths_ms=(4000, 4000))
    few = make_lines(60 // share, VIDEOS, lengths_ms=(400, 400))
    many = make_lines(600 // share, VIDEOS, lengths_ms=(400, 400))
    return {
        "four-minutes": Work("four-minutes", four_minutes, HD, Network()),
        "60-lines": Work("60-lines", few, TINY, Network()),
        "600-lines": Work("600-lines", many, TINY, Network()),
    }
