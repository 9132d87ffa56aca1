"""What holds a run up, as the table shows it: limits and their use, lines that wait, slowed hosts, the last reload."""

from collections import Counter, deque
from pathlib import PurePath

from lyricclip_cli.events import (
    ApiAsked,
    AttemptFailed,
    ClipFinished,
    ConfigChanged,
    ConfigRejected,
    Event,
    FellBack,
    HostRecovered,
    HostSlowed,
    RenderFinished,
    RenderStarted,
    SlotLeft,
    SlotTaken,
    StageEntered,
    StepPostponed,
)
from lyricclip_cli.observe.table_view import Limit, Pressure, Reloaded, SlowHost, Wait
from lyricclip_cli.observe.wording import clean, notice

MINUTE_S = 60.0

ENCODERS, DOWNLOADS, SLOTS = "encode_slots", "per_video_limit", "render_clip_concurrency"
RATE = "twelvelabs_requests_per_minute"

Key = tuple[str, str]
"""Job and line: line ids are unique within a job only."""


class PressureState:
    """Follows the events that tell of limits and waits. One thread at a time."""

    def __init__(self) -> None:
        self._most: dict[str, int] = {}
        self._sources: dict[Key, str] = {}
        self._stages: dict[Key, str] = {}
        self._asked_at_s: deque[float] = deque()
        self._waits: dict[Key, tuple[str, float]] | None = None
        self._hosts: dict[str, tuple[str, float, float]] | None = None
        self._reloaded: tuple[str, bool, float] | None = None

    def apply(self, event: Event, now_s: float) -> None:
        """Take note of what happened."""
        match event:
            case SlotTaken() | SlotLeft() | StageEntered():
                self._moved(event)
            case AttemptFailed(error_code=reason, retry_in_s=float(wait_s)):
                self._wait((event.job_id, event.line_id), reason, now_s + wait_s)
            case StepPostponed(reason=reason, wait_s=wait_s) if wait_s:
                self._wait((event.job_id, event.line_id), reason, now_s + wait_s)
            case FellBack() | ClipFinished():
                self._go_on((event.job_id, event.line_id))
                self._leave((event.job_id, event.line_id))
            case RenderFinished(job_id=job_id):
                self._waits = self._waits and {key: wait for key, wait in self._waits.items() if key[0] != job_id}
            case HostSlowed() | HostRecovered():
                self._host(event, now_s)
            case RenderStarted() | ConfigChanged() | ConfigRejected() | ApiAsked():
                self._limits(event, now_s)

    def pressure(self, now_s: float) -> Pressure:
        """The state as it is now."""
        waits, hosts, reloaded = self._waits, self._hosts, self._reloaded
        return Pressure(
            limits=self._used(now_s),
            waits=None if waits is None else _waits(waits, now_s),
            slowed=None if hosts is None else _slowed(hosts, now_s),
            reloaded=reloaded and Reloaded(reloaded[0], reloaded[1], now_s - reloaded[2]),
        )

    def _used(self, now_s: float) -> tuple[Limit, ...]:
        """Every limit that is known, and how much of it is in use."""
        while self._asked_at_s and self._asked_at_s[0] <= now_s - MINUTE_S:
            self._asked_at_s.popleft()
        fetching = Counter(source for key, source in self._sources.items() if self._stages.get(key, "fetch") == "fetch")
        del fetching[""]
        used = {
            SLOTS: len(self._sources),
            DOWNLOADS: max(fetching.values(), default=0),
            ENCODERS: list(self._stages.values()).count("cut"),
            RATE: len(self._asked_at_s),
        }
        return tuple(Limit(key, used[key], most) for key, most in self._most.items())

    def _moved(self, event: SlotTaken | SlotLeft | StageEntered) -> None:
        key = (event.job_id, event.line_id)
        match event:
            case SlotTaken(kind=kind, source=source):
                self._go_on(key)
                self._sources[key] = source if kind == "candidate" and not PurePath(source).is_absolute() else ""
            case StageEntered(stage=stage) if key in self._sources:
                self._stages[key] = stage
            case SlotLeft():
                self._leave(key)

    def _leave(self, key: Key) -> None:
        self._sources.pop(key, None)
        self._stages.pop(key, None)

    def _wait(self, key: Key, reason: str, until_s: float) -> None:
        self._waits = (self._waits or {}) | {key: (reason, until_s)}

    def _go_on(self, key: Key) -> None:
        if self._waits:
            self._waits.pop(key, None)

    def _host(self, event: HostSlowed | HostRecovered, now_s: float) -> None:
        self._hosts = self._hosts or {}
        if isinstance(event, HostSlowed):
            self._hosts[event.host] = (event.reason, event.interval_s, now_s + event.blocked_s)
        else:
            self._hosts.pop(event.host, None)

    def _limits(self, event: RenderStarted | ConfigChanged | ConfigRejected | ApiAsked, now_s: float) -> None:
        match event:
            case RenderStarted(concurrency=slots, per_video_limit=downloads, encode_slots=encoders):
                self._most |= {SLOTS: slots, **({DOWNLOADS: downloads} if downloads else {}), ENCODERS: encoders}
            case ApiAsked(per_minute=rate):
                self._asked_at_s.append(now_s)
                self._most[RATE] = rate
            case ConfigChanged(changes=changes):
                self._most |= {key: int(new) for key, _, new in changes if key in self._most and new.isdecimal()}
                self._say(event, now_s, applied=True)
            case ConfigRejected():
                self._say(event, now_s, applied=False)

    def _say(self, event: Event, now_s: float, *, applied: bool) -> None:
        said = notice(event)
        if said is not None:
            self._reloaded = (clean(said.text), applied, now_s)


def _waits(waits: dict[Key, tuple[str, float]], now_s: float) -> tuple[Wait, ...]:
    """Those whose time has not come yet; the others wait for a slot, as lines do that have not begun."""
    left = [(until_s - now_s, key, reason) for key, (reason, until_s) in waits.items() if until_s > now_s]
    return tuple(Wait(clean(line_id), reason, left_s) for left_s, (_, line_id), reason in sorted(left))


def _slowed(hosts: dict[str, tuple[str, float, float]], now_s: float) -> tuple[SlowHost, ...]:
    return tuple(
        SlowHost(clean(host), reason, interval_s, max(until_s - now_s, 0.0))
        for host, (reason, interval_s, until_s) in hosts.items()
    )
