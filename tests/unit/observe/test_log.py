import json
from pathlib import Path
from typing import Any

import pytest

from lyricclip_cli.events import (
    BytesReceived,
    ConfigChanged,
    Event,
    FramesCut,
    RenderFinished,
    StageEntered,
    WarningRaised,
)
from lyricclip_cli.observe.log import LogLevel, RenderLog
from lyricclip_cli.outcome import ClipStatus
from tests.fakes import FakeClock
from tests.unit.observe import samples

EVENTS: list[Event] = [
    samples.started("a", "b", "c"),
    BytesReceived("demo", "L001", 1000),
    BytesReceived("demo", "L001", 1000),
    FramesCut("demo", "L001", 1, 100),
    StageEntered("demo", "L001", "cut"),
    WarningRaised("demo", "", "slow disk"),
    samples.finished("L001"),
    samples.finished("L002", samples.done(ClipStatus.FALLBACK_PLACEHOLDER, reason="not_found")),
    samples.finished("L003", samples.failed()),
    RenderFinished("demo", "degraded", 5, 1.0),
]


def records(path: Path, *events: Event, jobs: dict[str, str], level: LogLevel = "info") -> list[dict[str, Any]]:
    with RenderLog(path, trace_ids=jobs, clock=FakeClock(), level=level) as log:
        for event in events:
            log(event)
    assert not log.failure
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_finished_clip_is_one_record_with_the_contracted_fields(tmp_path: Path) -> None:
    path = tmp_path / "new" / "render.log.jsonl"
    assert records(path, samples.finished("L003"), jobs={"demo": "t1"}) == [
        {
            "event": "twelvelabs.video_clip",
            "level": "info",
            "timestamp": "2026-01-02T03:04:05.000+00:00",
            "trace_id": "t1",
            "job_id": "demo",
            "line_id": "L003",
            "clip_task_id": "demo:L003",
            "clip_status": "success",
            "parallel_slot": 2,
            "fallback_reason": None,
            "retry_count": 0,
            "duration_ms": 1400,
            "video_id": samples.VIDEO,
            "source_type": "hls",
            "frames": 100,
            "reused": False,
        }
    ]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["info", "debug", "debug", "info", "warning", "info", "warning", "error", "warning"]),
        ("info", ["info", "info", "warning", "info", "warning", "error", "warning"]),
        ("warning", ["warning", "warning", "error", "warning"]),
        ("error", ["error"]),
    ],
)
def test_levels(tmp_path: Path, level: LogLevel, expected: list[str]) -> None:
    written = records(tmp_path / "log", *EVENTS, jobs={"demo": "t1"}, level=level)
    assert [record["level"] for record in written] == expected
    assert all(record["trace_id"] == "t1" and record["job_id"] == "demo" for record in written)


def test_a_jobs_log_holds_that_job_and_what_concerns_all(tmp_path: Path) -> None:
    change = ConfigChanged("", (("max_retry", "2", "3"),), "SIGHUP")
    written = records(tmp_path / "log", *EVENTS, WarningRaised("other", "", "x"), change, jobs={"demo": "t1"})
    assert {record["job_id"] for record in written} == {"demo"}
    assert written[-1]["event"] == "config.changed"
    assert written[-1]["changes"] == [{"key": "max_retry", "old": "2", "new": "3"}]


def test_a_calls_log_holds_all_jobs_each_with_its_trace(tmp_path: Path) -> None:
    warnings = [WarningRaised(job, "", "x") for job in ("one", "two", "")]
    written = records(tmp_path / "log", *warnings, jobs={"one": "t1", "two": "t2"})
    assert [(record["job_id"], record["trace_id"]) for record in written] == [("one", "t1"), ("two", "t2"), ("", "")]


def test_a_record_is_in_the_file_at_once_and_an_old_log_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n")
    with RenderLog(path, trace_ids={"demo": "t"}, clock=FakeClock()) as log:
        log(WarningRaised("demo", "", "夢 \udc80"))
        assert json.loads(path.read_text("utf-8"))["message"] == "夢 \udc80"
    with RenderLog(path, trace_ids={"demo": "t"}, clock=FakeClock(), append=True) as log:
        log(WarningRaised("demo", "", "x"))
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_a_log_that_cannot_be_opened_is_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with RenderLog(tmp_path / "file" / "log", trace_ids={"demo": "t"}, clock=FakeClock()) as log:
        log(WarningRaised("demo", "", "x"))
    assert "file" in log.failure


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_not_fatal() -> None:
    with RenderLog(Path("/dev/full"), trace_ids={"demo": "t"}, clock=FakeClock()) as log:
        log(WarningRaised("demo", "", "x"))
        log(WarningRaised("demo", "", "y"))
    assert "/dev/full" in log.failure
