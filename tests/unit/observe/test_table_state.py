import pytest

from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ConfigChanged,
    Event,
    FellBack,
    FilmWritten,
    FramesCut,
    JoinStarted,
    RenderFinished,
    SlotLeft,
    SlotTaken,
    StageEntered,
    WarningRaised,
)
from lyricclip_cli.observe.table_state import TableState
from lyricclip_cli.outcome import ClipStatus
from tests.unit.observe import samples


def state(*events: Event, now_s: float = 0.0, timelines: int = 1) -> TableState:
    made = TableState(now_s=0.0, timelines=timelines)
    for event in events:
        made.apply(event, now_s)
    return made


def test_a_row_follows_its_attempt() -> None:
    made = state(samples.started("one\ttwo", slots=2), samples.taken("L001", 2), now_s=3.0)
    for event in (
        StageEntered("demo", "L001", "fetch"),
        BytesReceived("demo", "L001", 100),
        BytesReceived("demo", "L001", 50),
        StageEntered("demo", "L001", "cut"),
        FramesCut("demo", "L001", 12, 100),
    ):
        made.apply(event, 4.0)
    idle, row = made.view(5.0).rows
    assert idle.idle
    assert idle.slot == 1
    assert (row.text, row.stage, row.received_bytes, row.done_frames, row.total_frames) == (
        "one two",
        "cut",
        150,
        12,
        100,
    )
    assert row.taken_at_s == 3.0
    made.apply(SlotLeft("demo", "L001", 2), 6.0)
    assert all(row.idle for row in made.view(6.0).rows)


def test_lines_of_several_jobs_are_told_apart() -> None:
    made = state(
        samples.started("a", job_id="one"),
        samples.started("b", job_id="two"),
        samples.taken("L001", 1, job_id="one"),
        samples.taken("L001", 2, job_id="two"),
        BytesReceived("two", "L001", 7),
    )
    rows = made.view(0.0).rows
    assert [(row.job_id, row.text, row.received_bytes) for row in rows[:2]] == [("one", "a", 0), ("two", "b", 7)]
    assert made.several_jobs


def test_slots_follow_the_config_and_busy_ones_stay_until_they_are_left() -> None:
    made = state(
        samples.started("a", "b", "c", slots=3),
        samples.taken("L001", 3),
        ConfigChanged("", (("render_clip_concurrency", "3", "1"), ("max_retry", "2", "3")), "SIGHUP"),
    )
    assert [row.slot for row in made.view(0.0).rows] == [1, 3]
    made.apply(SlotLeft("demo", "L001", 3), 1.0)
    assert [row.slot for row in made.view(1.0).rows] == [1]
    made.apply(ConfigChanged("", (("render_clip_concurrency", "1", "5"),), "SIGHUP"), 2.0)
    assert len(made.view(2.0).rows) == 5


def test_retries_wait_until_the_line_goes_on() -> None:
    failure = AttemptFailed("demo", "L001", 1, samples.VIDEO, "http_503", "", 0.5)
    made = state(samples.started("a", "b"), failure, failure)
    assert made.view(0.0).summary.retries_waiting == 1
    made.apply(samples.taken("L001", 1, attempt=2), 1.0)
    assert made.view(1.0).summary.retries_waiting == 0


def test_a_line_that_fell_back_is_marked() -> None:
    made = state(
        samples.started("a"),
        FellBack("demo", "L001", "not_found", "candidate", "https://cdn.example/a.m3u8"),
        SlotTaken("demo", "L001", 1, 2, "candidate", "https://cdn.example/a.m3u8", 1),
    )
    row = made.view(0.0).rows[0]
    assert row.fallback
    assert row.source == "cdn.example/a.m3u8"


def test_the_summary_counts_outcomes() -> None:
    placeholder = samples.done(ClipStatus.FALLBACK_PLACEHOLDER, reason="not_found")
    made = state(
        samples.started(*"abcdef", reused=2),
        samples.taken("L003", 1),
        samples.taken("L004", 2),
        samples.finished("L003"),
        samples.finished("L004", placeholder),
        samples.finished("L005", samples.failed()),
    )
    summary = made.view(9.0).summary
    assert (summary.done, summary.clips) == (5, 6)
    assert (summary.fallbacks, summary.placeholders, summary.failed) == (1, 1, 1)
    assert (summary.peak, summary.slots, summary.elapsed_s) == (2, 4, 9.0)


def test_reused_clips_that_are_reported_all_the_same_do_not_count_twice() -> None:
    made = state(samples.started("a", "b", reused=2), samples.finished("L001"), samples.finished("L002"))
    assert made.view(0.0).summary.done == 2


def test_jobs_go_through_their_phases() -> None:
    made = state(samples.started("a", job_id="one"), samples.started("a", job_id="two"), timelines=3)
    assert made.view(0.0).summary.more_to_come
    made.apply(JoinStarted("one", 1), 1.0)
    assert made.view(1.0).summary.joining == 1
    made.apply(FilmWritten("one", samples.film()), 2.0)
    made.apply(RenderFinished("one", "complete", 0, 2.0), 2.0)
    summary = made.view(2.0).summary
    assert (summary.joining, summary.timelines_done, summary.timelines) == (0, 1, 3)


def test_the_rest_time_is_of_frames_not_clips() -> None:
    made = state(samples.started(*"abcdefgh", slots=1, frames=100), samples.taken("L001", 1))
    for number in range(1, 5):
        made.apply(samples.finished(f"L{number:03}"), float(number))
    assert made.view(4.0).summary.left_s == pytest.approx(4.0)


def test_events_before_the_start_or_about_nobody_change_nothing() -> None:
    made = state(
        StageEntered("demo", "L001", "cut"),
        FramesCut("demo", "L001", 1, 2),
        BytesReceived("demo", "L001", 1),
        RenderFinished("demo", "failed", 6, 0.1),
    )
    assert not made.begun
    assert made.view(0.0).rows == ()


def test_notices_are_taken_once() -> None:
    made = state(WarningRaised("demo", "L001", "x"), samples.finished("L001"))
    assert [notice.text for notice in made.take_notices()] == ["x"]
    assert made.take_notices() == []
