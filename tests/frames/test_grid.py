"""The film's grid through the command: nothing accumulates, gaps and overlaps are as the rules say, and are told."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tests.command import Workplace
from tests.numbered import BLACK, Stamp, read_numbers, read_timed
from tests.standin import StandIn
from tests.streams import make_song
from tests.timelines import candidate, cut_frames, line, shown, timeline

FPS = Fraction(25)


@pytest.mark.parametrize("rate", ["25", "30000/1001"])
def test_two_hundred_lines_are_as_exact_as_one(rate: str, server: StandIn, tmp_path: Path) -> None:
    place, fps = Workplace(tmp_path), Fraction(rate)
    lengths = [83 + 37 * n % 211 for n in range(200)]
    edges = [0]
    for length in lengths:
        edges.append(edges[-1] + length)
    url = server.url_for("ts-with-b-frames/index.m3u8")
    starts = [n * 53 % 11_000 for n in range(200)]
    lines = [line(a, b, candidate(at, url=url)) for a, b, at in zip(edges, edges[1:], starts, strict=False)]
    place.write("t.json", timeline(lines, output={"fps": rate}))

    done = place.run("render", "t.json", "-c", "6", "--progress", "none")

    assert done.code == 0, done.err
    film = read_timed(place.film("t"))
    cuts = cut_frames(edges, fps)
    assert len(film) == cuts[-1]
    assert abs(Fraction(len(film)) / fps - Fraction(edges[-1], 1000)) <= 1 / fps
    assert [timed.time for timed in film] == [n / fps for n in range(len(film))]
    due = [
        stamp
        for at, a, b in zip(starts, cuts, cuts[1:], strict=False)
        for stamp in shown(1, at, b - a, film_fps=fps, source_fps=FPS, last=299)
    ]
    assert [timed.stamp for timed in film] == due
    assert place.report("t")["metrics"]["render"]["max_delta_ms"] <= float(500 / fps) + 0.001


def test_gaps_and_overlaps(server: StandIn, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    url = server.url_for("ts-with-b-frames/index.m3u8")
    lines = [
        line(1000, 2000, candidate(0, url=url), id="runs on"),
        line(3000, 4000, candidate(2000, url=url), id="overlaps"),
        line(3600, 4400, candidate(4000, url=url), id="before black"),
        line(6440, 7000, candidate(6000, url=url), id="last"),
    ]
    place.write("t.json", timeline(lines))

    done = place.run("render", "t.json")

    assert done.code == 0, done.err
    film = read_numbers(place.film("t"))
    pieces = [shown(1, at, n, film_fps=FPS, source_fps=FPS) for at, n in ((0, 50), (2000, 15), (4000, 20))]
    black: list[Stamp] = [BLACK] * 51
    assert film == [*pieces[0], *pieces[1], *pieces[2], *black, *shown(1, 6000, 14, film_fps=FPS, source_fps=FPS)]
    warnings = [(warning["line_id"], warning["message"]) for warning in place.report("t")["warnings"]]
    assert [line_id for line_id, _ in warnings] == ["before black", "overlaps"]
    assert "black" in warnings[0][1]
    assert "400 ms" in warnings[1][1]


def test_lines_of_one_frame_and_of_none(server: StandIn, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    url = server.url_for("ts-with-b-frames/index.m3u8")
    edges = [0, 40, 45, 80, 1080]
    lines = [line(a, b, candidate(1000, url=url)) for a, b in pairwise(edges)]
    place.write("t.json", timeline(lines))

    done = place.run("render", "t.json")

    assert done.code == 0, done.err
    assert [clip["frames"] for clip in place.report("t")["clips"]] == [1, 0, 1, 25]
    one = shown(1, 1000, 1, film_fps=FPS, source_fps=FPS)
    assert read_numbers(place.film("t")) == [*one, *one, *shown(1, 1000, 25, film_fps=FPS, source_fps=FPS)]


def test_the_whole_song_from_its_beginning(server: StandIn, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    make_song(tmp_path / "song.wav", 6)
    url = server.url_for("ts-with-b-frames/index.m3u8")
    lines = [line(1000, 2000, candidate(0, url=url)), line(2000, 4500, candidate(2000, url=url))]
    place.write("t.json", timeline(lines, audio={"file": "song.wav"}, output={"range": "song"}))

    done = place.run("render", "t.json")

    assert done.code == 0, done.err
    first, second = (shown(1, at, n, film_fps=FPS, source_fps=FPS) for at, n in ((0, 25), (2000, 100)))
    assert read_numbers(place.film("t")) == [*[BLACK] * 25, *first, *second]
