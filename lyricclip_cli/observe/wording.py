"""How things are said to people, in one place: table and plain lines use the same words."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lyricclip_cli.events import (
    AttemptFailed,
    ClipFinished,
    ClipsRemade,
    ConfigChanged,
    ConfigRejected,
    Event,
    FilmWritten,
    Noted,
    RenderFinished,
    WarningRaised,
)
from lyricclip_cli.outcome import ClipDone, ClipFailed, ClipOutcome, ClipStatus, Film

NOTHING = "–"
"""Stands where there is nothing to say yet."""

_LONGEST_SOURCE = 12
_MOST_NAMED = 8
_INVISIBLE = {"Cc", "Cf", "Cs"}
_ESCAPE_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\|$)", re.DOTALL)
"""Controls of ECMA-48 with parameters (colours, cursor), and those that set a title or a link."""
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


class Gravity(StrEnum):
    """How much a notice matters."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing worth a line of its own. `line_id` is empty when it is about the whole job."""

    gravity: Gravity
    job_id: str
    line_id: str
    text: str

    def line(self, *, with_job: bool) -> str:
        """The notice in one line; `with_job` tells the jobs of a batch apart."""
        return f"{place(self.job_id, self.line_id, with_job=with_job)}{clean(self.text)}"


def place(job_id: str, line_id: str, *, with_job: bool) -> str:
    """What a line of text is about, with the space after it."""
    words = [clean(word) for word in ((job_id if with_job else ""), line_id) if word]
    return "".join(f"{word}  " for word in words)


def clean(text: str) -> str:
    """Text that cannot move a cursor, change a colour or be wider than it is counted.

    Control and format characters go (escape sequences, writing directions, joiners), and so do those that
    only change the look of the character before them: terminals disagree about the width of what they make.
    Any run of white space becomes one space.
    """
    text = _ESCAPE_SEQUENCE.sub("", text)
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character for character in spaced if not _changes_layout(character))


def cells(text: str) -> int:
    """About how many cells a clean text takes in a terminal: wide characters take two, marks on others none."""
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else not unicodedata.combining(character)
        for character in text
    )


def _changes_layout(character: str) -> bool:
    number = ord(character)
    return unicodedata.category(character) in _INVISIBLE or number in _SKIN_TONES or number in _VARIATION_SELECTORS


def outcome_words(outcome: ClipOutcome) -> str:
    """How a line ended, such as `fell back to candidate 2: footage_too_short`."""
    if isinstance(outcome, ClipFailed):
        return f"failed: {_with_detail(outcome.reason, outcome.message)}"
    because = f": {', then '.join(_reasons(outcome))}" if outcome.fallback_reason else ""
    match outcome.status:
        case ClipStatus.SUCCESS:
            return "success"
        case ClipStatus.FALLBACK_CANDIDATE:
            return f"fell back to {_candidate(outcome)}{because}"
        case ClipStatus.FALLBACK_LOCAL:
            return f"fell back to the media folder{because}"
        case _:
            return f"shows the placeholder{because}"


def _reasons(outcome: ClipDone) -> list[str]:
    """Why the line moved on, each hop along its chain; the same reason twice in a row is said once."""
    ends = {attempt.step: attempt.error_code for attempt in outcome.attempts if attempt.error_code}
    later = [ends[step] for step in sorted(ends) if 1 < step < outcome.attempts[-1].step]
    reasons = [outcome.fallback_reason or "", *later]
    return [reason for before, reason in zip(["", *reasons], reasons, strict=False) if reason != before]


def attempt_words(event: AttemptFailed) -> str:
    """What became of an attempt that failed."""
    then = "moves on" if event.retry_in_s is None else f"again in {event.retry_in_s:.1f} s"
    return f"{_with_detail(event.error_code, event.message)}; {then}"


def source_words(outcome: ClipOutcome) -> str:
    """Where a clip's pictures came from, short: `hls 691aef4a…`; empty when there is none."""
    if isinstance(outcome, ClipFailed):
        return ""
    if not outcome.clip.frames:
        return "no frame of its own"
    source = outcome.video_id or (outcome.attempts[-1].source if outcome.attempts else "")
    kind = outcome.source_type.value
    return kind if not source or source == kind else f"{kind} {short_source(source)}"


