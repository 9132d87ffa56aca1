"""Settings that change while a render runs, measured at the server, at ffmpeg and in the report."""

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lyricclip_cli.settings import usable_cores
from tests.command import Workplace
from tests.numbered import ffmpeg_path
from tests.service.running import Running, changed, most_at_once, seconds_into
from tests.standin import HangBeforeHeaders, Latency, Seen, StandIn
from tests.timelines import candidate, line, timeline

PICTURE = {"width": 160, "height": 90}
SOON_S = 2.0
"""A reload takes effect within a second; the machine may be busy."""


def film(*sources: dict[str, Any]) -> dict[str, Any]:
    """A film of lines of a fifth of a second, a line for each source."""
    lines = [line(n * 200, n * 200 + 200, candidate(n * 400 % 20_000, **source)) for n, source in enumerate(sources)]
    return timeline(lines, output=PICTURE)


def streams(standin: StandIn, count: int) -> list[dict[str, Any]]:
    """So many URLs that are one stream each, though their footage is the same."""
    return [{"url": f"{standin.url_for('two/master.m3u8')}?line={number}"} for number in range(count)]


def segments(standin: StandIn) -> list[Seen]:
    return [seen for seen in standin.requests(host="cdn") if seen.path.endswith(".m4s")]


def spans(seen: list[Seen]) -> list[tuple[float, float]]:
    return [(one.time, one.time if one.ended is None else one.ended) for one in seen]


@pytest.fixture
def hanging(workplace: Workplace, standin: StandIn) -> Iterator[Running]:
    """A render of two lines that waits for a server and goes on until it is ended."""
    standin.fault("*", HangBeforeHeaders())
    workplace.write("t.json", film(*streams(standin, 2)))
    with Running(workplace) as render:
        render.wait_for(standin.requests)
        yield render


def test_slots_go_from_one_to_six_to_two_while_lines_are_at_work(workplace: Workplace, standin: StandIn) -> None:
    standin.fault("*.m4s", Latency(0.3))
    workplace.write("t.json", film(*streams(standin, 36)))
    env = {"LYRICCLIP_PER_VIDEO_LIMIT": "32"}
    with Running(workplace, "-c", "1", env=env) as render:
        render.wait_for_record("twelvelabs.video_clip", 2)
        first = len(segments(standin))
        render.config.write_text("render_clip_concurrency = 6\n")
        render.hang_up()
        render.wait_for_record("config.changed")
        render.wait_for_record("twelvelabs.video_clip", 14)
        second = len(segments(standin))
        render.config.write_text("render_clip_concurrency = 2\n")
        render.hang_up()
        render.wait_for_record("config.changed", 2)
        code, err = render.end()
    assert code == 0, err
    seen, report = spans(segments(standin)), workplace.report("t")
    assert most_at_once(seen[:first]) == 1
    assert 4 <= most_at_once(seen[first:second]) <= 6
    assert most_at_once(seen[second + 6 :]) <= 2
    assert changed(report) == [
        ("render_clip_concurrency", "1", "6", "SIGHUP"),
        ("render_clip_concurrency", "6", "2", "SIGHUP"),
    ]
    more_s, fewer_s = (seconds_into(report, change["at"]) for change in report["config_changes"])
    uses = [(use["start_s"], use["end_s"]) for use in report["slots"]]
    assert most_at_once(uses, before_s=more_s - 0.1) == 1
    assert most_at_once(uses) == 6
    assert most_at_once(uses, after_s=fewer_s + 0.1) <= 2
    assert next(use["start_s"] for use in report["slots"] if use["slot"] == 6) - more_s < SOON_S
    assert {use["slot"] for use in report["slots"]} == {1, 2, 3, 4, 5, 6}
    attempts = [attempt["error_code"] for clip in report["clips"] for attempt in clip["attempts"]]
    assert attempts == [""] * 36  # those beyond the new number drained: nobody was sent out


def test_downloads_of_one_video_follow_their_limit(workplace: Workplace, standin: StandIn) -> None:
    standin.fault("*.m4s", Latency(0.5))
    url = standin.url_for("two/master.m3u8")
    lines = [line(n * 200, n * 200 + 200, candidate(n * 4000 + 500, url=url)) for n in range(6)]
    workplace.write("t.json", timeline(lines, output=PICTURE))
    with Running(workplace, "-c", "6", env={"LYRICCLIP_PER_VIDEO_LIMIT": "1"}) as render:
        render.wait_for(lambda: len(segments(standin)) >= 2)
        first = len(segments(standin))
        render.config.write_text("per_video_limit = 6\n")
        render.wait_for_record("config.changed")
        code, err = render.end()
    assert code == 0, err
    assert most_at_once(spans(segments(standin))[:first]) == 1
    assert most_at_once(spans(segments(standin))) >= 3
    assert changed(workplace.report("t")) == [("per_video_limit", "1", "6", "file")]


