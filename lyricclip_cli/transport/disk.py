"""Local files as a `Reader`, for HLS folders on disk. Nothing outside the given folders can be read."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import anyio

from lyricclip_cli.errors import PermanentError
from lyricclip_cli.placing import cannot_write
from lyricclip_cli.transport.reach import ON_DISK, WRITTEN, Origin
from lyricclip_cli.transport.reader import Body, ByteRange, Reader


class DiskReader:
    """A `Reader` for `file:` URIs below `roots`. Nothing from the web may name one."""

    def __init__(self, roots: tuple[Path, ...], origin: Origin = WRITTEN) -> None:
        self._roots = tuple(root.resolve() for root in roots)
        self._origin = origin

    def named_by(self, origin: Origin) -> "DiskReader":
        """See `Reader.named_by`."""
        return DiskReader(self._roots, origin)

    async def read(self, uri: str, *, at_most: int, part: ByteRange | None = None) -> Body:
        """See `Reader.read`."""
        data = await anyio.to_thread.run_sync(self._bytes, uri, part, at_most)
        return Body(data, uri, ON_DISK)

    async def download(
        self, uri: str, destination: Path, *, part: ByteRange | None, received: Callable[[int], None]
    ) -> int:
        """See `Reader.download`."""
        data = await anyio.to_thread.run_sync(self._bytes, uri, part, None)
        if part is not None and len(data) < part.length:
            raise PermanentError("short_file", f"{Path(uri).name} ends before the byte range that is named")
        try:
            await anyio.to_thread.run_sync(destination.write_bytes, data)
        except OSError as error:
            raise cannot_write(destination, error) from error
        received(len(data))
        return len(data)

    def _bytes(self, uri: str, part: ByteRange | None, at_most: int | None) -> bytes:
        path = self._path(uri)
        try:
            with path.open("rb") as file:
                if part is not None:
                    file.seek(part.offset)
                    return file.read(part.length)
                data = file.read() if at_most is None else file.read(at_most + 1)
        except FileNotFoundError as error:
            raise PermanentError("file_missing", f"{path.name}: no such file") from error
        except OSError as error:
            raise PermanentError("file_unreadable", f"{path.name}: {error.strerror or error}") from error
        if at_most is not None and len(data) > at_most:
            raise PermanentError("too_large", f"{path.name} is larger than {at_most} bytes")
        return data

    def _path(self, uri: str) -> Path:
        if self._origin.kind == "web":
            raise PermanentError("bad_uri", "something from the web names a file of this machine")
        try:
            path = Path(unquote(urlsplit(uri).path)).resolve()
        except (OSError, ValueError) as error:
            raise PermanentError("bad_uri", f"not the name of a file: {error}") from error
        if not any(path.is_relative_to(root) for root in self._roots):
            message = f"{path.name} lies outside the timeline's and the media folder"
            raise PermanentError("outside_folder", message, hint="copy the footage into one of them")
        return path


class SchemeReader:
    """A `Reader` that leaves each URI to the reader of its scheme."""

    def __init__(self, readers: Mapping[str, Reader]) -> None:
        self._readers = readers

    def named_by(self, origin: Origin) -> "SchemeReader":
        """See `Reader.named_by`."""
        return SchemeReader({scheme: reader.named_by(origin) for scheme, reader in self._readers.items()})

    async def read(self, uri: str, *, at_most: int, part: ByteRange | None = None) -> Body:
        """See `Reader.read`."""
        return await self._reader(uri).read(uri, at_most=at_most, part=part)

    async def download(
        self, uri: str, destination: Path, *, part: ByteRange | None, received: Callable[[int], None]
    ) -> int:
        """See `Reader.download`."""
        return await self._reader(uri).download(uri, destination, part=part, received=received)

    def _reader(self, uri: str) -> Reader:
        scheme = urlsplit(uri).scheme
        if scheme not in self._readers:
            raise PermanentError("bad_uri", f"a URI of scheme {scheme or 'none'} cannot be read")
        return self._readers[scheme]