def short_source(source: str) -> str:
    """A source in few characters: an id's start, a URL's host and last name, a file's own name."""
    text = clean(source)
    if "://" in text:
        host, _, path = text.split("://", 1)[1].partition("/")
        return "/…/".join(part for part in (host, path.rsplit("/", 1)[-1]) if part)
    if "/" in text or "." in text or len(text) <= _LONGEST_SOURCE:
        return text.rsplit("/", 1)[-1]
    return f"{text[:8]}…"


def clip_seconds(outcome: ClipOutcome) -> float | None:
    """How long a line was worked on, waits included; `None` if it was never begun."""
    if outcome.started_at is None or outcome.finished_at is None:
        return None
    return (outcome.finished_at - outcome.started_at).total_seconds()


def notice(event: Event) -> Notice | None:
    """The line that an event deserves of its own, if it is notable."""
    if isinstance(event, ClipFinished):
        return _clip_notice(event.job_id, event.line_id, event.outcome)
    said = _job_words(event)
    line_id = event.line_id if isinstance(event, WarningRaised) else ""
    return Notice(said[0], event.job_id, line_id, said[1]) if said else None


def _job_words(event: Event) -> tuple[Gravity, str] | None:
    match event:
        case WarningRaised(message=message):
            return Gravity.WARNING, message
        case ConfigChanged() | ConfigRejected():
            return _config_words(event)
        case ClipsRemade() | Noted():
            return Gravity.NOTE, event.message if isinstance(event, Noted) else remade_words(event.lines)
        case FilmWritten(film=film):
            return Gravity.GOOD, film_words(film)
        case RenderFinished(status=status, message=message) if message:
            return _status_gravity(status), f"{status}: {message}"
        case _:
            return None


def _config_words(event: ConfigChanged | ConfigRejected) -> tuple[Gravity, str]:
    if isinstance(event, ConfigRejected):
        return Gravity.WARNING, f"config not changed: {event.reason}"
    changed = ", ".join(f"{key} {old} → {new}" for key, old, new in event.changes)
    return Gravity.NOTE, f"config: {changed} (from {event.source})"


def remade_words(lines: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Which clips of an earlier run are made again, and why: `made again: L03 (lyrics), L07 (in-point, length)`."""
    named = [f"{line_id} ({', '.join(parts)})" for line_id, parts in lines[:_MOST_NAMED]]
    rest = f" and {len(lines) - _MOST_NAMED} more" if len(lines) > _MOST_NAMED else ""
    return f"made again: {', '.join(named)}{rest}"


def film_words(film: Film) -> str:
    """The finished film in one line."""
    length = duration_words(film.duration_ms / 1000)
    return f"film {film.path}, {length} long, {film.frames} frames, {bytes_words(film.size_bytes)}"


def bytes_words(count: int) -> str:
    """A number of bytes in decimal units, at most 7 characters up to 1000 GB: `1.2 MB`."""
    if count < 1000:
        return f"{count} B"
    unit, size = next(((unit, size) for unit, size in (("kB", 1e3), ("MB", 1e6)) if count < 999.5 * size), ("GB", 1e9))
    value = count / size
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"


def duration_words(seconds: float) -> str:
    """A duration as a clock shows it: `0:07`, `1:23`, `1:02:03`."""
    minutes, whole = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"


def rest_words(seconds: float | None) -> str:
    """An estimate of time left, no more exact than it is; `–` without one."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        grain = 1 if seconds < 10 else 5
        return f"~{max(grain * round(seconds / grain), 1)} s"
    if seconds < 600:
        return f"~{duration_words(10 * round(seconds / 10))}"
    minutes = round(seconds / 60)
    return f"~{minutes} min" if minutes < 100 else f"~{minutes // 60} h {minutes % 60} min"


def _clip_notice(job_id: str, line_id: str, outcome: ClipOutcome) -> Notice | None:
    if isinstance(outcome, ClipFailed):
        return Notice(Gravity.ERROR, job_id, line_id, outcome_words(outcome))
    if outcome.status is ClipStatus.SUCCESS:
        return None
    return Notice(Gravity.WARNING, job_id, line_id, outcome_words(outcome))


def _candidate(outcome: ClipDone) -> str:
    """The candidate shown: steps count from 1, and a chain's first steps are the candidates."""
    return f"candidate {outcome.attempts[-1].step}" if outcome.attempts else "another candidate"


def _with_detail(code: str, message: str) -> str:
    return f"{code} ({message})" if message else code


def _status_gravity(status: str) -> Gravity:
    return {"complete": Gravity.GOOD, "failed": Gravity.ERROR}.get(status, Gravity.WARNING)
