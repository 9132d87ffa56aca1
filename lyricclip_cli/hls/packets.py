"""Timestamps of fetched segments, and packet copies of just the part that a window needs. In-process, with PyAV.

A stream's clock starts at its first picture (frame rules, 2). Ticks are unwrapped where MPEG-TS counts modulo 2**33
(ISO/IEC 13818-1 2.4.3.7); they stay whole numbers in every loop over packets, and become exact seconds at its ends.
"""

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyricclip_cli.errors import TransientError
from lyricclip_cli.media import GLANCE, UNDECODED
from lyricclip_cli.outcome import Picture

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet as AnyPacket
    from av.stream import Stream

    Packet = AnyPacket[Any]

MPEGTS_WRAP_TICKS = 2**33
UNSPECIFIED_MATRIX = 2
"""ITU-T H.273 MatrixCoefficients: the source does not say."""

FORMATS = {"format_whitelist": "mpegts,mov,aac,mp3,ac3,eac3"}
"""Media segment formats (RFC 8216 3), by libavformat's names. It looks at what bytes are, not at where they came from,
and knows formats that name other files and addresses: a segment could be one of those."""

PREROLL_S = Fraction(1, 5)
"""Sound before the in-point that goes along: an AAC decoder needs the frames before to give the first one right."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How a run's timestamps become seconds on the stream's clock.

    `origin_s` is the first picture's timestamp in the run's discontinuity group, `group_start_s` where that group
    begins on the stream's clock, `expected_s` roughly where the run's first segment begins: unwrapping is towards it.
    """

    origin_s: Fraction
    group_start_s: Fraction
    expected_s: Fraction


class TickClock:
    """Ticks of one track of a run, and seconds on the stream's clock."""

    def __init__(self, timing: Timing, time_base: Fraction, *, wraps: bool) -> None:
        self._time_base = time_base
        self._zero_s = timing.group_start_s - timing.origin_s
        self._expected = self.ticks(timing.expected_s)
        self._wraps = wraps

    def unwrapped(self, ticks: int) -> int:
        """The count that a wrapped one stands for: of all candidates the nearest to the expected one."""
        if not self._wraps:
            return ticks
        return ticks + MPEGTS_WRAP_TICKS * round((self._expected - ticks) / MPEGTS_WRAP_TICKS)

    def seconds(self, ticks: int) -> Fraction:
        """An unwrapped count as seconds on the stream's clock."""
        return ticks * self._time_base + self._zero_s

    def ticks(self, seconds: Fraction) -> int:
        """The last tick at or before a time on the stream's clock."""
        return floor((seconds - self._zero_s) / self._time_base)


@dataclass(frozen=True, slots=True)
class RunIndex:
    """What a run of segments holds. All times are seconds on the stream's clock.

    `end_s` is where its last picture ends. Up to `complete_until_s` no picture of the stream is missing. `keyframes_s`
    are the times at which decoding can begin, in order. `sound_s` is from when to when there is sound.
    """

    picture: Picture
    first_s: Fraction
    end_s: Fraction
    complete_until_s: Fraction
    keyframes_s: tuple[Fraction, ...]
    sound_s: tuple[Fraction, Fraction] | None

    def keyframe_before(self, time_s: Fraction) -> Fraction | None:
        """The last keyframe at or before a time."""
        return max((keyframe_s for keyframe_s in self.keyframes_s if keyframe_s <= time_s), default=None)


