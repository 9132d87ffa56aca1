"""Timestamps of fetched segments, and packet copies of just the part that a window needs. In-process, with PyAV.

A stream's clock starts at its first picture (frame rules, 2). Timestamps here are ticks from that origin, unwrapped
where MPEG-TS counts modulo 2**33 (ISO/IEC 13818-1 2.4.3.7).
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyricclip_cli.errors import TransientError
from lyricclip_cli.outcome import Picture

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

MPEGTS_WRAP_TICKS = 2**33
PREROLL_S = Fraction(1, 5)
"""Sound before the in-point that goes along: an AAC decoder needs the frames before to give the first one right."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One coded picture: seconds on the stream's clock, and whether decoding can begin there."""

    pts_s: Fraction
    dts_s: Fraction
    key: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """How a run's timestamps become seconds on the stream's clock.

    `origin_s` is the first picture's timestamp in the run's discontinuity group, `group_start_s` where that group
    begins on the stream's clock, `expected_s` roughly where the run's first segment begins: unwrapping is towards it.
    """

    origin_s: Fraction
    group_start_s: Fraction
    expected_s: Fraction

    def seconds(self, ticks: int, time_base: Fraction, wraps: bool) -> Fraction:
        """A timestamp as seconds on the stream's clock."""
        value = ticks * time_base - self.origin_s + self.group_start_s
        if not wraps:
            return value
        period = MPEGTS_WRAP_TICKS * time_base
        return value + period * round((self.expected_s - value) / period)


@dataclass(frozen=True, slots=True)
class RunIndex:
    """What a run of segments holds: its pictures in decoding order, and from when to when there is sound."""

    marks: tuple[Mark, ...]
    picture: Picture
    sound_s: tuple[Fraction, Fraction] | None

    @property
    def first_s(self) -> Fraction:
        """The first picture's time."""
        return min(mark.pts_s for mark in self.marks)

    @property
    def frame_s(self) -> Fraction:
        """The shortest distance between two pictures, taken for the length of the last one."""
        times = sorted({mark.pts_s for mark in self.marks})
        return min((b - a for a, b in pairwise(times)), default=Fraction(1, 25))

    @property
    def end_s(self) -> Fraction:
        """Where the last picture ends."""
        return max(mark.pts_s for mark in self.marks) + self.frame_s

    @property
    def complete_until_s(self) -> Fraction:
        """Up to here, no picture of the stream is missing.

        At a steady rate that is the end of the last picture. Otherwise a picture in the next segment may come before
        our last one (B-frames), but none before our last decoding timestamp, since DTS never exceeds PTS.
        """
        times = sorted({mark.pts_s for mark in self.marks})
        if all(b - a < self.frame_s * Fraction(3, 2) for a, b in pairwise(times)):
            return self.end_s
        return max(mark.dts_s for mark in self.marks)

    def keyframe_before(self, time_s: Fraction) -> Fraction | None:
        """The last keyframe at or before a time."""
        return max((mark.pts_s for mark in self.marks if mark.key and mark.pts_s <= time_s), default=None)


class _Chain(io.RawIOBase):
    """Several files read as one, so that nothing is copied to join them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._files = [path.open("rb") for path in paths]
        self._current = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while self._current < len(self._files):
            data = self._files[self._current].read(size)
            if data:
                return data
            self._current += 1
        return b""

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()


@contextmanager
def _opened(source: Any, where: str) -> Iterator["InputContainer"]:
    import av  # noqa: PLC0415 - 60 ms that `--help` does not pay

    try:
        with av.open(source, "r") as container:
            yield container
    except (av.FFmpegError, IndexError, UnicodeDecodeError) as error:
        raise TransientError("damaged_media", f"{where}: what came cannot be read as media ({error})") from error


def _video(container: "InputContainer", where: str) -> "Stream":
    streams = [s for s in container.streams.video if s.codec_context.name not in {"mjpeg", "png"}]
    if not streams:
        raise TransientError("no_picture", f"{where}: no video stream in what came")
    return streams[0]


def _wraps(container: "InputContainer") -> bool:
    return "mpegts" in container.format.name


def first_picture_s(data: bytes, where: str) -> Fraction | None:
    """The timestamp of the first picture in the head of a segment, on its own clock; `None` if it needs more bytes."""
    with _opened(io.BytesIO(data), where) as container:
        video = _video(container, where)
        assert video.time_base is not None
        for packet in container.demux(video):
            if packet.pts is not None and packet.is_keyframe:
                return packet.pts * video.time_base
    return None


def index_run(paths: Sequence[Path], timing: Timing, where: str) -> RunIndex:
    """Read a run's timestamps. Raises `TransientError` when it is not readable media."""
    marks: list[Mark] = []
    sound: list[Fraction] = []
    with _Chain(paths) as chain, _opened(chain, where) as container:
        video, wraps = _video(container, where), _wraps(container)
        audio = next(iter(container.streams.audio), None)
        for packet, time_base in _packets(container, [video, audio] if audio else [video]):
            assert packet.pts is not None
            pts_s = timing.seconds(packet.pts, time_base, wraps)
            if packet.stream is video:
                dts_s = timing.seconds(packet.dts, time_base, wraps) if packet.dts is not None else pts_s
                marks.append(Mark(pts_s, dts_s, packet.is_keyframe))
            else:
                sound += (pts_s, pts_s + (packet.duration or 0) * time_base)
        if not marks:
            raise TransientError("no_picture", f"{where}: no picture in what came")
        picture = _picture(video)
    return RunIndex(tuple(marks), picture, (min(sound), max(sound)) if sound else None)


