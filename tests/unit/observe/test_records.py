from dataclasses import dataclass

from lyricclip_cli.events import BytesReceived, ConfigChanged, Event, FilmWritten, FramesCut
from lyricclip_cli.observe.records import Throttle, record
from lyricclip_cli.outcome import ClipStatus
from tests.fakes import FakeClock
from tests.unit.observe import samples

CLIP_FIELDS = {
    "line_id",
    "clip_task_id",
    "clip_status",
    "parallel_slot",
    "fallback_reason",
    "retry_count",
    "duration_ms",
    "video_id",
    "source_type",
    "frames",
    "reused",
}


def test_a_plan_is_reduced_to_scalars() -> None:
    assert record(samples.started("a", "b", frames=50, reused=1)) == {
        "title": "Demo",
        "lines": 2,
        "frames": 100,
        "fps": "25",
        "duration_ms": 4000,
        "width": 1920,
        "height": 1080,
        "fit": "blur",
        "concurrency": 4,
        "encode_slots": 8,
        "reused": 1,
    }


def test_a_clip_has_the_contracted_fields() -> None:
    outcome = samples.done(ClipStatus.FALLBACK_CANDIDATE, reason="footage_too_short", steps=2)
    assert record(samples.finished("L003", outcome)) == {
        "line_id": "L003",
        "clip_task_id": "demo:L003",
        "clip_status": "fallback-candidate",
        "parallel_slot": 2,
        "fallback_reason": "footage_too_short",
        "retry_count": 0,
        "duration_ms": 1400,
        "video_id": samples.VIDEO,
        "source_type": "hls",
        "frames": 100,
        "reused": False,
    }


def test_a_failed_clip_has_the_same_fields() -> None:
    facts = record(samples.finished("L003", samples.failed()))
    assert set(facts) == CLIP_FIELDS
    assert facts["clip_status"] == "failed"
    assert facts["fallback_reason"] == "interrupted"
    assert facts["parallel_slot"] is None
    assert facts["duration_ms"] == 0


def test_films_and_config_changes() -> None:
    assert record(FilmWritten("demo", samples.film())) == {
        "path": "artifacts/renders/demo/film.mp4",
        "frames": 2400,
        "duration_ms": 96_000,
        "sound_duration_ms": 96_000,
        "size_bytes": 12_345_678,
    }
    changed = record(ConfigChanged("demo", (("max_retry", "2", "3"),), "SIGHUP"))
    assert changed == {"source": "SIGHUP", "changes": [{"key": "max_retry", "old": "2", "new": "3"}]}


def test_an_event_nobody_thought_of_gives_its_scalars() -> None:
    @dataclass(frozen=True, slots=True)
    class Invented(Event):
        seconds: float
        count: int | None
        thing: object

    assert record(Invented("demo", 1.23456, None, object())) == {"seconds": 1.235, "count": None}


def test_bytes_are_added_up_between_records() -> None:
    clock = FakeClock()
    throttle = Throttle(clock)
    said = []
    for _ in range(100):
        said.append(throttle.record(BytesReceived("demo", "L001", 10)))
        clock.advance(0.01)
    kept = [facts for facts in said if facts]
    assert len(kept) == 4
    assert kept[0] == {"line_id": "L001", "count": 10, "total": 10}
    assert kept[1]["count"] in {250, 260}
    assert sum(facts["count"] for facts in kept) == kept[-1]["total"]


def test_lines_kinds_and_jobs_do_not_silence_each_other() -> None:
    throttle = Throttle(FakeClock())
    assert throttle.record(BytesReceived("demo", "L001", 10))
    assert throttle.record(BytesReceived("demo", "L002", 10))
    assert throttle.record(BytesReceived("other", "L001", 10))
    assert throttle.record(FramesCut("demo", "L001", 1, 100))
    assert throttle.record(FramesCut("demo", "L001", 2, 100)) is None


def test_a_finished_line_is_forgotten() -> None:
    throttle = Throttle(FakeClock())
    throttle.record(BytesReceived("demo", "L001", 10))
    assert throttle.record(samples.finished("L001"))
    assert throttle.record(BytesReceived("demo", "L001", 5)) == {"line_id": "L001", "count": 5, "total": 5}
