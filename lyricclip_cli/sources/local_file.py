"""Video files on disk: ffmpeg reads them where they lie; only their timestamps are looked at here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from lyricclip_cli.errors import PermanentError
from lyricclip_cli.ffmpeg.inputs import MOST_PIXELS, OPEN_OPTIONS
from lyricclip_cli.hls.packets import UNSPECIFIED_MATRIX
from lyricclip_cli.outcome import Footage, Picture, Sound, SourceType, Span
from lyricclip_cli.plan import SNAP_S, frames_beyond
from lyricclip_cli.ports import FootageRequest

if TYPE_CHECKING:
    from av.container import InputContainer

SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".ts", ".m2ts", ".avi")
"""What `DIR/<video_id>.<ext>` is looked for with, in this order."""

SOUND_RUN_UP_S = Fraction(1, 5)
"""Sound before the in-point that is decoded and dropped: codecs with overlapping frames need some to be exact."""

SEEK_BACK_S = (2, 12, 70, None)
"""How far before the in-point a keyframe is looked for, in turn; `None` reads from the start."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a window needs to know of a file. Times are on the file's own clock."""

    origin_s: Fraction
    keyframe_s: Fraction | None
    end_s: Fraction | None
    picture: Picture
    has_sound: bool


async def file_footage(path: Path, request: FootageRequest) -> Footage:
    """The footage of a window of a video file. Raises `PermanentError`."""
    look = await anyio.to_thread.run_sync(_look, path, request)
    window = request.window
    held = frames_beyond(window, look.end_s - look.origin_s) if look.end_s is not None else 0
    start_s = window.start_s + look.origin_s
    span = Span(path, start_s, window.frames, look.picture, seek_s=look.keyframe_s)
    duration_s = window.end_s - window.start_s
    sound = Sound(path, start_s, duration_s, seek_s=_sound_seek_s(look, start_s))
    with_sound = request.with_sound and look.has_sound
    return Footage(SourceType.LOCAL, (span,), (sound,) if with_sound else (), held)


def _sound_seek_s(look: _Look, start_s: Fraction) -> Fraction | None:
    """Where to begin reading for the sound: early enough for the decoder's run-up, from the start if near it.

    A seek to the very first packets loses what lies before time zero, where encoders put their priming samples.
    """
    seek_s = start_s - SOUND_RUN_UP_S
    return seek_s if seek_s > look.origin_s + SOUND_RUN_UP_S else None


async def looped_footage(path: Path, request: FootageRequest) -> Footage:
    """A video file from its start, again and again, for as long as the window is: the placeholder."""
    look = await anyio.to_thread.run_sync(_look, path, request)
    window = request.window
    span = Span(path, look.origin_s, window.frames, look.picture, loop=True)
    sound = Sound(path, look.origin_s, window.end_s - window.start_s, loop=True)
    with_sound = request.with_sound and look.has_sound
    return Footage(SourceType.PLACEHOLDER, (span,), (sound,) if with_sound else ())


def media_file(media_dir: Path, video_id: str) -> Path | None:
    """The media folder's copy of a video, if there is one."""
    for suffix in SUFFIXES:
        path = media_dir / f"{video_id}{suffix}"
        if path.is_file() and path.resolve().is_relative_to(media_dir.resolve()):
            return path
    return None


def find_media(media_dir: Path, video_id: str) -> Path:
    """The media folder's copy of a video. Raises `PermanentError` (`no_local_media`) when there is none."""
    path = media_file(media_dir, video_id)
    if path is None:
        raise PermanentError("no_local_media", f"the media folder has no {video_id}.mp4 (nor .mov, .mkv, .webm, .ts)")
    return path


@contextmanager
def _opened(path: Path) -> Iterator["InputContainer"]:
    import av  # noqa: PLC0415 - 60 ms that `--help` does not pay

    try:
        with av.open(str(path), options=OPEN_OPTIONS) as container:
            if not container.streams.video:
                raise PermanentError("no_picture", f"{path.name} has no video stream")
            yield container
    except FileNotFoundError as error:
        raise PermanentError("file_missing", f"{path.name}: no such file") from error
    except av.FFmpegError as error:
        raise PermanentError("file_unreadable", f"{path.name} cannot be read as video ({error.strerror})") from error


def _look(path: Path, request: FootageRequest) -> _Look:
    with _opened(path) as container:
        origin_s, picture = _origin(container)
        start_s = origin_s + request.window.start_s + SNAP_S
        last_s = origin_s + request.window.last_s + SNAP_S
        keyframe_s, end_s = None, None
        for back_s in SEEK_BACK_S:
            keyframe_s, end_s = _scan(container, back_s, start_s, last_s)
            if keyframe_s is not None:
                break
        return _Look(origin_s, keyframe_s, end_s, picture, bool(container.streams.audio))


def _origin(container: "InputContainer") -> tuple[Fraction, Picture]:
    """The time of the first picture that is shown (edit lists hide some), and what it looks like."""
    stream: Any = container.streams.video[0]
    if stream.codec_context.width * stream.codec_context.height > MOST_PIXELS:
        raise PermanentError("picture_too_large", f"pictures of more than {MOST_PIXELS} pixels are not decoded")
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    frame = next(iter(container.decode(stream)), None)
    if frame is None or frame.pts is None:
        raise PermanentError("no_picture", "the file shows no picture")
    aspect = stream.sample_aspect_ratio or Fraction(1)
    picture = Picture(
        width=frame.width,
        height=frame.height,
        pixel_aspect=aspect,
        rotation=-frame.rotation % 360,
        interlaced=frame.interlaced_frame,
        matrix_known=frame.colorspace != UNSPECIFIED_MATRIX,
    )
    return frame.pts * stream.time_base, picture


def _scan(
    container: "InputContainer", back_s: int | None, start_s: Fraction, last_s: Fraction
) -> tuple[Fraction | None, Fraction | None]:
    """The last keyframe at or before `start_s`, and where the footage ends if that is before `last_s`."""
    stream: Any = container.streams.video[0]
    seek_s = Fraction(0) if back_s is None else max(start_s - back_s, Fraction(0))
    container.seek(int(seek_s / stream.time_base), stream=stream, backward=True)
    keyframe_s, end_s = None, Fraction(0)
    for packet in container.demux(stream):
        if packet.pts is None or not packet.size:
            continue
        pts_s = packet.pts * stream.time_base
        if packet.is_keyframe and pts_s <= start_s:
            keyframe_s = max(pts_s, keyframe_s or pts_s)
        end_s = max(end_s, pts_s + (packet.duration or 0) * stream.time_base)
        if packet.dts is not None and packet.dts * stream.time_base > last_s:
            return keyframe_s, None
    return keyframe_s, end_s
