"""One HLS stream: its rendition, its tracks, and the footage of any window on it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import anyio

from lyricclip_cli.errors import NotYetError, PermanentError
from lyricclip_cli.hls import packets
from lyricclip_cli.hls.choice import choose_audio, choose_rendition, choose_segments
from lyricclip_cli.hls.cover import Share, held_frames, share_frames
from lyricclip_cli.hls.playlist import MasterPlaylist, MediaPlaylist, parse_playlist
from lyricclip_cli.hls.store import Shelf
from lyricclip_cli.hls.track import FetchedRun, Track, covering_runs
from lyricclip_cli.once import Once
from lyricclip_cli.outcome import Footage, Sound, SourceType, Span
from lyricclip_cli.plan import SNAP_S, PictureSpec, Window
from lyricclip_cli.ports import FootageRequest
from lyricclip_cli.transport import Reader, without_query

LARGEST_PLAYLIST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Tracks:
    """The chosen rendition, and its sound where that has a playlist of its own."""

    video: Track
    audio: Track | None

    @property
    def every(self) -> list[Track]:
        return [self.video, self.audio] if self.audio else [self.video]


@dataclass(frozen=True, slots=True)
class _SoundShare:
    """The part of a window whose sound is in one run; `present_s` is where that run has sound at all."""

    run: FetchedRun
    start_s: Fraction
    end_s: Fraction
    present_s: tuple[Fraction, Fraction] | None


_Media = tuple[MediaPlaylist, Reader]
"""A playlist, and the reader for what it names: that may lie no further than where the playlist itself came from."""

Locate = Callable[[], Awaitable[str]]
"""Gives the URI of a stream's playlist, which may have to be asked for first."""

EXPIRED = frozenset({"http_403", "http_404", "http_410"})
"""How a CDN refuses an address that was signed for a while only."""


