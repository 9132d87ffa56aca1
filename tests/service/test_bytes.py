"""What goes over the network: the window's own segments of one rendition, once, and next to nothing else."""

from pathlib import Path

import pytest

from tests.command import Workplace
from tests.standin import StandIn
from tests.streams import make_hls, shared
from tests.timelines import candidate, line, timeline

SEGMENT_S = 6


@pytest.fixture(scope="session")
def ten_minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes in three renditions, of few pictures but large ones: it is their bytes that count here."""
    renditions = ((480, 270, 600), (320, 180, 300), (160, 90, 120))

    def make(folder: Path) -> None:
        make_hls(
            folder / "long", source_id=5, seconds=600, fps=5, busy=True, segment_s=SEGMENT_S, renditions=renditions
        )

    return shared(tmp_path_factory, "ten-minutes", make)


def test_a_clip_at_minute_nine_costs_its_segments_alone(workplace: Workplace, ten_minutes: Path) -> None:
    with StandIn(ten_minutes) as server:
        at_ms = 9 * 60_000 + 2500  # in the middle of a segment, and 3 s long: it ends within that segment
        url = server.url_for("long/master.m3u8")
        workplace.write("t.json", timeline([line(0, 3000, candidate(at_ms, url=url))]))

        done = workplace.run("render", "t.json")

        assert done.code == 0, done.err
        seen = {(entry.path, entry.range is not None) for entry in server.requests(host="cdn")}
        number = at_ms // 1000 // SEGMENT_S
        assert seen == {
            ("/long/master.m3u8", False),
            ("/long/180p/index.m3u8", False),
            (f"/long/180p/segment{number:05d}.ts", False),
            ("/long/180p/segment00000.ts", True),  # where the stream's clock starts: a range of its head
        }
        assert len(server.requests(host="cdn")) == len(seen)
        needed = (ten_minutes / "long" / "180p" / f"segment{number:05d}.ts").stat().st_size
        assert server.bytes_sent("/long/180p/segment") <= needed + 64 * 1024
        assert workplace.report("t")["clips"][0]["bytes"] == needed


def test_a_window_over_a_segments_edge_costs_both(workplace: Workplace, ten_minutes: Path) -> None:
    with StandIn(ten_minutes) as server:
        url = server.url_for("long/master.m3u8")
        workplace.write("t.json", timeline([line(0, 2000, candidate(59_000, url=url))]))

        assert workplace.run("render", "t.json").code == 0

        whole = [entry.path for entry in server.requests("/long/180p/segment") if entry.range is None]
        assert whole == ["/long/180p/segment00009.ts", "/long/180p/segment00010.ts"]


@pytest.mark.parametrize(("size", "folder"), [((480, 270), "270p"), ((300, 170), "180p"), ((1280, 720), "270p")])
def test_the_cheapest_rendition_that_covers_the_film_is_the_only_one_touched(
    workplace: Workplace, ten_minutes: Path, size: tuple[int, int], folder: str
) -> None:
    with StandIn(ten_minutes) as server:
        url = server.url_for("long/master.m3u8")
        output = {"width": size[0], "height": size[1]}
        workplace.write("t.json", timeline([line(0, 400, candidate(1000, url=url))], output=output))

        assert workplace.run("render", "t.json").code == 0

        paths = {entry.path.split("/")[2] for entry in server.requests("/long/") if entry.path.count("/") == 3}
        assert paths == {folder}


def test_connections_are_reused(workplace: Workplace, ten_minutes: Path) -> None:
    with StandIn(ten_minutes) as server:
        url = server.url_for("long/master.m3u8")
        lines = [line(n * 400, n * 400 + 400, candidate(n * 30_000, url=url)) for n in range(12)]
        workplace.write("t.json", timeline(lines))

        assert workplace.run("render", "t.json", "-c", "2").code == 0

        assert len(server.requests()) >= 14
        assert server.connections() <= 3
