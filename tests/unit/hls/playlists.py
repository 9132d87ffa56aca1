"""Playlists in few words."""

from fractions import Fraction

from lyricclip_cli.hls.playlist import (
    MasterPlaylist,
    MediaPlaylist,
    Resource,
    Segment,
    parse_playlist,
)

BASE = "https://cdn.example/video/720p/index.m3u8"
HERE = "https://cdn.example/video/720p"


def text(*lines: str, end: str = "#EXT-X-ENDLIST") -> bytes:
    """A media playlist of version 7 with these lines."""
    return "\n".join(["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:10", *lines, end, ""]).encode()


def media(*lines: str, uri: str = BASE) -> MediaPlaylist:
    """The media playlist of these lines."""
    parsed = parse_playlist(text(*lines), uri)
    assert isinstance(parsed, MediaPlaylist)
    return parsed


def master(*lines: str, uri: str = "https://cdn.example/video/master.m3u8") -> MasterPlaylist:
    """The master playlist of these lines."""
    parsed = parse_playlist("\n".join(["#EXTM3U", *lines, ""]).encode(), uri)
    assert isinstance(parsed, MasterPlaylist)
    return parsed


def segment(
    index: int,
    resource: Resource | str | None = None,
    *,
    start_s: str | Fraction = "0",
    duration_s: str | Fraction = "4",
    discontinuity: int = 0,
) -> Segment:
    """A segment in the clear."""
    if resource is None:
        resource = f"{HERE}/{index}.ts"
    whole = resource if isinstance(resource, Resource) else Resource(resource)
    return Segment(index, whole, Fraction(start_s), Fraction(duration_s), discontinuity)


def playlist_of(*durations_s: str | Fraction) -> MediaPlaylist:
    """A playlist of segments that last so long."""
    segments, start_s = [], Fraction(0)
    for index, duration_s in enumerate(Fraction(given) for given in durations_s):
        segments.append(segment(index, start_s=start_s, duration_s=duration_s))
        start_s += duration_s
    return MediaPlaylist(BASE, tuple(segments))
