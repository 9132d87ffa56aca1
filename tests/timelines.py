"""Timelines as tests write them, and the frames that the rules say they show."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.numbered import Stamp

SNAP_S = Fraction(605, 1_000_000)
"""A source frame counts as begun up to 0.6 ms before its nominal time: containers round timestamps. (No time that a
test uses lies within 5 microseconds of that limit.)"""


def line(start_ms: int, end_ms: int, *candidates: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A line of a timeline."""
    return {
        "text": more.pop("text", f"line at {start_ms}"),
        "start_ms": start_ms,
        "end_ms": end_ms,
        "candidates": list(candidates),
        **more,
    }


def candidate(start_ms: int, *, length_ms: int = 4000, **source: Any) -> dict[str, Any]:
    """A candidate: `video_id=`, `url=` or `file=`."""
    return {**source, "start_ms": start_ms, "end_ms": start_ms + length_ms}


def timeline(lines: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A small timeline: 320x180 at 25 fps unless `output` says otherwise."""
    output = {"width": 320, "height": 180, "fps": "25", "fit": "pad", **more.pop("output", {})}
    return {"version": 1, "output": output, "lines": list(lines), **more}


def back_to_back(
    lengths_ms: Iterable[int], choices: Iterable[Sequence[Mapping[str, Any]]], *, first_ms: int = 1000
) -> list[dict[str, Any]]:
    """Lines that follow each other without a gap."""
    lines, at_ms = [], first_ms
    for length_ms, chosen in zip(lengths_ms, choices, strict=True):
        lines.append(line(at_ms, at_ms + length_ms, *chosen))
        at_ms += length_ms
    return lines


def cut_frames(edges_ms: Sequence[int], fps: Fraction, *, origin_ms: int | None = None) -> list[int]:
    """The film's frame boundaries at these times on the song's clock: half rounds up."""
    origin_ms = edges_ms[0] if origin_ms is None else origin_ms
    return [floor(Fraction(edge - origin_ms) * fps / 1000 + Fraction(1, 2)) for edge in edges_ms]


def shown(
    source: int, start_ms: int, frames: int, *, film_fps: Fraction, source_fps: Fraction, last: int | None = None
) -> list[Stamp]:
    """What a clip shows: for frame j the source frame on screen at `start + j / fps`; after the end, the last one."""
    numbers = [floor((Fraction(start_ms, 1000) + j / film_fps + SNAP_S) * source_fps) for j in range(frames)]
    return [Stamp(source, number if last is None else min(number, last)) for number in numbers]


def clicks_between(start_ms: int, length_s: Fraction) -> list[float]:
    """Where a source's clicks, one a second, lie within a clip, in seconds after its start."""
    start_s = Fraction(start_ms, 1000)
    return [float(second - start_s) for second in range(ceil(start_s), ceil(start_s + length_s))]
