"""Playlists as values. Parsing is the library `m3u8`'s; the names are RFC 8216's."""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

import m3u8

from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.transport import ByteRange, without_query

LONGEST_SEGMENT_S = 86_400

MOST_SEGMENTS = 100_000
"""A day of one-second segments and more: above this a playlist is not one."""

MOST_TAGS = {"#EXTINF": MOST_SEGMENTS, "#EXT-X-KEY": 10_000, "#EXT-X-STREAM-INF": 1_000, "#EXT-X-MEDIA:": 1_000}
"""How often a playlist may have each. The library takes 20 s over 20 000 keys, in steps that grow (measured)."""

MOST_LINES = 1_000_000
LONGEST_URI = 8_192
METHOD = re.compile(r"[A-Z0-9-]{1,30}")
"""What a message may repeat of a playlist: anything longer could be an address with its signature."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A variant stream of a master playlist. Sizes are 0 where the playlist does not say."""

    uri: str
    bandwidth: int
    width: int = 0
    height: int = 0
    codecs: str = ""
    video_range: str = "SDR"
    audio_group: str = ""


@dataclass(frozen=True, slots=True)
class AudioRendition:
    """An alternative sound track (EXT-X-MEDIA of TYPE=AUDIO) with a playlist of its own."""

    group: str
    uri: str
    default: bool


