"""Patience with hosts, on a clock of the test's own."""

from typing import Any

import pytest

from lyricclip_cli.errors import NotYetError
from lyricclip_cli.transport import Pace, Pacer
from lyricclip_cli.transport.pacer import (
    FIRST_INTERVAL_S,
    LONGEST_FAULT_INTERVAL_S,
    LONGEST_INTERVAL_S,
    RECOVERY,
    SHORTEST_INTERVAL_S,
    host_of,
)
from tests.fakes import FakeClock

URI = "https://cdn.example/a/1.ts?token=s3cret"
SAME_HOST = "https://CDN.example/b/2.ts"
OTHER_HOST = "https://cdn.example:8443/a/1.ts"


class Scene:
    """A pacer, its clock, and what it told of changes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Pace] = []
        self.pacer = Pacer(self.clock.monotonic_s, self.told.append)

    def ask(self, status: int, *, uri: str = URI, **more: Any) -> None:
        """One request and its answer, a moment later."""
        began_s = self.pacer.admit(uri)
        self.clock.advance(0.001)
        self.pacer.answered(uri, status, began_s, **more)

    def wait_s(self, uri: str = URI) -> float:
        """How long a request has to wait now; 0 when it may begin, which takes the turn."""
        try:
            self.pacer.admit(uri)
        except NotYetError as error:
            return round(error.wait_s, 3)
        return 0.0

    def ask_when_due(self, status: int) -> None:
        self.clock.advance(LONGEST_INTERVAL_S)
        self.ask(status)


def test_a_host_that_is_well_is_asked_at_once_and_nothing_is_told() -> None:
    scene = Scene()
    for _ in range(50):
        scene.ask(200)
        scene.ask(404)
    assert (scene.wait_s(), scene.told) == (0, [])


@pytest.mark.parametrize("status", [429, 503])
def test_a_wish_for_patience_slows_every_request_to_that_host_and_to_no_other(status: int) -> None:
    scene = Scene()
    scene.ask(status)
    assert scene.wait_s(SAME_HOST) == FIRST_INTERVAL_S
    assert scene.wait_s(OTHER_HOST) == 0
    assert scene.told == [Pace("cdn.example", f"HTTP {status}", FIRST_INTERVAL_S, 0.0)]


def test_those_who_are_turned_away_come_back_one_after_the_other() -> None:
    scene = Scene()
    scene.ask(429)
    assert [scene.wait_s() for _ in range(3)] == pytest.approx([n * FIRST_INTERVAL_S for n in (1, 2, 3)])


def test_requests_begin_one_interval_apart() -> None:
    scene = Scene()
    scene.ask(429)
    scene.clock.advance(FIRST_INTERVAL_S)
    assert scene.wait_s() == 0
    assert scene.wait_s() == FIRST_INTERVAL_S


@pytest.mark.parametrize("retry_after_s", [2.0, 60.0])
def test_retry_after_keeps_all_requests_away_until_then(retry_after_s: float) -> None:
    scene = Scene()
    scene.ask(429, retry_after_s=retry_after_s)
    with pytest.raises(NotYetError) as caught:
        scene.pacer.check(SAME_HOST)
    assert (caught.value.code, caught.value.wait_s) == ("host_busy", retry_after_s)
    assert "s3cret" not in caught.value.message
    scene.clock.advance(retry_after_s)
    scene.pacer.check(SAME_HOST)
    assert scene.told[-1].blocked_s == retry_after_s


def test_a_check_takes_no_turn() -> None:
    scene = Scene()
    scene.ask(429)
    scene.clock.advance(FIRST_INTERVAL_S)
    scene.pacer.check(URI)
    scene.pacer.check(URI)
    assert scene.wait_s() == 0


def test_each_further_complaint_doubles_the_interval_up_to_its_limit() -> None:
    scene = Scene()
    for _ in range(9):
        scene.ask_when_due(503)
    doubled = [FIRST_INTERVAL_S * 2**n for n in range(6)]
    assert [pace.interval_s for pace in scene.told] == pytest.approx([*doubled, *[LONGEST_INTERVAL_S] * 3])


def test_complaints_of_requests_that_were_under_way_together_are_one() -> None:
    scene = Scene()
    began = [scene.pacer.admit(URI) for _ in range(6)]
    for began_s in began:
        scene.clock.advance(0.01)
        scene.pacer.answered(URI, 429, began_s)
    assert [pace.interval_s for pace in scene.told] == [FIRST_INTERVAL_S]


def test_a_longer_retry_after_counts_even_then() -> None:
    scene = Scene()
    began = [scene.pacer.admit(URI) for _ in range(2)]
    scene.pacer.answered(URI, 429, began[0], 2.0)
    scene.pacer.answered(URI, 429, began[1], 60.0)
    with pytest.raises(NotYetError) as caught:
        scene.pacer.check(URI)
    assert caught.value.wait_s == 60.0
    assert [pace.interval_s for pace in scene.told] == [FIRST_INTERVAL_S] * 2


@pytest.mark.parametrize("status", [500, 502, 504])
def test_other_faults_of_a_server_slow_it_less(status: int) -> None:
    scene = Scene()
    for _ in range(9):
        scene.ask_when_due(status)
    assert max(pace.interval_s for pace in scene.told) == LONGEST_FAULT_INTERVAL_S
    assert {pace.blocked_s for pace in scene.told} == {0.0}


def test_a_fault_does_not_speed_up_a_host_that_asked_for_patience() -> None:
    scene = Scene()
    for _ in range(6):
        scene.ask_when_due(429)
    scene.ask_when_due(500)
    assert scene.told[-1].interval_s >= FIRST_INTERVAL_S * 2**5


def test_it_recovers_step_by_step_and_tells_when_it_is_well() -> None:
    scene = Scene()
    for _ in range(3):
        scene.ask_when_due(503)
    slowed_s = scene.told[-1].interval_s
    scene.told.clear()
    scene.ask_when_due(200)
    assert scene.wait_s() == pytest.approx(slowed_s, abs=0.002)  # the turn was taken at the pace of before
    scene.ask_when_due(200)
    assert scene.wait_s() == pytest.approx(slowed_s * RECOVERY, abs=0.002)
    asked = 2
    while not scene.told:
        scene.ask_when_due(200)
        asked += 1
    assert scene.told == [Pace("cdn.example", "", 0.0, 0.0)]
    assert slowed_s * RECOVERY**asked < SHORTEST_INTERVAL_S <= slowed_s * RECOVERY ** (asked - 1)
    assert [scene.wait_s() for _ in range(5)] == [0] * 5


def test_a_success_that_was_under_way_before_the_complaint_is_no_recovery() -> None:
    scene = Scene()
    early_s = scene.pacer.admit(URI)
    scene.ask(429)
    scene.pacer.answered(URI, 200, early_s)
    scene.ask_when_due(404)
    assert scene.wait_s() == pytest.approx(FIRST_INTERVAL_S, abs=0.002)


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://user:pass@CDN.example:443/a?x", "cdn.example:443"),
        ("http://[::1]:8080/a", "[::1]:8080"),
        ("file:///a.ts", ""),
    ],
)
def test_hosts_are_told_apart_by_name_and_port_and_hold_no_secret(uri: str, host: str) -> None:
    assert host_of(uri) == host
