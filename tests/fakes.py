"""Stand-ins for what the core needs from outside: documented classes that behave, not recordings of calls."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Literal

import anyio
import anyio.lowlevel

from lyricclip_cli.errors import LyricclipError, PermanentError, TransientError
from lyricclip_cli.outcome import CutClip, Film, Footage, Picture, Sound, SourceType, Span
from lyricclip_cli.plan import FileRef, MediaRef, PlaceholderRef, SongPlan, SourceRef, UrlRef, VideoRef, Window
from lyricclip_cli.ports import CutOrder, FootageRequest
from lyricclip_cli.transport import Body, ByteRange, Origin

Answer = LyricclipError | Literal["ok", "hangs"]
"""What one call comes to: an error is raised, `ok` succeeds, `hangs` never returns by itself."""


class FakeClock:
    """A `ports.Clock` whose time moves only when someone sleeps or a test says so.

    Both of its times start at fixed values and move together. `sleep` takes no real time: it advances the
    clock by the whole wait, lets other tasks run once, and returns. So waits of tasks that sleep side by
    side add up, as if they had slept one after the other. `slept` lists every wait in seconds, in the order
    in which they began.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The start plus all that has elapsed."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic_s(self) -> float:
        """Seconds since the start, 0.0 at first."""
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Advance by `seconds` and give way once, so that cancellation is felt."""
        self.slept.append(seconds)
        self.advance(max(seconds, 0.0))
        await anyio.lowlevel.checkpoint()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._elapsed_s += seconds


class _Script:
    """Answers by name, given out one per call; a name that has none left succeeds."""

    def __init__(self, answers: Mapping[str, Sequence[Answer]]) -> None:
        self._left = {name: list(given) for name, given in answers.items()}

    async def play(self, name: str) -> None:
        left = self._left.get(name)
        answer = left.pop(0) if left else "ok"
        if isinstance(answer, LyricclipError):
            raise answer
        if answer == "hangs":
            await anyio.sleep_forever()


class FakeSources:
    """A `ports.Sources` in which all footage exists.

    A fetch writes a file into the request's folder, tells of `size_bytes` bytes in two pieces and takes `fetch_s`
    seconds of the clock; then `answers`, by the reference's name, decide how it ends. As with real streams, footage
    is there only for windows that are claimed: fetching without a claim is a bug of the caller. `fetched` lists the
    references in the order of the calls, `claims` those in force.
    """

    def __init__(
        self,
        clock: FakeClock,
        answers: Mapping[str, Sequence[Answer]] | None = None,
        *,
        fetch_s: float = 0.5,
        size_bytes: int = 1000,
        held_frames: int = 0,
        preparing: Mapping[str, Sequence[Answer]] | None = None,
    ) -> None:
        self._clock = clock
        self._script = _Script(answers or {})
        self._preparing = _Script(preparing or {})
        self._fetch_s = fetch_s
        self._size_bytes = size_bytes
        self._held_frames = held_frames
        self.fetched: list[str] = []
        self.peak = 0
        self._fetching = 0
        self.prepared: list[str] = []
        self.identities: dict[str, str] = {}
        self.claims: Counter[tuple[SourceRef, Window]] = Counter()

    def group(self, ref: SourceRef) -> str:
        """Videos and URLs are limited; what lies on this machine is not."""
        match ref:
            case VideoRef(video_id):
                return f"video:{video_id}"
            case UrlRef(url):
                return url.split("?", 1)[0]
            case _:
                return ""

    def identity(self, ref: SourceRef) -> str:
        """Its name, and what `identities` says of it: a test changes a source there."""
        return f"{ref} {self.identities.get(str(ref), '')}"

    def claim(self, ref: SourceRef, window: Window) -> Callable[[], None]:
        """Counted in `claims` until it ends. It ends once: a second time is a bug of the caller."""
        self.claims[ref, window] += 1

        def end() -> None:
            assert self.claims[ref, window], f"the claim of {ref} ends twice"
            self.claims[ref, window] -= 1
            self.claims += Counter()

        return end

    async def prepare(self, ref: SourceRef) -> None:
        """Ready at once, unless `preparing` says otherwise. `prepared` lists the references in the order of calls."""
        self.prepared.append(str(ref))
        await self._preparing.play(str(ref))

    async def fetch(self, ref: SourceRef, request: FootageRequest) -> Footage:
        """One file with all the pictures, and the sound if it is wanted."""
        assert (ref, request.window) in self.claims, f"{ref} is fetched without a claim"
        self.fetched.append(str(ref))
        path = request.folder / "footage.nut"
        path.write_bytes(b"footage")
        first = self._size_bytes // 2
        for count in (first, self._size_bytes - first):
            request.received(count)
        self._fetching += 1
        self.peak = max(self.peak, self._fetching)
        try:
            await self._clock.sleep(self._fetch_s)
            await self._script.play(str(ref))
        finally:
            self._fetching -= 1
        window = request.window
        span = Span(path, window.start_s, window.frames, Picture(1920, 1080))
        sound = (Sound(path, window.start_s, window.end_s - window.start_s),) if request.with_sound else ()
        return Footage(_source_type(ref), (span,), sound, self._held_frames)


def _source_type(ref: SourceRef) -> SourceType:
    match ref:
        case PlaceholderRef():
            return SourceType.PLACEHOLDER
        case FileRef() | MediaRef():
            return SourceType.LOCAL
        case VideoRef() | UrlRef():
            return SourceType.HLS


class FakeCutter:
    """A `ports.Cutter` that writes a few bytes per frame and takes `cut_s` seconds of the clock.

    It needs the footage's files to be there. A clip appears whole or, when `answers` (by the destination's file
    name) make the cut fail, not at all. `orders` lists what was asked for, `peak` how many cuts ran at once at most.
    """

    def __init__(
        self, clock: FakeClock, answers: Mapping[str, Sequence[Answer]] | None = None, *, cut_s: float = 1.0
    ) -> None:
        self._clock = clock
        self._script = _Script(answers or {})
        self._cut_s = cut_s
        self._working = 0
        self.peak = 0
        self.orders: list[CutOrder] = []
        self.encode = "veryfast"

    def recipe(self, start_frame: int, frames: int, *, with_sound: bool) -> dict[str, str]:  # noqa: ARG002
        """One setting, `encode`, and whether there is sound."""
        return {"encode": self.encode, "sound": str(with_sound)}

    async def cut(self, order: CutOrder) -> CutClip:
        """Every frame becomes ten bytes."""
        self.orders.append(order)
        self._working += 1
        self.peak = max(self.peak, self._working)
        try:
            for path in _files(order.footage):
                assert path.exists(), f"{path} is gone"
            order.progress(order.frames // 2)
            await self._clock.sleep(self._cut_s)
            await self._script.play(order.destination.name)
            order.progress(order.frames)
            order.destination.write_bytes(b"0123456789" * order.frames)
            return CutClip(order.destination, order.frames, 10 * order.frames, 2)
        finally:
            self._working -= 1


def _files(footage: Footage) -> list[Path]:
    sound = [sound.path for sound in footage.sound if sound.path is not None]
    return [*(span.path for span in footage.spans), *sound]


class FakeJoiner:
    """A `ports.Joiner` that puts the pieces' bytes end to end; the song is a small file of its own.

    It needs every piece to be on disk. `answers` has the keys `song` and `join`. `calls` lists what was asked for
    in order: `song began`, `song done`, `join`. `pieces` and `song` are what the film was joined from.
    """

    def __init__(
        self,
        clock: FakeClock,
        fps: Fraction,
        answers: Mapping[str, Sequence[Answer]] | None = None,
        *,
        song_s: float = 2.0,
    ) -> None:
        self._clock = clock
        self._fps = fps
        self._script = _Script(answers or {})
        self._song_s = song_s
        self.calls: list[str] = []
        self.pieces: list[CutClip] = []
        self.song: Path | None = None

    def song_recipe(self, song: SongPlan) -> dict[str, str]:
        """The file's name and where it begins."""
        return {"song": song.path.name, "extent": str(song.lead_ms)}

    async def encode_song(self, song: SongPlan, destination: Path) -> Path:
        """Take some time and write a file."""
        self.calls.append("song began")
        await self._clock.sleep(self._song_s)
        await self._script.play("song")
        _write(destination, f"{song.path.name} from {song.lead_ms} ms".encode())
        self.calls.append("song done")
        return destination

    async def join(self, pieces: Sequence[CutClip], song: Path | None, destination: Path) -> Film:
        """All the pieces' bytes, in order."""
        self.calls.append("join")
        self.pieces, self.song = list(pieces), song
        whole = _read_all(pieces, song)
        await self._script.play("join")
        _write(destination, whole)
        frames = sum(piece.frames for piece in pieces)
        duration_ms = round(frames * 1000 / self._fps)
        return Film(destination, frames, duration_ms, duration_ms, len(whole))


