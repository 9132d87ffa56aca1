"""The table of exit codes, each through the installed command, and what a user is told."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.command import Workplace
from tests.service.waiting import mounted, wait_for
from tests.standin import HangBeforeHeaders, StandIn
from tests.timelines import candidate, line, timeline


def one_line(**source: Any) -> dict[str, object]:
    return timeline([line(0, 1000, candidate(1000, **source), id="A")])


def test_0_every_line_shows_real_footage(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", one_line(url=standin.url_for("one/master.m3u8")))
    assert workplace.run("render", "t.json").code == 0


def test_2_for_an_unknown_option(workplace: Workplace) -> None:
    done = workplace.run("render", "--no-such-option", "t.json")
    assert done.code == 2
    assert "--no-such-option" in done.err


def test_2_for_a_line_that_only_names_and_nobody_knows(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", one_line(url=standin.url_for("one/master.m3u8")))
    done = workplace.run("render", "t.json", "--only", "A,Z")
    assert (done.code, "Z" in done.err) == (2, True)


def test_3_for_a_wrong_timeline_with_all_its_problems(workplace: Workplace) -> None:
    wrong = timeline([line(2000, 1000, {"file": "x.mp4", "strat_ms": 0, "end_ms": 10}), line(0, 5, text="")])
    workplace.write("t.json", wrong)
    done = workplace.run("render", "t.json")
    assert done.code == 3
    for place in ("lines[0].end_ms", "lines[0].candidates[0].strat_ms", "did you mean start_ms?", "lines[1].text"):
        assert place in done.err


def test_3_for_a_wrong_config(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", one_line(url=standin.url_for("one/master.m3u8")))
    (workplace.folder / "lyricclip.toml").write_text("crf = 'high'\nrender_clip_concurency = 3\n")
    done = workplace.run("render", "t.json")
    assert done.code == 3
    assert "crf" in done.err
    assert "render_clip_concurency" in done.err


def test_4_without_ffmpeg(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", one_line(url=standin.url_for("one/master.m3u8")))
    done = workplace.run("render", "t.json", env={"LYRICCLIP_FFMPEG": "/nowhere/ffmpeg"})
    assert done.code == 4
    assert "/nowhere/ffmpeg" in done.err


def test_4_when_a_video_needs_a_key_and_none_is_set(workplace: Workplace) -> None:
    workplace.write("t.json", one_line(video_id="v-one"))
    done = workplace.run("render", "t.json")
    assert done.code == 4
    assert "TWELVELABS_API_KEY" in done.err


def test_4_when_the_key_is_refused_and_it_is_shown_nowhere(
    workplace: Workplace, standin: StandIn, account: dict[str, str]
) -> None:
    secret = "tlk_WRONG_AND_SECRET"
    workplace.write("t.json", one_line(video_id="v-one"))
    done = workplace.run("render", "t.json", "--log-level", "debug", env=account | {"TWELVELABS_API_KEY": secret})
    assert done.code == 4
    assert "key" in done.err
    written = [path.read_bytes() for path in workplace.folder.rglob("*") if path.is_file()]
    assert not any(secret.encode() in data for data in (*written, done.err.encode(), done.out.encode()))
    assert workplace.report("t")["status"] == "failed"


@pytest.mark.skipif(os.geteuid() != 0, reason="as root, a folder cannot be made read-only by its mode: mount one")
def test_4_when_the_disk_is_full(workplace: Workplace, standin: StandIn, tiny_disk: Path) -> None:
    lines = [
        line(n * 2000, n * 2000 + 2000, candidate(1000, url=standin.url_for("three/master.m3u8"))) for n in range(4)
    ]
    workplace.write("t.json", timeline(lines, output={"width": 1280, "height": 720}))
    done = workplace.run("render", "t.json", "-o", str(tiny_disk / "out"), "--progress", "plain")
    assert done.code == 4, done.err
    assert "there is too little room" in done.err


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 kB."""
    with mounted(tmp_path / "tiny", "100k") as folder:
        yield folder


def test_4_when_the_output_folder_cannot_be_made(workplace: Workplace, standin: StandIn) -> None:
    (workplace.folder / "taken").write_text("a file, not a folder")
    workplace.write("t.json", one_line(url=standin.url_for("one/master.m3u8")))
    done = workplace.run("render", "t.json", "-o", "taken/here")
    assert done.code == 4
    assert "taken" in done.err


def test_5_for_a_placeholder_and_with_strict_for_any_fallback(workplace: Workplace, standin: StandIn) -> None:
    good, bad = (candidate(1000, url=standin.url_for(path)) for path in ("one/master.m3u8", "none/master.m3u8"))
    workplace.write("second.json", timeline([line(0, 1000, bad, good)]))
    workplace.write("placeholder.json", timeline([line(0, 1000, bad)]))
    assert workplace.run("render", "second.json").code == 0
    assert workplace.run("render", "second.json", "--strict").code == 5
    assert workplace.run("render", "placeholder.json").code == 5


def test_6_when_not_even_the_placeholder_can_be_had(workplace: Workplace, standin: StandIn) -> None:
    (workplace.folder / "broken.mp4").write_bytes(b"no video at all")
    workplace.write("t.json", one_line(url=standin.url_for("none/master.m3u8")))
    done = workplace.run("render", "t.json", env={"LYRICCLIP_PLACEHOLDER_ASSET_PATH": "broken.mp4"})
    assert done.code == 6, done.err
    assert workplace.report("t")["clips"][0]["status"] == "failed"
    assert not workplace.film("t").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_write_the_report_and_leave_nothing(
    workplace: Workplace, standin: StandIn, number: signal.Signals, code: int
) -> None:
    standin.fault("*.ts", HangBeforeHeaders(), skip=1)
    url = standin.url_for("one/master.m3u8")
    workplace.write(
        "t.json", timeline([line(n * 1000, n * 1000 + 1000, candidate(n * 4000, url=url)) for n in range(4)])
    )
    process = workplace.start("render", "t.json", "--progress", "json")
    wait_for(lambda: len(standin.requests(host="cdn")) >= 4)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == code
    assert workplace.report("t")["status"] == "interrupted"
    assert not [
        p for p in psutil.process_iter() if "ffmpeg" in p.name() and str(workplace.folder) in " ".join(p.cmdline())
    ]


def test_several_timelines_share_a_call_and_the_worst_code_is_its_own(workplace: Workplace, standin: StandIn) -> None:
    url = standin.url_for("one/master.m3u8")
    workplace.write("good.json", one_line(url=url))
    workplace.write("poor.json", one_line(url=standin.url_for("none/master.m3u8")))
    workplace.write("also-good.json", one_line(url=url))
    (workplace.folder / "bad.json").write_text("{")
    done = workplace.run("render", "good.json", "bad.json", "poor.json", "also-good.json", "-c", "2")
    assert done.code == 3
    assert [workplace.report(job)["exit_code"] for job in ("good", "poor", "also-good")] == [0, 5, 0]
    assert len([seen for seen in standin.requests() if seen.path == "/one/master.m3u8"]) == 1
    peaks = [workplace.report(job)["metrics"]["render"]["clip_stats"]["peak_parallelism"] for job in ("good", "poor")]
    assert max(peaks) <= 2
    assert not (workplace.job("bad")).exists()


def test_two_timelines_of_one_name_do_not_overwrite_each_other(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", one_line(url=standin.url_for("one/master.m3u8")))
    shutil.copytree(workplace.folder, workplace.folder / "other", ignore=shutil.ignore_patterns("artifacts", "other"))
    done = workplace.run("render", "t.json", "other/t.json")
    assert done.code == 2
    assert "job folder" in done.err
