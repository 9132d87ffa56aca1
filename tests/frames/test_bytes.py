"""Exactness costs no more than the window's segments, one spare on each side, and a look at the stream's head."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.command import Workplace
from tests.frames.rewriting import segment_lines
from tests.frames.shapes import Shape, all_shapes, slug
from tests.standin import Seen, StandIn
from tests.timelines import candidate, line, timeline

HEAD_BYTES = 64 * 1024
START_MS, FRAMES = 4500, 20

STREAMS = [shape for shape in all_shapes() if shape.entry == "index.m3u8"]


@pytest.fixture(scope="module")
def seen(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seen]]:
    """One clip from the middle of each stream; what the server sent for it, by shape."""
    place, names = Workplace(tmp_path_factory.mktemp("bytes")), []
    with StandIn(shapes) as server:
        for shape in STREAMS:
            url = server.url_for(f"{slug(shape.name)}/{shape.entry}")
            names.append(f"{slug(shape.name)}.json")
            place.write(names[-1], timeline([line(0, FRAMES * 40, candidate(START_MS, url=url))]))
        done = place.run("render", *names, "-c", "6", "--progress", "none")
        assert done.code == 0, done.err
        return {shape.name: server.requests(f"/{slug(shape.name)}/", host="cdn") for shape in STREAMS}


@pytest.mark.parametrize("shape", STREAMS, ids=lambda shape: slug(shape.name))
def test_a_clip_costs_its_own_segments(shape: Shape, shapes: Path, seen: dict[str, list[Seen]]) -> None:
    folder = shapes / slug(shape.name)
    overlapping = overlapping_segments(folder)
    media = [entry for entry in seen[shape.name] if entry.path.endswith((".ts", ".m4s"))]
    ranges = [entry for entry in media if entry.bytes_sent <= HEAD_BYTES and entry.range is not None]
    whole = [entry for entry in media if entry not in ranges]
    assert len(media) <= len(overlapping) + 2 * shape.spare_segments + 1
    assert len({(entry.path, entry.range) for entry in media}) == len(media), "something was fetched twice"
    assert len(whole) <= len(overlapping) + 2 * shape.spare_segments


def overlapping_segments(folder: Path) -> list[str]:
    """The segments that the window touches by the playlist's word."""
    start_s, end_s = Fraction(START_MS, 1000), Fraction(START_MS, 1000) + Fraction(FRAMES, 25)
    durations = [
        Fraction(text[8:].split(",")[0])
        for text in (folder / "index.m3u8").read_text().splitlines()
        if text.startswith("#EXTINF:")
    ]
    found, at_s = [], Fraction(0)
    for name, duration in zip(segment_lines(folder), durations, strict=True):
        if at_s < end_s and at_s + duration > start_s:
            found.append(name)
        at_s += duration
    return found
