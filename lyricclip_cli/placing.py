"""Files appear whole or not at all: written elsewhere, then renamed into place."""

import errno
import shutil
from pathlib import Path

from lyricclip_cli.errors import DiskFullError, MachineError


def place(draft: Path, destination: Path) -> None:
    """Move a finished file to its place in one step, also from another file system. Raises `MachineError`."""
    try:
        try:
            draft.replace(destination)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            beside = destination.with_name(f".{destination.name}.part")
            shutil.copyfile(draft, beside)
            beside.replace(destination)
            draft.unlink()
    except OSError as error:
        raise cannot_write(destination, error) from error


def write_whole(destination: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a part. Raises `MachineError`."""
    beside = destination.with_name(f".{destination.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(destination)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise cannot_write(destination, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. Raises `MachineError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def cannot_write(path: Path, error: OSError) -> MachineError:
    """The error for a file or folder that the machine would not take."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(f"{path}: the disk is full", hint="free some space and run the same command again")
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return MachineError("too many open files", hint="raise ulimit -n, or use fewer slots with --concurrency")
    return MachineError(f"{path} cannot be written: {error.strerror or error}", hint="name another folder with -o")
