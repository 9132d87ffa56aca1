"""The main job: a timeline with TwelveLabs videos becomes a film, a report and a log."""

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lyricclip_cli.report import report_schema
from tests.clicks import find_clicks
from tests.command import Workplace
from tests.numbered import read_numbers
from tests.standin import StandIn
from tests.streams import make_song
from tests.timelines import back_to_back, candidate, cut_frames, line, shown, timeline

FPS = Fraction(25)
RATES = {1: Fraction(25), 2: Fraction(25), 3: Fraction(30), 4: Fraction(25)}


def test_every_cut_and_every_frame_is_the_planned_one(
    workplace: Workplace, standin: StandIn, account: dict[str, str], footage: Path
) -> None:
    shutil.copy(footage / "four.mp4", workplace.folder)
    make_song(workplace.folder / "song.m4a", 20)
    lengths = [2000, 1234, 777, 2500, 3001]
    choices: list[tuple[int, int, dict[str, Any]]] = [
        (1, 5200, {"video_id": "v-one"}),
        (2, 3999, {"video_id": "v-two"}),
        (3, 11_111, {"video_id": "v-three"}),
        (1, 0, {"url": standin.url_for("one/master.m3u8")}),
        (4, 1040, {"file": "four.mp4"}),
    ]
    lines = back_to_back(lengths, [[candidate(start, **source)] for _, start, source in choices])
    workplace.write("song.json", timeline(lines, audio={"file": "song.m4a"}))

    done = workplace.run("render", "song.json", "--concurrency", "6", env=account)

    assert done.code == 0, done.err
    edges = [lines[0]["start_ms"], *(entry["end_ms"] for entry in lines)]
    cuts = cut_frames(edges, FPS)
    expected = [
        stamp
        for (source, start, _), first, end in zip(choices, cuts, cuts[1:], strict=False)
        for stamp in shown(source, start, end - first, film_fps=FPS, source_fps=RATES[source])
    ]
    assert read_numbers(workplace.film("song")) == expected
    clicks = find_clicks(workplace.film("song"))
    assert clicks == pytest.approx(list(range(10)), abs=0.001)


def test_report_and_log_say_what_happened(workplace: Workplace, standin: StandIn, account: dict[str, str]) -> None:
    good, gone = candidate(1000, video_id="v-one"), candidate(1000, video_id="v-nowhere")
    lines = [line(0, 1000, good, id="A"), line(1000, 2000, gone, good, id="B"), line(2000, 3000, gone, id="C")]
    workplace.write("t.json", timeline(lines))

    done = workplace.run("render", "t.json", env=account)

    assert done.code == 5
    report = workplace.report("t")
    jsonschema.validate(report, report_schema())
    assert report["status"] == "degraded"
    stats = report["metrics"]["render"]["clip_stats"]
    counts = {key: stats[key] for key in ("total_tasks", "success_tasks", "failed_tasks", "placeholder_tasks")}
    assert counts == {"total_tasks": 3, "success_tasks": 2, "failed_tasks": 1, "placeholder_tasks": 1}
    assert stats["fallback_reason_counts"] == {"unknown_video": 2}
    assert [(c["line_id"], c["status"], c["frames"], c["fallback_reason"]) for c in report["clips"]] == [
        ("A", "success", 25, None),
        ("B", "fallback-candidate", 25, "unknown_video"),
        ("C", "fallback-placeholder", 25, "unknown_video"),
    ]
    records = [record for record in workplace.log("t") if record["event"] == "twelvelabs.video_clip"]
    assert {record["clip_status"] for record in records} == {
        "success",
        "fallback-candidate",
        "fallback-placeholder",
    }
    assert {record["trace_id"] for record in workplace.log("t")} == {report["trace_id"]}


def test_sixty_lines_over_three_videos_ask_once_for_each(
    workplace: Workplace, standin: StandIn, account: dict[str, str]
) -> None:
    videos = ("v-one", "v-two", "v-three")
    choices = [[candidate((n * 317) % 20_000, video_id=videos[n % 3])] for n in range(60)]
    workplace.write("many.json", timeline(back_to_back([200] * 60, choices)))

    done = workplace.run("render", "many.json", "--concurrency", "6", env=account)

    assert done.code == 0, done.err
    assert len(standin.requests(host="api")) == 3
    segments = [seen.path for seen in standin.requests(host="cdn") if seen.path.endswith((".ts", ".m4s"))]
    whole = [seen for seen in standin.requests(host="cdn") if seen.path in segments and seen.range is None]
    assert len(whole) == len({seen.path for seen in whole}), "a segment was fetched twice"
    report = workplace.report("many")
    peak = report["metrics"]["render"]["clip_stats"]["peak_parallelism"]
    assert 1 < peak <= 6
    assert standin.peak(host="cdn") <= peak
    assert len(read_numbers(workplace.film("many"))) == 300


def test_own_sound_is_cut_with_the_pictures(workplace: Workplace, standin: StandIn) -> None:
    url = standin.url_for("one/master.m3u8")
    lines = back_to_back([1500, 2300], [[candidate(4700, url=url)], [candidate(9250, url=url)]])
    workplace.write("t.json", timeline(lines))

    done = workplace.run("render", "t.json")

    assert done.code == 0, done.err
    # clicks of the source at 5 s and 6 s in the first clip, at 10 s and 11 s in the second, which begins at frame 38
    expected = [0.3, 1.3, 1.52 + 0.75, 1.52 + 1.75]
    assert find_clicks(workplace.film("t")) == pytest.approx(expected, abs=0.001)


def test_pictures_and_sound_end_together(workplace: Workplace, standin: StandIn) -> None:
    url = standin.url_for("one/master.m3u8")
    make_song(workplace.folder / "song.mp3", 3)
    workplace.write(
        "t.json", timeline([line(500, 2733, candidate(100, url=url))], audio={"file": "song.mp3", "offset_ms": 200})
    )

    done = workplace.run("render", "t.json")

    assert done.code == 0, done.err
    film = workplace.report("t")["film"]
    assert abs(film["sound_duration_ms"] - film["duration_ms"]) <= 40
    assert find_clicks(workplace.film("t")) == pytest.approx([0.7, 1.7], abs=0.001)
