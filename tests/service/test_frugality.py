"""What a render costs besides time: bytes, requests, processes, memory. Clips are tiny, so that only overhead shows."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.command import Workplace
from tests.standin import Latency, StandIn
from tests.streams import make_hls, shared
from tests.timelines import candidate, line, timeline

LINES = 60
LENGTH_MS = 200
LOOK_S = 0.01
MB = 1_000_000
MOST_OVERHEAD = 1.10
MOST_MEMORY = 150 * MB
SECONDS, SEGMENT_S = 120, 6


@pytest.fixture(scope="session")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two streams with segments as large as those of small films: 640x360, pictures that do not compress well."""

    def make(folder: Path) -> None:
        for number, name in enumerate(("left", "right"), start=1):
            renditions = ((640, 360, 900), (320, 180, 400))
            make_hls(folder / name, source_id=number, seconds=SECONDS, segment_s=SEGMENT_S, renditions=renditions,
                     busy=True)  # fmt: skip

    return shared(tmp_path_factory, "frugal-streams", make)


def lines(server: StandIn, count: int = LINES) -> list[dict[str, Any]]:
    """Short lines, spread over both streams: two of each three want a segment that another one wants too."""
    found = []
    for number in range(count):
        url = server.url_for(f"{('left', 'right')[number % 2]}/master.m3u8")
        at_ms = number * 1900 % (SECONDS * 1000 - 2 * LENGTH_MS)
        found.append(line(number * LENGTH_MS, (number + 1) * LENGTH_MS, candidate(at_ms, length_ms=LENGTH_MS, url=url)))
    return found


def needed_bytes(streams: Path, of: list[dict[str, Any]], rendition: str) -> int:
    """The segments that the windows overlap, each once, by the playlist's EXTINF."""
    segments = set()
    for one in of:
        [chosen] = one["candidates"]
        name = chosen["url"].split("/")[3]
        first_s = Fraction(chosen["start_ms"], 1000)
        last_s = first_s + Fraction(LENGTH_MS, 1000) - Fraction(1, 25)
        for number in range(int(first_s // SEGMENT_S), int(last_s // SEGMENT_S) + 1):
            segments.add(streams / name / rendition / f"segment{number:05d}.ts")
    return sum(path.stat().st_size for path in segments)


class Watched:
    """What was seen of a process while it ran: its own memory at its peak, and the most ffmpeg it had at once."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.most_children = 0


@contextmanager
def watching(pid: int) -> Iterator[Watched]:
    """Look at a process again and again until it is over."""
    seen, over = Watched(), threading.Event()

    def look() -> None:
        process = psutil.Process(pid)
        while not over.wait(LOOK_S):
            with suppress(psutil.Error):
                seen.peak_bytes = max(seen.peak_bytes, process.memory_info().rss)
                running = [child for child in process.children() if child.status() != psutil.STATUS_ZOMBIE]
                seen.most_children = max(seen.most_children, len(running))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def render(place: Workplace, **settings: int) -> Watched:
    """Render `t.json` to a film of real footage alone, and watch."""
    env = {f"LYRICCLIP_{key.upper()}": str(value) for key, value in settings.items()}
    process = place.start("render", "t.json", "--progress", "none", env=env)
    with watching(process.pid) as seen:
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return seen


def test_next_to_nothing_but_the_needed_segments_is_fetched(workplace: Workplace, streams: Path) -> None:
    with StandIn(streams) as server:
        asked = lines(server)
        workplace.write("t.json", timeline(asked, output={"width": 640, "height": 360}))

        render(workplace, render_clip_concurrency=6, per_video_limit=6)

        needed = needed_bytes(streams, asked, "360p")
        assert needed < server.bytes_sent() <= needed * MOST_OVERHEAD


def test_however_many_lines_use_it_everything_is_asked_for_once(workplace: Workplace, streams: Path) -> None:
    with StandIn(streams) as server:
        server.fault("*", Latency(0.05))  # so that lines meet at the same segment and playlist
        workplace.write("t.json", timeline(lines(server)))

        render(workplace, render_clip_concurrency=8, per_video_limit=8)

        asked = Counter((seen.path, seen.range) for seen in server.requests(host="cdn"))
        assert set(asked.values()) == {1}
        playlists = [path for path, _ in asked if path.endswith(".m3u8")]
        assert sorted(playlists) == [
            f"/{name}/{playlist}" for name in ("left", "right") for playlist in ("180p/index.m3u8", "master.m3u8")
        ]
        origins = [path for path, span in asked if span is not None]
        assert len(origins) <= 2


@pytest.mark.parametrize("encode_slots", [1, 2])
def test_no_more_ffmpeg_processes_at_once_than_encode_slots(
    workplace: Workplace, streams: Path, encode_slots: int
) -> None:
    with StandIn(streams) as server:
        workplace.write("t.json", timeline(lines(server, 20)))

        seen = render(workplace, render_clip_concurrency=8, encode_slots=encode_slots)

        assert 1 <= seen.most_children <= encode_slots


def test_sixty_lines_take_little_memory(workplace: Workplace, streams: Path) -> None:
    with StandIn(streams) as server:
        workplace.write("t.json", timeline(lines(server), output={"width": 640, "height": 360}))

        seen = render(workplace, render_clip_concurrency=8, per_video_limit=8)

        assert 0 < seen.peak_bytes <= MOST_MEMORY


def test_a_render_loads_nothing_that_it_does_not_use(workplace: Workplace, streams: Path) -> None:
    with StandIn(streams) as server:
        workplace.write("t.json", timeline(lines(server, 12)))

        done = workplace.run("render", "t.json", "--progress", "plain", env={"PYTHONPROFILEIMPORTTIME": "1"})

        assert done.code == 0, done.err
        rows = [row for row in done.err.splitlines() if row.startswith("import time:")]
        sought = Counter(row.rpartition("|")[2].strip() for row in rows)
        assert sought.keys() >= {"av", "httpx", "structlog"}
        unused = {"rich.console", "rich.pretty", "pygments.lexers", "click", "h2.connection", "fontTools", "twelvelabs"}
        assert sought.keys().isdisjoint(unused)
        assert max(sought.values()) < 10, sought.most_common(3)  # what is missing is looked for on the disk each time
