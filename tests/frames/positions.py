"""Where each shape is cut: the places at which cuts go wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.frames.shapes import Shape


@dataclass(frozen=True, slots=True)
class Position:
    """An in-point and a number of film frames."""

    name: str
    start_ms: int
    frames: int


def positions(shape: Shape, fps: Fraction) -> list[Position]:
    """Start, edges and their neighbours, the first GOP, across segments, the last frame, past the end."""
    found = [Position("zero", 0, 8), Position("inside the first GOP", 730, 8)]
    for edge in shape.edges_ms:
        found += [
            Position(f"on the edge at {edge}", edge, 8),
            Position(f"1 ms before {edge}", edge - 1, 8),
            Position(f"1 ms after {edge}", edge + 1, 8),
            Position(f"across {edge}", edge - 137, 10),
        ]
    length = round(Fraction(4400, 1000) * fps)
    return [
        *found,
        Position("across three segments", 3900, length),
        Position("one frame", 6543, 1),
        Position("the last frame", shape.last_ms, 1),
        Position("past the end", shape.last_ms - 300, round(fps)),
    ]


def line_times(places: Sequence[Position], fps: Fraction) -> list[int]:
    """Line edges in whole milliseconds that give each place just its number of frames, the first at zero."""
    edges, frame = [0], 0
    for place in places:
        frame += place.frames
        edges.append(round(frame * 1000 / fps))
    return edges