def index_sound(paths: Sequence[Path], timing: Timing, where: str) -> tuple[Fraction, Fraction] | None:
    """From when to when a run of a separate audio rendition has sound."""
    times: list[Fraction] = []
    with _Chain(paths) as chain, _opened(chain, where) as container:
        audio = next(iter(container.streams.audio), None)
        if audio is None:
            return None
        for packet, time_base in _packets(container, [audio]):
            assert packet.pts is not None
            start_s = timing.seconds(packet.pts, time_base, _wraps(container))
            times += (start_s, start_s + (packet.duration or 0) * time_base)
    return (min(times), max(times)) if times else None


def _packets(container: "InputContainer", streams: "list[Stream]") -> "Iterator[tuple[Packet, Fraction]]":
    for packet in container.demux(streams):
        if packet.pts is not None and packet.size:
            assert packet.time_base is not None
            yield packet, packet.time_base


def _picture(video: Any) -> Picture:
    aspect = video.sample_aspect_ratio or Fraction(1)
    return Picture(
        width=video.codec_context.width,
        height=video.codec_context.height,
        pixel_aspect=aspect if aspect > 0 else Fraction(1),
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

    started = from_s is None

    def wanted(packet: "Packet", pts_s: Fraction, dts_s: Fraction) -> bool:
        nonlocal started
        started = started or (packet.is_keyframe and pts_s == from_s)
        return started and dts_s <= last_s

    return _copy(paths, timing, "video", wanted, destination)


def copy_sound(
    paths: Sequence[Path], timing: Timing, start_s: Fraction, end_s: Fraction, destination: Path
) -> Excerpt:
    """Copy the sound of a window, with a little before it for the decoder."""

    def wanted(_packet: "Packet", pts_s: Fraction, _dts_s: Fraction) -> bool:
        return start_s - PREROLL_S <= pts_s < end_s

    return _copy(paths, timing, "audio", wanted, destination)


def _copy(paths: Sequence[Path], timing: Timing, kind: str, wanted: Any, destination: Path) -> Excerpt:
    import av  # noqa: PLC0415 - see _opened

    offset_s: Fraction | None = None
    with _Chain(paths) as chain, _opened(chain, kind) as source, av.open(destination, "w", format="nut") as target:
        stream: Any = _video(source, kind) if kind == "video" else source.streams.audio[0]
        wraps = _wraps(source)
        copy = target.add_stream_from_template(stream)
        for packet, time_base in _packets(source, [stream]):
            assert packet.pts is not None
            pts_s = timing.seconds(packet.pts, time_base, wraps)
            dts_s = timing.seconds(packet.dts, time_base, wraps) if packet.dts is not None else pts_s
            if not wanted(packet, pts_s, dts_s):
                continue
            if offset_s is None:
                offset_s = min(pts_s, dts_s)
            packet.pts = round((pts_s - offset_s) / time_base)
            packet.dts = round((dts_s - offset_s) / time_base)
            packet.stream = copy
            target.mux(packet)
    if offset_s is None:
        raise TransientError("damaged_media", f"no {kind} could be copied from what came")
    return Excerpt(destination, offset_s)
