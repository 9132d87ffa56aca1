"""What can go wrong, as facts. `cli` turns these into text and exit codes; nothing here writes prose for a screen.

Three families, by whose problem it is:

- `UserError`: the run cannot start or go on as asked; each class has its exit code (design, table of exit codes).
- `ClipError`: one candidate of one line could not be had. It never leaves the line: the fallback chain answers it.
- anything else is a bug and ends with a traceback (exit code 1).
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where, what, what was seen, what to write instead."""

    place: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """The problem in one line, `place: message (hint)`. What a file holds cannot steer a terminal."""
        text = f"{self.place}: {self.message}" if self.place else self.message
        text = f"{text} ({self.hint})" if self.hint else text
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


class LyricclipError(Exception):
    """Base of every error that is not a bug. `message` says what failed, `hint` what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UserError(LyricclipError):
    """Ends the run with `exit_code`."""

    exit_code: ClassVar[int] = 2


class UsageError(UserError):
    """The command line asks for something that does not exist (exit 2)."""


class InputError(UserError):
    """A timeline, report or config is wrong (exit 3). Carries every problem of the file, not the first alone."""

    exit_code = 3

    def __init__(self, file: str, problems: list[Problem], *, hint: str = "") -> None:
        count = f"{len(problems)} problems" if len(problems) != 1 else "1 problem"
        super().__init__(f"{file}: {count}", hint=hint)
        self.file = file
        self.problems = problems


class MachineError(UserError):
    """The machine or the account lacks something: ffmpeg, disk, key, a writable folder (exit 4)."""

    exit_code = 4


class DiskFullError(MachineError):
    """Something could not be written for lack of room (exit 4). Who knows the job says how much is missing."""


class NoFilmError(UserError):
    """Nothing could be cut, or joining failed (exit 6)."""

    exit_code = 6


class ClipError(LyricclipError):
    """A candidate could not be had. `code` is a stable word for reports and counts, in snake_case."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class PermanentError(ClipError):
    """Trying again cannot help: the line moves along its fallback chain at once."""


class NotYetError(ClipError):
    """The footage can be had, but not now: no failure, and no attempt.

    The line gives its slot back, waits `wait_s` seconds and begins the step again where it was.
    """

    def __init__(self, code: str, message: str, *, wait_s: float) -> None:
        super().__init__(code, message)
        self.wait_s = wait_s


class TransientError(ClipError):
    """Trying again may help. `retry_after_s` is the server's own word for when, in seconds."""

    def __init__(self, code: str, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(code, message, hint=hint)
        self.retry_after_s = retry_after_s
