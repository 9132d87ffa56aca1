"""Every shape made once, rendered once per output rate in a single call, over HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.command import Finished, Workplace
from tests.frames.positions import Position, line_times, positions
from tests.frames.shapes import Shape, all_shapes, slug
from tests.standin import StandIn
from tests.streams import kept
from tests.timelines import candidate, line, timeline

RATES = ("25", "30000/1001", "60", "24", "30")


@dataclass(frozen=True, slots=True)
class Rendered:
    """All shapes at one output rate: one job each."""

    place: Workplace
    finished: Finished
    fps: Fraction
    positions: dict[str, list[Position]]


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder per shape."""

    def make(folder: Path) -> None:
        for shape in all_shapes():
            shape.make(folder / slug(shape.name))

    return kept(tmp_path_factory.getbasetemp() / "shapes", make)


@pytest.fixture(scope="session")
def server(shapes: Path) -> Iterator[StandIn]:
    """The shapes over HTTP."""
    with StandIn(shapes) as standin:
        yield standin


@pytest.fixture(scope="session")
def rendered(shapes: Path, server: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rendered]:
    """The films of all shapes at a rate, made when first asked for."""
    made: dict[str, Rendered] = {}

    def at(rate: str) -> Rendered:
        if rate not in made:
            made[rate] = render_all(rate, shapes, server, tmp_path_factory.mktemp("frames"))
        return made[rate]

    return at


def render_all(rate: str, shapes: Path, server: StandIn, folder: Path) -> Rendered:
    """One call of the command for all shapes; local files are linked beside the timelines."""
    place, fps = Workplace(folder), Fraction(rate)
    (folder / "shapes").symlink_to(shapes)
    cuts: dict[str, list[Position]] = {}
    names = []
    for shape in all_shapes():
        cuts[shape.name] = positions(shape, fps)
        names.append(f"{slug(shape.name)}.json")
        place.write(names[-1], shape_timeline(shape, cuts[shape.name], server, rate))
    media = ("--media-dir", str(shapes))
    finished = place.run("render", *names, "-c", "6", "--progress", "none", *media)
    return Rendered(place, finished, fps, cuts)


def shape_timeline(shape: Shape, places: list[Position], server: StandIn, rate: str) -> dict[str, object]:
    """A line per position, back to back."""
    edges = line_times(places, Fraction(rate))
    name = f"{slug(shape.name)}/{shape.entry}"
    over_http = name.endswith(".m3u8")
    source: dict[str, Any] = {"url": server.url_for(name)} if over_http else {"file": f"shapes/{name}"}
    lines = [
        line(a, b, candidate(place.start_ms, **source), text=place.name)
        for place, a, b in zip(places, edges, edges[1:], strict=False)
    ]
    return timeline(lines, output={"fps": rate})
