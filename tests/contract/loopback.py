"""A small web server on the loopback interface, in a thread of its own: real HTTP for the reader's contract."""

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
        if path.startswith("/redirect/"):
            self._redirect(path.removeprefix("/redirect"))
        elif path.startswith("/loop"):
            self._redirect("/loop")
        elif path.startswith("/to-file"):
            self._redirect("file:///etc/passwd")
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
    """The server; `seen` lists the requests' targets and ranges."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.seen: list[tuple[str, str | None]] = []

    @property
    def base(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Serve a folder's files.

    `/redirect/x` leads to `/x`, `/loop` to itself, `/to-file` to a file; `/short/x` breaks off before the promised
    end, `/whole/x` knows no ranges, `/endless` never ends.
    """
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
