"""The settings in force, in one place: changed by a reload, read by everybody at the time of use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lyricclip_cli.machine import Machine, affordable
from lyricclip_cli.ports import Clock
from lyricclip_cli.settings import LIVE_KEYS, Settings


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One live setting that changed while the render ran."""

    at: datetime
    key: str
    old: str
    new: str
    source: str


class LiveSettings:
    """Holds the settings of a run. `first` is what it began with, `warnings` say what had to be lowered, then or later.

    Most of the live keys are read from `now` when they are needed. Limits that others wait at have to be told:
    `listen` adds one who is, after every change.
    """

    def __init__(self, asked: Settings, machine: Machine, clock: Clock) -> None:
        self._machine = machine
        self._clock = clock
        self._listeners: list[Callable[[Settings], None]] = []
        self.first, self.warnings = affordable(asked, machine)
        self.now = self.first
        self.changes: list[SettingChange] = []

    def listen(self, listener: Callable[[Settings], None]) -> None:
        """Tell this one of every change."""
        self._listeners.append(listener)

    def settle(self, key: str, value: str, warning: str) -> None:
        """What a setting came to when it was tried, for the whole run; the warning says why it is not as asked."""
        self.first, self.now = (settings.model_copy(update={key: value}) for settings in (self.first, self.now))
        self.warnings += [warning] if warning else []

    def apply(self, asked: Settings, source: str) -> tuple[list[SettingChange], list[str]]:
        """Put other live values in force at once. Gives what changed, and warnings about what had to be lowered."""
        granted, warnings = affordable(asked, self._machine)
        at = self._clock.now()
        pairs = [(key, getattr(self.now, key), getattr(granted, key)) for key in LIVE_KEYS]
        changes = [SettingChange(at, key, str(old), str(new), source) for key, old, new in pairs if old != new]
        if changes:
            self.now = self.now.model_copy(update={key: new for key, _, new in pairs})
            self.changes += changes
            for listener in self._listeners:
                listener(self.now)
        self.warnings += [warning for warning in warnings if warning not in self.warnings]
        return changes, warnings
