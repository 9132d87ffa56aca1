"""One child process: its end, its progress, and that it is never left behind. Small programs stand in for ffmpeg."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from lyricclip_cli.errors import MachineError, TransientError
from lyricclip_cli.ffmpeg.process import KEPT_STDERR, MOST_MEMORY_BYTES, FfmpegFailureError, run_ffmpeg


def program(folder: Path, body: str) -> str:
    """A program that does what the shell makes of `body`; `$here` is the folder."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\nhere={folder}\n{body}\n")
    path.chmod(0o755)
    return str(path)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def typed(keys: bytes) -> Iterator[None]:
    """Our own standard input has these bytes waiting, as if someone had typed them."""
    saved, (out, into) = os.dup(0), os.pipe()
    os.write(into, keys)
    os.close(into)
    os.dup2(out, 0)
    try:
        yield
    finally:
        os.dup2(saved, 0)
        os.close(saved)
        os.close(out)


async def appeared(path: Path) -> str:
    """What a file says, once it says something."""
    with anyio.fail_after(20):
        while not (text := said(path)):  # noqa: ASYNC110 - another process writes it, and nothing tells of that
            await anyio.sleep(0.01)
    return text


def said(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


async def test_it_is_started_from_a_list_and_speaks_only_of_progress(tmp_path: Path) -> None:
    path = program(tmp_path, 'for word in "$@"; do echo "$word" >> $here/words; done')
    await run_ffmpeg(path, ["-i", "file:a b;c.mp4", "$HOME"], stall_timeout_s=20)
    assert (tmp_path / "words").read_text().splitlines() == [
        *("-hide_banner", "-nostdin", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.25", "-y"),
        *("-i", "file:a b;c.mp4", "$HOME"),
    ]


async def test_it_sees_no_key_and_no_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWELVELABS_API_KEY", "s3cret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:s3cret@proxy")
    path = program(tmp_path, "env > $here/env; cat > $here/input")
    with typed(b"q"):
        await run_ffmpeg(path, [], stall_timeout_s=20)
    environment = (tmp_path / "env").read_text()
    assert "s3cret" not in environment
    assert "PATH=" in environment
    assert (tmp_path / "input").read_bytes() == b""


async def test_progress_is_the_number_of_frames_so_far(tmp_path: Path) -> None:
    told: list[int] = []
    path = program(
        tmp_path, "printf 'frame=0\\nout_time_us=0\\nprogress=continue\\nfra'; printf 'me=12\\n\\377\\nframe=25\\nx'"
    )
    await run_ffmpeg(path, [], stall_timeout_s=20, progress=told.append)
    assert told[-1] == 25
    assert told == sorted(told)


async def test_a_failure_says_its_exit_code_and_the_last_line(tmp_path: Path) -> None:
    path = program(tmp_path, "echo first >&2; echo 'a.mp4: Invalid data' >&2; echo >&2; exit 187")
    with pytest.raises(FfmpegFailureError) as caught:
        await run_ffmpeg(path, [], stall_timeout_s=20)
    assert (caught.value.exit_code, caught.value.stderr) == (187, "first\na.mp4: Invalid data\n\n")
    assert str(caught.value) == "ffmpeg ended with exit code 187: a.mp4: Invalid data"


async def test_of_much_that_is_said_the_end_is_kept(tmp_path: Path) -> None:
    path = program(tmp_path, "yes | head -c 1000000 >&2; echo the end >&2; exit 1")
    with pytest.raises(FfmpegFailureError) as caught:
        await run_ffmpeg(path, [], stall_timeout_s=20)
    assert len(caught.value.stderr) == KEPT_STDERR
    assert str(caught.value) == "ffmpeg ended with exit code 1: the end"


async def test_a_silent_failure_says_so(tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailureError) as caught:
        await run_ffmpeg(program(tmp_path, "exit 2"), [], stall_timeout_s=20)
    assert str(caught.value) == "ffmpeg ended with exit code 2: it said nothing"


async def test_being_killed_is_a_negative_exit_code(tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailureError) as caught:
        await run_ffmpeg(program(tmp_path, "kill -9 $$"), [], stall_timeout_s=20)
    assert caught.value.exit_code == -9


async def test_what_cannot_be_started_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="ffmpeg cannot be started"):
        await run_ffmpeg(str(tmp_path / "none"), [], stall_timeout_s=20)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("exec sleep 60", id="silent"),
        pytest.param("echo frame=3; exec sleep 60", id="stopped after three frames"),
        pytest.param("exec >&-; exec sleep 60", id="output closed"),
        pytest.param("while :; do echo frame=3; sleep 0.02; done", id="the same frame again and again"),
    ],
)
async def test_without_a_new_frame_it_is_ended_and_may_work_the_next_time(tmp_path: Path, body: str) -> None:
    path = program(tmp_path, f"echo $$ > $here/pid; {body}")
    with pytest.raises(TransientError) as caught:
        await run_ffmpeg(path, [], stall_timeout_s=0.5)
    assert (caught.value.code, caught.value.message) == (
        "stalled",
        "ffmpeg made no progress for 0.5 s and was ended",
    )
    assert not is_alive(int((tmp_path / "pid").read_text()))


async def test_cancelling_ends_the_process_and_waits_for_it(tmp_path: Path) -> None:
    path = program(tmp_path, "echo $$ > $here/pid; exec sleep 60")

    async def run() -> None:
        await run_ffmpeg(path, [], stall_timeout_s=60)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        pid = int(await appeared(tmp_path / "pid"))
        assert is_alive(pid)
        tasks.cancel_scope.cancel()
    assert not is_alive(pid)


async def test_one_that_does_not_end_when_asked_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lyricclip_cli.ffmpeg.process.GRACE_S", 1.0)
    path = program(tmp_path, "trap 'echo asked > $here/asked' TERM; echo $$ > $here/pid; while :; do sleep 0.02; done")

    async def run() -> None:
        await run_ffmpeg(path, [], stall_timeout_s=60)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        pid = int(await appeared(tmp_path / "pid"))
        tasks.cancel_scope.cancel()
    assert not is_alive(pid)
    assert (tmp_path / "asked").read_text() == "asked\n"


@contextmanager
def around() -> Iterator[None]:
    """A context manager that does nothing."""
    yield


def test_a_failure_passes_context_managers_like_any_exception() -> None:
    with pytest.raises(FfmpegFailureError), around():
        raise FfmpegFailureError(1, "no")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems cannot limit another process")
async def test_its_memory_is_bounded(tmp_path: Path) -> None:
    path = program(tmp_path, "sleep 0.2; ulimit -d > $here/limit")
    await run_ffmpeg(path, [], stall_timeout_s=20)
    assert said(tmp_path / "limit") == str(MOST_MEMORY_BYTES // 1024)
