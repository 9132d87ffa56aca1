"""Any run of failures under any policy: attempts and waits stay within their budget."""

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.errors import ClipError, PermanentError, TransientError
from lyricclip_cli.retry import LONGEST_BACKOFF_S, RetryPolicy
from tests.unit.test_retry import Trial, Work

FAILURES = st.one_of(
    st.builds(
        lambda after_s: TransientError("http_503", "busy", retry_after_s=after_s),
        st.none() | st.floats(0, 60, allow_nan=False),
    ),
    st.builds(lambda: PermanentError("http_404", "gone")),
)


@given(st.lists(FAILURES, max_size=8), st.integers(0, 6), st.integers(0, 30_000))
@settings(deadline=None, max_examples=60)
def test_attempts_and_waits_are_bounded(failures: list[ClipError], max_retry: int, base_ms: int) -> None:
    trial, work = Trial(max_retry=max_retry, base_ms=base_ms), Work(failures)
    ended: list[ClipError] = []

    async def run() -> None:
        try:
            await trial.run(work)
        except ClipError as error:
            ended.append(error)

    anyio.run(run)
    transient = next((n for n, error in enumerate(failures) if isinstance(error, PermanentError)), len(failures))
    permanent = transient < len(failures)
    assert work.calls == min(transient + 1, max_retry + 1)
    assert ended == ([failures[work.calls - 1]] if permanent or transient > max_retry else [])
    assert len(trial.clock.slept) == work.calls - 1
    for number, (wait_s, error) in enumerate(zip(trial.clock.slept, failures, strict=False)):
        assert isinstance(error, TransientError)
        if error.retry_after_s is not None:
            assert wait_s == error.retry_after_s
        else:
            assert 0 <= wait_s <= min(base_ms / 1000 * 2**number, LONGEST_BACKOFF_S)


@given(st.integers(0, 20), st.integers(0, 30_000))
@settings(deadline=None, max_examples=40)
def test_without_the_servers_word_a_step_waits_half_a_minute_per_retry_at_most(max_retry: int, base_ms: int) -> None:
    trial, work = Trial(), Work([TransientError("http_503", "busy")] * 30)
    trial.policy = RetryPolicy(max_retry, base_ms)

    async def run() -> None:
        try:
            await trial.run(work)
        except TransientError:
            return
        raise AssertionError("it never works")

    anyio.run(run)
    assert (work.calls, trial.clock.slept) == (max_retry + 1, [wait_s for _, wait_s in trial.told])
    assert sum(trial.clock.slept) <= LONGEST_BACKOFF_S * max_retry
