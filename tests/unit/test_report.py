"""The report as a whole, its schema, and reading it again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lyricclip_cli.errors import InputError, MachineError, NoFilmError
from lyricclip_cli.outcome import ClipOutcome, ClipStatus, CutClip
from lyricclip_cli.report import (
    RenderResult,
    RenderStatus,
    build_report,
    read_report,
    render_status,
    report_json,
    report_schema,
)
from tests.unit.outcomes import FOLDER, done, facts, failed, film, placeholder, result
from tests.unit.samples import VIDEO, line, plan, video

RESULTS = {
    "complete": result(done(), written=film()),
    "degraded": result(done(), placeholder(), written=film(50)),
    "failed": result(failed(), failed("not_reached", seconds=None), error=NoFilmError("no clip", hint="look")),
    "interrupted": result(done(), failed("interrupted", seconds=None), interrupted=True),
}


def as_json(of: RenderResult, *, timeline: str = "demo.json") -> Any:
    return json.loads(report_json(build_report(of, facts(timeline))))


def test_a_report_is_exactly_this() -> None:
    assert as_json(result(done(retries=1), written=film())) == {
        "schema_version": 1,
        "status": "complete",
        "exit_code": 0,
        "job_id": "demo",
        "trace_id": "f" * 32,
        "title": "Demo",
        "timeline": "demo.json",
        "only": [],
        "clips_only": False,
        "metrics": {
            "render": {
                "line_count": 1,
                "total_duration_ms": 1000,
                "avg_delta_ms": 0.0,
                "max_delta_ms": 0.0,
                "queued_at": "2026-01-02T03:04:05Z",
                "finished_at": "2026-01-02T03:05:05Z",
                "clip_stats": {
                    "total_tasks": 1,
                    "success_tasks": 1,
                    "failed_tasks": 0,
                    "placeholder_tasks": 0,
                    "avg_task_duration_ms": 1500.0,
                    "p95_task_duration_ms": 1500.0,
                    "peak_parallelism": 1,
                    "fallback_reason_counts": {},
                    "generated_at": "2026-01-02T03:05:05Z",
                },
            }
        },
        "clips": [
            {
                "line_id": "1",
                "clip_task_id": "demo:0001:1",
                "text": "la",
                "status": "success",
                "source_type": "hls",
                "video_id": VIDEO,
                "parallel_slot": 2,
                "retry_count": 1,
                "fallback_reason": None,
                "message": "",
                "start_frame": 0,
                "frames": 25,
                "held_frames": 3,
                "bytes": 1000,
                "started_at": "2026-01-02T03:04:05Z",
                "finished_at": "2026-01-02T03:04:06.500000Z",
                "stages": {"fetch_ms": 500, "encoder_wait_ms": 20, "cut_ms": 980},
                "reused": False,
                "changed": [],
                "path": "clips/0001-1.mp4",
                "attempts": [
                    {
                        "step": 1,
                        "kind": "candidate",
                        "source": VIDEO,
                        "started_at": "2026-01-02T03:04:05Z",
                        "duration_ms": 1500,
                        "parallel_slot": 2,
                        "error_code": "",
                        "message": "",
                        "hint": "",
                    }
                ],
            }
        ],
        "film": {
            "path": "film.mp4",
            "frames": 25,
            "fps": "25",
            "width": 1920,
            "height": 1080,
            "duration_ms": 1000,
            "sound_duration_ms": 1003,
            "bytes": 4567,
        },
        "warnings": [],
        "error": None,
        "config": {"crf": 20},
        "config_changes": [],
        "slots": [{"slot": 2, "line_id": "1", "start_s": 0.25, "end_s": 1.75}],
        "tools": {"ffmpeg": "7.1"},
        "history": [],
    }


def test_a_failed_line_has_a_reason_and_a_message_and_no_clip() -> None:
    (clip,) = as_json(result(failed(), error=NoFilmError("no clip", hint="look")))["clips"]
    started, attempt_keys = clip.pop("started_at"), [attempt["error_code"] for attempt in clip.pop("attempts")]
    assert (started, attempt_keys) == ("2026-01-02T03:04:05Z", ["cut_failed"])
    assert clip == {
        "line_id": "1",
        "clip_task_id": "demo:0001:1",
        "text": "la",
        "status": "failed",
        "source_type": None,
        "video_id": None,
        "parallel_slot": 1,
        "retry_count": 1,
        "fallback_reason": "cut_failed",
        "message": "every step failed",
        "start_frame": 0,
        "frames": 0,
        "held_frames": 0,
        "bytes": 0,
        "finished_at": "2026-01-02T03:04:05.500000Z",
        "stages": None,
        "reused": False,
        "changed": [],
        "path": None,
    }


def test_the_cause_of_a_failure_is_named() -> None:
    report = as_json(RESULTS["failed"])
    assert (report["error"], report["film"]) == ({"message": "no clip", "hint": "look"}, None)


def test_clips_are_in_the_order_of_the_timelines_lines() -> None:
    made = plan(line(2000, 3000, video()), line(0, 1000, video()), line(1000, 2000, video()))
    clips = as_json(result(done(), done(), done(), made=made))["clips"]
    assert [(clip["line_id"], clip["start_frame"]) for clip in clips] == [("1", 50), ("2", 0), ("3", 25)]


def test_deltas_are_between_a_lines_start_and_its_cut() -> None:
    made = plan(line(0, 1013, video()), line(1013, 2019, video()), line(2019, 3000, video()))
    render = as_json(result(done(), done(), done(), made=made))["metrics"]["render"]
    assert (render["line_count"], render["total_duration_ms"]) == (3, 3000)
    assert (render["avg_delta_ms"], render["max_delta_ms"]) == (10.667, 19.0)  # 0, 13 and 19 ms


@pytest.mark.parametrize(
    ("outcomes", "counts"),
    [
        ([done()], (1, 1, 0, 0)),
        ([placeholder()], (1, 0, 1, 1)),
        ([failed()], (1, 0, 1, 0)),
        ([done(ClipStatus.FALLBACK_CANDIDATE, reason="timeout")], (1, 1, 0, 0)),
        ([done(ClipStatus.FALLBACK_LOCAL, reason="timeout")], (1, 1, 0, 0)),
        ([done(), placeholder(), failed(), failed(seconds=None), placeholder()], (5, 1, 4, 2)),
    ],
)
def test_success_and_failure_add_up_and_a_placeholder_is_a_failure(
    outcomes: list[ClipOutcome], counts: tuple[int, int, int, int]
) -> None:
    stats = build_report(result(*outcomes), facts()).metrics.render.clip_stats
    assert (stats.total_tasks, stats.success_tasks, stats.failed_tasks, stats.placeholder_tasks) == counts
    assert stats.success_tasks + stats.failed_tasks == stats.total_tasks
    assert stats.placeholder_tasks <= stats.failed_tasks


@pytest.mark.parametrize(
    ("seconds", "average_ms", "p95_ms"),
    [
        ([2], 2000.0, 2000.0),
        ([1, 2], 1500.0, 2000.0),
        ([*range(1, 21)], 10_500.0, 19_000.0),  # the 19th of 20
        ([*range(1, 22)], 11_000.0, 20_000.0),  # 19.95: the 20th of 21
        ([*range(1, 32)], 16_000.0, 30_000.0),  # 29.45: the 30th of 31
        ([3, 1, 2], 2000.0, 3000.0),
        ([0.1234], 123.4, 123.4),
    ],
)
def test_durations_are_averaged_and_the_95th_percentile_is_one_of_them(
    seconds: list[float], average_ms: float, p95_ms: float
) -> None:
    stats = build_report(result(*(done(seconds=s) for s in seconds)), facts()).metrics.render.clip_stats
    assert (stats.avg_task_duration_ms, stats.p95_task_duration_ms) == (average_ms, p95_ms)


def test_lines_that_never_began_have_no_duration() -> None:
    unreached = failed("interrupted", seconds=None)
    stats = build_report(result(done(seconds=4), unreached), facts()).metrics.render.clip_stats
    assert (stats.avg_task_duration_ms, stats.p95_task_duration_ms) == (4000.0, 4000.0)
    stats = build_report(result(unreached), facts()).metrics.render.clip_stats
    assert (stats.avg_task_duration_ms, stats.p95_task_duration_ms) == (0.0, 0.0)


def test_reasons_are_counted_and_sorted_by_name() -> None:
    outcomes = [placeholder("timeout"), done(ClipStatus.FALLBACK_LOCAL, reason="http_404"), placeholder("timeout")]
    stats = build_report(result(*outcomes, failed("cut_failed"), done()), facts()).metrics.render.clip_stats
    assert list(stats.fallback_reason_counts.items()) == [("cut_failed", 1), ("http_404", 1), ("timeout", 2)]


@pytest.mark.parametrize(
    ("of", "clips_only", "status"),
    [
        (RESULTS["complete"], False, RenderStatus.COMPLETE),
        (result(done(ClipStatus.FALLBACK_CANDIDATE), written=film()), False, RenderStatus.COMPLETE),
        (result(done(ClipStatus.FALLBACK_LOCAL), written=film()), False, RenderStatus.COMPLETE),
        (RESULTS["degraded"], False, RenderStatus.DEGRADED),
        (result(done()), False, RenderStatus.FAILED),
        (result(done()), True, RenderStatus.COMPLETE),
        (result(placeholder()), True, RenderStatus.DEGRADED),
        (result(done(), written=film(), error=MachineError("late")), False, RenderStatus.FAILED),
        (result(done(), error=MachineError("late")), True, RenderStatus.FAILED),
        (result(done(), error=MachineError("late"), interrupted=True), False, RenderStatus.INTERRUPTED),
    ],
)
def test_the_status_says_how_it_ended(of: RenderResult, clips_only: bool, status: RenderStatus) -> None:
    assert render_status(of, clips_only=clips_only) is status


@pytest.mark.parametrize("name", RESULTS)
def test_every_report_fits_the_schema_and_is_read_back_as_it_was(name: str, tmp_path: Path) -> None:
    report = build_report(RESULTS[name], facts())
    text = report_json(report)
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    path = tmp_path / "metrics.json"
    path.write_text(text, encoding="utf-8")
    assert read_report(path) == report
    assert report.status.value == name


@pytest.mark.parametrize(
    ("key", "value"), [("status", "fine"), ("schema_version", 2), ("clips", {}), ("surprise", 1), ("exit_code", "x")]
)
def test_the_schema_refuses_what_is_no_report(key: str, value: object) -> None:
    report = {**as_json(RESULTS["complete"]), key: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, report_schema())


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"[]", ""),
        (b"{}", "status"),
        (b'{"schema_version": 2}', "schema_version"),
        (b'{"surprise": 1}', "surprise"),
    ],
)
def test_a_file_that_is_no_report_is_named_with_what_is_wrong(content: bytes, place: str, tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_report(path)
    assert caught.value.file == str(path)
    assert place in [problem.place for problem in caught.value.problems]
    assert caught.value.hint == "a report is the metrics.json that a render writes"


def test_a_report_that_is_not_there_or_a_folder_cannot_be_read(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.json", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(InputError) as caught:
            read_report(path)
        assert [str(problem) for problem in caught.value.problems] == [f"cannot be read: {reason}"]


def test_a_timeline_whose_name_is_not_utf8_has_a_report_too() -> None:
    report = as_json(RESULTS["complete"], timeline="caf\udce9.json")
    assert report["timeline"].startswith("caf")


def test_a_line_that_shows_nothing_has_no_path() -> None:
    made = plan(line(0, 1000, video()), line(0, 1000, video()))
    nothing = replace(done(), clip=CutClip(FOLDER / "clips", 0, 0, 0))
    first, second = as_json(result(nothing, done(), made=made))["clips"]
    assert (first["path"], first["frames"], second["path"]) == (None, 0, "clips/0001-1.mp4")
