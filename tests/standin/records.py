"""What the stand-in saw: every request, its answer, and how many were under way at once."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.standin.protocol import Request

Host = Literal["api", "cdn"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request and what became of it.

    `time` and `ended` are seconds since the stand-in began; `ended` is None while the answer is under way.
    `status` is 0 when no status line was sent. `bytes_sent` counts the body alone. `range` is the header's.
    """

    time: float
    host: Host
    method: str
    path: str
    query: str
    range: str | None
    headers: Mapping[str, str] = field(repr=False)
    connection_id: int
    status: int = 0
    bytes_sent: int = 0
    ended: float | None = None


class Entry:
    """The open record of one request."""

    def __init__(self, records: "Records", index: int) -> None:
        self._records, self._index = records, index

    def status(self, status: int) -> None:
        """The answer begins with this status."""
        self._records.change(self._index, status=status)

    def sent(self, size: int) -> None:
        """So many more bytes of the body go out."""
        self._records.change(self._index, more_bytes=size)

    def end(self) -> None:
        """The answer is over, however it went; the first time counts."""
        self._records.change(self._index, ended=True)


class Records:
    """All requests in the order of their arrival. Safe to read from the test while the stand-in works."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._began = time.monotonic()
        self._connections: dict[Host, int] = {"api": 0, "cdn": 0}

    def connection(self, host: Host) -> int:
        """A connection was made; its number."""
        with self._lock:
            self._connections[host] += 1
            return sum(self._connections.values())

    def open(self, host: Host, request: Request, connection_id: int) -> Entry:
        """A request was read."""
        seen = Seen(
            time=time.monotonic() - self._began,
            host=host,
            method=request.method,
            path=request.path,
            query=request.query,
            range=request.headers.get("range"),
            headers=request.headers,
            connection_id=connection_id,
        )
        with self._lock:
            self._seen.append(seen)
            return Entry(self, len(self._seen) - 1)

    def change(self, index: int, *, status: int | None = None, more_bytes: int = 0, ended: bool = False) -> None:
        """Bring a record up to date."""
        with self._lock:
            if index >= len(self._seen):
                return  # forgotten meanwhile
            old = self._seen[index]
            self._seen[index] = replace(
                old,
                status=old.status if status is None else status,
                bytes_sent=old.bytes_sent + more_bytes,
                ended=time.monotonic() - self._began if ended and old.ended is None else old.ended,
            )

    def requests(self, prefix: str, host: Host | None) -> list[Seen]:
        """The requests whose path begins with `prefix`."""
        with self._lock:
            return [seen for seen in self._seen if seen.path.startswith(prefix) and host in (None, seen.host)]

    def connections(self, host: Host | None) -> int:
        """How many connections were made."""
        with self._lock:
            return self._connections[host] if host else sum(self._connections.values())

    def forget(self) -> None:
        """Begin a new list."""
        with self._lock:
            self._seen = []


def peak(seen: Iterable[Seen]) -> int:
    """The most requests that were under way at one moment: from being read to just before the last byte goes out.

    So it never counts a request that its client has done with; answers without a `Latency` overlap by little.
    """
    steps = [(one.time, 1) for one in seen]
    steps += [(one.ended, -1) for one in seen if one.ended is not None]
    most = now = 0
    for _, step in sorted(steps):  # at the same moment the end comes before the beginning
        now += step
        most = max(most, now)
    return most
