"""The one retry loop: how often, how long, and for what. No test waits."""

import random
from collections.abc import Callable, Sequence

import pytest

from lyricclip_cli.errors import ClipError, MachineError, PermanentError, TransientError
from lyricclip_cli.retry import RetryPolicy, retrying
from tests.fakes import FakeClock

BUSY = TransientError("http_503", "busy")
GONE = PermanentError("http_404", "gone")


class Work:
    """Fails as told, one error per call, then succeeds. Counts the calls."""

    def __init__(self, failures: Sequence[Exception]) -> None:
        self._failures = list(failures)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        return "done"


class Trial:
    """Runs work with retries on a fake clock, and keeps what was told of the waits."""

    def __init__(self, *, max_retry: int = 2, base_ms: int = 500) -> None:
        self.policy = RetryPolicy(max_retry, base_ms)
        self.clock = FakeClock()
        self.told: list[tuple[str, float]] = []
        self.on_wait: Callable[[], None] = lambda: None

    async def run(self, work: Work) -> str:
        async for attempt in retrying(lambda: self.policy, self.clock, self._tell):
            with attempt:
                return await work()
        raise AssertionError("retrying neither succeeded nor raised")

    def _tell(self, error: TransientError, wait_s: float) -> None:
        self.told.append((error.code, wait_s))
        self.on_wait()


def always_longest(_low: float, high: float) -> float:
    """Jitter that always takes the whole wait."""
    return high


async def test_success_is_not_retried() -> None:
    trial, work = Trial(), Work([])
    assert await trial.run(work) == "done"
    assert (work.calls, trial.clock.slept, trial.told) == (1, [], [])


async def test_a_transient_error_is_retried_until_it_works() -> None:
    trial, work = Trial(), Work([BUSY, BUSY])
    assert await trial.run(work) == "done"
    assert work.calls == 3
    assert trial.told == [("http_503", wait_s) for wait_s in trial.clock.slept]
    assert len(trial.told) == 2


@pytest.mark.parametrize("max_retry", [0, 1, 2, 5])
async def test_the_last_error_is_raised_as_it_is_after_all_retries(max_retry: int) -> None:
    last = TransientError("http_502", "still broken")
    trial, work = Trial(max_retry=max_retry), Work([*[BUSY] * max_retry, last, BUSY])
    with pytest.raises(ClipError) as caught:
        await trial.run(work)
    assert caught.value is last
    assert (work.calls, len(trial.clock.slept), len(trial.told)) == (max_retry + 1, max_retry, max_retry)


@pytest.mark.parametrize("error", [GONE, MachineError("no disk"), KeyError("a bug")])
async def test_what_is_not_transient_is_not_retried(error: Exception) -> None:
    trial, work = Trial(), Work([error])
    with pytest.raises(type(error)) as caught:
        await trial.run(work)
    assert caught.value is error
    assert (work.calls, trial.clock.slept, trial.told) == (1, [], [])


async def test_a_permanent_error_after_a_transient_one_ends_the_retries() -> None:
    trial, work = Trial(max_retry=5), Work([BUSY, GONE])
    with pytest.raises(ClipError) as caught:
        await trial.run(work)
    assert caught.value is GONE
    assert (work.calls, len(trial.clock.slept)) == (2, 1)


async def test_waits_double_and_end_at_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", always_longest)
    trial = Trial(max_retry=9, base_ms=500)
    with pytest.raises(TransientError):
        await trial.run(Work([BUSY] * 10))
    assert trial.clock.slept == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_jitter_is_drawn_from_nothing_to_the_whole_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[float, float]] = []

    def middle(low: float, high: float) -> float:
        drawn.append((low, high))
        return (low + high) / 2

    monkeypatch.setattr(random, "uniform", middle)
    trial = Trial(max_retry=3, base_ms=1000)
    with pytest.raises(TransientError):
        await trial.run(Work([BUSY] * 4))
    assert drawn[:3] == [(0, 1), (0, 2), (0, 4)]
    assert trial.clock.slept == [0.5, 1, 2]


async def test_two_lines_that_fail_together_do_not_come_back_together() -> None:
    waits = set()
    for _ in range(10):
        trial = Trial(max_retry=1, base_ms=20_000)
        await trial.run(Work([BUSY]))
        waits.update(trial.clock.slept)
    assert len(waits) == 10
    assert all(0 <= wait_s <= 20 for wait_s in waits)


async def test_the_servers_own_word_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", always_longest)
    asked = TransientError("http_429", "slow down", retry_after_s=7)
    at_once = TransientError("http_429", "now", retry_after_s=0)
    trial = Trial(max_retry=4)
    assert await trial.run(Work([asked, BUSY, at_once, asked])) == "done"
    assert trial.clock.slept == [7, 1, 0, 7]
    assert trial.told == [("http_429", 7), ("http_503", 1), ("http_429", 0), ("http_429", 7)]


async def test_no_back_off_is_no_wait() -> None:
    trial = Trial(max_retry=3, base_ms=0)
    with pytest.raises(TransientError):
        await trial.run(Work([BUSY] * 4))
    assert trial.clock.slept == [0, 0, 0]


async def test_the_policy_is_read_anew_for_each_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", always_longest)
    trial, work = Trial(max_retry=1, base_ms=1000), Work([BUSY] * 9)

    def change() -> None:
        trial.policy = RetryPolicy(3, 4000)

    trial.on_wait = change
    with pytest.raises(TransientError):
        await trial.run(work)
    assert (work.calls, trial.clock.slept) == (4, [1, 8, 16])


async def test_fewer_retries_end_the_loop_at_once() -> None:
    trial, work = Trial(max_retry=9), Work([BUSY] * 10)

    def change() -> None:
        trial.policy = RetryPolicy(0, 500)

    trial.on_wait = change
    with pytest.raises(TransientError):
        await trial.run(work)
    assert work.calls == 2
