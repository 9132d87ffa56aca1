"""Media playlists: their segments as whole values."""

from fractions import Fraction

import pytest

from lyricclip_cli.hls.playlist import Key, MediaPlaylist, Resource, discontinuity_starts, parse_playlist
from lyricclip_cli.transport import ByteRange
from tests.unit.hls.playlists import BASE, HERE, media, segment, text


def test_segments_have_exact_starts_and_durations() -> None:
    playlist = media("#EXTINF:4.004,", "a.ts", "#EXTINF:4.004,title", "b.ts", "#EXTINF:0.1,", "c.ts")
    assert playlist == MediaPlaylist(
        BASE,
        (
            segment(0, f"{HERE}/a.ts", duration_s="4.004"),
            segment(1, f"{HERE}/b.ts", start_s="4.004", duration_s="4.004"),
            segment(2, f"{HERE}/c.ts", start_s="8.008", duration_s="0.1"),
        ),
    )
    assert playlist.duration_s == Fraction("8.108")
    assert [s.end_s for s in playlist.segments] == [Fraction("4.004"), Fraction("8.008"), Fraction("8.108")]


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"", b"\n", b"\xef\xbb\xbf\r\n"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_other_line_ends_do_no_harm(before: bytes, newline: bytes) -> None:
    data = before + text("#EXTINF:4,", "a.ts", "#EXTINF:4,", "b.ts").replace(b"\n", newline)
    assert parse_playlist(data, BASE) == media("#EXTINF:4,", "a.ts", "#EXTINF:4,", "b.ts")


@pytest.mark.parametrize(
    ("reference", "uri"),
    [
        ("a.ts", f"{HERE}/a.ts"),
        ("sub/a.ts", f"{HERE}/sub/a.ts"),
        ("../480p/a.ts", "https://cdn.example/video/480p/a.ts"),
        ("/root/a.ts", "https://cdn.example/root/a.ts"),
        ("//other.example/a.ts", "https://other.example/a.ts"),
        ("http://other.example/a.ts", "http://other.example/a.ts"),
        ("a.ts?token=x%2Fy&e=1", f"{HERE}/a.ts?token=x%2Fy&e=1"),
        ("?part=1", f"{BASE}?part=1"),
        ("a b.ts", f"{HERE}/a b.ts"),
    ],
)
def test_references_are_resolved_against_where_the_playlist_came_from(reference: str, uri: str) -> None:
    assert media("#EXTINF:4,", reference, uri=f"{BASE}?session=1").segments[0].resource == Resource(uri)


def test_a_playlist_on_disk_names_files_beside_it_and_the_web() -> None:
    playlist = media("#EXTINF:4,", "a.ts", "#EXTINF:4,", "https://cdn.example/b.ts", uri="file:///media/x/index.m3u8")
    assert [s.resource.uri for s in playlist.segments] == ["file:///media/x/a.ts", "https://cdn.example/b.ts"]


def test_a_byte_range_without_an_offset_follows_the_one_before_of_the_same_file() -> None:
    playlist = media(
        "#EXTINF:4,",
        "#EXT-X-BYTERANGE:100@50",
        "all.ts",
        "#EXTINF:4,",
        "#EXT-X-BYTERANGE:30",
        "all.ts",
        "#EXTINF:4,",
        "#EXT-X-BYTERANGE:7@0",
        "other.ts",
        "#EXTINF:4,",
        "#EXT-X-BYTERANGE:20",
        "all.ts",
    )
    assert [s.resource for s in playlist.segments] == [
        Resource(f"{HERE}/all.ts", ByteRange(50, 100)),
        Resource(f"{HERE}/all.ts", ByteRange(150, 30)),
        Resource(f"{HERE}/other.ts", ByteRange(0, 7)),
        Resource(f"{HERE}/all.ts", ByteRange(180, 20)),
    ]


def test_a_first_byte_range_without_an_offset_begins_at_0() -> None:
    playlist = media("#EXTINF:4,", "#EXT-X-BYTERANGE:100", "all.ts")
    assert playlist.segments[0].resource == Resource(f"{HERE}/all.ts", ByteRange(0, 100))


