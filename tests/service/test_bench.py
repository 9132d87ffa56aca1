"""`lyricclip bench`: real renders with several numbers of slots, compared, and nothing of them kept."""

import json
from pathlib import Path

import pytest

from lyricclip_cli.cli.benching import Trial, best, parse_concurrencies
from lyricclip_cli.errors import UsageError
from tests.command import Workplace
from tests.timelines import candidate, line, timeline


@pytest.fixture
def tiny(workplace: Workplace, footage: Path) -> Workplace:
    """A timeline of four short lines."""
    (workplace.folder / "four.mp4").write_bytes((footage / "four.mp4").read_bytes())
    lines = [line(n * 400, n * 400 + 400, candidate(n * 1000, file="four.mp4")) for n in range(4)]
    workplace.write("t.json", timeline(lines))
    return workplace


def test_each_number_is_tried_once_and_one_is_named_the_best(tiny: Workplace) -> None:
    done = tiny.run("bench", "t.json", "--concurrencies", "1,2")

    assert done.code == 0, done.err
    rows = [row.split() for row in done.out.splitlines() if row.strip()]
    numbers = [row for row in rows if row[0].isdigit()]
    assert [row[0] for row in numbers] == ["1", "2"]
    assert [row[3] for row in numbers] == ["1", "2"]  # peak parallelism
    assert rows[-1][:-1] == ["best", "here:", "--concurrency"]
    assert rows[-1][-1] in {"1", "2"}


def test_nothing_is_left_behind(tiny: Workplace) -> None:
    before = {path for path in tiny.folder.rglob("*") if path.is_file()}

    assert tiny.run("bench", "t.json", "--concurrencies", "2").code == 0

    assert {path for path in tiny.folder.rglob("*") if path.is_file()} == before
    assert not (tiny.folder / "artifacts" / "renders").exists()


def test_it_is_data_too(tiny: Workplace) -> None:
    done = tiny.run("bench", "t.json", "--concurrencies", "2, 1,2", "--json")

    data = json.loads(done.out)
    assert [trial["concurrency"] for trial in data["trials"]] == [2, 1]
    assert all(trial["wall_s"] > 0 and trial["clips_per_s"] > 0 for trial in data["trials"])
    assert data["best"] in {1, 2}


@pytest.mark.parametrize("wrong", ["", "0", "1,33", "two", "1;2", "-1", "²"])
def test_what_is_no_number_of_slots_is_refused_before_any_render(wrong: str) -> None:
    with pytest.raises(UsageError, match="--concurrencies"):
        parse_concurrencies(wrong)


def test_a_wrong_option_or_timeline_ends_it_with_its_exit_code(tiny: Workplace) -> None:
    assert tiny.run("bench", "t.json", "--concurrencies", "0").code == 2
    (tiny.folder / "t.json").write_text("{}", encoding="utf-8")
    done = tiny.run("bench", "t.json", "--concurrencies", "1")
    assert done.code == 3
    assert "lines" in done.err
    assert done.out == ""


def test_a_film_with_placeholders_is_timed_but_told(tiny: Workplace) -> None:
    tiny.write("t.json", timeline([line(0, 400)]))

    done = tiny.run("bench", "t.json", "--concurrencies", "1")

    assert done.code == 5
    assert "some footage is missing" in done.out


def trial(concurrency: int, wall_s: float) -> Trial:
    return Trial(concurrency, concurrency, wall_s, 1.0, concurrency, 0)


def test_the_fewest_of_those_that_are_as_fast_are_the_best() -> None:
    assert best([trial(1, 20.0), trial(6, 10.0), trial(4, 10.2)]).concurrency == 4
    assert best([trial(4, 10.4), trial(6, 10.0)]).concurrency == 6
