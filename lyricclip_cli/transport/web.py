"""HTTP for footage: one shared client, redirects followed by hand, bodies bounded, bytes counted as they arrive."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from lyricclip_cli import __version__
from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.transport.classify import classified, error_for_status, without_query
from lyricclip_cli.transport.reader import Body, ByteRange

LARGEST_SEGMENT_BYTES = 512 * 1024 * 1024
"""Far above any real segment (two minutes at 32 Mbit/s); an endless body ends here."""

MOST_REDIRECTS = 5


def http_client(*, connections: int, stall_timeout_s: float) -> httpx.AsyncClient:
    """The one client for playlists, keys and segments: it carries no credentials and keeps connections open."""
    return httpx.AsyncClient(
        http2=True,
        follow_redirects=False,
        timeout=httpx.Timeout(stall_timeout_s, connect=min(10.0, stall_timeout_s)),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        headers={"user-agent": f"lyricclip/{__version__}"},
    )


class WebReader:
    """A `Reader` for http and https."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def read(self, uri: str, *, at_most: int, part: ByteRange | None = None) -> Body:
        """See `Reader.read`. A server that ignores a range is read no further than the range's end."""
        data = bytearray()
        async with self._response(uri, part) as response:
            skip = part.offset if part and response.status_code == httpx.codes.OK else 0
            wanted = skip + (part.length if part else at_most + 1)
            with classified(uri):
                async for piece in response.aiter_bytes():
                    data += piece
                    if len(data) >= wanted:
                        break
            final = str(response.request.url)
        if part is None and len(data) > at_most:
            raise PermanentError("too_large", f"{without_query(uri)} is larger than {at_most} bytes")
        return Body(bytes(data[skip:wanted]), final)

    async def download(
        self, uri: str, destination: Path, *, part: ByteRange | None, received: Callable[[int], None]
    ) -> int:
        """See `Reader.download`. The file is there only when the body came whole."""
        size = 0
        headers = {"accept-encoding": "identity"}  # footage does not compress, and a bomb cannot unpack
        async with self._response(uri, part, headers) as response:
            if part is not None and response.status_code != httpx.codes.PARTIAL_CONTENT:
                raise PermanentError("no_ranges", f"{without_query(uri)}: the server cannot send byte ranges")
            with classified(uri), destination.open("wb") as file:
                async for piece in response.aiter_bytes():
                    size += len(piece)
                    if size > LARGEST_SEGMENT_BYTES:
                        raise PermanentError("too_large", f"{without_query(uri)}: more than 512 MiB in one segment")
                    file.write(piece)
                    received(len(piece))
        if part is not None and size != part.length:
            raise TransientError("short_body", f"{without_query(uri)}: {size} of {part.length} bytes came")
        return size

    @asynccontextmanager
    async def _response(
        self, uri: str, part: ByteRange | None, headers: dict[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """A successful response, its body unread, at the end of at most five redirects."""
        sent = {**(headers or {}), **({"range": part.header} if part else {})}
        target = uri
        for _ in range(MOST_REDIRECTS + 1):
            with classified(target):
                request = self._client.build_request("GET", target, headers=sent)
                response = await self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    if not response.is_success:
                        raise error_for_status(response)
                    yield response
                    return
                target = _redirect_target(response)
            finally:
                await response.aclose()
        raise PermanentError("redirect_loop", f"{without_query(uri)}: more than {MOST_REDIRECTS} redirects")


def _redirect_target(response: httpx.Response) -> str:
    target = str(response.request.url.join(response.headers["location"]))
    if urlsplit(target).scheme not in {"http", "https"}:
        where = without_query(response.request.url)
        raise PermanentError("bad_redirect", f"{where} redirects to something that is not HTTP")
    return target