class HlsStream:
    """One stream for one output picture. Playlists are read once; so are segments, as long as the shelf holds them.

    `renew` makes `locate` ask for a new address; `None` when there is no other one to be had.
    """

    def __init__(
        self,
        locate: Locate,
        picture: PictureSpec,
        reader: Reader,
        folder: Path,
        *,
        renew: Callable[[], None] | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._shelf = shelf or Shelf()
        self._locate = locate
        self._renew = renew
        self._address = 0
        self._renewed_for: set[Window] = set()
        self._picture = picture
        self._reader = reader
        self._folder = folder
        self._tracks: Once[int, _Tracks] = Once()
        self._claims: Counter[Window] = Counter()
        self._at_work: Counter[Window] = Counter()

    def claim(self, window: Window) -> Callable[[], None]:
        """Until what this gives is called, segments that the window touches stay on disk, unless the shelf is full."""
        self._claims[window] += 1
        for track in self._latest_tracks():
            track.want(window)
        return partial(self._unclaim, window)

    def _unclaim(self, window: Window) -> None:
        self._claims[window] -= 1
        if self._claims[window]:
            return
        del self._claims[window]
        self._renewed_for.discard(window)
        for track in self._latest_tracks():
            track.let_go(window)

    async def footage(self, request: FootageRequest) -> Footage:
        """Fetch what a window needs and copy out its packets. Raises `ClipError`.

        `NotYetError` when the stream's address has expired: it is renewed before the next call, once per window.
        """
        address, window = self._address, request.window
        self._at_work[window] += 1
        try:
            return await self._footage(request)
        except PermanentError as error:
            if self._renew is None or error.code not in EXPIRED:
                raise
            if address == self._address:
                self._expire(window, error)
            raise NotYetError("renewal", f"{error.message}; its address is renewed", wait_s=0) from error
        finally:
            self._at_work -= Counter((window,))
            if self._shelf.is_full:  # lines whose turn is later fetch again what is not needed at this moment
                for track in self._latest_tracks():
                    track.keep_only(self._at_work)

    def _expire(self, window: Window, error: PermanentError) -> None:
        """Begin a new address. A window that fails under that one too has failed for good."""
        if window in self._renewed_for:
            raise error
        assert self._renew is not None
        self._renewed_for.add(window)
        self._address += 1
        self._renew()

    async def _footage(self, request: FootageRequest) -> Footage:
        tracks = await self._tracks.get(self._address, self._load)
        video, window = tracks.video, request.window
        muxed = request.with_sound and tracks.audio is None
        found = await covering_runs(video, window, with_sound=muxed, received=request.received)
        if tracks.audio is None or not request.with_sound:
            request.arrived()
        indexed = [run for _, run in found]
        held = held_frames(window, indexed)
        shares = [(found[indexed.index(share.run)][0], share) for share in share_frames(window, indexed)]
        spans = [await _span(run, share, request) for run, share in shares]
        sound_shares = [_muxed_share(run, share, window) for run, share in shares] if muxed else []
        if request.with_sound and tracks.audio is not None:
            sound_shares = await self._separate_shares(tracks.audio, video, request)
        sound = [await _sound(share, request) for share in sound_shares]
        return Footage(SourceType.HLS, tuple(spans), tuple(sound), held)

    async def _load(self) -> _Tracks:
        """The tracks under the address of now. After a renewal they are those of before, with what they fetched."""
        video, audio = await self._playlists()
        before = self._latest()
        if before is not None and before.video.move(*video) and _moves(before.audio, audio):
            return before
        folder = self._folder / str(self._address)
        sound = Track(*audio, folder / "audio", self._shelf) if audio else None
        tracks = _Tracks(Track(*video, folder / "video", self._shelf), sound)
        for track in tracks.every:
            for window in self._claims:
                track.want(window)
        return tracks

    def _latest_tracks(self) -> list[Track]:
        """The tracks that claims are about: none before the playlists are read."""
        latest = self._latest()
        return latest.every if latest else []

    def _latest(self) -> _Tracks | None:
        known = self._tracks.known()
        return known[max(known)] if known else None

    async def _playlists(self) -> tuple[_Media, _Media | None]:
        """The chosen rendition's playlist, and that of its sound where it has one of its own."""
        playlist, inner = await _read(self._reader, await self._locate())
        if isinstance(playlist, MediaPlaylist):
            return (playlist, inner), None
        rendition = choose_rendition(playlist, self._picture)
        video = await _read_media(inner, rendition.uri)
        chosen = choose_audio(playlist, rendition)
        return video, await _read_media(inner, chosen.uri) if chosen else None

    async def _separate_shares(self, audio: Track, video: Track, request: FootageRequest) -> list[_SoundShare]:
        """The window's sound from a playlist of its own, on the clock that the pictures' track gives."""
        window = request.window
        chosen = choose_segments(audio.playlist, max(window.start_s - packets.PREROLL_S, Fraction(0)), window.end_s)
        audio.want(window, chosen.indices)
        runs = await audio.runs(chosen, video, request.received)
        present = [await audio.read(run, packets.index_sound) for run in runs]
        begins = [p[0] if p else run.segments[0].start_s for run, p in zip(runs, present, strict=True)]
        inner = [min(max(begin, window.start_s), window.end_s) for begin in begins[1:]]
        shares = zip(runs, [window.start_s, *inner], [*inner, window.end_s], present, strict=True)
        return [_SoundShare(*share) for share in shares if share[2] > share[1]]


def _moves(track: Track | None, media: _Media | None) -> bool:
    return track.move(*media) if track and media else track is None and media is None


async def _read(reader: Reader, uri: str) -> tuple[MasterPlaylist | MediaPlaylist, Reader]:
    body = await reader.read(uri, at_most=LARGEST_PLAYLIST_BYTES)
    playlist = await anyio.to_thread.run_sync(parse_playlist, body.data, body.uri)  # a long one takes seconds
    return playlist, reader.named_by(body.origin)


async def _read_media(reader: Reader, uri: str) -> _Media:
    playlist, inner = await _read(reader, uri)
    if isinstance(playlist, MasterPlaylist):
        message = f"{without_query(uri)}: a master playlist inside a master playlist"
        raise PermanentError("playlist_invalid", message)
    return playlist, inner


async def _span(run: FetchedRun, share: Share, request: FootageRequest) -> Span:
    window = request.window
    start_s, last_s = window.time_s(share.first_frame), window.time_s(share.first_frame + share.frames - 1)
    keyframe_s = share.run.index.keyframe_before(start_s + SNAP_S)
    path = request.folder / f"pictures-{share.first_frame}.nut"
    excerpt = await run.read(packets.copy_pictures, keyframe_s, last_s + SNAP_S, path)
    return Span(path, start_s - excerpt.offset_s, share.frames, share.run.index.picture)


def _muxed_share(run: FetchedRun, share: Share, window: Window) -> _SoundShare:
    start_s, end_s = window.time_s(share.first_frame), window.time_s(share.first_frame + share.frames)
    return _SoundShare(run, start_s, end_s, share.run.index.sound_s)


async def _sound(share: _SoundShare, request: FootageRequest) -> Sound:
    duration_s = share.end_s - share.start_s
    present = share.present_s
    if present is None or present[1] <= share.start_s or present[0] >= share.end_s:
        return Sound(None, Fraction(0), duration_s)
    path = request.folder / f"sound-{float(share.start_s):.6f}.nut"
    excerpt = await share.run.read(packets.copy_sound, share.start_s, share.end_s, path)
    return Sound(path, share.start_s - excerpt.offset_s, duration_s)
