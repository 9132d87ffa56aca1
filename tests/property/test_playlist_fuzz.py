"""Whatever a server sends for a playlist, and in its headers: a playlist, or an error with a name and no secret."""

from datetime import UTC, datetime

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.errors import ClipError
from lyricclip_cli.hls.playlist import LONGEST_URI, MasterPlaylist, MediaPlaylist, parse_playlist, resolve
from lyricclip_cli.transport import retry_after_s, size_in, without_query
from lyricclip_cli.transport.reach import literal_address
from tests.property.fuzzing import any_text, bounded, changed_bytes, examples

BASE = "https://user:s3cret@cdn.example/a/index.m3u8?sig=s3cret"
MEDIA = b"""#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:10
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-KEY:METHOD=AES-128,URI="a.key?sig=s3cret",IV=0x000102030405060708090a0b0c0d0e0f
#EXT-X-MAP:URI="init.mp4?sig=s3cret",BYTERANGE="800@0"
#EXT-X-PROGRAM-DATE-TIME:2025-01-01T00:00:00Z
#EXTINF:4.004,title
#EXT-X-BYTERANGE:1000@0
a.ts?sig=s3cret
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=NONE
#EXTINF:4,
#EXT-X-BYTERANGE:1000
a.ts?sig=s3cret
#EXTINF:3.5,
https://user:s3cret@other.example/b.ts?sig=s3cret
#EXT-X-ENDLIST
"""
MASTER = b"""#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",DEFAULT=YES,URI="sound/index.m3u8?sig=s3cret"
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="a",VIDEO-RANGE=SDR
360p/index.m3u8?sig=s3cret
#EXT-X-STREAM-INF:BANDWIDTH=1800000,RESOLUTION=1280x720,FRAME-RATE=25.000
720p/index.m3u8?sig=s3cret
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=10000,URI="iframes.m3u8?sig=s3cret"
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="a.key?sig=s3cret"
"""
TAGS = [line.partition(":")[0] for line in (MEDIA + MASTER).decode().splitlines() if line.startswith("#")] + [
    "#EXT-X-PART",
    "#EXT-X-DATERANGE",
    "#EXT-X-SERVER-CONTROL",
    "#EXT-X-SKIP",
    "#EXT-X-DEFINE",
    "#EXT-X-START",
    "#EXT-X-GAP",
    "#EXT-X-CUE-OUT",
    "#EXT-X-PRELOAD-HINT",
    "#EXT-X-RENDITION-REPORT",
    "#EXT-X-CONTENT-STEERING",
]
values = any_text | st.sampled_from(
    [
        "1",
        "-1",
        "1e999",
        "nan",
        "inf",
        "0x",
        "1@",
        "@1",
        "99999999999999999999",
        '"',
        '""',
        "a=b",
        "URI=",
        "YES",
        "9" * 5000,
    ]
)
lines = st.builds(lambda tag, value: f"{tag}:{value}", st.sampled_from(TAGS), values) | values


def parsed(data: bytes) -> MasterPlaylist | MediaPlaylist | ClipError:
    try:
        return parse_playlist(data, BASE)
    except ClipError as error:
        return error


def told(error: ClipError) -> None:
    """An error is short, can be printed, and repeats no secret."""
    assert error.code
    assert error.message.isprintable()
    assert len(error.message) < 300
    assert "s3cret" not in error.message + error.hint


def check(data: bytes) -> None:
    with bounded():
        playlist = parsed(data)
    if isinstance(playlist, ClipError):
        told(playlist)
        return
    if isinstance(playlist, MasterPlaylist):
        uris = [*(one.uri for one in playlist.renditions), *(one.uri for one in playlist.audio)]
    else:
        uris = [one.resource.uri for one in playlist.segments]
        uris += [one.key.uri for one in playlist.segments if one.key]
        uris += [one.init.uri for one in playlist.segments if one.init]
        assert playlist.duration_s >= 0
    for uri in uris:
        assert uri.startswith(("http://", "https://"))
        assert len(uri) <= LONGEST_URI
        assert uri.isprintable()


@settings(max_examples=examples(200), deadline=None)
@given(st.binary() | st.binary().map(lambda data: b"#EXTM3U\n" + data))
def test_random_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=examples(400), deadline=None)
@given(changed_bytes(st.sampled_from([MEDIA, MASTER])))
def test_changed_playlists(data: bytes) -> None:
    check(data)


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(lines, max_size=12))
def test_lines_in_any_order(chosen: list[str]) -> None:
    text = "\n".join(["#EXTM3U", *chosen, "#EXTINF:4,", "a.ts"])
    check(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=examples(400), deadline=None)
@given(any_text | st.from_regex(r"(?s)(https?:|file:|//|ftp:)?[\[\]@:/?#%.\\0-9a-z]{0,30}", fullmatch=True))
def test_references_of_any_kind(reference: str) -> None:
    try:
        uri = resolve(BASE, reference)
    except ClipError as error:
        told(error)
        return
    assert uri.startswith(("http://", "https://"))
    assert "s3cret" not in without_query(uri)


@settings(max_examples=examples(300), deadline=None)
@given(any_text | st.from_regex(r"(?s)(Mon, )?\d{1,3} Jan \d{1,6} \d\d:\d\d:\d\d (GMT|[+-]\d{1,12}|)", fullmatch=True))
def test_headers_and_hosts_of_any_kind(text: str) -> None:
    value = text.encode("utf-8", "replace")
    wait_s = retry_after_s(httpx.Headers([(b"retry-after", value)]), datetime(2025, 1, 1, tzinfo=UTC))
    assert wait_s is None or wait_s >= 0
    size = size_in(text)
    assert size is None or size >= 0
    literal_address(text)