@dataclass(frozen=True, slots=True)
class MasterPlaylist:
    """The renditions of one stream."""

    renditions: tuple[Rendition, ...]
    audio: tuple[AudioRendition, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to fetch: a URI, or a range of it (EXT-X-BYTERANGE)."""

    uri: str
    part: ByteRange | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """How a segment is encrypted (EXT-X-KEY, METHOD=AES-128). `iv` is 16 bytes."""

    uri: str
    iv: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """A media segment. `start_s` is the sum of the EXTINF before it, `discontinuity` counts those before it."""

    index: int
    resource: Resource
    start_s: Fraction
    duration_s: Fraction
    discontinuity: int
    key: Key | None = None
    init: Resource | None = None

    @property
    def end_s(self) -> Fraction:
        """The sum of the EXTINF up to its end."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """The segments of one rendition, in order."""

    uri: str
    segments: tuple[Segment, ...]

    @property
    def duration_s(self) -> Fraction:
        """The sum of all EXTINF."""
        return self.segments[-1].end_s

    def group(self, discontinuity: int) -> tuple[Segment, ...]:
        """The segments between two discontinuities, which share one run of timestamps."""
        return tuple(segment for segment in self.segments if segment.discontinuity == discontinuity)


def parse_playlist(data: bytes, uri: str) -> MasterPlaylist | MediaPlaylist:
    """A playlist from its bytes. `uri` is where it came from in the end, after redirects.

    Raises `PermanentError`: `playlist_html`, `playlist_invalid`, `playlist_empty`, `unsupported_encryption`, `bad_uri`.
    """
    text = _text(data, uri)
    try:
        parsed = m3u8.loads(text, uri=uri)
    except Exception as error:  # the library raises whatever a broken line leads it to
        raise _invalid(uri, f"not a valid playlist ({type(error).__name__})") from error
    if parsed.is_variant:
        return _master(parsed, uri)
    return _media(parsed, uri)


def _text(data: bytes, uri: str) -> str:
    where = without_query(uri)
    text = data.decode("utf-8-sig", errors="replace").lstrip()
    if not text:
        raise TransientError("playlist_empty", f"{where}: the playlist is empty")
    if text[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        hint = "open the URL in a browser: it may need a sign-in, or have moved"
        raise PermanentError("playlist_html", f"{where}: a web page came instead of a playlist", hint=hint)
    if not text.startswith("#EXTM3U"):
        raise _invalid(uri, "not a playlist, it does not begin with #EXTM3U")
    for tag, most in MOST_TAGS.items():
        if text.count(tag) > most:
            raise _invalid(uri, f"more than {most} times {tag}")
    if text.count("\n") > MOST_LINES:
        raise _invalid(uri, f"more than {MOST_LINES} lines")
    return text


def resolve(base: str, reference: str) -> str:
    """A reference inside a playlist as an absolute URI. What came over HTTP can only lead to HTTP."""
    try:
        target = urljoin(base, reference.strip())
        parts = urlsplit(target)
        usable = parts.scheme == "file" or (bool(parts.hostname) and parts.port != 0)
    except ValueError as error:
        raise PermanentError("bad_uri", f"{without_query(base)}: the playlist names no URI") from error
    allowed = {"http", "https"} if urlsplit(base).scheme != "file" else {"http", "https", "file"}
    if parts.scheme not in allowed:
        kind = parts.scheme[:20] or "broken"
        raise PermanentError("bad_uri", f"{without_query(base)}: the playlist names a {kind} URI")
    if not usable or len(target) > LONGEST_URI or not target.isprintable():
        raise PermanentError("bad_uri", f"{without_query(base)}: the playlist names a URI that cannot be asked for")
    return target


def _master(parsed: m3u8.M3U8, uri: str) -> MasterPlaylist:
    renditions = []
    for variant in parsed.playlists:
        info = variant.stream_info
        width, height = info.resolution or (0, 0)
        renditions.append(
            Rendition(
                uri=resolve(uri, variant.uri or ""),
                bandwidth=info.bandwidth or 0,
                width=width,
                height=height,
                codecs=info.codecs or "",
                video_range=info.video_range or "SDR",
                audio_group=info.audio or "",
            )
        )
    if not renditions:
        raise PermanentError("playlist_empty", f"{without_query(uri)}: the master playlist has no rendition")
    audio = [
        AudioRendition(media.group_id or "", resolve(uri, media.uri), media.default == "YES")
        for media in parsed.media
        if media.type == "AUDIO" and media.uri
    ]
    return MasterPlaylist(tuple(renditions), tuple(audio))


def _media(parsed: m3u8.M3U8, uri: str) -> MediaPlaylist:
    if not parsed.segments:
        raise PermanentError("playlist_empty", f"{without_query(uri)}: the playlist has no segment")
    segments: list[Segment] = []
    start_s, discontinuity = Fraction(0), 0
    ends: dict[str, int] = {}
    for index, entry in enumerate(parsed.segments):
        discontinuity += 1 if entry.discontinuity and index else 0
        duration_s = _duration_s(uri, entry.duration)
        segments.append(
            Segment(
                index=index,
                resource=_resource(uri, entry.uri, entry.byterange, ends),
                start_s=start_s,
                duration_s=duration_s,
                discontinuity=discontinuity,
                key=_key(uri, entry.key, (parsed.media_sequence or 0) + index),
                init=_init(uri, entry.init_section),
            )
        )
        start_s += duration_s
    return MediaPlaylist(uri, tuple(segments))


def _duration_s(base: str, seconds: float | None) -> Fraction:
    """An EXTINF as it is written, in decimal."""
    if seconds is None or not 0 <= seconds < LONGEST_SEGMENT_S:
        raise _invalid(base, f"a segment cannot last {seconds} s")
    return Fraction(str(seconds))


def _invalid(base: str, what: str) -> PermanentError:
    return PermanentError("playlist_invalid", f"{without_query(base)}: {what}")


def _resource(base: str, reference: str | None, byterange: str | None, ends: dict[str, int]) -> Resource:
    """A segment's URI and range. A range without an offset begins where the last one of that URI ended."""
    if not reference:
        raise _invalid(base, "a segment has no URI")
    uri = resolve(base, reference)
    if not byterange:
        return Resource(uri)
    length, _, offset = byterange.partition("@")
    try:
        part = ByteRange(int(offset) if offset else ends.get(uri, 0), int(length))
    except ValueError as error:
        raise _invalid(base, "a byte range is no range") from error
    if part.length <= 0 or part.offset < 0:
        raise _invalid(base, "a byte range is no range")
    ends[uri] = part.offset + part.length
    return Resource(uri, part)


def _init(base: str, section: "m3u8.model.InitializationSection | None") -> Resource | None:
    if section is None or not section.uri:
        return None
    return _resource(base, section.uri, (section.byterange or "").strip('"') or None, {})


def _key(base: str, key: "m3u8.Key | None", sequence_number: int) -> Key | None:
    """The key in force. Without IV the segment's media sequence number is it (RFC 8216 5.2)."""
    if key is None or key.method in {None, "NONE"}:
        return None
    if key.method != "AES-128" or (key.keyformat or "identity").strip('"') != "identity":
        method = key.method if METHOD.fullmatch(key.method or "") else "something"
        message = f"{without_query(base)}: encrypted with {method}, which cannot be read"
        raise PermanentError("unsupported_encryption", message)
    if not key.uri:
        raise _invalid(base, "a key has no URI")
    try:
        iv = int(key.iv, 16) if key.iv else sequence_number
        return Key(resolve(base, key.uri), iv.to_bytes(16, "big"))
    except (ValueError, OverflowError) as error:
        raise _invalid(base, "an IV is not a 128-bit number") from error


def discontinuity_starts(playlist: MediaPlaylist) -> tuple[Fraction, ...]:
    """Where each discontinuity group begins on the stream's clock, in seconds (sum of EXTINF)."""
    first = playlist.segments[0].start_s
    jumps = [b.start_s for a, b in pairwise(playlist.segments) if a.discontinuity != b.discontinuity]
    return (first, *jumps)
