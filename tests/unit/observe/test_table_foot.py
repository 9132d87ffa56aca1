import pytest
from rich.cells import cell_len

from lyricclip_cli.observe.table_foot import foot_lines, limits_line
from lyricclip_cli.observe.table_view import Limit, Pressure, Reloaded, SlowHost, Wait

LIMITS = (
    Limit("render_clip_concurrency", 6, 2),
    Limit("per_video_limit", 2, 2),
    Limit("encode_slots", 1, 8),
    Limit("twelvelabs_requests_per_minute", 12, 40),
)
WAITS = tuple(Wait(f"L{number:03}", "http_503", number + 0.2) for number in range(1, 200))
BLOCKED = SlowHost("cdn.example", "HTTP 429", 0.4, 57.5)
SLOW = SlowHost("api.example:8443", "HTTP 503", 0.4, 0.0)


def foot(pressure: Pressure, room: int = 77) -> list[str]:
    return [line.plain for line in foot_lines(pressure, room)]


def test_all_limits_fit_the_narrowest_usual_window() -> None:
    line = limits_line(Pressure(LIMITS))
    assert line.plain == "slots 6/2  per video 2/2  encoders 1/8  API per minute 12/40"
    assert cell_len(line.plain) <= 77


def test_a_full_limit_stands_out_and_one_that_drains_more() -> None:
    styles = [str(span.style) for span in limits_line(Pressure(LIMITS)).spans if span.style != "dim"]
    assert styles == ["yellow"]


def test_nothing_to_say_takes_no_line_and_what_was_said_once_keeps_its_line() -> None:
    assert foot(Pressure()) == []
    assert foot(Pressure(waits=(), slowed=())) == ["waiting  none", "slowed  none"]


@pytest.mark.parametrize("room", [20, 40, 77, 197])
def test_as_many_waits_as_fit_and_how_many_more(room: int) -> None:
    (line,) = foot(Pressure(waits=WAITS), room)
    assert line.startswith("waiting  L001 2 s http_503, ")
    shown = line.count("L")
    assert line.endswith(f", … {len(WAITS) - shown} more")
    assert cell_len(line) <= room or shown == 1


def test_a_few_waits_are_all_shown() -> None:
    assert foot(Pressure(waits=WAITS[:2])) == ["waiting  L001 2 s http_503, L002 3 s http_503"]
    assert foot(Pressure(waits=(Wait("L1", "http_429", 3599.5),))) == ["waiting  L1 1:00:00 http_429"]


def test_slowed_hosts_say_when_they_are_asked_again() -> None:
    assert foot(Pressure(slowed=(BLOCKED,))) == ["slowed  cdn.example HTTP 429, asked again in 58 s"]
    assert foot(Pressure(slowed=(SLOW,))) == ["slowed  api.example:8443 HTTP 503, a request every 0.4 s"]


@pytest.mark.parametrize(("applied", "style"), [(True, "dim"), (False, "yellow")])
def test_the_last_reload_comes_last(applied: bool, style: str) -> None:
    pressure = Pressure(waits=(), slowed=(), reloaded=Reloaded("config: max_retry 2 → 3 (from SIGHUP)", applied, 12.9))
    line = foot_lines(pressure, 77)[-1]
    assert (line.plain, line.style) == ("12 s ago  config: max_retry 2 → 3 (from SIGHUP)", style)
