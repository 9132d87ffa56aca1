"""The stand-in's CDN: folders of files, with ranges, signed addresses and packed playlists."""

import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from tests.standin.protocol import Request, Response

PLAYLIST = ".m3u8"
TYPES = {
    PLAYLIST: "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".aac": "audio/aac",
    ".key": "application/octet-stream",
}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
URI_ATTRIBUTE = re.compile(r'URI="([^"]+)"')
XML = {"Content-Type": "application/xml"}


@dataclass
class Cdn:
    """Answers for the folders in `mounts` (path prefix without a slash at its end → folder).

    With a `token`, every address needs `?sig=` with it, and the addresses in playlists come with it.
    `pack_playlists`: playlists come gzipped to whoever accepts that.
    """

    mounts: dict[str, Path]
    token: Callable[[], str | None]
    pack_playlists: bool = False

    def answer(self, request: Request) -> Response:
        """The answer to a request without any fault."""
        if request.method not in {"GET", "HEAD"}:
            return Response(405, {"Allow": "GET, HEAD"})
        token = self.token()
        if token is not None and parse_qs(request.query).get("sig") != [token]:
            return Response(403, XML, b"<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>")
        file = self._file(request.path)
        if file is None:
            return Response(404, XML, b"<Error><Code>NoSuchKey</Code></Error>")
        content = file.read_bytes()
        headers = {
            "Content-Type": TYPES.get(file.suffix, "application/octet-stream"),
            "Accept-Ranges": "bytes",
        }
        if file.suffix == PLAYLIST:
            return self._playlist(request, headers, content.decode(), token)
        return _part(request.headers.get("range"), headers, content)

    def _file(self, path: str) -> Path | None:
        """The file of a path, under the longest prefix that fits; None when there is none."""
        for prefix in sorted(self.mounts, key=len, reverse=True):
            if path.startswith(f"{prefix}/"):
                folder = self.mounts[prefix].resolve()
                file = (folder / path[len(prefix) + 1 :]).resolve()
                return file if file.is_relative_to(folder) and file.is_file() else None
        return None

    def _playlist(self, request: Request, headers: dict[str, str], text: str, token: str | None) -> Response:
        content = (text if token is None else signed(text, token)).encode()
        if self.pack_playlists and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(200, {**headers, "Content-Encoding": "gzip"}, gzip.compress(content, mtime=0))
        return _part(request.headers.get("range"), headers, content)


def signed(playlist: str, token: str) -> str:
    """A playlist whose relative addresses all carry the token."""
    lines = []
    for line in playlist.splitlines():
        if line.startswith("#"):
            lines.append(URI_ATTRIBUTE.sub(lambda found: f'URI="{_with_token(found[1], token)}"', line))
        else:
            lines.append(_with_token(line, token) if line else line)
    return "\n".join(lines) + "\n"


def _with_token(uri: str, token: str) -> str:
    return uri if "://" in uri else f"{uri}{'&' if '?' in uri else '?'}sig={token}"


def _part(wanted: str | None, headers: Mapping[str, str], content: bytes) -> Response:
    """The whole, or the one range that was asked for (RFC 9110, section 14)."""
    found = RANGE.fullmatch(wanted or "")
    if found is None or found[1] == found[2] == "":
        return Response(200, headers, content)
    size = len(content)
    first = int(found[1]) if found[1] else max(0, size - int(found[2]))
    last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if first >= size:
        return Response(416, {"Content-Range": f"bytes */{size}"})
    return Response(206, {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}, content[first : last + 1])
