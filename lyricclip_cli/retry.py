"""The only retry loop. Adapters say what kind of error it was; here is decided whether and when to try again."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from lyricclip_cli.errors import TransientError
from lyricclip_cli.ports import Clock

LONGEST_BACKOFF_S = 30.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`max_retry` tries after the first one; waits double from `backoff_base_ms` on."""

    max_retry: int
    backoff_base_ms: int


def _without_end() -> float:
    return math.inf


def retrying(
    policy: Callable[[], RetryPolicy],
    clock: Clock,
    waiting: Callable[[TransientError, float], None],
    left_s: Callable[[], float] = _without_end,
) -> AsyncRetrying:
    """Attempts of one step of a chain. `policy` is asked each time, since it can change while a render runs.

    Between attempts: the server's `Retry-After` if it gave one, else exponential back-off with full jitter (a random
    share of the whole wait, so that clients which failed together do not return together). `waiting` is told of each
    wait. After the last attempt its error is raised as it is; so it is when the wait would be longer than `left_s()`,
    what the line may still wait in all (a `Retry-After` of a day exists).
    """

    def wait_s(state: RetryCallState) -> float:
        error = _error(state)
        if error.retry_after_s is not None:
            return error.retry_after_s
        longest_s = policy().backoff_base_ms / 1000 * 2 ** (state.attempt_number - 1)
        return random.uniform(0, min(longest_s, LONGEST_BACKOFF_S))  # noqa: S311 - jitter is no secret

    def tell(state: RetryCallState) -> None:
        assert state.next_action is not None
        waiting(_error(state), state.next_action.sleep)

    return AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        stop=lambda state: state.attempt_number > policy().max_retry or state.upcoming_sleep > left_s(),
        wait=wait_s,
        sleep=clock.sleep,
        before_sleep=tell,
        reraise=True,
    )


def _error(state: RetryCallState) -> TransientError:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert isinstance(error, TransientError)
    return error
