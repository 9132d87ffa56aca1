"""HLS streams of a run: one `HlsStream` for each source and output picture, shared by all lines that use it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from lyricclip_cli.hls.store import Shelf
from lyricclip_cli.hls.stream import HlsStream, Locate
from lyricclip_cli.plan import PictureSpec
from lyricclip_cli.transport import Reader


class Streams:
    """All HLS streams of a run, and the one shelf that their segments lie on."""

    def __init__(self, reader: Reader, folder: Path, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()
        self._reader = reader
        self._folder = folder
        self._streams: dict[tuple[str, PictureSpec], HlsStream] = {}

    def named(
        self, name: str, picture: PictureSpec, locate: Locate, renew: Callable[[], None] | None = None
    ) -> HlsStream:
        """The stream of this name. `locate` is asked for its playlist's URI when it is first needed.

        `renew` is called when that URI has expired, and makes `locate` ask for another.
        """
        key = (name, picture)
        if key not in self._streams:
            folder = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
            self._streams[key] = HlsStream(
                locate, picture, self._reader, self._folder / folder, renew=renew, shelf=self._shelf
            )
        return self._streams[key]
