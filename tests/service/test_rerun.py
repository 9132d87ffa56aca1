"""`lyricclip rerun`: what is missing is made again, all else stays as it is, and the report tells of both runs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Workplace
from tests.standin import StandIn, Status
from tests.timelines import candidate, line, timeline

REPORT = "artifacts/renders/t/metrics.json"
OUTPUT = {"width": 160, "height": 90}


@pytest.fixture(scope="module")
def standin(footage: Path) -> Iterator[StandIn]:
    """One for all tests here."""
    with StandIn(footage) as server:
        yield server


@pytest.fixture(scope="module")
def finished(standin: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a user whose stream `two` was away: of lines A to E, B and D show the placeholder, C fell back."""
    place = Workplace(tmp_path_factory.mktemp("finished"))
    one, two = (standin.url_for(f"{name}/master.m3u8") for name in ("one", "two"))
    chains = [[one], [two], [two, one], [two], [one]]
    lines = [
        line(400 * n, 400 * n + 400, *(candidate(1000 * n, url=url) for url in urls), id="ABCDE"[n], text=f"words {n}")
        for n, urls in enumerate(chains)
    ]
    place.write("t.json", timeline(lines, output=OUTPUT))
    standin.fault("/two/*", Status(404))
    done = place.run("render", "t.json", env={"LYRICCLIP_CRF": "25"})
    assert done.code == 5, done.err
    assert f"to redo what is missing: lyricclip rerun {REPORT}" in done.err
    standin.clear_faults()
    return place.folder


@pytest.fixture
def place(workplace: Workplace, standin: StandIn, finished: Path) -> Workplace:
    """A copy of that folder. The stream is there again."""
    shutil.copytree(finished, workplace.folder, dirs_exist_ok=True)
    standin.clear_faults()
    return workplace


def clips(place: Workplace) -> dict[str, tuple[bytes, int]]:
    """Every clip's bytes and when it was written, by line."""
    every = (place.job("t") / "clips").glob("*.mp4")
    return {path.stem[5:]: (path.read_bytes(), path.stat().st_mtime_ns) for path in every}


def statuses(place: Workplace) -> dict[str, str]:
    return {clip["line_id"]: clip["status"] for clip in place.report("t")["clips"]}


def changed(before: dict[str, Any], after: dict[str, Any]) -> str:
    return "".join(sorted(key for key in after if before.get(key) != after[key]))


def test_what_is_missing_is_redone_and_the_rest_untouched(place: Workplace) -> None:
    before, first = clips(place), place.report("t")
    done = place.run("rerun", REPORT)
    assert done.code == 0, done.err
    assert changed(before, clips(place)) == "BD"
    assert "".join(statuses(place)) == "ABCDE"
    assert set(statuses(place).values()) == {"success", "fallback-candidate"}
    report = place.report("t")
    assert report["status"] == "complete"
    assert report["config"]["crf"] == 25
    (earlier,) = report["history"]
    assert (earlier["trace_id"], earlier["status"], earlier["exit_code"]) == (first["trace_id"], "degraded", 5)
    assert [entry["line_id"] for entry in earlier["lines"]] == ["B", "C", "D"]
    assert earlier["lines"][0] == {"line_id": "B", "status": "fallback-placeholder", "fallback_reason": "http_404"}
    traces = {record["trace_id"] for record in place.log("t")}
    assert traces == {first["trace_id"], report["trace_id"]}


def test_the_film_is_that_of_an_undisturbed_run(place: Workplace) -> None:
    assert place.run("rerun", REPORT, "--include", "fallback").code == 0
    place.run("render", "t.json", "--job-id", "whole", env={"LYRICCLIP_CRF": "25"})
    assert place.film("t").read_bytes() == place.film("whole").read_bytes()
    assert [clip["reused"] for clip in place.report("t")["clips"]] == [True, False, False, False, True]


def test_only_what_is_named(place: Workplace) -> None:
    before = clips(place)
    assert place.run("rerun", REPORT, "--only", "A,D").code == 5
    assert changed(before, clips(place)) == "AD"
    assert [clip["line_id"] for clip in place.report("t")["clips"] if not clip["reused"]] == ["A", "D"]
    assert place.run("rerun", REPORT, "--only", "Z").code == 2


def test_a_project_that_was_moved(place: Workplace, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "project"
    shutil.move(place.folder, elsewhere)
    done = place.__class__(elsewhere.parent).run("rerun", f"project/{REPORT}")
    assert done.code == 0, done.err
    moved = Workplace(elsewhere)
    assert [clip["line_id"] for clip in moved.report("t")["clips"] if not clip["reused"]] == ["B", "D"]
    shutil.rmtree(elsewhere.parent)


def test_a_timeline_that_was_moved(place: Workplace) -> None:
    (place.folder / "songs").mkdir()
    shutil.move(place.folder / "t.json", place.folder / "songs" / "renamed.json")
    done = place.run("rerun", REPORT)
    assert (done.code, "--timeline" in done.err, "t.json is not there any more" in done.err) == (3, True, True)
    done = place.run("rerun", REPORT, "--timeline", "songs/renamed.json")
    assert done.code == 0, done.err
    assert "the timeline is songs/renamed.json now, it was t.json" in done.err


def test_a_timeline_that_has_changed(place: Workplace) -> None:
    made = json.loads((place.folder / "t.json").read_text())
    made["lines"][0]["text"] = "other words"
    made["lines"][4] |= {"id": "F"}
    place.write("t.json", made)
    done = place.run("rerun", REPORT)
    assert done.code == 0, done.err
    assert "made again: A (lyrics)" in done.err
    assert "lines that are new: F" in done.err
    assert "lines that are gone: E" in done.err
    reused = {clip["line_id"]: clip["reused"] for clip in place.report("t")["clips"]}
    assert reused == {"A": False, "B": False, "C": True, "D": False, "F": True}


def test_lines_that_still_cannot_be_had(place: Workplace, standin: StandIn) -> None:
    standin.fault("/two/*", Status(404))
    done = place.run("rerun", REPORT)
    assert done.code == 5
    assert [clip["line_id"] for clip in place.report("t")["clips"] if not clip["reused"]] == ["B", "D"]


@pytest.mark.parametrize(
    ("content", "said"), [("{}", "metrics.json"), ('{"schema_version": 2}', "schema_version"), (None, "cannot be read")]
)
def test_what_is_no_report(place: Workplace, content: str | None, said: str) -> None:
    (place.folder / REPORT).unlink()
    if content is not None:
        (place.folder / REPORT).write_text(content)
    done = place.run("rerun", REPORT)
    assert (done.code, said in done.err) == (3, True)


def test_several_reports_one_of_them_wrong(place: Workplace) -> None:
    done = place.run("rerun", "nothing.json", REPORT)
    assert done.code == 3
    assert place.report("t")["status"] == "complete"


def test_a_copy_of_a_report_leads_to_its_job(place: Workplace) -> None:
    shutil.copy(place.folder / REPORT, place.folder / "copy.json")
    assert place.run("rerun", "copy.json").code == 0
    assert place.report("t")["status"] == "complete"
    shutil.rmtree(place.job("t") / "clips")
    done = place.run("rerun", "copy.json")
    assert (done.code, "the job's clips are not beside it" in done.err) == (3, True)
