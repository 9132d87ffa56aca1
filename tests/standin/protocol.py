"""HTTP/1.1 as the stand-in speaks it: requests, responses, and how one is read and the other sent."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from http import HTTPStatus
from typing import Protocol
from urllib.parse import unquote

PIECE = 1 << 16
MAX_HEAD = 1 << 16


@dataclass(frozen=True)
class Request:
    """One request, without its body. `target` is as it was sent; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """Everything after the question mark, as it was sent."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Body:
    """A body that is made while it is sent; without `length` it goes out chunked."""

    pieces: Callable[[], Iterable[bytes]]
    length: int | None


@dataclass(frozen=True)
class Response:
    """One response. Content-Length and Transfer-Encoding are added when it is sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Body = b""

    def with_header(self, name: str, value: str) -> "Response":
        """The same with one header more, or another value for it."""
        return replace(self, headers={**self.headers, name: value})

    def whole_body(self) -> bytes:
        """The body in one piece."""
        return self.body if isinstance(self.body, bytes) else b"".join(self.body.pieces())


class Ending(Enum):
    """What happens when a response has got as far as it is to get."""

    KEEP = auto()
    CLOSE = auto()
    RESET = auto()
    HANG = auto()


@dataclass(frozen=True)
class Delivery:
    """How a response is sent.

    With an `ending` other than KEEP, `stop_after` is the number of bytes of the body that still go out; None:
    not even the status line does.
    """

    latency_s: float = 0.0
    bytes_per_second: float | None = None
    piece_bytes: int = PIECE
    announce_length: bool = True
    ending: Ending = Ending.KEEP
    stop_after: int | None = None


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request on a connection, its body dropped; None when the client has closed the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in rest if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    with suppress(asyncio.IncompleteReadError):
        await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers)


class Line(asyncio.StreamReader):
    """The reading end of a connection, which tells at once when the client has closed it: `on_gone`, then `gone`."""

    def __init__(self) -> None:
        super().__init__(limit=MAX_HEAD)
        self.gone = asyncio.Event()
        self.on_gone: Callable[[], None] = lambda: None

    def feed_eof(self) -> None:
        super().feed_eof()
        self._left()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self._left()

    def _left(self) -> None:
        self.on_gone()
        self.gone.set()


class Witness(Protocol):
    """Is told what goes out, always before it does: a client never knows more of an answer than the record of it."""

    def status(self, status: int) -> None:
        """The answer begins with this status."""

    def sent(self, size: int) -> None:
        """So many more bytes of the body go out."""

    def end(self) -> None:
        """The last of the answer goes out, or the client has left. May be told more than once."""


class Sender:
    """Sends one response on a connection in the way its delivery says."""

    def __init__(self, line: Line, writer: asyncio.StreamWriter, witness: Witness) -> None:
        self._line, self._writer, self._witness = line, writer, witness

    async def send(self, request: Request, response: Response, delivery: Delivery) -> bool:
        """Send it. Whether the connection can carry another one; `ConnectionError` when the client left."""
        await self._pause(delivery.latency_s)
        if delivery.ending is not Ending.KEEP and delivery.stop_after is None:
            return await self._end(delivery.ending)
        length = len(response.body) if isinstance(response.body, bytes) else response.body.length
        framing = _framing(length, until_close=not delivery.announce_length)
        closing = not delivery.announce_length or request.headers.get("connection", "").lower() == "close"
        ending = Ending.CLOSE if closing and delivery.ending is Ending.KEEP else delivery.ending
        self._witness.status(response.status)
        waiting, size = _head(response, framing), 0
        for piece in () if request.method == "HEAD" else _cut(response, delivery):
            await self._write(waiting, size)
            if delivery.bytes_per_second:
                await self._pause(len(piece) / delivery.bytes_per_second)
            chunked = "Transfer-Encoding" in framing
            waiting, size = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece, len(piece)
        if "Transfer-Encoding" in framing and delivery.ending is Ending.KEEP and request.method != "HEAD":
            waiting += b"0\r\n\r\n"
        if ending is Ending.KEEP:
            self._witness.end()
        await self._write(waiting, size)
        return await self._end(ending)

    async def _write(self, data: bytes, body_bytes: int) -> None:
        self._witness.sent(body_bytes)
        self._writer.write(data)
        await self._writer.drain()

    async def _pause(self, seconds: float) -> None:
        """Wait; not a moment longer than the client does."""
        if seconds <= 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._line.gone.wait()
                raise ConnectionResetError("the client left")

    async def _end(self, ending: Ending) -> bool:
        """What comes after the last byte; whether the connection goes on."""
        if ending is Ending.HANG:
            await self._line.gone.wait()  # until the client has had enough, or the stand-in ends
        if ending is Ending.RESET:
            await asyncio.sleep(0.02)  # what was sent before is to arrive: a reset may overtake it
        self._witness.end()
        if ending is Ending.RESET:
            reset(self._writer)
        return ending is Ending.KEEP


def _framing(length: int | None, *, until_close: bool) -> dict[str, str]:
    """The headers that say where the body ends (RFC 9112, section 6)."""
    if until_close:
        return {"Connection": "close"}
    return {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}


def _cut(response: Response, delivery: Delivery) -> Iterator[bytes]:
    """The body in pieces of the delivery's size, up to where it stops."""
    left = delivery.stop_after
    for whole in (response.body,) if isinstance(response.body, bytes) else response.body.pieces():
        for start in range(0, len(whole), delivery.piece_bytes):
            if left == 0:
                return
            piece = whole[start : start + delivery.piece_bytes][:left]
            left = None if left is None else left - len(piece)
            yield piece


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST instead of FIN."""
    linger_no_time = struct.pack("ii", 1, 0)
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_time)
    writer.transport.abort()


def _head(response: Response, framing: Mapping[str, str]) -> bytes:
    """Status line and headers."""
    try:
        reason = HTTPStatus(response.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in {**response.headers, **framing}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
