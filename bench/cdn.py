"""A CDN on the loopback: `python bench/cdn.py FOLDER` prints its URL and serves the folder until it is terminated.

HTTP/1.1 with connections that stay open and byte ranges. Latency and bandwidth are set, and counts asked for, under
`/.bench/`. A connection's rate is kept by the time at which each piece is due, so that delays do not add up.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

CONTROL = "/.bench/"
PIECE = 16 * 1024
SEND_BUFFER = 64 * 1024
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t"}


class Pipe:
    """Something that carries so many bits a second; 0 carries at once."""

    def __init__(self, mbits: float) -> None:
        self._bytes_per_s = mbits * 1e6 / 8
        self._free_s = 0.0

    async def carry(self, size: int) -> None:
        """Wait until this many more bytes have gone through, in the order of asking."""
        if self._bytes_per_s:
            now_s = time.monotonic()
            self._free_s = max(now_s, self._free_s) + size / self._bytes_per_s
            await asyncio.sleep(self._free_s - now_s)


@dataclass
class State:
    """The network as it is set, and what was counted since."""

    latency_s: float = 0.0
    connection_mbits: float = 0.0
    line: Pipe = field(default_factory=lambda: Pipe(0))
    sent: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    first_request_s: float | None = None


class Server:
    """Serves one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._state = State()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection for as long as it lasts."""
        writer.transport.set_write_buffer_limits(high=SEND_BUFFER)
        pipe, state = Pipe(self._state.connection_mbits), None
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                if state is not self._state and CONTROL not in head.split("\r\n", 1)[0]:
                    state, pipe = self._state, Pipe(self._state.connection_mbits)
                    state.connections += 1
                await self._answer(head, writer, pipe)
        writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter, pipe: Pipe) -> None:
        target = urlsplit(head.split(" ", 2)[1])
        if target.path.startswith(CONTROL):
            body = json.dumps(self._control(target.path, dict(parse_qsl(target.query)))).encode()
            writer.write(_head(200, len(body), ".json") + body)
            return
        state = self._state
        if state.first_request_s is None:
            state.first_request_s = time.clock_gettime(time.CLOCK_MONOTONIC)
        state.requests += 1
        state.at_once += 1
        state.most_at_once = max(state.most_at_once, state.at_once)
        try:
            await self._send(state, unquote(target.path), RANGE.search(head), writer, pipe)
        finally:
            state.at_once -= 1

    async def _send(
        self, state: State, path: str, part: re.Match[str] | None, writer: asyncio.StreamWriter, pipe: Pipe
    ) -> None:
        if state.latency_s:
            await asyncio.sleep(state.latency_s)
        file = (self._root / path.lstrip("/")).resolve()
        if not file.is_relative_to(self._root) or not file.is_file():
            writer.write(_head(404, 0, ""))
            return
        content = await asyncio.to_thread(file.read_bytes)
        first = int(part[1]) if part else 0
        last = min(int(part[2]) if part and part[2] else len(content) - 1, len(content) - 1)
        span = f"bytes {first}-{last}/{len(content)}" if part else ""
        writer.write(_head(206 if part else 200, last + 1 - first, file.suffix, span))
        view = memoryview(content)[first : last + 1]
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE]
            await pipe.carry(len(piece))
            await state.line.carry(len(piece))
            state.sent[path] += len(piece)
            writer.write(piece)
            await writer.drain()

    def _control(self, path: str, values: dict[str, str]) -> object:
        if path.endswith("begin"):
            latency_s, total = float(values["latency_ms"]) / 1000, float(values["total_mbits"])
            self._state = State(latency_s, float(values["connection_mbits"]), Pipe(total))
        state = self._state
        return {
            "bytes_by_path": state.sent,
            "requests": state.requests,
            "connections": state.connections,
            "most_at_once": state.most_at_once,
            "first_request_s": state.first_request_s,
        }


def _head(status: int, length: int, suffix: str, span: str = "") -> bytes:
    reason = {200: "OK", 206: "Partial Content", 404: "Not Found"}[status]
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {length}", "Accept-Ranges: bytes"]
    lines += [f"Content-Type: {TYPES.get(suffix, 'application/octet-stream')}"]
    lines += [f"Content-Range: {span}"] if span else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def main() -> None:
    """Serve until terminated."""
    server = await asyncio.start_server(Server(Path(sys.argv[1])).serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
