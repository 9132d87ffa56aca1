"""What tells one stream from another without a download: an unsigned URL; of a local playlist all that it names."""

import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from lyricclip_cli.kept import file_identity

SIGNATURE = re.compile(
    r"x-amz-.*|x-goog-.*|awsaccesskeyid|googleaccessid|expires|signature|policy|key-pair-id|hdne[at]|hdnts",
    re.IGNORECASE,
)
"""Names of query parameters that say who may read for how long, and nothing about what: CloudFront, S3, Google Cloud
Storage and Akamai. A URL that was signed anew leads to the same footage."""

NAMED_FILE = re.compile(rb'URI="([^"\r\n]+)"')
"""Files that a playlist's tags name (RFC 8216 4.2, quoted-string): keys, initialization sections, renditions."""

LARGEST_PLAYLIST_BYTES = 16 * 1024 * 1024


def url_identity(url: str) -> str:
    """A URL without its signature and its fragment."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in query if not SIGNATURE.fullmatch(name)])
    return urlunsplit(parts._replace(query=kept, fragment=""))


def playlist_identity(path: Path) -> str:
    """A local HLS playlist's content, and the identities of all files that it leads to."""
    seen: set[Path] = set()
    digest = hashlib.sha256()
    _add_playlist(path, seen, digest)
    return digest.hexdigest()


def _add_playlist(path: Path, seen: set[Path], digest: "hashlib._Hash") -> None:
    if path in seen:
        return
    seen.add(path)
    digest.update(file_identity(path).encode())
    if path.suffix.lower() not in {".m3u8", ".m3u"}:
        return
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_PLAYLIST_BYTES)
    except OSError:
        return
    lines = [line.strip() for line in content.splitlines()]
    names = NAMED_FILE.findall(content) + [line for line in lines if line and not line.startswith(b"#")]
    for name in names:
        _add_playlist((path.parent / unquote(name.decode("utf-8", "replace"))).resolve(), seen, digest)
