"""A small web server on the loopback interface, in a thread of its own: real HTTP for the reader's contract."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Handler(BaseHTTPRequestHandler):
    """Serves the files of a folder with byte ranges. Special names: see `served`."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.seen.append((self.path, self.headers.get("range")))
        self.server.hosts.append(self.headers.get("host"))
        if path.startswith("/redirect/"):
            self._redirect(path.removeprefix("/redirect"))
        elif path.startswith("/loop"):
            self._redirect("/loop")
        elif path.startswith("/to-file"):
            self._redirect("file:///etc/passwd")
        elif path.startswith("/to/"):
            self._redirect(path.removeprefix("/to/"))
        elif path.startswith("/endless"):
            self._endless()
        elif path.startswith("/short/"):
            self._body(path.removeprefix("/short"), promised=100)
        elif path.startswith("/whole/"):
            self._body(path.removeprefix("/whole"), ranges=False)
        else:
            self._body(path)

    def _redirect(self, target: str) -> None:
        self.send_response(302)
        self.send_header("location", target)
        self.send_header("content-length", "0")
        self.end_headers()

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):  # until nobody listens
            while True:
                self.wfile.write(bytes(65536))

    def _body(self, name: str, *, promised: int = 0, ranges: bool = True) -> None:
        path = self.server.folder / name.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        data, status = path.read_bytes(), 200
        wanted = self.headers.get("range")
        if wanted and ranges:
            first, last = (int(number) for number in wanted.removeprefix("bytes=").split("-"))
            if first >= len(data):
                self.send_error(416)
                return
            data, status = data[first : last + 1], 206
        self.send_response(status)
        self.send_header("content-length", str(len(data) + promised))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = bool(promised)

    def log_message(self, *_: object) -> None:
        """Say nothing: stderr belongs to the tests."""


class Server(ThreadingHTTPServer):
    """The server; `seen` lists the requests' targets and ranges, `hosts` their Host headers."""

    daemon_threads = True

    def __init__(self, folder: Path, host: str, tls: ssl.SSLContext | None) -> None:
        super().__init__((host, 0), _Handler)
        self.folder = folder
        self.seen: list[tuple[str, str | None]] = []
        self.hosts: list[str | None] = []
        self._scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def base(self) -> str:
        """Its address, without a slash at the end."""
        return self.base_as(str(self.server_address[0]))

    def base_as(self, name: str) -> str:
        """Its address under a name."""
        return f"{self._scheme}://{name}:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that do not like a certificate leave in the middle."""


@contextmanager
def served(folder: Path, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve a folder's files.

    `/redirect/x` leads to `/x`, `/to/x` to the address x, `/loop` to itself, `/to-file` to a file; `/short/x` breaks
    off before the promised end, `/whole/x` knows no ranges, `/endless` never ends.
    """
    with Server(folder, host, tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
