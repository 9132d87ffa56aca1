"""Known clicks: sound that says when it is.

Every click is a short sweep, whose place can be told to a fraction of a sample, in compressed sound too.
"""

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests.numbered import ffmpeg_path

SOUND_RATE = 48_000
"""Samples per second of all sound that is made or analysed here."""

CLICK_S = 0.005
CLICK_LOUDNESS = 0.7


def click_track_args(
    seconds: float, *, period_s: float = 1.0, offset_s: float = 0.0, rate: int = SOUND_RATE
) -> list[str]:
    """ffmpeg's arguments for an input of `seconds` with a click at `offset_s`, `offset_s + period_s`, …"""
    t = f"(t-{offset_s})"
    sweep = f"sin(2*PI*(1000*{t}+400000*{t}*{t}))*sin(PI*{t}/{CLICK_S})*between({t},0,{CLICK_S})"
    one = f"aevalsrc={CLICK_LOUDNESS}*{sweep}:s={rate}:d={period_s}".replace(",", r"\,")
    return [
        "-f",
        "lavfi",
        "-i",
        f"{one},aloop=loop=-1:size={round(period_s * rate)},atrim=duration={seconds}",
    ]


def find_clicks(path: Path) -> list[float]:
    """When the clicks of a film begin, in seconds after its first picture; of a song, after its beginning.

    Heard as from a player: edit lists and the start of each stream count. Good to 0.1 ms through AAC.
    """
    sound = decode_sound(path)
    t = np.arange(round(CLICK_S * SOUND_RATE)) / SOUND_RATE
    click = np.sin(2 * np.pi * (1000 * t + 400_000 * t * t)) * np.sin(np.pi * t / CLICK_S)
    likeness = np.abs(_correlate(sound, click)) / float(click @ click)
    if likeness.size == 0 or likeness.max() < 0.1:
        return []
    near = np.flatnonzero(likeness > 0.6 * likeness.max())
    groups = np.split(near, np.flatnonzero(np.diff(near) > CLICK_S * SOUND_RATE) + 1)
    return [float(group[likeness[group].argmax()]) / SOUND_RATE for group in groups]


def decode_sound(path: Path) -> NDArray[np.float32]:
    """A film's or song's sound, in one channel at `SOUND_RATE`; sample 0 is heard with the first picture."""
    start = _first_picture(path)
    placed = f"aresample={SOUND_RATE}"
    if start is not None:
        # by default a start that is off by less than 1 ms would not count, nor would a gap of less than 100 ms
        placed += ":async=1:first_pts=0:min_comp=0.00001:min_hard_comp=0.03"
        placed = f"asetpts=PTS-{float(start):.9f}/TB,{placed}"
    command = [ffmpeg_path(), "-v", "error", "-nostdin", "-copyts", "-i", str(path), "-map", "0:a:0"]
    command += ["-af", placed, "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)


def _first_picture(path: Path) -> Fraction | None:
    """The time stamp of a film's first picture, in seconds; None for a song."""
    with av.open(str(path)) as container:
        for video in container.streams.video:
            if video.start_time is not None and video.time_base is not None:
                return video.start_time * video.time_base
    return None


def _correlate(sound: NDArray[np.float32], click: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much the sound from each sample on is like `click`, by Fourier transform block by block."""
    block, parts = 1 << 19, []
    turned = np.conj(np.fft.rfft(click, block))
    step = block - len(click)
    for start in range(0, max(len(sound) - len(click), 0), step):
        piece = np.fft.irfft(np.fft.rfft(sound[start : start + block], block) * turned, block)
        parts.append(piece[: min(step, len(sound) - start)])
    return np.concatenate(parts) if parts else np.zeros(0)
