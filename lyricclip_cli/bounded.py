"""Files that may be anything, read within bounds of size, and what they hold judged before it is validated."""

from pathlib import Path
from typing import Any

from lyricclip_cli.errors import InputError, Problem


def read_bounded(path: Path, most_bytes: int, *, hint: str) -> bytes:
    """A file's bytes. Raises `InputError` for one that cannot be read or is larger."""
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(str(path), [Problem("", f"cannot be read: {reason}")], hint=hint) from error
    if len(data) > most_bytes:
        message = f"the file is larger than {most_bytes // 1024 // 1024} MiB"
        raise InputError(str(path), [Problem("", message)], hint=hint)
    return data


def most_keys(value: Any) -> int:
    """The number of keys of the largest object in a JSON value: what validation says of each key takes memory."""
    waiting, most = [value], 0
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            most = max(most, len(at))
            waiting += at.values()
        elif isinstance(at, list):
            waiting += [inner for inner in at if isinstance(inner, dict | list)]
    return most