def _read_all(pieces: Sequence[CutClip], song: Path | None) -> bytes:
    """The pieces' bytes in order. Raises `FileNotFoundError` for what is not on disk, the song too."""
    if song is not None:
        song.stat()
    return b"".join(piece.path.read_bytes() for piece in pieces)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


class FakeReader:
    """A `transport.Reader` over a dictionary. `requests` lists the URIs asked for, with their ranges.

    `answers`, by URI, make calls fail; a failed download leaves no file. Bodies can be changed at any time.
    """

    def __init__(self, bodies: Mapping[str, bytes], answers: Mapping[str, Sequence[Answer]] | None = None) -> None:
        self.bodies = dict(bodies)
        self._script = _Script(answers or {})
        self.requests: list[tuple[str, ByteRange | None]] = []
        self.origins: list[Origin] = []

    def named_by(self, origin: Origin) -> "FakeReader":
        """The same reader, since a dictionary is safe; `origins` lists the origins in the order of the calls."""
        self.origins.append(origin)
        return self

    async def read(self, uri: str, *, at_most: int, part: ByteRange | None = None) -> Body:
        """See `Reader.read`."""
        data = await self._body(uri, part)
        if part is None and len(data) > at_most:
            raise PermanentError("too_large", f"{uri} is larger than {at_most} bytes")
        return Body(data, uri)

    async def download(
        self, uri: str, destination: Path, *, part: ByteRange | None, received: Callable[[int], None]
    ) -> int:
        """See `Reader.download`. The body comes in two pieces."""
        data = await self._body(uri, part)
        if part is not None and len(data) != part.length:
            raise TransientError("short_body", f"{uri}: {len(data)} of {part.length} bytes came")
        first = len(data) // 2
        for count in (first, len(data) - first):
            received(count)
        _write(destination, data)
        return len(data)

    async def _body(self, uri: str, part: ByteRange | None) -> bytes:
        self.requests.append((uri, part))
        await anyio.lowlevel.checkpoint()
        await self._script.play(uri)
        if uri not in self.bodies:
            raise PermanentError("http_404", f"{uri} answered 404 Not Found")
        body = self.bodies[uri]
        return body[part.offset : part.offset + part.length] if part else body
