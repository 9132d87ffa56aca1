"""Live settings from outside: SIGHUP and changes of the config file reach the running render within a second."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from lyricclip_cli.errors import InputError
from lyricclip_cli.events import ConfigChanged, ConfigRejected, Events, WarningRaised
from lyricclip_cli.live import LiveSettings, SettingChange
from lyricclip_cli.settings import DEFAULT_CONFIG, LIVE_KEYS, MOST_BYTES, Settings, read_settings

LOOK_MS = 200
"""How often signals and the file are looked at besides the system's own word of a change. A symlink may lead to a
folder that is swapped somewhere else, and some network file systems tell of nothing."""

HANGUP = getattr(signal, "SIGHUP", None)
"""The signal that asks for a reload; Windows has none."""


@dataclass(frozen=True, slots=True)
class Config:
    """Where settings come from besides the environment: the flags given, and `--config` (`None`: the usual file)."""

    flags: Mapping[str, Any] = field(default_factory=dict)
    named: Path | None = None

    @property
    def file(self) -> Path:
        """The file that is watched, whether it is there or not."""
        return self.named or DEFAULT_CONFIG

    def read(self, *, file_first: bool = False) -> Settings:
        """Read the settings as they would be now. Raises `InputError`."""
        return read_settings(self.flags, self.named, file_first=file_first)


class Hangups:
    """Counts SIGHUPs."""

    def __init__(self) -> None:
        self._count = 0

    def note(self, *_: object) -> None:
        """One more."""
        self._count += 1

    def taken(self) -> bool:
        """Whether there was any since this was last asked."""
        count, self._count = self._count, 0
        return count > 0


@contextmanager
def hangups() -> Iterator[Hangups]:
    """While this lasts SIGHUPs are counted. Before and after it they are ignored.

    To the very end: before the interpreter exits it resets handlers, and leaves ignored signals ignored.
    """
    counted = Hangups()
    if HANGUP is None:
        yield counted
        return
    signal.signal(HANGUP, counted.note)
    try:
        yield counted
    finally:
        signal.signal(HANGUP, signal.SIG_IGN)


class Reload:
    """Watches for one run. `end` makes `follow` return."""

    def __init__(
        self,
        config: Config,
        live: LiveSettings,
        events: Events,
        *,
        asked: Settings,
        hangups: Hangups,
        watch: Callable[[Path, anyio.Event], AsyncIterator[None]] | None = None,
    ) -> None:
        self._config = config
        self._live = live
        self._events = events
        self._usual = asked
        self._hangups = hangups
        self._watch = watch or wakes
        self._ended = anyio.Event()
        self._seen: bytes | None = None
        self._gone = False
        self._told: set[tuple[str, str]] = set()

    def end(self) -> None:
        """Nothing more is reloaded."""
        self._ended.set()

    async def follow(self) -> None:
        """Reload on every SIGHUP and every change of the file, until the end."""
        self._seen = _content(self._config.file)
        if self._seen is not None and self._changed_before():
            self._reload("file")
        async for _ in self._watch(self._config.file, self._ended):
            content = _content(self._config.file)
            if self._hangups.taken():
                self._seen = content
                self._reload("SIGHUP")
            elif content != self._seen and (content or self._gone):
                self._seen, self._gone = content, False
                self._reload("file")
            else:  # some editors take the old file away, or empty it, before the new one is there: look once more
                self._gone = not content and bool(self._seen)

    def _changed_before(self) -> bool:
        """Whether the file changed between the start, when it was read, and now."""
        try:
            return self._config.read() != self._usual
        except InputError:
            return True

    def _reload(self, source: str) -> None:
        try:
            if self._seen is None and (self._config.named is not None or source == "file"):
                raise InputError(str(self._config.file), [])
            asked, usual = self._config.read(file_first=True), self._config.read()
        except InputError as error:
            self._events.publish(ConfigRejected("", _reason(error)))
            return
        changes, warnings = self._live.apply(asked, source)
        if changes:
            self._events.publish(ConfigChanged("", _told(changes), source))
        for warning in warnings:
            self._events.publish(WarningRaised("", "", warning))
        self._tell_later(usual)

    def _tell_later(self, usual: Settings) -> None:
        """Name keys that changed and are not live, once for each value."""
        for key in sorted(set(Settings.model_fields) - set(LIVE_KEYS)):
            value = str(getattr(usual, key))
            if value == str(getattr(self._usual, key)) or (key, value) in self._told:
                continue
            self._told.add((key, value))
            self._events.publish(WarningRaised("", "", f"{key} = {value} takes effect at the next run"))


def _told(changes: list[SettingChange]) -> tuple[tuple[str, str, str], ...]:
    return tuple((change.key, change.old, change.new) for change in changes)


def _reason(error: InputError) -> str:
    problems = "; ".join(map(str, error.problems)) or "the file is gone"
    return f"{error.file}: {problems}"


def _content(file: Path) -> bytes | None:
    try:
        with file.open("rb") as config:
            return config.read(MOST_BYTES + 1)
    except OSError:
        return None


async def wakes(file: Path, ended: anyio.Event) -> AsyncIterator[None]:
    """Come back whenever something in the file's folder changed, and a few times a second besides."""
    from watchfiles import awatch  # noqa: PLC0415 - 30 ms that only a render pays

    with suppress(OSError, RuntimeError):  # no more watches to be had, or the folder is gone: looking has to do
        async for _ in awatch(
            file.parent,
            watch_filter=None,
            debounce=LOOK_MS,
            step=50,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            recursive=False,
            stop_event=ended,
        ):
            yield
    while not ended.is_set():
        with anyio.move_on_after(LOOK_MS / 1000):
            await ended.wait()
        yield
