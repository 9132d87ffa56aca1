"""One media playlist at work: its segments on disk, its clock, and the runs of segments that cover a window."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import anyio

from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.hls import packets
from lyricclip_cli.hls.choice import SegmentRange, choose_segments
from lyricclip_cli.hls.cover import IndexedRun, missing_after_s, missing_before_s, segments_for
from lyricclip_cli.hls.playlist import MediaPlaylist, Resource, Segment
from lyricclip_cli.hls.store import SegmentStore, Shelf, Wanted
from lyricclip_cli.once import Once
from lyricclip_cli.outcome import Picture
from lyricclip_cli.plan import Window
from lyricclip_cli.transport import Reader, without_query

MOST_EXTENSIONS = 8
"""Rounds of asking for neighbours. Each aims by the timestamps seen, so one or two are the rule."""

HEAD_SIZES = (64 * 1024, 1024 * 1024, 16 * 1024 * 1024)
"""How much of a segment is looked at for its first picture's timestamp, until it is found."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FetchedRun:
    """Consecutive segments that share a discontinuity group and an EXT-X-MAP, on disk: their files in order."""

    segments: tuple[Segment, ...]
    files: tuple[Path, ...]
    timing: packets.Timing
    doubt: Callable[[], None] = lambda: None

    async def read(self, look: Callable[..., T], *more: Any) -> T:
        """Let `look` read the files, in a thread. What cannot be read is fetched again by a retry."""
        try:
            return await anyio.to_thread.run_sync(look, self.files, self.timing, *more)
        except TransientError:
            self.doubt()
            raise


class Track:
    """One media playlist with its segments on disk and its clock.

    `pictures`: what the runs look like, by discontinuity group and EXT-X-MAP, once one has been looked at.
    """

    def __init__(self, playlist: MediaPlaylist, reader: Reader, folder: Path, shelf: Shelf) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.playlist = playlist
        self.store = SegmentStore(reader, folder, shelf)
        self.pictures: dict[tuple[int, Resource | None], Picture] = {}
        self._origins: Once[int, Fraction] = Once()
        self._wanted = Wanted()

    @property
    def name(self) -> str:
        """The playlist, as errors name it."""
        return without_query(self.playlist.uri)

    def move(self, playlist: MediaPlaylist, reader: Reader) -> bool:
        """Go on under the addresses of another playlist of the same stream. `False`: it is not the same stream.

        Segments on disk stay: they are known by their index.
        """
        same = [segment.duration_s for segment in playlist.segments] == [s.duration_s for s in self.playlist.segments]
        if same:
            self.playlist = playlist
            self.store.renewed(reader)
            self._origins.forget_errors()
        return same

    def want(self, window: Window, more: Iterable[int] = ()) -> None:
        """Keep segments for a window: those that it touches by the playlist's word, and `more` by their indices."""
        chosen = choose_segments(self.playlist, window.start_s, window.last_s)
        self._wanted.add(window, (*chosen.indices, *more))

    def let_go(self, window: Window) -> None:
        """Delete what no other window wants."""
        self._wanted.drop(window)
        self.store.discard(self._wanted.__contains__)

    def keep_only(self, windows: Iterable[Window]) -> None:
        """Delete what none of these windows wants; others that want it have to fetch it again."""
        self.store.discard(self._wanted.by(windows).__contains__)

    async def origin_s(self, discontinuity: int) -> Fraction:
        """The timestamp of a discontinuity group's first picture, from the head of its first segment."""

        async def look() -> Fraction:
            first = self.playlist.group(discontinuity)[0]
            init = (await self.store.init(first.init)).read_bytes() if first.init else b""
            for length in HEAD_SIZES:
                head = init + await self.store.head(first, length)
                found = await anyio.to_thread.run_sync(_first_picture, head, self.name)
                if found is not None:
                    return found
            raise TransientError("damaged_media", f"{self.name}: the first segment shows no picture")

        return await self._origins.get(discontinuity, look)

    async def runs(self, chosen: SegmentRange, clock: "Track", received: Callable[[int], None]) -> list[FetchedRun]:
        """The chosen segments, fetched where they are not there yet.

        `clock` is the track whose pictures give the stream's origin.
        """
        wanted = [self.playlist.segments[index] for index in chosen.indices]
        runs = []
        for _, members in groupby(wanted, key=lambda s: (s.discontinuity, s.init)):
            segments = tuple(members)
            files = [await self.store.init(segments[0].init)] if segments[0].init else []
            files += [await self.store.segment(segment, received) for segment in segments]
            timing = await self._timing(segments[0], clock)
            runs.append(FetchedRun(segments, tuple(files), timing, partial(self._doubt, segments)))
        return runs

    def _doubt(self, segments: tuple[Segment, ...]) -> None:
        for segment in segments:
            self.store.doubt(segment.index)

    async def read(self, run: FetchedRun, index: Callable[..., T], *more: Any) -> T:
        """Index a run."""
        return await run.read(index, self.name, *more)

    def starts_group(self, segment: Segment) -> bool:
        """Whether a segment is the first of its discontinuity group."""
        return self.playlist.group(segment.discontinuity)[0].index == segment.index

    def is_last(self, segment: Segment) -> bool:
        """Whether a segment is the stream's last."""
        return segment.index == self.playlist.segments[-1].index

    async def _timing(self, segment: Segment, clock: "Track") -> packets.Timing:
        group_start_s = clock.playlist.group(segment.discontinuity)[0].start_s
        return packets.Timing(await clock.origin_s(segment.discontinuity), group_start_s, segment.start_s)


def _first_picture(head: bytes, where: str) -> Fraction | None:
    try:
        return packets.first_picture_s(head, where)
    except TransientError:
        return None  # cut off before the stream's parameters: a longer head will tell


async def covering_runs(
    track: Track, window: Window, *, with_sound: bool, received: Callable[[int], None]
) -> list[tuple[FetchedRun, IndexedRun]]:
    """Fetch the runs that cover a window by their own timestamps, starting from the EXTINF's word and correcting it.

    Segments taken are wanted from then on, so that they are kept while the window is claimed.
    """
    segments = track.playlist.segments
    chosen = choose_segments(track.playlist, window.start_s, window.last_s)
    for _ in range(MOST_EXTENSIONS):
        track.want(window, chosen.indices)
        found = [(run, await _indexed(track, run)) for run in await track.runs(chosen, track, received)]
        runs = [indexed for _, indexed in found]
        before_s = missing_before_s(window, runs, with_sound=with_sound)
        after_s = missing_after_s(window, runs, with_sound=with_sound)
        if not before_s and not after_s:
            return found
        earlier = segments_for(segments[: chosen.first][::-1], before_s) if before_s else 0
        later = segments_for(segments[chosen.last + 1 :], after_s) if after_s else 0
        chosen = SegmentRange(chosen.first - earlier, chosen.last + later)
    message = f"{track.name}: the segments' times have nothing to do with the playlist's"
    raise PermanentError("playlist_misleading", message)


async def _indexed(track: Track, run: FetchedRun) -> IndexedRun:
    first, last = run.segments[0], run.segments[-1]
    key = (first.discontinuity, first.init)
    index = await track.read(run, packets.index_run, track.pictures.get(key))
    track.pictures[key] = index.picture
    return IndexedRun(run.segments, index, track.starts_group(first), track.is_last(last))
