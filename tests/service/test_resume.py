"""Nothing is made twice: what earlier runs of a job have made, which of it still fits, and what is said of the rest."""

import json
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.command import Workplace
from tests.numbered import ffmpeg_path, read_numbers
from tests.service.waiting import mounted, wait_for
from tests.standin import Latency, StandIn, Status
from tests.streams import make_song
from tests.timelines import candidate, line, timeline

LINES = 8
OUTPUT = {"width": 160, "height": 90}


def film_of(standin: StandIn, *, lines: int = LINES, **more: Any) -> dict[str, Any]:
    """Lines of 400 ms from two streams, one after the other."""
    urls = [standin.url_for(f"{name}/master.m3u8") for name in ("one", "two")]
    every = [
        line(400 * n, 400 * n + 400, candidate(700 * n, url=urls[n % 2]), id=f"L{n + 1}", text=f"words {n + 1}")
        for n in range(lines)
    ]
    return timeline(every, output=OUTPUT, **more)


def made_again(place: Workplace, job: str = "t") -> list[str]:
    """The lines whose clips the last run made itself."""
    return [clip["line_id"] for clip in place.report(job)["clips"] if not clip["reused"]]


def clip_bytes(place: Workplace, job: str = "t") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((place.job(job) / "clips").glob("*.mp4"))}


def clip_named(place: Workplace, line_id: str) -> Path:
    (path,) = (place.job("t") / "clips").glob(f"*-{line_id}.mp4")
    return path


@pytest.fixture(scope="module")
def standin(footage: Path) -> Iterator[StandIn]:
    """One stand-in for all tests here: what one has finished, the others can take up."""
    with StandIn(footage) as server:
        yield server


@pytest.fixture(autouse=True)
def _healthy(standin: StandIn) -> None:
    standin.clear_faults()
    standin.forget()


