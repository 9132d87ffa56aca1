"""What the HLS code asks for: bytes at a URI. Each scheme has its own reader."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lyricclip_cli.transport.reach import THE_WEB, Origin


@dataclass(frozen=True, slots=True)
class ByteRange:
    """`length` bytes from `offset` on (RFC 8216 4.3.2.2 counts the same way)."""

    offset: int
    length: int

    @property
    def header(self) -> str:
        """The value of an HTTP `Range` header (RFC 9110 14.2), whose last position is inclusive."""
        return f"bytes={self.offset}-{self.offset + self.length - 1}"


@dataclass(frozen=True, slots=True)
class Body:
    """A small body, and the URI it came from in the end, to which relative URIs inside it belong.

    `origin` is what its URIs may lead to (`reach`).
    """

    data: bytes
    uri: str
    origin: Origin = field(default=THE_WEB, compare=False)


class Reader(Protocol):
    """Reads from URIs that the user wrote. Raises `ClipError`."""

    def named_by(self, origin: Origin) -> "Reader":
        """The reader for URIs that another named: it refuses those that may not be reached from there (`reach`)."""
        ...

    async def read(self, uri: str, *, at_most: int, part: ByteRange | None = None) -> Body:
        """A small body whole. With `part`, that range of it, or less where the resource ends before.

        Without `part`, a body longer than `at_most` bytes is an error.
        """
        ...

    async def download(
        self, uri: str, destination: Path, *, part: ByteRange | None, received: Callable[[int], None]
    ) -> int:
        """A body into a file; returns its size in bytes. `received` is told of every piece as it arrives."""
        ...
