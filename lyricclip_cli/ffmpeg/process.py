"""One ffmpeg child process: started from a list, watched, and never left behind."""

import errno
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

import anyio
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.text import TextReceiveStream

from lyricclip_cli.errors import MachineError, TransientError
from lyricclip_cli.ffmpeg.tether import tethered

GRACE_S = 2.0
"""How long a process that was asked to end may take before it is killed."""

FORCED = getattr(signal, "SIGKILL", signal.SIGTERM)
"""What no process can refuse; on Windows the first signal is that already."""

MOST_MEMORY_BYTES = 6 * 1024**3
"""What one ffmpeg may take. A 4320p film of 4320p footage needs 3.3 GB, a 2160p film 0.8 GB (measured); footage that
claims to be larger ends its own clip, not the machine."""

KEPT_STDERR = 4_000
LONGEST_WORDS = 300
"""Characters of what it says at its end. They can be a file's own, made to play tricks with a terminal."""

DISK_FULL = "No space left on device"

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "FONTCONFIG_FILE",
             "FONTCONFIG_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")  # fmt: skip
"""The only environment variables ffmpeg sees: no key, no proxy with a password."""


def passed_on() -> dict[str, str]:
    """The environment of a child process."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


class FfmpegFailureError(Exception):
    """ffmpeg ended with an error. `stderr` is the end of what it said; as text, the last line of that."""

    def __init__(self, exit_code: int, stderr: str) -> None:
        lines = [line.strip() for line in stderr.splitlines() if line.strip()]
        said = (
            "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in lines[-1]) if lines else ""
        )
        super().__init__(f"ffmpeg ended with exit code {exit_code}: {said[:LONGEST_WORDS] or 'it said nothing'}")
        self.exit_code = exit_code
        self.stderr = stderr

    @property
    def disk_full(self) -> bool:
        """Whether it could not write any more."""
        return DISK_FULL in self.stderr or self.exit_code == 256 - errno.ENOSPC


async def run_ffmpeg(
    path: str,
    arguments: Sequence[str],
    *,
    stall_timeout_s: float,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Run ffmpeg to its end. `progress` is told the number of frames so far.

    Raises `FfmpegFailureError`; `TransientError` (`stalled`) when no frame comes for `stall_timeout_s`;
    `MachineError` when it cannot be started. On cancellation the process is asked to end, killed after a grace, and
    always waited for. It ends with us, too, when we are killed.
    """
    command = [
        *tethered(_program(path)),
        "-hide_banner",
        "-nostdin",
        "-v",
        "error",
        "-progress",
        "pipe:1",
        "-stats_period",
        "0.25",
        "-y",
    ]
    try:
        process = await anyio.open_process(
            [*command, *arguments],
            stdin=-3,  # subprocess.DEVNULL
            env=passed_on(),
            start_new_session=True,  # a terminal's Ctrl-C reaches us alone, and we end it in order
        )
    except OSError as error:
        raise MachineError(f"ffmpeg cannot be started: {error}", hint="lyricclip doctor says more") from error
    _bound_memory(process.pid)
    tail = _Tail()
    try:
        async with anyio.create_task_group() as tasks:
            assert process.stdout is not None
            assert process.stderr is not None
            tasks.start_soon(tail.drain, process.stderr)
            with anyio.CancelScope() as scope:
                await _watch(process.stdout, scope, stall_timeout_s, progress)
                await process.wait()
            if scope.cancelled_caught:
                await _end(process)
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)
            await process.aclose()
    if scope.cancelled_caught:
        raise TransientError("stalled", f"ffmpeg made no progress for {stall_timeout_s:g} s and was ended")
    if process.returncode:
        raise FfmpegFailureError(process.returncode, tail.text)


def _program(path: str) -> str:
    """The program, if it can be started: whoever starts it for us would only say so on stderr."""
    found = shutil.which(path)
    if found is None:
        raise MachineError(f"ffmpeg cannot be started: {path} is no program", hint="lyricclip doctor says more")
    return found


def _bound_memory(pid: int) -> None:
    """Limit a process's data (not its address space: graphics drivers reserve more of that than there is memory)."""
    try:
        import resource  # noqa: PLC0415 - not on every system

        resource.prlimit(pid, resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    except (ImportError, AttributeError, OSError, ValueError):  # other systems; or it is over, or limited already
        return


async def _watch(
    stdout: ByteReceiveStream,
    scope: anyio.CancelScope,
    stall_timeout_s: float,
    progress: Callable[[int], None],
) -> None:
    """Read `-progress` output (`key=value` lines); every new frame or bit of time moves the deadline on."""
    scope.deadline = anyio.current_time() + stall_timeout_s
    rest, seen = "", ("", "")
    async for text in TextReceiveStream(stdout, errors="replace"):
        *lines, rest = (rest + text).split("\n")
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        now = (values.get("frame", ""), values.get("out_time_us", ""))
        if now not in {seen, ("", "")}:
            seen = now
            scope.deadline = anyio.current_time() + stall_timeout_s
        if now[0].strip().isdigit():
            progress(int(now[0]))


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    _signal(process, signal.SIGTERM)
    with anyio.move_on_after(GRACE_S):
        await process.wait()
        return
    _signal(process, FORCED)
    await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    """Signal the process and whatever it started: a wrapper's child would live on and hold the pipes open."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)  # it leads a session, so its id is its group's
        else:
            process.send_signal(number)


class _Tail:
    """The end of what a process says on stderr."""

    def __init__(self) -> None:
        self._data = b""

    @property
    def text(self) -> str:
        return self._data.decode("utf-8", errors="replace")

    async def drain(self, stderr: ByteReceiveStream) -> None:
        async for chunk in stderr:
            self._data = (self._data + chunk)[-KEPT_STDERR:]
