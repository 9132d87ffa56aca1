"""Sound to the millisecond: the clips' own from every shape, and the song in every format."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest

from tests.clicks import CLICK_S, find_clicks
from tests.command import Workplace
from tests.frames.conftest import Rendered
from tests.frames.positions import Position
from tests.frames.shapes import Shape, all_shapes, slug
from tests.standin import StandIn
from tests.streams import make_song
from tests.timelines import candidate, line, timeline

WHOLE_CLICK_S = Fraction(round(CLICK_S * 1000) + 1, 1000)
EXACT_S = 0.001

WITH_SOUND = [shape for shape in all_shapes() if shape.clicks and slug(shape.name) != "webm"]


def clicks_of(shape: Shape) -> list[Fraction]:
    """All clicks of a source, on the clock of its pictures."""
    seconds = range(-1, ceil(shape.seconds) + 1)
    first_s, end_s = shape.sound_shift_s, shape.seconds + shape.sound_shift_s
    return [second + shape.click_shift_s for second in seconds if first_s <= second < end_s]


def due_clicks(places: list[Position], shape: Shape, fps: Fraction) -> tuple[list[float], list[float]]:
    """Where clicks must be in the film, and where they may be: those that a cut goes through."""
    must: list[float] = []
    may: list[float] = []
    begun = 0
    for place in places:
        start_s, length_s = Fraction(place.start_ms, 1000), place.frames / fps
        for click_s in clicks_of(shape):
            if start_s - WHOLE_CLICK_S < click_s < start_s + length_s:
                whole = start_s <= click_s and click_s + WHOLE_CLICK_S <= start_s + length_s
                (must if whole else may).append(float(begun / fps + click_s - start_s))
        begun += place.frames
    return must, may


@pytest.mark.parametrize("rate", ["25", "30000/1001"])
@pytest.mark.parametrize("shape", WITH_SOUND, ids=lambda shape: slug(shape.name))
def test_the_clips_own_sound_lands_where_its_pictures_do(
    shape: Shape, rate: str, rendered: Callable[[str], Rendered]
) -> None:
    films = rendered(rate)
    heard = find_clicks(films.place.film(slug(shape.name)))
    must, may = due_clicks(films.positions[shape.name], shape, Fraction(rate))
    missing = [at for at in must if not any(abs(at - click) <= EXACT_S for click in heard)]
    strange = [click for click in heard if not any(abs(at - click) <= 0.006 for at in (*must, *may))]
    assert len(must) > 3
    assert (missing, strange) == ([], [])


SONGS = [
    ("m4a", 48_000, 2, 0),
    ("m4a", 44_100, 1, 250),
    ("mp3", 44_100, 2, 0),
    ("mp3", 48_000, 1, -333),
    ("flac", 44_100, 2, -40),
    ("wav", 48_000, 2, 1001),
    ("ogg", 44_100, 2, 0),
    ("ogg", 48_000, 1, -1500),
]


@pytest.fixture(scope="module")
def songs(server: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A film over each song, all in one call: 3 s of silence would be heard as clicks that are missing."""
    place = Workplace(tmp_path_factory.mktemp("songs"))
    names = []
    for suffix, rate, channels, offset_ms in SONGS:
        name = f"{suffix}-{rate}-{channels}-{offset_ms}"
        make_song(place.folder / f"{name}.{suffix}", 12, rate=rate, channels=channels)
        url = server.url_for("ts-with-b-frames/index.m3u8")
        lines = [line(2000, 4500, candidate(0, url=url)), line(4500, 9370, candidate(3000, url=url))]
        audio = {"file": f"{name}.{suffix}", "offset_ms": offset_ms}
        place.write(f"{name}.json", timeline(lines, audio=audio))
        names.append(f"{name}.json")
    done = place.run("render", *names, "-c", "6", "--progress", "none")
    assert done.code == 0, done.err
    return place


@pytest.mark.parametrize("song", SONGS, ids=lambda song: "-".join(map(str, song)))
def test_the_songs_first_and_last_click_are_in_sync(song: tuple[str, int, int, int], songs: Workplace) -> None:
    suffix, rate, channels, offset_ms = song
    heard = find_clicks(songs.film(f"{suffix}-{rate}-{channels}-{offset_ms}"))
    start_s, end_s = 2.0, 9.37
    due = [k + offset_ms / 1000 - start_s for k in range(12)]
    due = [at for at in due if 0 <= at < end_s - start_s - float(WHOLE_CLICK_S)]
    assert heard[: len(due)] == pytest.approx(due, abs=EXACT_S)


def test_a_film_longer_than_its_song_ends_in_silence(server: StandIn, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    make_song(tmp_path / "short.wav", 2)
    url = server.url_for("ts-with-b-frames/index.m3u8")
    place.write("t.json", timeline([line(0, 2080, candidate(0, url=url))], audio={"file": "short.wav"}))

    assert place.run("render", "t.json").code == 0

    film = place.report("t")["film"]
    assert (film["frames"], film["duration_ms"]) == (52, 2080)
    assert abs(film["sound_duration_ms"] - 2080) <= 40
    assert find_clicks(place.film("t")) == pytest.approx([0, 1], abs=EXACT_S)
