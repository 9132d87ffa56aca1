"""What is lowered to what the machine can carry, and what is not."""

import platform
import subprocess
import sys

import pytest

from lyricclip_cli.machine import (
    BYTES_OF_THE_RUN,
    BYTES_PER_ENCODER,
    BYTES_PER_SLOT,
    FILES_OF_THE_RUN,
    FILES_PER_SLOT,
    MB,
    Machine,
    affordable,
    this_machine,
)
from lyricclip_cli.settings import Settings

PLENTY = Machine(cores=8, open_files=None, memory_bytes=None)


def asked(slots: int = 6, encoders: int = 2) -> Settings:
    return Settings(render_clip_concurrency=slots, encode_slots=encoders)


def granted(settings: Settings, machine: Machine) -> tuple[int, int, list[str]]:
    """Slots, encoders and warnings."""
    made, warnings = affordable(settings, machine)
    return made.render_clip_concurrency, made.encode_slots, warnings


def memory_for(slots: int, encoders: int) -> int:
    return BYTES_OF_THE_RUN + slots * BYTES_PER_SLOT + encoders * BYTES_PER_ENCODER


def test_what_can_be_carried_is_granted_as_it_is() -> None:
    settings = asked()
    assert affordable(settings, PLENTY) == (settings, [])


def test_more_slots_than_cores_are_normal() -> None:
    assert granted(asked(32, 1), Machine(1, None, None)) == (32, 1, [])


def test_more_encoders_than_cores_are_lowered() -> None:
    warning = "encode_slots lowered from 6 to 2: this machine has 2 cores"
    assert granted(asked(6, 6), Machine(2, None, None)) == (6, 2, [warning])


@pytest.mark.parametrize(("slots", "lowered"), [(5, False), (6, False), (7, True), (32, True)])
def test_slots_are_lowered_to_what_open_files_carry(slots: int, lowered: bool) -> None:
    files = FILES_OF_THE_RUN + 6 * FILES_PER_SLOT + FILES_PER_SLOT - 1
    made, _, warnings = granted(asked(slots), Machine(8, files, None))
    assert made == (6 if lowered else slots)
    why = f"this machine has {files} open files, see ulimit -n"
    assert warnings == ([f"render_clip_concurrency lowered from {slots} to 6: {why}"] if lowered else [])


def test_slots_are_lowered_to_what_memory_carries_and_encoders_count_as_many_as_can_run() -> None:
    machine = Machine(8, None, memory_for(4, 2) + BYTES_PER_SLOT - 1)
    why = f"this machine has {machine.memory_bytes // MB} MB of free memory" if machine.memory_bytes else ""
    assert granted(asked(6, 2), machine) == (4, 2, [f"render_clip_concurrency lowered from 6 to 4: {why}"])
    assert granted(asked(6, 8), Machine(8, None, memory_for(3, 3)))[0] == 3


def test_the_scarcer_of_the_two_decides_and_is_named() -> None:
    files = FILES_OF_THE_RUN + 5 * FILES_PER_SLOT
    slots, _, warnings = granted(asked(8), Machine(8, files, memory_for(2, 2)))
    assert (slots, len(warnings)) == (2, 1)
    assert warnings[0].endswith("MB of free memory")


@pytest.mark.parametrize("machine", [Machine(8, 10, None), Machine(8, None, 0), Machine(8, 0, 0)])
def test_one_slot_is_always_left(machine: Machine) -> None:
    assert granted(asked(6), machine)[0] == 1


def test_this_machine_has_cores_and_says_what_it_knows() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.open_files is None or machine.open_files > FILES_OF_THE_RUN
    assert machine.memory_bytes is None or machine.memory_bytes > MB


ALLOCATE = """
import ctypes, sys, threading
from lyricclip_cli.machine import share_one_heap
if "shared" in sys.argv:
    assert share_one_heap()
together = threading.Barrier(5)
def allocate():
    together.wait()
    blocks = [bytes(5000) for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
together.wait(); together.wait()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")
@pytest.mark.parametrize("shared", [False, True])
def test_threads_share_one_heap(shared: bool) -> None:
    command = [sys.executable, "-c", ALLOCATE, *(["shared"] if shared else [])]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr
    assert (told.count("Arena ") == 1) is shared
