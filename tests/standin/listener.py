"""One host of the stand-in: a port, its connections, and one request after the other on each."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from tests.standin import applying
from tests.standin.protocol import PIECE, Delivery, Line, Request, Response, Sender, read_request
from tests.standin.records import Host, Records
from tests.standin.rules import Rules

LOOPBACK = "127.0.0.1"
SEND_BUFFER = 1 << 17
"""Bytes. Small, so that what counts as sent is close to what a client that leaves early has got."""

Answer = Callable[[Request], Response]


class Listener:
    """Serves one host on a port of its own. All but `url` belongs to the event loop's thread."""

    def __init__(
        self, host: Host, answer: Answer, rules: Rules, records: Records, tls: ssl.SSLContext | None = None
    ) -> None:
        self._host, self._answer, self._rules, self._records, self._tls = host, answer, rules, records, tls
        self._at_work: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self.url = ""

    async def begin(self) -> None:
        """Listen on a port that the system chooses."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._new_connection, LOOPBACK, 0, ssl=self._tls)
        listening = self._server.sockets[0]
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
        self.url = f"{'https' if self._tls else 'http'}://{LOOPBACK}:{listening.getsockname()[1]}"

    async def end(self) -> None:
        """Stop listening and drop every connection. Raises what went wrong in serving one, which is a bug."""
        self._server.close()
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        if self._failure:
            raise self._failure

    def _new_connection(self) -> asyncio.StreamReaderProtocol:
        """What asyncio asks for each new connection."""
        line = Line()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._serve(line, writer))
            self._at_work.add(task)
            task.add_done_callback(self._done)

        return asyncio.StreamReaderProtocol(line, connected)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and task.exception():
            self._failure = task.exception()

    async def _serve(self, line: Line, writer: asyncio.StreamWriter) -> None:
        """Serve one connection for as long as it lasts."""
        writer.transport.set_write_buffer_limits(high=PIECE)
        number = self._records.connection(self._host)
        try:
            while request := await read_request(line):
                if not await self._exchange(request, line, writer, number):
                    break
        except ConnectionError:
            pass  # the client left in the middle, which is its right
        except asyncio.CancelledError:
            writer.transport.abort()  # it may hang for ever in sending
            raise
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, request: Request, line: Line, writer: asyncio.StreamWriter, number: int) -> bool:
        """Answer one request; whether the connection goes on."""
        entry = self._records.open(self._host, request, number)
        line.on_gone = entry.end
        try:
            response, delivery = self._answer(request), Delivery()
            for fault in self._rules.faults_of(self._host, request.path):
                response = applying.content(fault, request, response)
                delivery = applying.delivery(fault, delivery)
            return await Sender(line, writer, entry).send(request, response, delivery)
        finally:
            entry.end()