@pytest.mark.skipif(usable_cores() < 2, reason="on one core, more than one encoder is lowered to one")
def test_encoders_follow_their_limit(workplace: Workplace, standin: StandIn) -> None:
    wrapper, book = workplace.folder / "ffmpeg", workplace.folder / "book"
    real = ffmpeg_path()
    wrapper.write_text(
        f'#!/bin/sh\n[ "$1" = -version ] && exec {real} "$@"\n'
        f'echo + >> {book}; {real} "$@"; code=$?; sleep 0.3; echo - >> {book}; exit $code\n'
    )
    wrapper.chmod(0o755)
    workplace.write("t.json", film(*[{"url": standin.url_for("two/master.m3u8")}] * 12))
    env = {"LYRICCLIP_ENCODE_SLOTS": "1"}
    with Running(workplace, "-c", "6", "--clips-only", "--ffmpeg", str(wrapper), env=env) as render:
        render.wait_for_record("twelvelabs.video_clip", 3)
        render.config.write_text("encode_slots = 2\n")
        render.wait_for_record("config.changed")
        code, err = render.end()
    assert code == 0, err
    levels = [0]
    for sign in book.read_text().split():
        levels.append(levels[-1] + (1 if sign == "+" else -1))
    assert (max(levels[:6]), max(levels)) == (1, 2)


def test_however_the_file_is_saved_it_takes_effect_and_a_bad_one_does_not(hanging: Running) -> None:
    config, other = hanging.config, hanging.place.folder / "other"
    other.mkdir()

    def applied(count: int, began: float) -> None:
        hanging.wait_for_record("config.changed", count)
        assert time.monotonic() - began < SOON_S

    began = time.monotonic()
    config.write_text("max_retry = 3\n")
    applied(1, began)

    began = time.monotonic()
    (config.parent / "lyricclip.toml~").write_text("max_retry = 4\n")
    (config.parent / "lyricclip.toml~").rename(config)
    applied(2, began)

    (other / "v1.toml").write_text("max_retry = 4\n")
    (other / "v2.toml").write_text("max_retry = 5\nstall_timeout_s = 19\n")
    (other / "current").symlink_to("v1.toml")
    config.unlink()
    config.symlink_to(other / "current")
    time.sleep(0.5)
    began = time.monotonic()
    (other / "next").symlink_to("v2.toml")
    (other / "next").rename(other / "current")  # in a folder that nobody watches
    applied(3, began)

    (other / "v2.toml").write_text("max_retry = 6\nstall_timeout_s = -1\n")
    reason = hanging.wait_for_record("config.rejected")["reason"]
    config.unlink()
    config.write_text("max_retry = 6\nencode_slots = = 1\n")
    parsing = hanging.wait_for_record("config.rejected", 2)["reason"]
    code, err = hanging.terminate()

    assert code == 143, err
    assert "line 2, stall_timeout_s: input should be greater than 0" in reason
    assert "line 2" in parsing
    assert f"config not changed: {reason}" in err
    assert f"config not changed: {parsing}" in err
    assert changed(hanging.place.report("t")) == [
        ("max_retry", "2", "3", "file"),
        ("max_retry", "3", "4", "file"),
        ("max_retry", "4", "5", "file"),
        ("stall_timeout_s", "20.0", "19.0", "file"),
    ]


def test_what_a_reload_asks_too_much_of_is_lowered_with_a_warning(hanging: Running) -> None:
    hanging.config.write_text("encode_slots = 200\nmax_retry = 3\ncrf = 33\n")
    hanging.hang_up()
    hanging.wait_for_record("config.changed")
    code, err = hanging.terminate()
    assert code == 143, err
    report = hanging.place.report("t")
    warning = f"encode_slots lowered from 200 to {usable_cores()}: this machine has {usable_cores()} cores"
    assert warning in err
    assert warning in [said["message"] for said in report["warnings"]]
    assert "crf = 33 takes effect at the next run" in err
    assert changed(report) == [("max_retry", "2", "3", "SIGHUP")]


def test_more_slots_than_open_files_carry_are_lowered_and_more_than_cores_are_not(
    workplace: Workplace, standin: StandIn
) -> None:
    workplace.write("t.json", film(*[{"url": standin.url_for("two/master.m3u8")}] * 9))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (150, hard))
    try:
        done = workplace.run("render", "t.json", "-c", "32", env={"LYRICCLIP_PER_VIDEO_LIMIT": "32"})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert done.code == 0, done.err
    assert "render_clip_concurrency lowered from 32 to 8: this machine has 150 open files" in done.err
    slots = max(use["slot"] for use in workplace.report("t")["slots"])
    assert usable_cores() < slots <= 8 or usable_cores() >= 8


def test_hang_ups_before_during_and_after_the_render_do_not_end_it(workplace: Workplace, standin: StandIn) -> None:
    workplace.write("t.json", film(*streams(standin, 3)))
    with Running(workplace, "--progress", "none") as render:
        status = Path(f"/proc/{render.process.pid}/status")
        render.wait_for(lambda: _sighup_is_handled(status))
        assert not workplace.job("t").exists()  # long before there is anything to reload
        while render.process.poll() is None:
            os.kill(render.process.pid, 1)
            time.sleep(0.005)
        code, err = render.end()
    assert (code, err) == (0, "")
    assert workplace.report("t")["config_changes"] == []


def _sighup_is_handled(status: Path) -> bool:
    """Whether the process ignores or catches SIGHUP: from its first moments in our own code on."""
    fields = dict(row.split(":", 1) for row in status.read_text().splitlines())
    return any(int(fields[name], 16) & 1 for name in ("SigIgn", "SigCgt"))
