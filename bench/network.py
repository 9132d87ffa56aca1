"""How slow a line is, and the process that serves files over it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CONTROL = "/.bench/"
"""Paths below this one are for the bench, and are not counted."""


@dataclass(frozen=True, slots=True)
class Network:
    """Every answer begins `latency_ms` late; bytes flow at most at these rates, in Mbit/s. 0: no limit."""

    latency_ms: float = 0
    connection_mbits: float = 0
    total_mbits: float = 0

    def __str__(self) -> str:
        parts = [f"{self.latency_ms:g} ms"] if self.latency_ms else []
        parts += [f"{self.connection_mbits:g} Mbit/s per connection"] if self.connection_mbits else []
        parts += [f"{self.total_mbits:g} Mbit/s in all"] if self.total_mbits else []
        return ", ".join(parts) or "no delay, no limit"


@dataclass(frozen=True, slots=True)
class Served:
    """What the CDN has sent since it was told to begin anew. `first_request_s` is on the system's monotonic clock."""

    bytes_by_path: dict[str, int]
    requests: int
    connections: int
    most_at_once: int
    first_request_s: float | None

    @property
    def bytes_sent(self) -> int:
        """All bodies."""
        return sum(self.bytes_by_path.values())


class Cdn:
    """The CDN as a process of its own, so that its work is not counted as anybody else's."""

    def __init__(self, root: Path) -> None:
        script = Path(__file__).with_name("cdn.py")
        self._process = subprocess.Popen([sys.executable, str(script), str(root)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def begin(self, network: Network) -> None:
        """From now on serve over this network, and count anew."""
        self._ask("begin?" + "&".join(f"{key}={value}" for key, value in asdict(network).items()))

    def served(self) -> Served:
        """What was sent since then."""
        return Served(**self._ask("served"))

    def cpu_s(self) -> float:
        """Processor time that the CDN itself has used: what the contenders did not have."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks: int = int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_SECOND

    def _ask(self, question: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{CONTROL}{question}") as answer:
            return json.load(answer)


TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def now_s() -> float:
    """The clock that `Served.first_request_s` is on: the same for all processes of a machine."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)
