"""Names and links that lead elsewhere: the tree around the job's own folders is the same after every call."""

import hashlib
import os
from pathlib import Path

import pytest

from tests.command import Finished, Workplace
from tests.standin import StandIn
from tests.timelines import candidate, line, timeline

LONG = "x" * 300
OURS = ("artifacts", "t.json")


def tree(folder: Path) -> dict[str, str]:
    """Every entry of a folder besides ours: what it is, and what is in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name.rsplit(os.sep, maxsplit=1)[-1] in OURS or name.startswith("home/artifacts"):
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture
def home(tmp_path: Path) -> Workplace:
    """A workplace in a folder that has neighbours."""
    (tmp_path / "home").mkdir()
    (tmp_path / "neighbour").mkdir()
    for name in ("film.mp4", "film.srt", "metrics.json", "render.log.jsonl", "0001-A.mp4"):
        (tmp_path / "neighbour" / name).write_text("not ours")
    return Workplace(tmp_path / "home")


def run_and_compare(place: Workplace, *arguments: str) -> Finished:
    before = tree(place.folder.parent)
    done = place.run("render", *arguments)
    assert tree(place.folder.parent) == before
    assert "Traceback" not in done.err
    return done


def write(place: Workplace, standin: StandIn, *line_ids: str) -> None:
    chosen = candidate(0, url=standin.url_for("one/master.m3u8"))
    lines = [line(n * 200, n * 200 + 200, chosen, id=line_id) for n, line_id in enumerate(line_ids or ("A",))]
    place.write("t.json", timeline(lines))


@pytest.mark.parametrize("job_id", ["..", "../neighbour", "/tmp/x", LONG, ""])
def test_a_job_id_is_one_plain_name(home: Workplace, standin: StandIn, job_id: str) -> None:
    write(home, standin)
    assert run_and_compare(home, "t.json", "--job-id", job_id).code == 2


def test_a_line_id_becomes_a_name_that_leads_nowhere(home: Workplace, standin: StandIn) -> None:
    ids = ("..", ".", "~", "CON", "a b", "-rf", "$(touch x)", "'; x", "x" * 64, "%2e%2e", "夢")
    write(home, standin, *ids)
    assert run_and_compare(home, "t.json").code == 0
    clips = list((home.job("t") / "clips").glob("*.mp4"))
    assert len(clips) == len(ids)
    assert all(clip.name.isascii() and len(clip.name) < 64 for clip in clips)


def test_other_names_are_refused_all_at_once(home: Workplace) -> None:
    ids = ("../x", "a/b", "a\\b", "a\0b", "a\nb", LONG, "")
    videos = ("../x", "a/b", "a\0", LONG, "", "a.b")
    lines = [line(n * 200, n * 200 + 200, id=line_id) for n, line_id in enumerate(ids)]
    lines += [line(n * 200, n * 200 + 200, candidate(0, video_id=video)) for n, video in enumerate(videos, len(ids))]
    home.write("t.json", timeline(lines))
    done = run_and_compare(home, "t.json")
    assert (done.code, f"{len(ids) + len(videos)} problems" in done.err) == (3, True), done.err


def test_footage_from_elsewhere_is_refused(home: Workplace) -> None:
    (home.folder / "link.mp4").symlink_to("../neighbour/film.mp4")
    names = ("../neighbour/film.mp4", "/etc/passwd", LONG, ".", "link.mp4", "/dev/zero", "~/.ssh/id_rsa")
    lines = [line(n * 200, n * 200 + 200, candidate(0, file=name)) for n, name in enumerate(names)]
    home.write("t.json", timeline(lines))
    done = run_and_compare(home, "t.json")
    assert (done.code, f"{len(names)} problems" in done.err) == (3, True), done.err


@pytest.mark.parametrize("entry", ["t", "t/clips"])
def test_a_job_folder_that_leads_elsewhere_is_refused(home: Workplace, standin: StandIn, entry: str) -> None:
    write(home, standin)
    link = home.folder / "artifacts" / "renders" / entry
    link.parent.mkdir(parents=True)
    link.symlink_to(home.folder.parent / "neighbour")
    done = run_and_compare(home, "t.json")
    assert done.code == 4
    assert "leads out" in done.err


def test_files_of_a_job_that_lead_elsewhere_are_replaced(home: Workplace, standin: StandIn) -> None:
    write(home, standin)
    neighbour, job = home.folder.parent / "neighbour", home.job("t")
    (job / "clips").mkdir(parents=True)
    names = ["film.mp4", "film.srt", "film.ass", "metrics.json", "render.log.jsonl", "clips/0001-A.mp4"]
    for name in names:
        (job / name).symlink_to(neighbour / Path(name).name)
        part = (job / name).with_name(f".{Path(name).name}.part")
        part.symlink_to(neighbour / Path(name).name)
    assert run_and_compare(home, "t.json").code == 0
    assert not [name for name in names if (job / name).is_symlink()]


def test_the_output_folder_itself_may_be_a_link(home: Workplace, standin: StandIn, tmp_path: Path) -> None:
    write(home, standin)
    (tmp_path / "big-disk").mkdir()
    (home.folder / "artifacts").symlink_to(tmp_path / "big-disk")
    assert home.run("render", "t.json").code == 0
    assert (tmp_path / "big-disk" / "renders" / "t" / "film.mp4").exists()
