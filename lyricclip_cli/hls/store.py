"""Segments on disk: each fetched once however many clips want it, decrypted, and deleted when none waits for it."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import anyio

from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.hls.playlist import Key, Resource, Segment
from lyricclip_cli.once import Once
from lyricclip_cli.plan import Window
from lyricclip_cli.transport import ByteRange, Reader, without_query

LARGEST_INIT_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 64 * 1024
"""Enough of a segment to hold its first pictures' timestamps; a first look takes no more."""


@dataclass(slots=True)
class Shelf:
    """The room for segments on disk, shared by all streams of a run. Up to `most_bytes` may wait for later lines."""

    most_bytes: Callable[[], float] = lambda: math.inf
    taken_bytes: int = 0

    @property
    def is_full(self) -> bool:
        """Whether what waits for later lines has to go."""
        return self.taken_bytes > self.most_bytes()


class Wanted:
    """Which segments of a playlist are wanted, by index: each by any number of windows."""

    def __init__(self) -> None:
        self._by_window: dict[Window, set[int]] = {}
        self._counts: Counter[int] = Counter()

    def add(self, window: Window, indices: Iterable[int]) -> None:
        """A window wants these, too."""
        known = self._by_window.setdefault(window, set())
        new = set(indices) - known
        known |= new
        self._counts.update(new)

    def drop(self, window: Window) -> None:
        """A window wants nothing any more."""
        for index in self._by_window.pop(window, ()):
            self._counts[index] -= 1
            if not self._counts[index]:
                del self._counts[index]

    def by(self, windows: Iterable[Window]) -> set[int]:
        """What any of these windows wants."""
        return set[int]().union(*(self._by_window.get(window, ()) for window in windows))

    def __contains__(self, index: object) -> bool:
        """Whether any window wants a segment."""
        return index in self._counts


class SegmentStore:
    """The segments of one media playlist, by their index."""

    def __init__(self, reader: Reader, folder: Path, shelf: Shelf | None = None) -> None:
        self._reader = reader
        self._folder = folder
        self._shelf = shelf or Shelf()
        self._sizes: dict[int, int] = {}
        self._segments: Once[int, Path] = Once()
        self._inits: Once[Resource, Path] = Once()
        self._keys: Once[str, bytes] = Once()

    async def segment(self, segment: Segment, received: Callable[[int], None]) -> Path:
        """The file of a segment, fetched if it is not there yet."""

        async def fetch() -> Path:
            path = self._folder / f"{segment.index}.seg"
            arriving = path.with_suffix(".part")
            part = segment.resource.part
            try:
                size = await self._reader.download(segment.resource.uri, arriving, part=part, received=received)
                if size == 0:
                    raise TransientError("empty_segment", f"{without_query(segment.resource.uri)}: no bytes came")
                if segment.key is not None:
                    secret = await self._key(segment.key)
                    await anyio.to_thread.run_sync(_decrypt_file, arriving, secret, segment.key.iv)
                arriving.replace(path)
                self._count(segment.index, path.stat().st_size)
            finally:
                arriving.unlink(missing_ok=True)  # half a segment, perhaps half a gigabyte, is no use to anyone
            return path

        return await self._segments.get(segment.index, fetch)

    def renewed(self, reader: Reader) -> None:
        """Forget what could not be had: under a new address it may be there, read by the reader for that one."""
        self._reader = reader
        self._segments.forget_errors()
        self._inits.forget_errors()
        self._keys.forget_errors()

    async def init(self, resource: Resource) -> Path:
        """The file of a media initialization section (EXT-X-MAP)."""

        async def fetch() -> Path:
            body = await self._reader.read(resource.uri, at_most=LARGEST_INIT_BYTES, part=resource.part)
            path = self._folder / f"{len(self._inits.known())}.init"
            path.write_bytes(body.data)
            return path

        return await self._inits.get(resource, fetch)

    async def head(self, segment: Segment, length: int = HEAD_BYTES) -> bytes:
        """The first bytes of a segment, from disk where it is there already, else by one range request."""
        kept = self._segments.known().get(segment.index)
        if kept is not None:
            with kept.open("rb") as file:
                return file.read(length)
        part = segment.resource.part
        wanted = ByteRange(part.offset if part else 0, min(length, part.length) if part else length)
        data = (await self._reader.read(segment.resource.uri, at_most=length, part=wanted)).data
        if segment.key is None:
            return data
        return _decrypt(data[: len(data) // 16 * 16], await self._key(segment.key), segment.key.iv)

    def doubt(self, index: int) -> None:
        """Forget a segment that may be damaged. Its file stays: another clip may be reading it."""
        self._segments.forget(index)

    def discard(self, keep: Callable[[int], bool]) -> None:
        """Delete the segments that nothing wants any more."""
        for index in [index for index in self._segments.known() if not keep(index)]:
            path = self._segments.forget(index)
            self._count(index, 0)
            if path is not None:
                path.unlink(missing_ok=True)

    def _count(self, index: int, size: int) -> None:
        self._shelf.taken_bytes += size - self._sizes.pop(index, 0)
        if size:
            self._sizes[index] = size

    async def _key(self, key: Key) -> bytes:
        async def fetch() -> bytes:
            secret = (await self._reader.read(key.uri, at_most=1024)).data
            if len(secret) != 16:
                raise PermanentError(
                    "bad_key", f"{without_query(key.uri)}: an AES-128 key has 16 bytes, not {len(secret)}"
                )
            return secret

        return await self._keys.get(key.uri, fetch)


def _decrypt(data: bytes, secret: bytes, iv: bytes) -> bytes:
    """AES-128 in CBC mode, padding left in place (RFC 8216 4.3.2.4)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - most need none

    decryptor = Cipher(algorithms.AES(secret), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _decrypt_file(path: Path, secret: bytes, iv: bytes) -> None:
    from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415 - see _decrypt

    unpadder = PKCS7(128).unpadder()
    try:
        plain = unpadder.update(_decrypt(path.read_bytes(), secret, iv)) + unpadder.finalize()
    except ValueError as error:
        raise TransientError("damaged_body", "a segment cannot be decrypted: damaged, or the wrong key") from error
    path.write_bytes(plain)
