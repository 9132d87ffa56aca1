"""Killed at any moment: the whole process tree ends by SIGKILL, and the next run goes on to the same film.

Each moment is drawn at random (the seed is printed by the test's name), spread over the time that a whole run takes
from shortly before it first writes anything: while Python reads modules, there is nothing to break.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from lyricclip_cli.kept import KeptFiles
from lyricclip_cli.report import RenderStatus, read_report
from tests.command import Workplace
from tests.numbered import Stamp, read_numbers
from tests.service.waiting import wait_for
from tests.standin import StandIn
from tests.streams import make_song
from tests.timelines import candidate, line, timeline

LINES = 24
KILLS = 40
GROUPS = 4
"""The kills are shared out to a few tests, so that a failure tells more and no test takes long."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A film made in one go: its pictures' numbers, its bytes, and the seconds until its first file and its end."""

    stamps: list[Stamp]
    film: bytes
    begun_s: float
    whole_s: float


@pytest.fixture(scope="module")
def standin(footage: Path) -> Iterator[StandIn]:
    with StandIn(footage) as server:
        yield server


def write_film(place: Workplace, standin: StandIn) -> None:
    make_song(place.folder / "song.m4a", 5)
    urls = [standin.url_for(f"{name}/master.m3u8") for name in ("one", "two")]
    lines = [line(200 * n, 200 * n + 200, candidate(900 * n, url=urls[n % 2]), id=f"L{n}") for n in range(LINES)]
    film = timeline(lines, output={"width": 160, "height": 90}, audio={"file": "song.m4a"})
    place.write("t.json", film)


@pytest.fixture(scope="module")
def undisturbed(standin: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    place = Workplace(tmp_path_factory.mktemp("undisturbed"))
    write_film(place, standin)
    start = time.monotonic()
    process = place.start("render", "t.json", "-c", "6")
    wait_for(place.job("t").exists)
    begun_s = time.monotonic() - start
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return Whole(read_numbers(place.film("t")), place.film("t").read_bytes(), begun_s, time.monotonic() - start)


def kill_tree(pid: int) -> None:
    """Everything at once, the parent first, so that nothing is cleared away."""
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def whole_clips(place: Workplace) -> dict[str, int]:
    """The clips that fit their records, with their inodes: what a resumed run must not make again."""
    folder = place.job("t") / "clips"
    files = KeptFiles(folder)
    files.read()
    names = [name for name, record in files._records.items() if name.endswith(".mp4") and files._is_whole(record)]
    return {name: (folder / name).stat().st_ino for name in names}


def check_whole(place: Workplace, film: bytes) -> None:
    """Film and report are whole: those of before, or, when the run was all but over, the new ones."""
    assert place.film("t").read_bytes() == film
    assert read_report(place.job("t") / "metrics.json").status is RenderStatus.COMPLETE


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_run_that_is_killed_goes_on_where_it_was(
    workplace: Workplace, standin: StandIn, undisturbed: Whole, group: int
) -> None:
    moments = random.Random(group)
    write_film(workplace, standin)
    for number in range(KILLS // GROUPS):
        process = workplace.start("render", "t.json", "-c", "6", "--fresh")
        time.sleep(moments.uniform(0.8 * undisturbed.begun_s, undisturbed.whole_s))
        kill_tree(process.pid)
        process.communicate(timeout=10)
        if number:
            check_whole(workplace, undisturbed.film)
        whole = whole_clips(workplace)

        done = workplace.run("render", "t.json", "-c", "6")

        assert done.code == 0, done.err
        assert workplace.film("t").read_bytes() == undisturbed.film
        made = {Path(c["path"]).name for c in workplace.report("t")["clips"] if not c["reused"]}
        assert not made & whole.keys()
        assert {name: ino for name, ino in whole_clips(workplace).items() if name in whole} == whole
        assert workplace.leftovers() == []
    assert read_numbers(workplace.film("t")) == undisturbed.stamps
