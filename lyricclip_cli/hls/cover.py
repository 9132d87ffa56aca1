"""Do the fetched segments cover a window, and which of their pictures does each output frame show? Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from lyricclip_cli.hls.packets import RunIndex
from lyricclip_cli.hls.playlist import Segment
from lyricclip_cli.plan import SNAP_S, Window, frames_beyond


@dataclass(frozen=True, slots=True)
class IndexedRun:
    """Consecutive fetched segments that share one discontinuity group and one EXT-X-MAP, and what they hold."""

    segments: tuple[Segment, ...]
    index: RunIndex
    starts_group: bool
    ends_stream: bool


def missing_before_s(window: Window, runs: Sequence[IndexedRun], *, with_sound: bool) -> Fraction:
    """How many seconds of earlier footage the window needs, 0 for none."""
    first = runs[0]
    if first.segments[0].index == 0:
        return Fraction(0)
    wanted_s = window.start_s + SNAP_S
    keyframe_s = first.index.keyframe_before(wanted_s)
    if keyframe_s is None:
        decodable_s = min(first.index.keyframes_s, default=first.index.end_s)
        starts_s = first.index.first_s if first.starts_group else decodable_s
        if starts_s > wanted_s:
            return starts_s - wanted_s
    sound_s = first.index.sound_s
    if with_sound and sound_s is not None and not first.starts_group:
        return max(sound_s[0] - wanted_s, Fraction(0))
    return Fraction(0)


def missing_after_s(window: Window, runs: Sequence[IndexedRun], *, with_sound: bool) -> Fraction:
    """How many seconds of later footage the window needs, 0 for none."""
    last = runs[-1]
    if last.ends_stream:
        return Fraction(0)
    wanted_s = window.last_s + SNAP_S
    if wanted_s >= last.index.complete_until_s:
        return wanted_s - last.index.complete_until_s + SNAP_S
    sound_s = last.index.sound_s
    if with_sound and sound_s is not None:
        return max(window.end_s - SNAP_S - sound_s[1], Fraction(0))
    return Fraction(0)


def segments_for(segments: Sequence[Segment], missing_s: Fraction) -> int:
    """How many of these neighbours, nearest first, are as long as what is missing: at least one."""
    total_s = Fraction(0)
    for count, segment in enumerate(segments, start=1):
        total_s += segment.duration_s
        if total_s >= missing_s:
            return count
    return len(segments)


@dataclass(frozen=True, slots=True)
class Share:
    """The output frames that one run shows: `frames` of them from `first_frame` of the window on."""

    run: IndexedRun
    first_frame: int
    frames: int


def share_frames(window: Window, runs: Sequence[IndexedRun]) -> list[Share]:
    """Give every output frame to the run whose pictures are on screen at its time."""
    starts = [0]
    for run in runs[1:]:
        frame = ceil((run.index.first_s - SNAP_S - window.start_s) * window.fps)
        starts.append(min(max(frame, starts[-1]), window.frames))
    ends = [*starts[1:], window.frames]
    shares = [Share(run, a, b - a) for run, a, b in zip(runs, starts, ends, strict=True)]
    return [share for share in shares if share.frames > 0]


def held_frames(window: Window, runs: Sequence[IndexedRun]) -> int:
    """How many output frames lie beyond the end of the footage and show its last picture again.

    Raises `footage_too_short` when that is more than one second (frame rules, 3).
    """
    return frames_beyond(window, runs[-1].index.end_s)
