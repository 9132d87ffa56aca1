"""Patience with hosts: one that is overloaded is asked less often by every line, not by the one that was told.

After 429 and 503 requests to that host begin further and further apart, twice as far each time; every success takes
a quarter off again. `Retry-After` keeps all requests away until then. Nobody sleeps here: who must wait is told for
how long (`NotYetError`), so that the wait holds no slot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lyricclip_cli.errors import NotYetError

FIRST_INTERVAL_S = 0.1
LONGEST_INTERVAL_S = 5.0
LONGEST_FAULT_INTERVAL_S = 0.5
"""Other errors of a server (500, 502, 504) slow it too, so that no storm of retries meets it, but less: they may be
about one file alone."""
SHORTEST_INTERVAL_S = 0.05
"""Below this a host counts as recovered."""
RECOVERY = 0.75
PATIENCE = frozenset({429, 503})
"""Statuses that ask for fewer requests (RFC 6585 4, RFC 9110 15.6.4)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a host is asked at: requests `interval_s` apart, none for `blocked_s`. All zero when it is well."""

    host: str
    reason: str
    interval_s: float
    blocked_s: float


@dataclass(slots=True)
class _Host:
    interval_s: float = 0.0
    blocked_until_s: float = 0.0
    free_at_s: float = 0.0
    queue_end_s: float = 0.0
    slowed_at_s: float = -1.0


class Pacer:
    """The pace of every host of a run. `changed` is told when a host is slowed and when it has recovered."""

    def __init__(self, monotonic_s: Callable[[], float], changed: Callable[[Pace], None] = lambda _: None) -> None:
        self._monotonic_s = monotonic_s
        self._changed = changed
        self._hosts: dict[str, _Host] = {}

    def check(self, uri: str) -> None:
        """Raises `NotYetError` while the URI's host wants no request at all. Takes no turn."""
        self._check(host_of(uri), self._monotonic_s())

    def admit(self, uri: str) -> float:
        """Take a turn for one request; gives the time of its beginning. Raises `NotYetError` when it is too soon.

        Those who are turned away are told times one interval apart, so that they do not come back all at once.
        """
        name, now_s = host_of(uri), self._monotonic_s()
        host = self._check(name, now_s)
        if host is None or not host.interval_s:
            return now_s
        if now_s < host.free_at_s:
            turn_s = max(host.queue_end_s, host.free_at_s)
            host.queue_end_s = turn_s + host.interval_s
            raise _not_yet(name, turn_s - now_s)
        host.free_at_s = now_s + host.interval_s
        return now_s

    def answered(self, uri: str, status: int, began_s: float, retry_after_s: float | None = None) -> None:
        """Learn from an answer to a request that began at `began_s`."""
        name, now_s = host_of(uri), self._monotonic_s()
        if status < 400:
            self._recover(name, began_s)
        elif status in PATIENCE:
            self._slow(name, status, began_s, LONGEST_INTERVAL_S, now_s + retry_after_s if retry_after_s else 0.0)
        elif status >= 500:
            self._slow(name, status, began_s, LONGEST_FAULT_INTERVAL_S, 0.0)

    def _check(self, name: str, now_s: float) -> _Host | None:
        host = self._hosts.get(name)
        if host is not None and now_s < host.blocked_until_s:
            raise _not_yet(name, host.blocked_until_s - now_s)
        return host

    def _slow(self, name: str, status: int, began_s: float, longest_s: float, blocked_until_s: float) -> None:
        """Answers to requests that were under way together are one complaint, not several."""
        host, now_s = self._hosts.setdefault(name, _Host()), self._monotonic_s()
        longer = blocked_until_s > host.blocked_until_s
        host.blocked_until_s = max(host.blocked_until_s, blocked_until_s)
        host.free_at_s = max(host.free_at_s, host.blocked_until_s)
        if began_s <= host.slowed_at_s and not longer:
            return
        if began_s > host.slowed_at_s:
            doubled_s = min(max(2 * host.interval_s, FIRST_INTERVAL_S), longest_s)
            host.interval_s = max(host.interval_s, doubled_s)
            host.slowed_at_s = now_s
        host.free_at_s = max(host.free_at_s, now_s + host.interval_s)
        blocked_s = max(0.0, host.blocked_until_s - now_s)
        self._changed(Pace(name, f"HTTP {status}", host.interval_s, blocked_s))

    def _recover(self, name: str, began_s: float) -> None:
        host = self._hosts.get(name)
        if host is None or not host.interval_s or began_s <= host.slowed_at_s:
            return
        host.interval_s *= RECOVERY
        if host.interval_s < SHORTEST_INTERVAL_S:
            host.interval_s = 0.0
            self._changed(Pace(name, "", 0.0, 0.0))


def host_of(uri: str) -> str:
    """The host of a URI with its port, as the pace of requests is kept."""
    parts = urlsplit(uri)
    return parts.netloc.rpartition("@")[2].lower()


def _not_yet(host: str, wait_s: float) -> NotYetError:
    return NotYetError("host_busy", f"{host} asked for patience: {wait_s:.1f} s more", wait_s=wait_s)