class _Chain(io.RawIOBase):
    """Several files read as one, so that nothing is copied to join them.

    It can be sought in: in what cannot, libavformat leaves sound packets without timestamps (measured).
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [path.open("rb") for path in paths]
        self._ends = list(accumulate(path.stat().st_size for path in paths))
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ends[-1]}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        number = bisect_right(self._ends, self._position)
        if number == len(self._files):
            return b""
        file = self._files[number]
        file.seek(self._position - (self._ends[number - 1] if number else 0))
        data = file.read(size)
        self._position += len(data)
        return data

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()


@contextmanager
def _opened(source: Any, where: str, *, decode: bool = True) -> Iterator["InputContainer"]:
    """A container, for its packets. Without `decode`, what only a decoded picture tells is not known."""
    import av  # noqa: PLC0415 - 60 ms that `--help` does not pay

    try:
        with _whole(source) if decode else _glanced_at(source) or _whole(source, UNDECODED) as container:
            yield container
    except (av.FFmpegError, IndexError, UnicodeDecodeError) as error:
        raise TransientError("damaged_media", f"{where}: what came cannot be read as media ({error})") from error


def _whole(source: Any, stream_options: Any = None) -> "InputContainer":
    import av  # noqa: PLC0415 - see _opened

    container: InputContainer = av.open(source, "r", options=FORMATS, stream_options=stream_options)
    return container


def _glanced_at(source: Any) -> "InputContainer | None":
    """A container of which only the beginning was looked at; `None` when that does not tell what its tracks are.

    It is a picture's container, perhaps with sound.
    """
    import av  # noqa: PLC0415 - see _opened

    container: InputContainer = av.open(source, "r", options=FORMATS | GLANCE, stream_options=UNDECODED)
    video, audio = container.streams.video[:1], container.streams.audio[:1]
    if video and all([*(t.codec_context.width for t in video), *(t.codec_context.sample_rate for t in audio)]):
        return container
    container.close()
    source.seek(0)
    return None


def _video(container: "InputContainer", where: str) -> "Stream":
    streams = [s for s in container.streams.video if s.codec_context.name not in {"mjpeg", "png"}]
    if not streams:
        raise TransientError("no_picture", f"{where}: no video stream in what came")
    return streams[0]


def _clock(container: "InputContainer", stream: "Stream", timing: Timing) -> TickClock:
    assert stream.time_base is not None
    return TickClock(timing, stream.time_base, wraps="mpegts" in container.format.name)


def _packets(container: "InputContainer", *streams: "Stream") -> "Iterator[tuple[Packet, int]]":
    """Packets that carry something, each with its PTS."""
    for packet in container.demux(streams):
        if packet.pts is not None and packet.size:
            yield packet, packet.pts


def first_picture_s(data: bytes, where: str) -> Fraction | None:
    """The timestamp of the first picture in the head of a segment, on its own clock; `None` if it needs more bytes."""
    with _opened(io.BytesIO(data), where) as container:
        video = _video(container, where)
        assert video.time_base is not None
        for packet, pts in _packets(container, video):
            if packet.is_keyframe:
                return pts * video.time_base
    return None


class _SoundExtent:
    """From when to when a track has sound, gathered packet by packet."""

    def __init__(self, clock: TickClock) -> None:
        self._clock = clock
        self._first: int | None = None
        self._end = 0

    def add(self, packet: "Packet", pts: int) -> None:
        start = self._clock.unwrapped(pts)
        self._first = start if self._first is None else min(self._first, start)
        self._end = max(self._end, start + (packet.duration or 0))

    @property
    def seconds(self) -> tuple[Fraction, Fraction] | None:
        if self._first is None:
            return None
        return self._clock.seconds(self._first), self._clock.seconds(self._end)


def index_run(paths: Sequence[Path], timing: Timing, where: str, known: Picture | None = None) -> RunIndex:
    """Read a run's timestamps. Raises `TransientError` when it is not readable media.

    `known` is what another run of the same track looks like: then no picture is decoded, unless the size is another.
    """
    times, decoded, keyframes = [], [], []
    with _Chain(paths) as chain, _opened(chain, where, decode=known is None) as container:
        video = _video(container, where)
        if known is not None and not _has_size(video, known):
            return index_run(paths, timing, where)
        clock = _clock(container, video, timing)
        tracks = [video, *container.streams.audio[:1]]
        sound = _SoundExtent(_clock(container, tracks[1], timing)) if len(tracks) > 1 else None
        for packet, pts in _packets(container, *tracks):
            if packet.stream is not video:
                assert sound is not None
                sound.add(packet, pts)
                continue
            times.append(clock.unwrapped(pts))
            decoded.append(clock.unwrapped(pts if packet.dts is None else packet.dts))
            if packet.is_keyframe:
                keyframes.append(times[-1])
        if not times:
            raise TransientError("damaged_media", f"{where}: no picture in what came")
        picture = known or _picture(video)
    end, complete_until = _extent(times, decoded)
    return RunIndex(
        picture=picture,
        first_s=clock.seconds(min(times)),
        end_s=clock.seconds(end),
        complete_until_s=clock.seconds(complete_until),
        keyframes_s=tuple(clock.seconds(ticks) for ticks in sorted(keyframes)),
        sound_s=sound.seconds if sound else None,
    )


def _extent(times: list[int], decoded: list[int]) -> tuple[int, int]:
    """Where the last picture ends, and up to where no picture can be missing, in ticks.

    The last picture is taken to last as long as the shortest distance between two. At a steady rate nothing is
    missing up to that end. Otherwise a picture in the next segment may come before our last one (B-frames), but none
    before our last decoding timestamp, since DTS never exceeds PTS.
    """
    distances = [b - a for a, b in pairwise(sorted(set(times)))]
    shortest = min(distances, default=0)
    end = max(times) + shortest
    steady = all(2 * distance < 3 * shortest for distance in distances)
    return end, end if steady else max(decoded)


def index_sound(paths: Sequence[Path], timing: Timing, where: str) -> tuple[Fraction, Fraction] | None:
    """From when to when a run of a separate audio rendition has sound."""
    with _Chain(paths) as chain, _opened(chain, where) as container:
        audio = next(iter(container.streams.audio), None)
        if audio is None:
            return None
        sound = _SoundExtent(_clock(container, audio, timing))
        for packet, pts in _packets(container, audio):
            sound.add(packet, pts)
    return sound.seconds


def _has_size(video: Any, picture: Picture) -> bool:
    return (video.codec_context.width, video.codec_context.height) == (picture.width, picture.height)


def _picture(video: Any) -> Picture:
    aspect = video.sample_aspect_ratio or Fraction(1)
    return Picture(
        width=video.codec_context.width,
        height=video.codec_context.height,
        pixel_aspect=aspect if aspect > 0 else Fraction(1),
        matrix_known=video.codec_context.colorspace != UNSPECIFIED_MATRIX,
    )


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A packet copy on disk. Its own clock reads `offset_s` less than the stream's."""

    path: Path
    offset_s: Fraction


