"""What the steps of a render hand to each other: frozen values, no behaviour beyond arithmetic on themselves.

Times on a source's or file's clock are seconds as `Fraction`; lengths of pictures are whole output frames.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path


class SourceType(StrEnum):
    """Where a clip's pictures came from."""

    HLS = "hls"
    LOCAL = "local"
    PLACEHOLDER = "placeholder"


class ClipStatus(StrEnum):
    """How a line ended."""

    SUCCESS = "success"
    FALLBACK_CANDIDATE = "fallback-candidate"
    FALLBACK_LOCAL = "fallback-local"
    FALLBACK_PLACEHOLDER = "fallback-placeholder"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Picture:
    """A source's picture: coded size in pixels, shape of a pixel, clockwise turn in degrees, how it was sampled.

    `matrix_known`: the source says by which matrix its colours became YCbCr. Most web video does not.
    """

    width: int
    height: int
    pixel_aspect: Fraction = Fraction(1)
    rotation: int = 0
    interlaced: bool = False
    matrix_known: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """A run of output frames that comes from one local file.

    Output frame i of the span shows what the file's own clock shows at `start_s + i / fps`. `seek_s` is a keyframe's
    time at or before that, `None` to read from the file's beginning. `loop` repeats the file without end.
    """

    path: Path
    start_s: Fraction
    frames: int
    picture: Picture
    seek_s: Fraction | None = None
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """`duration_s` seconds of sound from `start_s` on the file's own clock on; no file means silence.

    What the file lacks of it, before its first sample or after its last, is silence too.
    """

    path: Path | None
    start_s: Fraction
    duration_s: Fraction
    seek_s: Fraction | None = None
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Footage:
    """Local files that hold all of a clip's pictures, ready to be cut. No spans at all means black."""

    source_type: SourceType
    spans: tuple[Span, ...]
    sound: tuple[Sound, ...] = ()
    held_frames: int = 0


@dataclass(frozen=True, slots=True)
class CutClip:
    """A clip on disk whose frames have been counted. `reorder_frames`: how far its B-frames move pictures."""

    path: Path
    frames: int
    size_bytes: int
    reorder_frames: int


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Milliseconds of one attempt by what it did."""

    fetch_ms: int = 0
    encoder_wait_ms: int = 0
    cut_ms: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get one step of a line's fallback chain. `error_code` is empty when it succeeded."""

    step: int
    kind: str
    source: str
    started_at: datetime
    duration_ms: int
    slot: int
    error_code: str = ""
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ClipDone:
    """A line that has a clip, from whichever step of its chain. `reused`: an earlier run made it, and tells how."""

    status: ClipStatus
    source_type: SourceType
    video_id: str | None
    clip: CutClip
    slot: int
    attempts: tuple[Attempt, ...]
    retry_count: int
    fallback_reason: str | None
    received_bytes: int
    held_frames: int
    started_at: datetime
    finished_at: datetime
    stages: StageTimes
    reused: bool = False


@dataclass(frozen=True, slots=True)
class ClipFailed:
    """A line for which even the placeholder could not be made, or that was not reached before the run was stopped."""

    attempts: tuple[Attempt, ...]
    retry_count: int
    reason: str
    message: str
    started_at: datetime | None = None
    finished_at: datetime | None = None


ClipOutcome = ClipDone | ClipFailed


@dataclass(frozen=True, slots=True)
class Film:
    """The finished film. Durations are of the pictures and of the sound, in milliseconds."""

    path: Path
    frames: int
    duration_ms: int
    sound_duration_ms: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SlotUse:
    """One stay of a line in a slot; both ends in seconds since the render began."""

    slot: int
    job_id: str
    line_id: str
    start_s: float
    end_s: float
