"""What the core needs from outside. Adapters are named in `wiring` alone; tests bring documented fakes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from lyricclip_cli.outcome import CutClip, Film, Footage
from lyricclip_cli.plan import SongPlan, SourceRef, Window


class Clock(Protocol):
    """Time and sleep, so that tests of waiting take no time."""

    def now(self) -> datetime:
        """Wall-clock time with its zone, for reports."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go back, for durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass(frozen=True, slots=True)
class FootageRequest:
    """What one attempt needs: the window, whether sound is wanted, a folder of its own, whom to tell of bytes.

    `arrived` is told when there is nothing more to download: another line of the same video may begin then.
    """

    window: Window
    with_sound: bool
    folder: Path
    received: Callable[[int], None]
    arrived: Callable[[], None] = lambda: None


class Sources(Protocol):
    """All footage, whatever its kind."""

    def group(self, ref: SourceRef) -> str:
        """The name under which `per_video_limit` counts downloads of this source; empty for what needs none."""
        ...

    def identity(self, ref: SourceRef) -> str:
        """What tells this source's footage from any other's, as far as that can be known without a download.

        It may hold secrets: only digests of it are written anywhere.
        """
        ...

    def claim(self, ref: SourceRef, window: Window) -> Callable[[], None]:
        """Say that a line wants this window, so that what was fetched for it is kept. Gives what ends the claim, once.

        Thousands of lines claim what they want long before their turn: a claim is to be small.
        """
        ...

    async def prepare(self, ref: SourceRef) -> None:
        """What has to be waited for before a fetch: the API's rate, a host that asked for patience.

        Called before each stay in a slot, while none is held. Raises like `fetch`.
        """
        ...

    async def fetch(self, ref: SourceRef, request: FootageRequest) -> Footage:
        """Bring the footage into `request.folder`. Raises `ClipError`, or `UserError` when the run cannot go on.

        `NotYetError` when it would have to wait: the caller leaves its slot, waits, prepares and calls again, and
        nothing that was fetched is fetched again.
        """
        ...


@dataclass(frozen=True, slots=True)
class CutOrder:
    """One clip to be cut: `start_frame` places it in the film (and so in the song, for sound and lyrics)."""

    footage: Footage
    start_frame: int
    frames: int
    destination: Path
    with_sound: bool
    progress: Callable[[int], None]


class Cutter(Protocol):
    """Cuts footage to exact frames in the film's one encode, and counts them."""

    def recipe(self, start_frame: int, frames: int, *, with_sound: bool) -> Mapping[str, str]:
        """Everything but the footage that decides what a clip looks and sounds like, by kind."""
        ...

    async def cut(self, order: CutOrder) -> CutClip:
        """Write the clip whole or not at all. Raises `ClipError`, or `UserError` when the run cannot go on."""
        ...


class Joiner(Protocol):
    """Puts pieces and sound together without a second encode of the pictures."""

    def song_recipe(self, song: SongPlan) -> Mapping[str, str]:
        """Everything that decides what the encoded song sounds like, by kind."""
        ...

    async def encode_song(self, song: SongPlan, destination: Path) -> Path:
        """Encode the song once over the whole film; it can run while clips are cut."""
        ...

    async def join(self, pieces: Sequence[CutClip], song: Path | None, destination: Path) -> Film:
        """Write the film whole or not at all. Raises `NoFilmError`."""
        ...
