from dataclasses import replace

import pytest

from lyricclip_cli.events import (
    ApiAsked,
    AttemptFailed,
    ConfigChanged,
    ConfigRejected,
    Event,
    FellBack,
    HostRecovered,
    HostSlowed,
    RenderFinished,
    SlotLeft,
    StageEntered,
    StepPostponed,
)
from lyricclip_cli.observe.table_pressure import PressureState
from lyricclip_cli.observe.table_view import Limit, Pressure, Reloaded, SlowHost, Wait
from tests.unit.observe import samples

HOST = "cdn.example:8443"
STARTED = samples.started(*"abcdef", slots=5)
OTHER_VIDEO = "70000000000000000000beef"


def pressure(*events: tuple[float, Event], now_s: float) -> Pressure:
    state = PressureState()
    for at_s, event in events:
        state.apply(event, at_s)
    return state.pressure(now_s)


def use(*events: Event) -> dict[str, tuple[int, int]]:
    return {limit.key: (limit.used, limit.most) for limit in pressure(*((0.0, e) for e in events), now_s=0.0).limits}


def failed(line_id: str, wait_s: float | None, *, job_id: str = "demo") -> AttemptFailed:
    return AttemptFailed(job_id, line_id, 1, samples.VIDEO, "http_503", "busy", wait_s)


def postponed(line_id: str, wait_s: float) -> StepPostponed:
    return StepPostponed("demo", line_id, 1, samples.VIDEO, "host_busy", "asked for patience", wait_s)


def test_before_anything_happened_nothing_is_known() -> None:
    assert pressure(now_s=0.0) == Pressure()


def test_slots_downloads_and_encoders_in_use() -> None:
    assert use(
        STARTED,
        samples.taken("L001", 1),
        StageEntered("demo", "L001", "fetch"),
        samples.taken("L002", 2),
        samples.taken("L003", 3, source=OTHER_VIDEO),
        samples.taken("L004", 4),
        StageEntered("demo", "L004", "cut"),
        samples.taken("L005", 5),
        SlotLeft("demo", "L005", 5),
    ) == {"render_clip_concurrency": (4, 5), "per_video_limit": (2, 2), "encode_slots": (1, 8)}


def test_what_lies_on_this_machine_is_no_download_of_a_video() -> None:
    files = [samples.taken(f"L00{n}", n, source="/films/four.mp4") for n in (1, 2, 3)]
    placeholders = [replace(samples.taken(f"L00{n}", n, source="placeholder"), kind="placeholder") for n in (4, 5)]
    assert use(STARTED, *files, *placeholders)["per_video_limit"] == (0, 2)


def test_the_rate_counts_requests_of_the_last_minute() -> None:
    asked = [(float(at_s), ApiAsked("", 40)) for at_s in (0, 30, 59)]
    assert pressure(*asked, now_s=59.0).limits == (Limit("twelvelabs_requests_per_minute", 3, 40),)
    assert pressure(*asked, now_s=60.0).limits == (Limit("twelvelabs_requests_per_minute", 2, 40),)


def test_limits_follow_the_config_and_other_keys_are_none() -> None:
    changes = (("encode_slots", "8", "1"), ("max_retry", "2", "3"), ("per_video_limit", "2", "6"))
    assert use(STARTED, ConfigChanged("", changes, "file")) == {
        "render_clip_concurrency": (0, 5),
        "per_video_limit": (0, 6),
        "encode_slots": (0, 1),
    }


def test_lines_wait_with_a_countdown_the_next_one_first() -> None:
    seen = pressure((0.0, failed("L001", 9.0)), (1.0, postponed("L002", 3.0)), now_s=1.5)
    assert seen.waits == (Wait("L002", "host_busy", 2.5), Wait("L001", "http_503", 7.5))


@pytest.mark.parametrize(
    "event",
    [
        samples.taken("L001", 1),
        FellBack("demo", "L001", "http_503", "placeholder", "placeholder"),
        samples.finished("L001"),
        RenderFinished("demo", "interrupted", 130, 2.0),
    ],
)
def test_a_line_that_goes_on_waits_no_more(event: Event) -> None:
    assert pressure((0.0, failed("L001", 9.0)), (1.0, event), now_s=1.0).waits == ()


def test_whose_time_has_come_waits_for_a_slot_and_no_longer_for_this() -> None:
    assert pressure((0.0, failed("L001", 2.0)), now_s=2.0).waits == ()


@pytest.mark.parametrize("event", [failed("L001", None), postponed("L001", 0.0)])
def test_what_goes_on_at_once_is_no_wait(event: Event) -> None:
    assert pressure((0.0, event), now_s=0.0).waits is None


def test_lines_of_other_jobs_wait_on_when_one_is_over() -> None:
    seen = pressure(
        (0.0, failed("L001", 9.0)),
        (0.0, failed("L001", 5.0, job_id="other")),
        (1.0, RenderFinished("demo", "complete", 0, 1.0)),
        now_s=1.0,
    )
    assert seen.waits == (Wait("L001", "http_503", 4.0),)


def test_a_slowed_host_counts_down_and_goes_when_it_is_well() -> None:
    slowed = (1.0, HostSlowed("", HOST, "HTTP 429", 0.4, 60.0))
    assert pressure(slowed, now_s=11.0).slowed == (SlowHost(HOST, "HTTP 429", 0.4, 50.0),)
    assert pressure(slowed, now_s=99.0).slowed == (SlowHost(HOST, "HTTP 429", 0.4, 0.0),)
    assert pressure(slowed, (12.0, HostRecovered("", HOST)), now_s=12.0).slowed == ()


def test_the_last_reload_is_told_with_its_age_whether_it_was_good_or_bad() -> None:
    changed = (1.0, ConfigChanged("", (("max_retry", "2", "3"),), "SIGHUP"))
    rejected = (3.0, ConfigRejected("", "lyricclip.toml: line 2, crf: unknown key"))
    assert pressure(changed, now_s=2.0).reloaded == Reloaded("config: max_retry 2 → 3 (from SIGHUP)", True, 1.0)
    text = "config not changed: lyricclip.toml: line 2, crf: unknown key"
    assert pressure(changed, rejected, now_s=5.0).reloaded == Reloaded(text, False, 2.0)
