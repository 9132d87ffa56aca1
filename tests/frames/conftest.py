"""Every shape made once, rendered once per output rate in a single call, over HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.command import Workplace
from tests.frames.positions import Position, line_times, positions
from tests.frames.shapes import Shape, all_shapes, slug
from tests.standin import StandIn
from tests.streams import shared
from tests.timelines import candidate, line, timeline

RATES = ("25", "30000/1001", "60", "24", "30")


@dataclass(frozen=True, slots=True)
class Rendered:
    """All shapes at one output rate: one job each."""

    place: Workplace
    fps: Fraction
    positions: dict[str, list[Position]]


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder per shape."""

    def make(folder: Path) -> None:
        for shape in all_shapes():
            shape.make(folder / slug(shape.name))

    return shared(tmp_path_factory, "shapes", make)


@pytest.fixture(scope="session")
def server(shapes: Path) -> Iterator[StandIn]:
    """The shapes over HTTP."""
    with StandIn(shapes) as standin:
        yield standin


@pytest.fixture(scope="session")
def rendered(shapes: Path, server: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rendered]:
    """The films of all shapes at a rate, made when first asked for, once for all workers."""

    def at(rate: str) -> Rendered:
        folder = shared(
            tmp_path_factory, f"frames-{slug(rate)}", lambda folder: render_all(rate, shapes, server, folder)
        )
        fps = Fraction(rate)
        return Rendered(Workplace(folder), fps, {shape.name: positions(shape, fps) for shape in all_shapes()})

    return at


def render_all(rate: str, shapes: Path, server: StandIn, folder: Path) -> None:
    """One call of the command for all shapes; local files are linked beside the timelines."""
    folder.mkdir()
    place, names = Workplace(folder), []
    (folder / "shapes").symlink_to(shapes)
    for shape in all_shapes():
        names.append(f"{slug(shape.name)}.json")
        place.write(names[-1], shape_timeline(shape, positions(shape, Fraction(rate)), server, rate))
    place.run("render", *names, "-c", "6", "--progress", "none", "--media-dir", str(shapes))


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
