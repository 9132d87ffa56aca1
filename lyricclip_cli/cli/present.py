"""Errors as text for people, on stderr."""

import sys

from lyricclip_cli.errors import InputError, UserError

MOST_PROBLEMS = 200
"""How many problems of one file are printed; the count names them all."""


def printable(text: str) -> str:
    """A text in one line that cannot steer a terminal: reports may come from others."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def complain(error: UserError) -> None:
    """Print an error: what failed, every problem of a file with its place, what to do next."""
    if isinstance(error, InputError):
        _problems(error)
    else:
        print(f"lyricclip: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)


def _problems(error: InputError) -> None:
    print(f"lyricclip: {error.message}", file=sys.stderr)
    for problem in error.problems[:MOST_PROBLEMS]:
        print(f"  {problem}", file=sys.stderr)
    if len(error.problems) > MOST_PROBLEMS:
        print(f"  … and {len(error.problems) - MOST_PROBLEMS} more", file=sys.stderr)
