"""The film's sound: the song, or the clips' own sound end to end, encoded once."""

import errno
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.from_thread

from lyricclip_cli.errors import DiskFullError, NoFilmError
from lyricclip_cli.ffmpeg.clip_command import SAMPLE_RATE, samples_at
from lyricclip_cli.ffmpeg.inputs import OPEN_OPTIONS, input_arguments
from lyricclip_cli.outcome import CutClip
from lyricclip_cli.plan import SongPlan

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

OWN_SOUND_BITS_PER_S = 192_000

KEPT_RATES = frozenset({44_100, 48_000})
"""Sample rates that stay as they are; any other becomes 48 kHz."""

AAC_ARGUMENTS = (
    "-c:a",
    "aac",
    "-b:a",
    "192k",
    "-map_metadata",
    "-1",
    "-fflags",
    "+bitexact",
    "-flags:a",
    "+bitexact",
)


def song_arguments(song: SongPlan, film_s: Fraction, rate: int, output: str) -> list[str]:
    """Arguments that encode the song so that sample 0 is the film's start, and its length is the film's."""
    total = floor(film_s * rate + Fraction(1, 2))
    lead = floor(Fraction(song.lead_ms * rate, 1000) + Fraction(1, 2))
    start = f"atrim=start_sample={lead},asetpts=N/SR/TB" if lead >= 0 else f"adelay={-lead}S:all=1"
    graph = f"aresample={rate}:async=1:first_pts=0,{start},apad=whole_len={total},atrim=end_sample={total}"
    source = [*input_arguments(song.path), "-map", "0:a:0"]
    return [*source, "-af", graph, "-ac", "2", "-ar", str(rate), *AAC_ARGUMENTS, "-f", "mp4", output]


def sample_rate(path: Path) -> int:
    """The rate to encode a song at. Raises `NoFilmError` when the file has no sound that can be read."""
    import av  # noqa: PLC0415 - 60 ms that `--help` does not pay

    try:
        with av.open(str(path), options=OPEN_OPTIONS) as container:
            rate = container.streams.audio[0].codec_context.sample_rate
    except (av.FFmpegError, IndexError) as error:
        raise NoFilmError(f"{path.name}: no sound that can be read", hint="check the timeline's audio.file") from error
    return rate if rate in KEPT_RATES else SAMPLE_RATE


def duration_ms(path: Path) -> int | None:
    """How long a sound file plays, in milliseconds; `None` when it cannot be read as sound."""
    import av  # noqa: PLC0415 - see sample_rate

    try:
        with av.open(str(path), options=OPEN_OPTIONS) as container:
            stream = container.streams.audio[0]
            if stream.duration is not None and stream.time_base is not None:
                return floor(stream.duration * stream.time_base * 1000)
            return None if container.duration is None else container.duration // 1000
    except (av.FFmpegError, IndexError):
        return None


def encode_own_sound(pieces: Sequence[CutClip], fps: Fraction, output: Path) -> None:
    """Decode the clips' lossless sound end to end and encode it once, each clip its exact number of samples.

    In-process, packet by packet: nothing is written in between, however long the film is. Raises `NoFilmError`.
    """
    import av  # noqa: PLC0415 - see sample_rate

    try:
        with av.open(str(output), "w", format="mp4", options={"fflags": "+bitexact"}) as file:
            stream: Any = file.add_stream("aac", rate=SAMPLE_RATE, options={"flags": "+bitexact"})
            stream.layout, stream.bit_rate = "stereo", OWN_SOUND_BITS_PER_S
            for block in _own_sound(pieces, fps):
                file.mux(stream.encode(block))
            file.mux(stream.encode(None))
    except av.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFullError("the disk is full") from error
        raise NoFilmError(f"the sound could not be encoded: {error}") from error


def _own_sound(pieces: Sequence[CutClip], fps: Fraction) -> "Iterator[AudioFrame]":
    """All clips' sound as one stream of numbered samples."""
    frame = sample = 0
    for piece in pieces:
        anyio.from_thread.check_cancelled()
        wanted = samples_at(frame + piece.frames, fps) - samples_at(frame, fps)
        frame += piece.frames
        began = sample
        for block in _blocks(piece.path):
            block.pts, block.time_base = sample, Fraction(1, SAMPLE_RATE)
            sample += block.samples
            yield block
        if sample - began != wanted:
            raise NoFilmError(f"{piece.path.name}: {sample - began} samples of sound instead of {wanted}")


def _blocks(clip: Path) -> "Iterator[AudioFrame]":
    import av  # noqa: PLC0415 - see sample_rate
    from av.audio.resampler import AudioResampler  # noqa: PLC0415

    with av.open(str(clip), options=OPEN_OPTIONS) as container:
        as_encoded = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
        for decoded in container.decode(audio=0):
            yield from as_encoded.resample(decoded)
