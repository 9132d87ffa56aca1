"""What has happened to one line so far: its attempts, waits and reasons, as its outcome will tell them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from lyricclip_cli.errors import ClipError, NotYetError
from lyricclip_cli.outcome import Attempt
from lyricclip_cli.plan import Step
from lyricclip_cli.ports import Clock

BROKEN_OFF = "broken_off"
"""The code of an attempt that did not end by itself: the user, the deadline or another line's fate ended it."""


@dataclass(slots=True)
class Attempts:
    """One line's record. `waited_s` is what it waited in all between attempts and for hosts."""

    clock: Clock
    every: list[Attempt] = field(default_factory=list)
    retries: int = 0
    waited_s: float = 0.0
    received_bytes: int = 0
    slot: int = 0
    started_at: datetime | None = None
    reasons: list[str] = field(default_factory=list)
    stage: str = ""

    @contextmanager
    def recorded(self, number: int, step: Step, slot: int) -> Iterator[None]:
        """Record what is done inside as one attempt; what has to be done later is none."""
        started_at, began_s = self.clock.now(), self.clock.monotonic_s()
        self.slot = slot
        self.started_at = self.started_at or started_at
        seen, counts = ("", "", ""), True
        try:
            yield
        except NotYetError:
            counts = False
            raise
        except ClipError as error:
            seen = (error.code, error.message, error.hint)
            raise
        except BaseException:  # cancelled, or what stops the run: no success in any case
            seen = (BROKEN_OFF, "ended before it was done", "")
            raise
        finally:
            if counts:
                spent_ms = round((self.clock.monotonic_s() - began_s) * 1000)
                self.every.append(Attempt(number, step.kind.value, str(step.ref), started_at, spent_ms, slot, *seen))

    def refused(self, number: int, step: Step, error: ClipError) -> None:
        """Record an attempt that failed before it had a slot (slot 0)."""
        now = self.clock.now()
        self.started_at = self.started_at or now
        seen = (error.code, error.message, error.hint)
        self.every.append(Attempt(number, step.kind.value, str(step.ref), now, 0, 0, *seen))
