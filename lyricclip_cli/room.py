"""Room on disk: estimated before a job begins, watched while it runs, and told when there is too little."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lyricclip_cli.errors import MachineError
from lyricclip_cli.plan import RenderPlan

TYPICAL_BITS_PER_PIXEL = 0.1
"""Of filmed pictures at crf 20, preset veryfast: 2.3 Mbit/s at 720p and 25 frames per second. Six steps of crf double
or halve it (x264)."""
LEAST_SHARE = 0.2
"""Drawn or dark pictures take a fifth of that. What has less room than this is not begun."""
SOUND_BYTES_PER_S = 24_000
"""AAC at 192 kbit/s."""
SEGMENTS_BYTES = 32_000_000
"""Segments and drafts of the clips in work, a few MB for each slot."""
LAST_BYTES = 8_000_000
"""With less than this, no further clip is begun: the report and the log have to be written all the same."""


def free_bytes(folder: Path) -> int:
    """What a user may still write where this folder is or will be."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free


@dataclass(slots=True)
class Room:
    """The room of one job, in the folders it writes to. `frame_bytes` is what a picture takes, until some are made."""

    output: Path
    work: Path
    film_frames: int
    film_s: float
    frame_bytes: float
    free: Callable[[Path], int] = free_bytes
    _left_frames: int = 0
    _made_frames: int = 0
    _made_bytes: int = 0

    def begin(self, frames: int) -> str:
        """So many frames are to be cut. Gives a warning if they may not fit. Raises `MachineError` if they cannot."""
        self._left_frames = frames
        for folder, needed in self._needs(LEAST_SHARE).items():
            if needed > self.free(folder):
                raise self.full("there is too little room")
        return self._missing()

    def made(self, frames: int, size_bytes: int) -> None:
        """A clip is in its place."""
        self._made_frames += frames
        self._made_bytes += size_bytes
        self._left_frames -= frames

    def check(self) -> None:
        """Raises `MachineError` when there is no room for one more clip."""
        if any(self.free(folder) < LAST_BYTES for folder in (self.output, self.work)):
            raise self.full()

    def full(self, what: str = "the disk is full") -> MachineError:
        """The error that says how much is missing."""
        words = self._missing() or f"{self.output}: less than {_mb(LAST_BYTES)} are free"
        return MachineError(f"{what}: {words}", hint="free some space and run the same command again")

    def _missing(self) -> str:
        """Where room is missing, and how much; empty when there is enough."""
        for folder, needed in self._needs(1.0).items():
            free = self.free(folder)
            if needed > free:
                return (
                    f"{folder}: about {_mb(needed)} are needed and {_mb(free)} are free, {_mb(needed - free)} too few"
                )
        return ""

    def _needs(self, share: float) -> dict[Path, float]:
        """Bytes still to be written to each folder; both count together when they are on one disk.

        The film is drafted in the work folder. On one disk it is moved from there, else it is copied.
        """
        per_frame = self._made_bytes / self._made_frames if self._made_frames else self.frame_bytes * share
        film = self.film_frames * per_frame + self.film_s * SOUND_BYTES_PER_S
        clips = max(self._left_frames, 0) * per_frame
        if _one_disk(self.output, self.work):
            return {self.output: clips + film + SEGMENTS_BYTES * share}
        return {self.output: clips + film, self.work: film + SEGMENTS_BYTES * share}


def job_room(plan: RenderPlan, output: Path, work: Path, *, crf: int) -> Room:
    """The room of a planned film."""
    bits = TYPICAL_BITS_PER_PIXEL * 2 ** ((20 - crf) / 6)
    frame_bytes = plan.picture.width * plan.picture.height * bits / 8
    return Room(output, work, plan.frames, float(plan.duration_s), frame_bytes)


def _one_disk(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.stat().st_dev == other.stat().st_dev


def _mb(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"
