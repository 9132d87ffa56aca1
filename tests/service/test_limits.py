"""Limits that lines share: a slow video, the API's rate, a deadline, and an ffmpeg that fails them all."""

from pathlib import Path
from typing import Any

import pytest

from tests.command import Workplace
from tests.numbered import ffmpeg_path
from tests.service.running import Running, most_at_once
from tests.service.storm import Storm, account_at, alive, most_in
from tests.standin import Latency, StandIn
from tests.timelines import candidate, line, timeline

PICTURE = {"width": 160, "height": 90}
RATE = "twelvelabs_requests_per_minute"


def film(*sources: dict[str, Any]) -> dict[str, Any]:
    lines = [line(n * 200, n * 200 + 200, candidate(n * 400 % 20_000, **source)) for n, source in enumerate(sources)]
    return timeline(lines, output=PICTURE)


def ffmpeg_that(folder: Path, does: str) -> Path:
    """An ffmpeg that does something else first; `$here` is its folder, `$real` the real one."""
    path = folder / "ffmpeg"
    path.write_text(
        f"#!/bin/sh\nhere={folder}; real={ffmpeg_path()}\n"
        f'[ "$1" = -version ] && exec $real "$@"\n{does}\nexec $real "$@"\n'
    )
    path.chmod(0o755)
    return path


def test_forty_lines_on_one_slow_video_leave_room_for_the_other_twenty(storm: Storm, sick: StandIn) -> None:
    storm.bad_of_three = 2
    sick.fault("*", Latency(2))
    storm.env["LYRICCLIP_STALL_TIMEOUT_S"] = "20"
    storm.write({"url": sick.url_for("one/master.m3u8")})

    done = storm.render("--deadline", "5")

    assert done.code == 5, done.err
    good, bad = storm.clips()  # the good ones all got their footage in time
    assert (len(good), len(bad)) == (20, 40)
    assert {clip["fallback_reason"] for clip in bad} == {"deadline"}
    assert {clip["status"] for clip in bad} == {"fallback-placeholder"}
    slow = {clip["line_id"] for clip in bad}
    uses = storm.place.report("t")["slots"]
    before = [(use["start_s"], use["end_s"]) for use in uses if use["line_id"] in slow and use["start_s"] < 3]
    assert most_at_once(before) == 2
    assert len(sick.requests()) <= 6
    storm.check_frames(bad_source=None)


def test_the_api_is_asked_no_faster_than_its_rate_and_a_new_rate_counts_at_once(
    workplace: Workplace, standin: StandIn, footage: Path
) -> None:
    for number in range(20):
        standin.add_video(f"v{number}", footage / "two")
    workplace.write("t.json", film(*({"video_id": f"v{number}"} for number in range(20))))
    env = account_at(standin) | {f"LYRICCLIP_{RATE.upper()}": "5"}
    with Running(workplace, "-c", "6", "--deadline", "10", env=env) as render:
        render.wait_for_record("twelvelabs.video_clip", 5)
        assert len(standin.requests(host="api")) == 5
        render.config.write_text(f"{RATE} = 8\n")
        render.wait_for_record("config.changed")
        render.wait_for_record("twelvelabs.video_clip", 8)
        code, err = render.end()
    assert code == 5, err
    clips = workplace.report("t")["clips"]
    assert [clip["status"] for clip in clips].count("success") == 8
    assert {clip["fallback_reason"] for clip in clips} == {None, "deadline"}
    asked = standin.requests(host="api")
    assert (len(asked), most_in(60, asked)) == (8, 8)


def test_a_hung_ffmpeg_is_killed_and_its_clip_cut_again(workplace: Workplace, standin: StandIn) -> None:
    hangs = """case "$*" in *cutting-0002-*) mkdir $here/once 2>/dev/null &&
        exec sh -c 'trap "" TERM; while :; do sleep 1; done' "$here" ;; esac"""
    workplace.write("t.json", film(*[{"url": standin.url_for("two/master.m3u8")}] * 6))
    ffmpeg = ffmpeg_that(workplace.folder, hangs)
    env = {"LYRICCLIP_STALL_TIMEOUT_S": "1.5", "LYRICCLIP_RETRY_BACKOFF_BASE_MS": "1"}

    done = workplace.run("render", "t.json", "-c", "6", "--ffmpeg", str(ffmpeg), env=env)

    assert done.code == 0, done.err
    clips = workplace.report("t")["clips"]
    assert [[attempt["error_code"] for attempt in clip["attempts"]] for clip in clips] == [
        [""],
        ["stalled", ""],
        *[[""]] * 4,
    ]
    assert alive(workplace) == []


@pytest.mark.parametrize("lost", ["rm $here/ffmpeg", "chmod -x $here/ffmpeg"])
def test_an_ffmpeg_that_is_gone_in_mid_run_stops_it_with_4_and_a_report(
    workplace: Workplace, standin: StandIn, lost: str
) -> None:
    workplace.write("t.json", film(*[{"url": standin.url_for("two/master.m3u8")}] * 12))
    ffmpeg = ffmpeg_that(workplace.folder, f'case "$*" in *cutting-0003-*) {lost} ;; esac')

    done = workplace.run("render", "t.json", "-c", "6", "--ffmpeg", str(ffmpeg))

    assert done.code == 4, done.err
    assert "ffmpeg cannot be started" in done.err
    report = workplace.report("t")
    assert (report["status"], report["exit_code"], len(report["clips"])) == ("failed", 4, 12)
    assert {clip["status"] for clip in report["clips"]} <= {"success", "failed"}
    assert alive(workplace) == []


def test_a_refused_key_stops_sixty_lines_with_4_and_few_requests(storm: Storm, sick: StandIn) -> None:
    storm.write({"video_id": "v-one"})
    done = storm.render(env=account_at(sick) | {"TWELVELABS_API_KEY": "tlk_WRONG"})
    assert done.code == 4, done.err
    assert len(sick.requests(host="api")) <= 2
    assert sick.requests(host="cdn") == []
    report = storm.place.report("t")
    assert (report["status"], len(report["clips"])) == ("failed", 60)
