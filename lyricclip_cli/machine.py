"""What this machine can carry, and settings lowered to it. More slots than cores is normal: fetching needs no core."""

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

from lyricclip_cli.settings import Settings, usable_cores

FILES_OF_THE_RUN = 48
"""Open files besides the slots': logs, the event loop, libraries, the join."""
FILES_PER_SLOT = 12
"""Connections, a segment, ffmpeg's pipes, the files that a clip is read from, with some to spare."""
MB = 1024 * 1024
BYTES_OF_THE_RUN = 200 * MB
BYTES_PER_SLOT = 48 * MB
"""Packets of a few segments, measured at 1080p: 20 to 40 MB."""
BYTES_PER_ENCODER = 250 * MB
"""One ffmpeg with a single thread at 1080p and `fit = blur`: 150 to 250 MB."""

M_ARENA_MAX = -8
"""The number of this option in glibc's malloc.h."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is of what a render uses; `None` where this system does not say."""

    cores: int
    open_files: int | None
    memory_bytes: int | None


def this_machine() -> Machine:
    """Look at this machine, or at the part of it that its cgroup grants."""
    return Machine(usable_cores(), _open_files(), _memory_bytes())


def share_one_heap() -> bool:
    """Let all threads that are started from now on allocate from one heap; whether this system's C library can.

    glibc gives each thread a heap of its own, up to eight per core (mallopt(3), M_ARENA_MAX), and what was freed in one
    serves no other: memory grew with the length of a run while what was in use did not. Measured at the peak over 600
    short lines: 131 MB, 112 MB with one heap. Threads hardly wait for it: one at a time holds the interpreter.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return mallopt is not None and bool(mallopt(M_ARENA_MAX, 1))


def affordable(asked: Settings, machine: Machine) -> tuple[Settings, list[str]]:
    """Settings that the machine can carry, and a warning for each one that had to be lowered."""
    lowered: dict[str, int] = {}
    warnings = []
    if asked.encode_slots > machine.cores:
        lowered["encode_slots"] = machine.cores
        warnings.append(_warning("encode_slots", asked.encode_slots, machine.cores, f"{machine.cores} cores"))
    encoders = lowered.get("encode_slots", asked.encode_slots)
    slots, because = _slots(asked.render_clip_concurrency, encoders, machine)
    if slots < asked.render_clip_concurrency:
        lowered["render_clip_concurrency"] = slots
        warnings.append(_warning("render_clip_concurrency", asked.render_clip_concurrency, slots, because))
    return asked.model_copy(update=lowered), warnings


def _slots(asked: int, encoders: int, machine: Machine) -> tuple[int, str]:
    slots, because = asked, ""
    if machine.open_files is not None:
        most = (machine.open_files - FILES_OF_THE_RUN) // FILES_PER_SLOT
        if most < slots:
            slots, because = most, f"{machine.open_files} open files, see ulimit -n"
    if machine.memory_bytes is not None:
        while slots > 1 and _bytes(slots, encoders) > machine.memory_bytes:
            slots, because = slots - 1, f"{machine.memory_bytes // MB} MB of free memory"
    return max(slots, 1), because


def _bytes(slots: int, encoders: int) -> int:
    return BYTES_OF_THE_RUN + slots * BYTES_PER_SLOT + min(slots, encoders) * BYTES_PER_ENCODER


def _warning(key: str, asked: int, granted: int, because: str) -> str:
    return f"{key} lowered from {asked} to {granted}: this machine has {because}"


def _open_files() -> int | None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _memory_bytes() -> int | None:
    """Memory that can be had without swapping: the machine's, or what the cgroup leaves of it if that is less."""
    known = [count for count in (_meminfo(), _cgroup()) if count is not None]
    return min(known, default=None)


def _meminfo() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def _cgroup() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        most = int((folder / "memory.max").read_text(encoding="ascii"))
        used = int((folder / "memory.current").read_text(encoding="ascii"))
        stat = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        cache = next((int(line.split()[1]) for line in stat if line.startswith("inactive_file ")), 0)
    except (OSError, ValueError):  # no cgroup, or "max": no limit of its own
        return None
    return max(0, most - used + cache)
