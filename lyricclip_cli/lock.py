"""One process at a time in a folder: who works there, and whether the one before came to an orderly end.

The lock is the system's own (flock where there is one), so it ends with its process, however that ends.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lyricclip_cli.errors import MachineError
from lyricclip_cli.placing import cannot_write, make_folder

LOCK, OWNER = "lock", "owner"


@contextmanager
def sole_use(folder: Path, what: str, now: datetime) -> Iterator[bool]:
    """Hold a folder. Gives whether the last to hold it was stopped short.

    Raises `MachineError`: somebody else holds it; the message names the process.
    """
    make_folder(folder)
    lock, owner = FileLock(folder / LOCK), folder / OWNER
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise _in_use(what, _read(owner)) from None
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        stopped_short = owner.exists()
        try:
            owner.write_text(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S}", encoding="utf-8")
        except OSError as error:
            raise cannot_write(owner, error) from error
        yield stopped_short
        owner.unlink(missing_ok=True)
    finally:
        lock.release()


def _read(owner: Path) -> str:
    try:
        return owner.read_text(encoding="utf-8", errors="replace")[:100]
    except OSError:
        return "another process"


def _in_use(what: str, holder: str) -> MachineError:
    return MachineError(f"{what} is in use by {holder}", hint="wait until it has ended, or use another --job-id")


def is_abandoned(folder: Path) -> bool:
    """Whether a folder was held by a process that is no more. One that never was held is nobody's business."""
    file = folder / LOCK
    if folder.is_symlink() or not file.is_file():
        return False
    lock = FileLock(file)
    with suppress(Timeout, OSError):
        lock.acquire(timeout=0)
        lock.release()
        return True
    return False


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """Mark a folder of our own as in use for as long as this lasts."""
    lock = FileLock(folder / LOCK)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()