def test_an_initialization_section_holds_until_the_next() -> None:
    playlist = media(
        '#EXT-X-MAP:URI="init.mp4"',
        "#EXTINF:4,",
        "a.m4s",
        "#EXTINF:4,",
        "b.m4s",
        '#EXT-X-MAP:URI="all.mp4",BYTERANGE="720@16"',
        "#EXTINF:4,",
        "c.m4s",
    )
    first, second = Resource(f"{HERE}/init.mp4"), Resource(f"{HERE}/all.mp4", ByteRange(16, 720))
    assert [s.init for s in playlist.segments] == [first, first, second]


def test_the_range_of_an_initialization_section_does_not_move_those_of_segments() -> None:
    playlist = media('#EXT-X-MAP:URI="all.mp4",BYTERANGE="720@0"', "#EXTINF:4,", "#EXT-X-BYTERANGE:100@720", "all.mp4")
    assert playlist.segments[0].resource == Resource(f"{HERE}/all.mp4", ByteRange(720, 100))


def test_a_key_with_an_iv_holds_until_the_next_and_none_ends_it() -> None:
    playlist = media(
        "#EXTINF:4,",
        "clear.ts",
        '#EXT-X-KEY:METHOD=AES-128,URI="key?id=1",IV=0x0000000000000000000000000000abcd',
        "#EXTINF:4,",
        "a.ts",
        "#EXTINF:4,",
        "b.ts",
        '#EXT-X-KEY:METHOD=AES-128,URI="/keys/2",IV=0XFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF',
        "#EXTINF:4,",
        "c.ts",
        "#EXT-X-KEY:METHOD=NONE",
        "#EXTINF:4,",
        "d.ts",
    )
    first = Key(f"{HERE}/key?id=1", bytes(14) + b"\xab\xcd")
    assert [s.key for s in playlist.segments] == [
        None,
        first,
        first,
        Key("https://cdn.example/keys/2", b"\xff" * 16),
        None,
    ]


def test_without_an_iv_the_media_sequence_number_is_it() -> None:
    playlist = media("#EXT-X-MEDIA-SEQUENCE:254", '#EXT-X-KEY:METHOD=AES-128,URI="k"', *["#EXTINF:4,", "a.ts"] * 3)
    assert [s.key for s in playlist.segments] == [
        Key(f"{HERE}/k", bytes(15) + b"\xfe"),
        Key(f"{HERE}/k", bytes(15) + b"\xff"),
        Key(f"{HERE}/k", bytes(14) + b"\x01\x00"),
    ]


def test_the_identity_key_format_may_be_named() -> None:
    playlist = media('#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="identity"', "#EXTINF:4,", "a.ts")
    assert playlist.segments[0].key == Key(f"{HERE}/k", bytes(16))


def test_discontinuities_part_the_segments_into_groups() -> None:
    playlist = media(
        "#EXT-X-DISCONTINUITY",  # before the first segment it parts nothing
        "#EXTINF:4,",
        "a.ts",
        "#EXTINF:4.5,",
        "b.ts",
        "#EXT-X-DISCONTINUITY",
        "#EXTINF:3,",
        "c.ts",
        "#EXT-X-DISCONTINUITY",
        "#EXTINF:2,",
        "d.ts",
    )
    assert [s.discontinuity for s in playlist.segments] == [0, 0, 1, 2]
    assert discontinuity_starts(playlist) == (Fraction(0), Fraction("8.5"), Fraction("11.5"))
    assert [playlist.group(number) for number in range(3)] == [
        playlist.segments[:2],
        playlist.segments[2:3],
        playlist.segments[3:],
    ]


def test_a_playlist_without_endlist_is_read_as_far_as_it_goes() -> None:
    data = text("#EXTINF:4,", "a.ts", end="")
    assert parse_playlist(data, BASE) == media("#EXTINF:4,", "a.ts")


def test_tags_that_nobody_knows_and_dates_are_passed_over() -> None:
    playlist = media(
        "#EXT-X-SURPRISE:1",
        "# a comment",
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.000Z",
        "#EXTINF:4,",
        "#EXT-X-BITRATE:800",
        "a.ts",
        "",
    )
    assert playlist == MediaPlaylist(BASE, (segment(0, f"{HERE}/a.ts"),))
