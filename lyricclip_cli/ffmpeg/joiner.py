"""The `Joiner` port: pieces end to end by a copy of their packets, each timestamp computed from the frame's number.

The concat demuxer would take each clip's length from its edit list, which can shift cuts (measured). Here picture n
of the film lies at n / fps exactly, whatever the clips' files say.
"""

import errno
import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread

from lyricclip_cli.errors import DiskFullError, NoFilmError
from lyricclip_cli.ffmpeg.binary import Ffmpeg
from lyricclip_cli.ffmpeg.inputs import input_arguments
from lyricclip_cli.ffmpeg.process import FfmpegFailureError, run_ffmpeg
from lyricclip_cli.ffmpeg.sound import encode_own_sound, sample_rate, song_arguments
from lyricclip_cli.kept import file_identity
from lyricclip_cli.media import UNDECODED
from lyricclip_cli.outcome import CutClip, Film
from lyricclip_cli.placing import place
from lyricclip_cli.plan import SongPlan

if TYPE_CHECKING:
    from av.packet import Packet as AnyPacket

    Packet = AnyPacket[Any]


CHECKED_EVERY = 1000
"""After so many packets the join looks whether it is still wanted: a film of an hour has 200 000."""


class CopyJoiner:
    """Joins the pieces of one film of `frames` pictures at `fps`. `track` is the SubRip text of a subtitle track."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        *,
        fps: Fraction,
        frames: int,
        folder: Path,
        stall_timeout_s: Callable[[], float],
        track: str | None = None,
    ) -> None:
        self._ffmpeg = ffmpeg
        self._fps = fps
        self._frames = frames
        self._folder = folder
        self._stall_timeout_s = stall_timeout_s
        self._track = track

    def song_recipe(self, song: SongPlan) -> dict[str, str]:
        """See `Joiner.song_recipe`."""
        return {
            "song": file_identity(song.path),
            "extent": f"from {song.lead_ms} ms, {self._frames / self._fps} s",
            "tools": self._ffmpeg.tools,
        }

    async def encode_song(self, song: SongPlan, destination: Path) -> Path:
        """See `Joiner.encode_song`."""
        rate = await anyio.to_thread.run_sync(sample_rate, song.path)
        await self._encode(song_arguments(song, self._frames / self._fps, rate, str(destination)))
        return destination

    async def join(self, pieces: Sequence[CutClip], song: Path | None, destination: Path) -> Film:
        """See `Joiner.join`."""
        sound = song or await self._own_sound(pieces)
        text = None if self._track is None else await self._text_track(self._track)
        draft = self._folder / f"joining-{destination.name}"
        film = await anyio.to_thread.run_sync(_joined, pieces, sound, text, self._fps, draft)
        if film.frames != self._frames:
            raise NoFilmError(f"the film came out with {film.frames} frames instead of {self._frames}")
        await anyio.to_thread.run_sync(partial(place, draft, destination, durable=True))
        return Film(destination, film.frames, film.duration_ms, film.sound_duration_ms, film.size_bytes)

    async def _own_sound(self, pieces: Sequence[CutClip]) -> Path:
        encoded = self._folder / "clips.m4a"
        await anyio.to_thread.run_sync(encode_own_sound, pieces, self._fps, encoded)
        return encoded

    async def _text_track(self, track: str) -> Path:
        """The track as MP4 has it (3GPP timed text), in a file of its own: its packets are then copied."""
        source, encoded = self._folder / "track.srt", self._folder / "track.mp4"
        await anyio.Path(source).write_text(track, encoding="utf-8")
        await self._encode(
            [*input_arguments(source, formats="srt"), "-c:s", "mov_text", "-f", "mp4", str(encoded)], what="lyrics"
        )
        return encoded

    async def _encode(self, arguments: list[str], *, what: str = "sound") -> None:
        try:
            await run_ffmpeg(self._ffmpeg.path, arguments, stall_timeout_s=self._stall_timeout_s())
        except FfmpegFailureError as failure:
            if failure.disk_full:
                raise DiskFullError("the disk is full") from failure
            raise NoFilmError(f"the {what} could not be encoded: {failure}") from failure


def _joined(pieces: Sequence[CutClip], sound: Path, text: Path | None, fps: Fraction, draft: Path) -> Film:
    import av  # noqa: PLC0415 - 60 ms that `--help` does not pay

    try:
        with ExitStack() as stack:
            film = stack.enter_context(av.open(str(draft), "w", format="mp4", options={"movflags": "+faststart"}))
            with av.open(str(pieces[0].path)) as first:
                pictures: Any = film.add_stream_from_template(first.streams.video[0])
                parameters = first.streams.video[0].codec_context.extradata
            pictures.time_base = 1 / fps
            song = stack.enter_context(av.open(str(sound)))
            tone: Any = film.add_stream_from_template(song.streams.audio[0])
            tracks = [_pictures(pieces, fps, parameters, pictures), _copied(song.streams.audio[0], tone)]
            if text is not None:
                texts: Any = stack.enter_context(av.open(str(text))).streams.subtitles[0]
                tracks.append(_copied(texts, film.add_stream_from_template(texts)))
            for number, (_, packet) in enumerate(heapq.merge(*tracks, key=lambda item: item[0])):
                if number % CHECKED_EVERY == 0:
                    anyio.from_thread.check_cancelled()
                film.mux(packet)
            track: Any = song.streams.audio[0]
            sound_ms = round(float((track.duration or 0) * track.time_base) * 1000)
    except av.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFullError("the disk is full") from error
        raise NoFilmError(f"the clips could not be joined: {error}") from error
    frames = sum(piece.frames for piece in pieces)
    return Film(draft, frames, round(frames / fps * 1000), sound_ms, draft.stat().st_size)


def _pictures(
    pieces: Sequence[CutClip], fps: Fraction, parameters: bytes | None, stream: Any
) -> "Iterator[tuple[Fraction, Packet]]":
    """Every picture with its number as timestamp. DTS counts coded pictures, behind by the deepest reordering."""
    import av  # noqa: PLC0415 - see _joined

    delay = max(piece.reorder_frames for piece in pieces)
    coded = shown_before = 0
    for piece in pieces:
        with av.open(str(piece.path), stream_options=UNDECODED) as clip:
            source: Any = clip.streams.video[0]
            if source.codec_context.extradata != parameters:
                raise NoFilmError(f"{piece.path.name} was encoded with other parameters than the clips before it")
            for packet in clip.demux(source):
                if packet.pts is None or not packet.size:
                    continue
                packet.pts = shown_before + round(packet.pts * source.time_base * fps)
                packet.dts = coded - delay
                packet.duration = 1
                packet.time_base = 1 / fps
                packet.stream = stream
                coded += 1
                yield packet.dts / fps, packet
        shown_before += piece.frames


def _copied(source: Any, stream: Any) -> "Iterator[tuple[Fraction, Packet]]":
    """Every packet of a stream with its time in seconds, ready to be written to another."""
    for packet in source.container.demux(source):
        if packet.dts is not None and packet.size:
            seconds = packet.dts * packet.time_base
            packet.stream = stream
            yield seconds, packet
