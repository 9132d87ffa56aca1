"""Files appear whole or not at all: written elsewhere, then renamed into place, and never through a link.

A rename takes a link's place and leaves alone what it led to. What is written beside its place is always a new file.
"""

import errno
import os
import shutil
from pathlib import Path

from lyricclip_cli.errors import DiskFullError, MachineError

COPIED_AT_ONCE = 1024 * 1024


def place(draft: Path, destination: Path, *, durable: bool = False) -> None:
    """Move a finished file to its place in one step, also from another file system. Raises `MachineError`.

    `durable`: its content is on the disk before it has its name, so that not even a power cut leaves half of it there.
    """
    try:
        if durable:
            _write_out(draft)
        try:
            draft.replace(destination)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            beside = _beside(destination)
            with draft.open("rb") as source, beside.open("xb") as copy:
                shutil.copyfileobj(source, copy, COPIED_AT_ONCE)
            if durable:
                _write_out(beside)
            beside.replace(destination)
            draft.unlink()
    except OSError as error:
        raise cannot_write(destination, error) from error


def write_whole(destination: Path, text: str, *, durable: bool = False) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a part. Raises `MachineError`.

    `durable`: see `place`.
    """
    try:
        beside = _beside(destination)
        try:
            with beside.open("x", encoding="utf-8") as file:
                file.write(text)
            if durable:
                _write_out(beside)
            beside.replace(destination)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(destination, error) from error


def _write_out(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_where_told(destination: Path, text: str) -> None:
    """Write a text where the user said: a device or a pipe (`/dev/null`, `/dev/stdout`) stays what it is."""
    try:
        if destination.exists() and not destination.is_file():
            destination.write_text(text, encoding="utf-8")
            return
    except OSError as error:
        raise cannot_write(destination, error) from error
    write_whole(destination, text)


def _beside(destination: Path) -> Path:
    """Where a file is written before it takes its place; what an earlier run left there, or a link, is gone."""
    beside = destination.with_name(f".{destination.name}.part")
    beside.unlink(missing_ok=True)
    return beside


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. Raises `MachineError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def own_folder(folder: Path, inside: Path) -> None:
    """Make a folder of ours in another. Raises `MachineError` also when it is a link that leads out of it.

    What is written there would land elsewhere, over files that are not ours.
    """
    make_folder(folder)
    if not folder.resolve().is_relative_to(inside.resolve()):
        hint = f"remove the link, or name the folder it leads to with -o: {folder.resolve()}"
        raise MachineError(f"{folder} is a link that leads out of {inside}", hint=hint)


def cannot_write(path: Path, error: OSError) -> MachineError:
    """The error for a file or folder that the machine would not take."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(f"{path}: the disk is full", hint="free some space and run the same command again")
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return MachineError("too many open files", hint="raise ulimit -n, or use fewer slots with --concurrency")
    return MachineError(f"{path} cannot be written: {error.strerror or error}", hint="name another folder with -o")