@pytest.fixture(scope="module")
def finished(standin: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a user who has rendered `film_of` as job `t`."""
    place = Workplace(tmp_path_factory.mktemp("finished"))
    place.write("t.json", film_of(standin))
    done = place.run("render", "t.json")
    assert done.code == 0, done.err
    return place.folder


@pytest.fixture
def film(workplace: Workplace, standin: StandIn, finished: Path) -> dict[str, Any]:
    """A finished film, job `t`, in a folder of its own."""
    shutil.copytree(finished, workplace.folder, dirs_exist_ok=True)
    standin.forget()
    return film_of(standin)


def test_the_same_command_again_makes_and_fetches_nothing(
    workplace: Workplace, standin: StandIn, film: dict[str, Any]
) -> None:
    before, clips = workplace.film("t").read_bytes(), clip_bytes(workplace)
    done = workplace.run("render", "t.json", "--progress", "plain")
    assert done.code == 0, done.err
    assert f"{LINES} clips, {LINES} reused" in done.err
    assert (made_again(workplace), standin.requests()) == ([], [])
    assert (workplace.film("t").read_bytes(), clip_bytes(workplace)) == (before, clips)
    logged = [record for record in workplace.log("t") if record["event"] == "twelvelabs.video_clip"]
    assert [record["reused"] for record in logged] == [True] * LINES


def test_exactly_the_clips_that_a_change_affects_are_made_again(workplace: Workplace, film: dict[str, Any]) -> None:
    lines = film["lines"]
    nowhere = {"url": lines[0]["candidates"][0]["url"].replace("/one/", "/nowhere/"), "start_ms": 0, "end_ms": 900}
    lines[0]["end_ms"] = lines[1]["start_ms"] = 440
    lines[2]["text"] = "other words"
    lines[3]["candidates"][0]["url"] += "?Expires=1&Signature=x"
    lines[4]["candidates"][0]["start_ms"] += 80
    lines[5]["candidates"].insert(0, nowhere)
    lines[6]["candidates"].append(nowhere)
    workplace.write("t.json", film)
    done = workplace.run("render", "t.json", "--progress", "plain")
    assert done.code == 0, done.err
    assert made_again(workplace) == ["L1", "L2", "L3", "L5", "L6"]
    why = "L1 (length, lyrics, sound), L2 (length, lyrics, sound), L3 (lyrics), L5 (in-point), L6 (footage, in-point)"
    assert f"made again: {why}" in done.err
    changed = {clip["line_id"]: clip["changed"] for clip in workplace.report("t")["clips"] if clip["changed"]}
    assert changed["L6"] == ["footage", "in-point"]
    (remade,) = (record for record in workplace.log("t") if record["event"] == "render.remade")
    assert remade["lines"][3] == {"line_id": "L5", "changed": ["in-point"]}


@pytest.mark.parametrize(
    ("arguments", "env", "again"),
    [
        ((), {"LYRICCLIP_CRF": "30"}, LINES),
        ((), {"LYRICCLIP_PRESET": "ultrafast"}, LINES),
        (("--subtitles", "off"), {}, LINES),
        (("--config", "style.toml"), {}, LINES),
        (("--fresh",), {}, LINES),
        (("--concurrency", "2"), {"LYRICCLIP_MAX_RETRY": "7"}, 0),
    ],
)
def test_settings_that_decide_how_a_clip_looks_are_part_of_it(
    workplace: Workplace, film: dict[str, Any], arguments: Sequence[str], env: Mapping[str, str], again: int
) -> None:
    (workplace.folder / "style.toml").write_text("style.size = 0.2\n")
    assert workplace.run("render", "t.json", *arguments, env=env).code == 0
    assert len(made_again(workplace)) == again


def test_a_line_put_first_moves_the_others_and_redoes_none(workplace: Workplace, film: dict[str, Any]) -> None:
    make_song(workplace.folder / "song.m4a", 4)
    for entry in film["lines"]:
        del entry["id"]
        entry["start_ms"] += 400
        entry["end_ms"] += 400
    film["output"] |= {"range": "song"}
    film["audio"] = {"file": "song.m4a"}
    extra = {**film["lines"][0], "start_ms": 0, "end_ms": 400, "text": "new first"}
    workplace.write("t.json", film)
    assert workplace.run("render", "t.json", "--subtitles", "off").code == 0
    numbers = read_numbers(workplace.film("t"))
    workplace.write("t.json", {**film, "lines": [extra, *film["lines"]]})
    assert workplace.run("render", "t.json", "--subtitles", "off").code == 0
    # the first line's footage is that of the second: one clip of it is there, and one has to be made
    assert len(made_again(workplace)) == 1
    assert read_numbers(workplace.film("t")) == numbers[10:20] + numbers[10:]
    names = [path.name for path in sorted((workplace.job("t") / "clips").glob("*.mp4"))]
    assert names == [f"{n:04d}-{n}.mp4" for n in range(1, LINES + 2)]


def test_clips_of_lines_that_are_gone_go_too(workplace: Workplace, film: dict[str, Any]) -> None:
    (workplace.job("t") / "clips" / "mine.txt").write_text("a note")
    film["lines"] = film["lines"][:3]
    workplace.write("t.json", film)
    assert workplace.run("render", "t.json").code == 0
    assert made_again(workplace) == []
    assert [path.name for path in sorted((workplace.job("t") / "clips").iterdir()) if path.is_file()] == [
        "0001-L1.mp4",
        "0002-L2.mp4",
        "0003-L3.mp4",
        "mine.txt",
    ]


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def edited(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def another(path: Path) -> None:
    path.unlink()
    shutil.copy(path.with_name("0001-L1.mp4"), path)


def gone(path: Path) -> None:
    path.unlink()


def of_another_version(path: Path) -> None:
    record = path.parent / ".kept" / f"{path.name}.json"
    record.write_text(record.read_text().replace('"record_version":1', '"record_version":9'))


DAMAGE = {"L2": cut_short, "L3": edited, "L4": another, "L5": gone, "L6": of_another_version}


def test_damaged_clips_are_noticed_and_made_again(workplace: Workplace, film: dict[str, Any]) -> None:
    before = workplace.film("t").read_bytes()
    for line_id, damage in DAMAGE.items():
        damage(clip_named(workplace, line_id))
    done = workplace.run("render", "t.json", "--progress", "plain")
    assert done.code == 0, done.err
    assert made_again(workplace) == list(DAMAGE)
    assert [warning["line_id"] for warning in workplace.report("t")["warnings"]] == list(DAMAGE)
    for line_id in DAMAGE:
        assert f"{line_id}  the clip of an earlier run is made again: " in done.err
    assert workplace.film("t").read_bytes() == before


@pytest.mark.parametrize("text", ['{"schema_version": 2}', ""])
def test_a_report_of_another_version_costs_the_history_alone(
    workplace: Workplace, film: dict[str, Any], text: str
) -> None:
    (workplace.job("t") / "metrics.json").write_text(text)
    done = workplace.run("render", "t.json", "--progress", "plain")
    assert done.code == 0, done.err
    assert "the report of an earlier run is not used" in done.err
    assert (made_again(workplace), workplace.report("t")["history"]) == ([], [])


def test_the_song_is_encoded_once(workplace: Workplace, standin: StandIn) -> None:
    make_song(workplace.folder / "song.m4a", 4)
    workplace.write("t.json", film_of(standin, audio={"file": "song.m4a"}))
    assert workplace.run("render", "t.json").code == 0
    kept = workplace.job("t") / "clips" / ".kept" / "song.m4a"
    stamp, film = kept.stat().st_mtime_ns, workplace.film("t").read_bytes()
    assert workplace.run("render", "t.json").code == 0
    assert (kept.stat().st_mtime_ns, workplace.film("t").read_bytes()) == (stamp, film)
    make_song(workplace.folder / "song.m4a", 5)
    assert workplace.run("render", "t.json").code == 0
    assert kept.stat().st_mtime_ns != stamp


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_goes_on_where_it_was(workplace: Workplace, standin: StandIn, number: signal.Signals) -> None:
    made = film_of(standin)
    made["lines"][0]["candidates"][0]["url"] = standin.url_for("nowhere/master.m3u8")
    workplace.write("t.json", made)
    standin.fault("/two/*.m4s", Latency(3))
    process = workplace.start("render", "t.json", "--concurrency", "2")
    wait_for(lambda: len(list((workplace.job("t") / "clips" / ".kept").glob("*.json"))) >= 2)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert ("the same command goes on where this one ended" in err) is (number != signal.SIGKILL)
    whole = clip_bytes(workplace)
    assert 2 <= len(whole) < LINES
    standin.clear_faults()
    standin.forget()
    done = workplace.run("render", "t.json")
    assert done.code == 5, done.err
    assert not {name[5:-4] for name in whole} & set(made_again(workplace))
    assert {name: data for name, data in clip_bytes(workplace).items() if name in whole} == whole
    statuses = [run["status"] for run in workplace.report("t")["history"]]
    assert statuses == ([] if number == signal.SIGKILL else ["interrupted"])


def test_after_a_run_that_ended_placeholders_are_tried_again(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", film_of(standin))
    standin.fault("/two/*.m3u8", Status(404))
    assert workplace.run("render", "t.json").code == 5
    standin.clear_faults()
    assert workplace.run("render", "t.json").code == 0
    assert made_again(workplace) == ["L2", "L4", "L6", "L8"]


def test_a_killed_runs_leftovers_go_with_the_next_of_any_job(workplace: Workplace, standin: StandIn) -> None:
    standin.fault("/two/*.m4s", Latency(30))
    workplace.write("t.json", film_of(standin))
    process = workplace.start("render", "t.json")
    wait_for(lambda: len(standin.requests("/two/")) > 2)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    psutil.wait_procs(children, timeout=5)
    assert not [child for child in children if child.is_running()]
    work = workplace.folder / "artifacts" / "render_tmp"
    (work / "somebody-else").mkdir()
    assert len(list(work.iterdir())) == 2
    standin.clear_faults()
    workplace.write("u.json", film_of(standin, lines=1))
    assert workplace.run("render", "u.json").code == 0
    assert [path.name for path in work.iterdir()] == ["somebody-else"]
    (work / "somebody-else").rmdir()


def test_no_ffmpeg_outlives_a_killed_run(workplace: Workplace, standin: StandIn) -> None:
    endless = candidate(0, url=standin.url_for("one/master.m3u8"))
    made = timeline([line(0, 20_000, endless)], output={"width": 1920, "height": 1080, "fps": 60})
    workplace.write("t.json", made)
    process = workplace.start("render", "t.json", env={"LYRICCLIP_PRESET": "veryslow"})
    parent = psutil.Process(process.pid)
    wait_for(lambda: any("ffmpeg" in child.name() for child in parent.children()))
    children = parent.children()
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    workplace.write("u.json", film_of(standin, lines=1))
    assert workplace.run("render", "u.json").code == 0


def test_two_renders_of_one_job(workplace: Workplace, standin: StandIn) -> None:
    standin.fault("/two/*.m4s", Latency(30))
    workplace.write("t.json", film_of(standin))
    first = workplace.start("render", "t.json")
    wait_for(lambda: len(standin.requests("/two/")) > 2)
    second = workplace.run("render", "t.json")
    assert second.code == 4
    assert f"job t is in use by process {first.pid}" in second.err
    standin.clear_faults()
    workplace.write("u.json", film_of(standin, lines=1))
    assert workplace.run("render", "u.json", "t.json").code == 4
    assert workplace.report("u")["status"] == "complete"
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)
    assert workplace.run("render", "t.json").code == 0


def test_the_second_signal_ends_it_at_once(workplace: Workplace, standin: StandIn) -> None:
    endless = candidate(0, url=standin.url_for("one/master.m3u8"))
    workplace.write("t.json", timeline([line(0, 20_000, endless)], output={"width": 1920, "height": 1080, "fps": 60}))
    wrapper = workplace.folder / "stubborn"
    asked_version = f'case "$*" in *-version*) exec {ffmpeg_path()} "$@";; esac'
    begun = workplace.folder / "begun"
    wrapper.write_text(f'#!/bin/sh\n{asked_version}\ntrap "" TERM\n: > {begun}\nexec sleep 60\n')
    wrapper.chmod(0o755)
    process = workplace.start("render", "t.json", "--ffmpeg", str(wrapper))
    parent = psutil.Process(process.pid)
    wait_for(begun.exists)
    children = parent.children()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)  # one signal after the other, as from a keyboard
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=1.5)
    assert process.returncode == 130
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    workplace.write("u.json", film_of(standin, lines=1))
    assert workplace.run("render", "u.json").code == 0


def test_the_old_film_stays_until_the_new_one_is_whole(
    workplace: Workplace, standin: StandIn, film: dict[str, Any]
) -> None:
    before, report = workplace.film("t").read_bytes(), workplace.report("t")
    standin.fault("/two/*", Latency(30))
    process = workplace.start("render", "t.json", "--fresh")
    wait_for(lambda: clip_bytes(workplace).keys() and standin.requests("/two/"))
    process.kill()
    process.communicate()
    assert (workplace.film("t").read_bytes(), workplace.report("t")) == (before, report)
    standin.clear_faults()
    assert workplace.run("render", "t.json").code == 0


def test_an_undisturbed_run_and_a_resumed_one_say_the_same(workplace: Workplace, standin: StandIn) -> None:
    made = film_of(standin)
    made["lines"][3]["candidates"].insert(0, candidate(0, url=standin.url_for("nowhere/master.m3u8")))
    for job in ("t", "whole"):
        workplace.write(f"{job}.json", made)
    assert workplace.run("render", "whole.json").code == 0
    standin.fault("/two/*.m4s", Latency(1), skip=1)
    process = workplace.start("render", "t.json", "--concurrency", "2")
    wait_for(lambda: len(list((workplace.job("t") / "clips" / ".kept").glob("*.json"))) >= 3)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    standin.clear_faults()
    assert workplace.run("render", "t.json").code == 0
    assert workplace.film("t").read_bytes() == workplace.film("whole").read_bytes()
    assert timeless(workplace.report("t")) == timeless(workplace.report("whole"))


def timeless(report: dict[str, Any]) -> Any:
    """A report without what differs from run to run: times, slots, traces, what was fetched for whom, and reuse."""
    return _without(
        report,
        {"trace_id", "job_id", "timeline", "slots", "history", "clip_task_id", "parallel_slot", "slot", "reused"}
        | {"bytes", "stages", "peak_parallelism", "render_clip_concurrency", "generated_at", "config"},
    )


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        kept = {key: _without(item, names) for key, item in value.items() if key not in names}
        return {key: item for key, item in kept.items() if not key.endswith(("_at", "duration_ms"))}
    return [_without(item, names) for item in value] if isinstance(value, list) else value


def test_a_full_disk_keeps_what_is_whole(workplace: Workplace, standin: StandIn, small_disk: Path) -> None:
    workplace.write("t.json", film_of(standin))
    where = ("-o", str(small_disk / "out"), "--work-dir", str(small_disk / "work"))
    standin.fault("/two/*.m4s", Latency(1))
    process = workplace.start("render", "t.json", "-c", "2", *where)
    clips = small_disk / "out" / "t" / "clips"
    wait_for(lambda: list(clips.glob("*.mp4")))
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - (1 << 20)))
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "MB are needed" in err, "MB too few" in err) == (4, True, True)
    report = json.loads((small_disk / "out" / "t" / "metrics.json").read_text())
    assert (report["status"], "MB too few" in report["error"]["message"]) == ("failed", True)
    whole = {path.name for path in clips.glob("*.mp4")}
    assert list((small_disk / "work").iterdir()) == []
    filler.unlink()
    standin.clear_faults()
    assert workplace.run("render", "t.json", *where).code == 0
    report = json.loads((small_disk / "out" / "t" / "metrics.json").read_text())
    assert {Path(clip["path"]).name for clip in report["clips"] if clip["reused"]} == whole


def test_what_cannot_fit_is_not_begun(workplace: Workplace, standin: StandIn, small_disk: Path) -> None:
    made = film_of(standin)
    made["lines"][0] |= {"start_ms": 0, "end_ms": 20_000}
    workplace.write("t.json", made | {"output": {"width": 3840, "height": 2160}})
    done = workplace.run("render", "t.json", "-o", small_disk, "--work-dir", small_disk / "work")
    assert done.code == 4
    assert "there is too little room" in done.err
    assert standin.requests() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A disk of 24 MB."""
    with mounted(tmp_path / "small", "24m") as folder:
        yield folder
