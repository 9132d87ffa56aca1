"""HTTP for footage: one shared client, redirects followed by hand, bodies bounded, bytes counted as they arrive."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import anyio
import httpx

from lyricclip_cli import __version__
from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.placing import cannot_write
from lyricclip_cli.transport.classify import (
    classified,
    error_for_status,
    retry_after_s,
    size_in,
    utc_now,
    without_query,
)
from lyricclip_cli.transport.flow import Flow
from lyricclip_cli.transport.guard import GuardedTransport, Resolve, resolved
from lyricclip_cli.transport.pacer import Pacer
from lyricclip_cli.transport.reach import WRITTEN, Origin
from lyricclip_cli.transport.reader import Body, ByteRange

LARGEST_SEGMENT_BYTES = 512 * 1024 * 1024
"""Far above any real segment (two minutes at 32 Mbit/s); an endless body ends here."""

LEAST_BYTES_PER_S = 1024
"""Slower than this over the stall time-out counts as standing still: a server that sends a byte a second always makes
some progress and never enough. A second of the poorest rendition has twenty times as much."""

LONGEST_CONNECT_S = 10.0
MOST_REDIRECTS = 5


def http_client(*, connections: int, stall_timeout_s: float, resolve: Resolve = resolved) -> httpx.AsyncClient:
    """The one client for playlists, keys and segments: it carries no credentials and keeps connections open.

    It connects to allowed addresses alone (`guard`), `connections` of each right. Raises `MachineError` for a proxy
    that cannot be used.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.AsyncClient(
        transport=GuardedTransport(limits, resolve),
        follow_redirects=False,
        timeout=_timeouts(stall_timeout_s),
        headers={"user-agent": f"lyricclip/{__version__}"},
    )


def _timeouts(stall_timeout_s: float) -> httpx.Timeout:
    """Httpx's own limits, for connecting and for heads; how fast a body has to come is seen to in `_drain`."""
    return httpx.Timeout(stall_timeout_s + 1, connect=min(LONGEST_CONNECT_S, stall_timeout_s))