def copy_pictures(
    paths: Sequence[Path], timing: Timing, from_s: Fraction | None, last_s: Fraction, destination: Path
) -> Excerpt:
    """Copy the pictures from the keyframe at `from_s` (`None`: from the start) to the one shown at `last_s`.

    The copy is a NUT file: it keeps any codec and any time base exactly, where Matroska rounds to milliseconds and MP4
    moves timestamps into edit lists (measured).
    """

    def chooser(clock: TickClock) -> _Wanted:
        first, last = None if from_s is None else clock.ticks(from_s), clock.ticks(last_s)
        started = from_s is None

        def wanted(packet: "Packet", pts: int, dts: int) -> bool:
            nonlocal started
            started = started or (packet.is_keyframe and pts == first)
            return started and dts <= last

        return wanted

    return _copy(paths, timing, "video", chooser, destination)


def copy_sound(paths: Sequence[Path], timing: Timing, start_s: Fraction, end_s: Fraction, destination: Path) -> Excerpt:
    """Copy the sound of a window, with a little before it for the decoder."""

    def chooser(clock: TickClock) -> _Wanted:
        first, end = clock.ticks(start_s - PREROLL_S), clock.ticks(end_s)
        return lambda _packet, pts, _dts: first <= pts <= end

    return _copy(paths, timing, "audio", chooser, destination)


_Wanted = Callable[["Packet", int, int], bool]


def _copy(
    paths: Sequence[Path],
    timing: Timing,
    kind: str,
    chooser: Callable[[TickClock], _Wanted],
    destination: Path,
) -> Excerpt:
    import av  # noqa: PLC0415 - see _opened

    base: int | None = None
    with (
        _Chain(paths) as chain,
        _opened(chain, kind, decode=kind != "video") as source,
        av.open(destination, "w", format="nut") as target,
    ):
        stream: Any = _video(source, kind) if kind == "video" else source.streams.audio[0]
        clock = _clock(source, stream, timing)
        wanted = chooser(clock)
        copy = target.add_stream_from_template(stream)
        for packet, raw_pts in _packets(source, stream):
            pts = clock.unwrapped(raw_pts)
            dts = clock.unwrapped(raw_pts if packet.dts is None else packet.dts)
            if not wanted(packet, pts, dts):
                continue
            base = min(pts, dts) if base is None else base
            packet.pts, packet.dts = pts - base, dts - base
            packet.stream = copy
            target.mux(packet)
    if base is None:
        raise TransientError("damaged_media", f"no {kind} could be copied from what came")
    return Excerpt(destination, clock.seconds(base))
