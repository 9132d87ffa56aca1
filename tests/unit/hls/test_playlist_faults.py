"""What is no playlist, or one that cannot be used: always a `ClipError` with its code, never a bug, never a secret."""

import pytest

from lyricclip_cli.errors import ClipError, PermanentError, TransientError
from lyricclip_cli.hls.playlist import MOST_TAGS, parse_playlist, resolve
from tests.unit.hls.playlists import BASE, text

SEGMENT = ("#EXTINF:4,", "a.ts")


def fault(data: bytes, uri: str = f"{BASE}?token=s3cret") -> ClipError:
    with pytest.raises(ClipError) as caught:
        parse_playlist(data, uri)
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"
    return caught.value


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_body_may_be_whole_the_next_time(data: bytes) -> None:
    error = fault(data)
    assert isinstance(error, TransientError)
    assert (error.code, error.message) == ("playlist_empty", f"{BASE}: the playlist is empty")


@pytest.mark.parametrize("data", [b"<!DOCTYPE html><html>", b"  <html lang=en>", b'<?xml version="1.0"?>', b"<HTML>"])
def test_a_web_page_is_named_as_one(data: bytes) -> None:
    error = fault(data)
    assert isinstance(error, PermanentError)
    assert (error.code, error.message) == ("playlist_html", f"{BASE}: a web page came instead of a playlist")


@pytest.mark.parametrize("data", [b"not a playlist", b'{"error": "expired"}', b"\x00\x00\x00\x20ftypmp42", b"\xff\xfe"])
def test_what_does_not_begin_like_a_playlist_is_none(data: bytes) -> None:
    error = fault(data)
    assert isinstance(error, PermanentError)
    assert error.code == "playlist_invalid"


@pytest.mark.parametrize("lines", [(), ("#EXT-X-PLAYLIST-TYPE:VOD",)])
def test_a_playlist_without_segments_is_empty(lines: tuple[str, ...]) -> None:
    error = fault(text(*lines))
    assert isinstance(error, PermanentError)
    assert (error.code, error.message) == ("playlist_empty", f"{BASE}: the playlist has no segment")


def test_a_playlist_of_keyframes_alone_is_empty() -> None:
    data = b'#EXTM3U\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="keyframes.m3u8"\n'
    assert fault(data).code == "playlist_empty"


@pytest.mark.parametrize(
    "key",
    [
        'METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"',
        'METHOD=SAMPLE-AES,URI="k"',
        'METHOD=SAMPLE-AES-CTR,URI="k"',
        'METHOD=AES-128,URI="k",KEYFORMAT="com.widevine"',
        'METHOD=AES-256,URI="k"',
    ],
)
def test_protection_that_cannot_be_read_is_refused(key: str) -> None:
    error = fault(text(f"#EXT-X-KEY:{key}", *SEGMENT))
    assert isinstance(error, PermanentError)
    assert error.code == "unsupported_encryption"


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "FILE:///etc/passwd", "data:text/plain,x", "ftp://x/a.ts"])
@pytest.mark.parametrize("place", ["segment", "map", "key"])
def test_what_came_over_http_cannot_lead_to_anything_but_http(reference: str, place: str) -> None:
    lines = {
        "segment": ("#EXTINF:4,", reference),
        "map": (f'#EXT-X-MAP:URI="{reference}"', *SEGMENT),
        "key": (f'#EXT-X-KEY:METHOD=AES-128,URI="{reference}"', *SEGMENT),
    }[place]
    error = fault(text(*lines))
    assert isinstance(error, PermanentError)
    assert error.code == "bad_uri"


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "data:,x"])
def test_a_masters_renditions_cannot_either(reference: str) -> None:
    assert fault(f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{reference}\n".encode()).code == "bad_uri"


def test_a_playlist_on_disk_may_lead_to_files_but_not_to_other_schemes() -> None:
    assert resolve("file:///a/b.m3u8", "c.ts") == "file:///a/c.ts"
    with pytest.raises(PermanentError) as caught:
        resolve("file:///a/b.m3u8", "ftp://x/c.ts")
    assert caught.value.code == "bad_uri"


@pytest.mark.parametrize("reference", ["http://[bad/a.ts", "//[::1/a.ts"])
def test_a_reference_that_is_no_uri_is_refused(reference: str) -> None:
    error = fault(text("#EXTINF:4,", reference))
    assert isinstance(error, PermanentError)
    assert error.code == "bad_uri"


@pytest.mark.parametrize(
    "lines",
    [
        ("#EXTINF:abc,", "a.ts"),
        ("#EXTINF:nan,", "a.ts"),
        ("#EXTINF:inf,", "a.ts"),
        ("#EXTINF:-4,", "a.ts"),
        ("#EXTINF:4,", "#EXT-X-BYTERANGE:x@0", "a.ts"),
        ("#EXTINF:4,", "#EXT-X-BYTERANGE:10@x", "a.ts"),
        ("#EXTINF:4,", "#EXT-X-BYTERANGE:0@0", "a.ts"),
        ("#EXTINF:4,", "#EXT-X-BYTERANGE:-5@0", "a.ts"),
        ("#EXTINF:4,", "#EXT-X-BYTERANGE:5@-5", "a.ts"),
        ('#EXT-X-MAP:URI="i.mp4",BYTERANGE="x"', *SEGMENT),
        ("#EXT-X-KEY:METHOD=AES-128", *SEGMENT),
        ('#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0xnothex', *SEGMENT),
        (f'#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x{"f" * 34}', *SEGMENT),
        ('#EXT-X-KEY:METHOD=AES-128,URI="k",IV=-1', *SEGMENT),
        ("#EXT-X-MEDIA-SEQUENCE:-1", '#EXT-X-KEY:METHOD=AES-128,URI="k"', *SEGMENT),
        ("#EXT-X-MEDIA-SEQUENCE:many", *SEGMENT),
    ],
)
def test_broken_lines_are_an_invalid_playlist(lines: tuple[str, ...]) -> None:
    error = fault(text(*lines))
    assert isinstance(error, PermanentError)
    assert error.code == "playlist_invalid"


@pytest.mark.parametrize("tag", MOST_TAGS)
def test_more_of_a_tag_than_any_stream_has_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setitem(MOST_TAGS, tag, 3)
    monkeypatch.setattr("lyricclip_cli.hls.playlist.m3u8.loads", never)
    assert fault(text(*[f"{tag}:4,"] * 4)).message == f"{BASE}: more than 3 times {tag}"
    with pytest.raises(ParsedError):
        parse_playlist(text(*[f"{tag}:4,"] * 3), BASE)


class ParsedError(BaseException):
    """The library was asked."""


def never(*_: object, **__: object) -> None:
    raise ParsedError


def test_more_lines_than_any_stream_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lyricclip_cli.hls.playlist.MOST_LINES", 20)
    assert parse_playlist(text(*["# a note"] * 10, *SEGMENT), BASE)
    assert fault(text(*["# a note"] * 20, *SEGMENT)).message == f"{BASE}: more than 20 lines"


@pytest.mark.parametrize(
    "uri", ["http:///a.ts", "http://h:99999/a.ts", "//h:x/a", "a\x1b[2J.ts", "a" * 9000, "//[::1/a"]
)
def test_a_uri_that_nobody_can_ask_for_is_refused(uri: str) -> None:
    assert fault(text("#EXTINF:4,", uri)).code == "bad_uri"
