"""The `Sources` port: each reference goes to the source of its kind."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from lyricclip_cli.errors import MachineError
from lyricclip_cli.hls.stream import HlsStream
from lyricclip_cli.kept import file_identity
from lyricclip_cli.outcome import Footage, SourceType
from lyricclip_cli.plan import (
    FileRef,
    MediaRef,
    PictureSpec,
    PlaceholderRef,
    SourceRef,
    UrlRef,
    VideoRef,
    Window,
)
from lyricclip_cli.ports import FootageRequest
from lyricclip_cli.sources.identity import playlist_identity, url_identity
from lyricclip_cli.sources.local_file import file_footage, find_media, looped_footage, media_file
from lyricclip_cli.sources.streams import Streams
from lyricclip_cli.sources.twelvelabs import Videos
from lyricclip_cli.transport import Pacer, without_query

PLAYLIST_SUFFIXES = (".m3u8", ".m3u")


class RoutedSources:
    """All footage of one job. `videos` is `None` when no TwelveLabs account is configured."""

    def __init__(
        self,
        *,
        streams: Streams,
        videos: Videos | None,
        index_id: str | None,
        picture: PictureSpec,
        media_dir: Path,
        placeholder: Path,
        pacer: Pacer | None = None,
    ) -> None:
        self._pacer = pacer
        self._streams = streams
        self._videos = videos
        self._index_id = index_id
        self._picture = picture
        self._media_dir = media_dir
        self._placeholder = placeholder
        self._identities: dict[SourceRef, str] = {}

    def group(self, ref: SourceRef) -> str:
        """See `Sources.group`: videos and URLs are limited, what lies on this machine is not."""
        match ref:
            case VideoRef(video_id):
                return f"video:{video_id}"
            case UrlRef(url):
                return without_query(url)
            case _:
                return ""

    def identity(self, ref: SourceRef) -> str:
        """See `Sources.identity`. What was said once stays said, so that it is older than what is cut then."""
        if ref not in self._identities:
            self._identities[ref] = self._identity(ref)
        return self._identities[ref]

    def _identity(self, ref: SourceRef) -> str:
        match ref:
            case VideoRef(video_id):
                return f"video {self._videos.index(self._index_id) if self._videos else self._index_id} {video_id}"
            case UrlRef(url):
                return url_identity(url)
            case FileRef(path) if path.suffix.lower() in PLAYLIST_SUFFIXES:
                return playlist_identity(path)
            case FileRef(path):
                return file_identity(path)
            case MediaRef(video_id):
                return file_identity(media_file(self._media_dir, video_id) or self._media_dir / video_id)
            case PlaceholderRef():
                return file_identity(self._placeholder)

    def claim(self, ref: SourceRef, window: Window) -> Callable[[], None]:
        """See `Sources.claim`."""
        stream = self._stream(ref)
        return stream.claim(window) if stream else _nothing_claimed

    async def prepare(self, ref: SourceRef) -> None:
        """See `Sources.prepare`: a video's address is asked for here, and a host's wish for patience is heeded."""
        match ref:
            case VideoRef(video_id):
                uri = await self._stream_url(video_id)
            case UrlRef(url):
                uri = url
            case _:
                return
        if self._pacer is not None:
            self._pacer.check(uri)

    async def fetch(self, ref: SourceRef, request: FootageRequest) -> Footage:
        """See `Sources.fetch`."""
        stream = self._stream(ref)
        if stream is not None:
            footage = await stream.footage(request)
            return replace(footage, source_type=SourceType.LOCAL) if isinstance(ref, FileRef) else footage
        match ref:
            case FileRef(path):
                return await file_footage(path, request)
            case MediaRef(video_id):
                return await file_footage(find_media(self._media_dir, video_id), request)
            case PlaceholderRef():
                return await looped_footage(self._placeholder, request)
            case _:
                raise AssertionError(f"no source for {ref!r}")

    def _stream(self, ref: SourceRef) -> HlsStream | None:
        """The HLS stream behind a reference, if it is one."""
        match ref:
            case VideoRef(video_id):
                name = f"video:{self._index_id}:{video_id}"
                return self._named(name, self._known(video_id), lambda: self._renew(video_id))
            case UrlRef(url):
                return self._named(url, _already(url))
            case FileRef(path) if path.suffix.lower() in PLAYLIST_SUFFIXES:
                uri = path.as_uri()
                return self._named(uri, _already(uri))
            case _:
                return None

    def _named(
        self, name: str, locate: Callable[[], Awaitable[str]], renew: Callable[[], None] | None = None
    ) -> HlsStream:
        return self._streams.named(name, self._picture, locate, renew)

    def _renew(self, video_id: str) -> None:
        if self._videos is not None:
            self._videos.forget(self._index_id, video_id)

    async def _stream_url(self, video_id: str) -> str:
        return await self._account(video_id).stream_url(self._index_id, video_id)

    def _known(self, video_id: str) -> Callable[[], Awaitable[str]]:
        """What gives a video's address to those who hold a slot: it waits for nothing."""

        async def known() -> str:
            return self._account(video_id).known_url(self._index_id, video_id)

        return known

    def _account(self, video_id: str) -> Videos:
        if self._videos is None:
            hint = "set TWELVELABS_API_KEY and TWELVELABS_INDEX_ID"
            raise MachineError(f"video {video_id} is in TwelveLabs, and no key is set", hint=hint)
        return self._videos


def _nothing_claimed() -> None:
    """The end of a claim on what is no stream."""


def _already(uri: str) -> Callable[[], Awaitable[str]]:
    async def known() -> str:
        return uri

    return known
