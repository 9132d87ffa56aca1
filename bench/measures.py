"""Running a command and measuring it: wall time, its own processor time apart from its children's, its memory."""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.network import TICKS_PER_SECOND, now_s

WATCH_S = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """One command from start to end. `began_s` is on the system's monotonic clock, memory is its own peak alone."""

    began_s: float
    wall_s: float
    own_cpu_s: float
    children_cpu_s: float
    peak_bytes: int

    @property
    def own_share(self) -> float:
        """The command's own part of the processor time that it and its children used."""
        return self.own_cpu_s / max(self.own_cpu_s + self.children_cpu_s, 1e-9)


def run_measured(command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end. What it says goes to `output.txt` in its folder. Raises `RuntimeError` if it fails."""
    with (folder / "output.txt").open("w", encoding="utf-8") as output:
        began_s = now_s()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        with _peak_watched(process.pid) as peak:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        wall_s = now_s() - began_s
        own_s, children_s = _processor_times(process.pid)  # it has ended, and has not been reaped yet
        code = process.wait()
    if code:
        raise RuntimeError(f"{command[0]}: exit code {code}\n{(folder / 'output.txt').read_text()[-2000:]}")
    return Run(began_s, wall_s, own_s, children_s, peak[0])


@contextmanager
def _peak_watched(pid: int) -> Iterator[list[int]]:
    """The kernel's own high-water mark of a process, read until it ends: what has ended shows none any more."""
    peak, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_S):
            with suppress(OSError, StopIteration):
                peak[0] = max(peak[0], _high_water(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _high_water(pid: int) -> int:
    rows = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("VmHWM:"))


def _processor_times(pid: int) -> tuple[float, float]:
    """Seconds of a process itself, and of its children that it has waited for (proc(5), fields 14 to 17)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system, children_user, children_system = (int(field) / TICKS_PER_SECOND for field in fields[11:15])
    return user + system, children_user + children_system