class WebReader:
    """A `Reader` for http and https. `stall_timeout_s` is asked for each request: it can change while a render runs."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        pacer: Pacer | None = None,
        stall_timeout_s: Callable[[], float] = lambda: 20.0,
        origin: Origin = WRITTEN,
    ) -> None:
        self._client = client
        self._pacer = pacer or Pacer(anyio.current_time)
        self._stall_timeout_s = stall_timeout_s
        self._origin = origin

    def named_by(self, origin: Origin) -> "WebReader":
        """See `Reader.named_by`."""
        return WebReader(self._client, pacer=self._pacer, stall_timeout_s=self._stall_timeout_s, origin=origin)

    async def read(self, uri: str, *, at_most: int, part: ByteRange | None = None) -> Body:
        """See `Reader.read`. A server that ignores a range is read no further than the range's end."""
        data = bytearray()
        async with self._response(uri, part) as response:
            skip = part.offset if part and response.status_code == httpx.codes.OK else 0
            wanted = skip + (part.length if part else at_most + 1)

            def add(piece: bytes) -> bool:
                data.extend(piece)
                return len(data) < wanted

            await self._drain(response, add)
            final, origin = str(response.request.url), _origin_of(response)
        if part is None and len(data) > at_most:
            raise PermanentError("too_large", f"{without_query(uri)} is larger than {at_most} bytes")
        return Body(bytes(data[skip:wanted]), final, origin)

    async def download(
        self, uri: str, destination: Path, *, part: ByteRange | None, received: Callable[[int], None]
    ) -> int:
        """See `Reader.download`. The file is there only when the body came whole."""
        headers = {"accept-encoding": "identity"}  # footage does not compress, and a bomb cannot unpack
        async with self._response(uri, part, headers) as response:
            if part is not None and response.status_code != httpx.codes.PARTIAL_CONTENT:
                raise PermanentError("no_ranges", f"{without_query(uri)}: the server cannot send byte ranges")
            _check_size(uri, size_in(response.headers.get("content-length", "")) or 0)
            with _whole(destination):
                size = await self._write(response, uri, destination, received)
                if part is not None and size != part.length:
                    raise TransientError("short_body", f"{without_query(uri)}: {size} of {part.length} bytes came")
        return size

    async def _write(
        self, response: httpx.Response, uri: str, destination: Path, received: Callable[[int], None]
    ) -> int:
        size = 0
        with destination.open("wb") as file:

            def write(piece: bytes) -> bool:
                nonlocal size
                size += len(piece)
                _check_size(uri, size)
                file.write(piece)
                received(len(piece))
                return True

            await self._drain(response, write)
        return size

    async def _drain(self, response: httpx.Response, take: Callable[[bytes], bool]) -> None:
        """Give the body to `take` until that wants no more, as long as it arrives fast enough to be of use.

        One scope with a deadline that moves on: a slow line delivers a body in hundreds of pieces.
        """
        uri, limit_s, count = str(response.request.url), self._stall_timeout_s(), 0
        flow = Flow(size_in(response.headers.get("content-length", "")), anyio.current_time())
        with anyio.move_on_after(limit_s) as scope, classified(uri):
            async with aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_bytes())) as pieces:
                async for piece in pieces:
                    count += len(piece)
                    now_s = anyio.current_time()
                    if count >= LEAST_BYTES_PER_S * limit_s:
                        scope.deadline, count = now_s + limit_s, 0
                    if not take(piece):
                        return
                    if pause_s := flow.pause_s(len(piece), now_s):
                        await anyio.sleep(pause_s)
        if scope.cancelled_caught:
            raise TransientError("stalled", f"{without_query(uri)}: {count} bytes in {limit_s:g} s")

    @asynccontextmanager
    async def _response(
        self, uri: str, part: ByteRange | None, headers: dict[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """A successful response, its body unread, at the end of at most five redirects."""
        sent = {**(headers or {}), **({"range": part.header} if part else {})}
        target, origin = uri, self._origin
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._answer(target, sent, origin)
            try:
                if not response.has_redirect_location:
                    if not response.is_success:
                        raise error_for_status(response)
                    yield response
                    return
                target, origin = _redirect_target(response), _origin_of(response)
            finally:
                await response.aclose()
        raise PermanentError("redirect_loop", f"{without_query(uri)}: more than {MOST_REDIRECTS} redirects")

    async def _answer(self, uri: str, headers: dict[str, str], origin: Origin) -> httpx.Response:
        """The head of one answer, in the host's turn and in time. Raises `NotYetError` when its turn is later."""
        began_s, limit_s = self._pacer.admit(uri), self._stall_timeout_s()
        try:
            with classified(uri), anyio.fail_after(min(LONGEST_CONNECT_S, limit_s) + limit_s):
                request = self._client.build_request("GET", uri, headers=headers, timeout=_timeouts(limit_s))
                request.extensions["origin"] = origin
                response = await self._client.send(request, stream=True)
        except TimeoutError:
            raise TransientError("timeout", f"{without_query(uri)}: no answer in time") from None
        wait_s = retry_after_s(response.headers, utc_now())
        self._pacer.answered(uri, response.status_code, began_s, wait_s)
        return response


@contextmanager
def _whole(file: Path) -> Iterator[None]:
    """What was not written to its end is taken away again; what is no plain file (a device) is not ours to remove.

    Raises `MachineError` when the disk is full.
    """
    try:
        yield
    except BaseException as error:
        if file.is_file():
            file.unlink()
        if isinstance(error, OSError):
            raise cannot_write(file, error) from error
        raise


def _check_size(uri: str, size: int) -> None:
    if size > LARGEST_SEGMENT_BYTES:
        raise PermanentError("too_large", f"{without_query(uri)}: more than 512 MiB in one segment")


def _origin_of(response: httpx.Response) -> Origin:
    """What a response may lead to."""
    return Origin("web", response.extensions.get("address"))


def _redirect_target(response: httpx.Response) -> str:
    where = without_query(response.request.url)
    with classified(where):
        target = str(response.request.url.join(response.headers["location"]))
    if urlsplit(target).scheme not in {"http", "https"}:
        raise PermanentError("bad_redirect", f"{where} redirects to something that is not HTTP")
    return target
