"""Progress for programs: one JSON object per event, one per line."""

import json
from types import TracebackType
from typing import Self, TextIO

from lyricclip_cli.events import Event
from lyricclip_cli.observe.output import SteadyStream
from lyricclip_cli.observe.records import Throttle
from lyricclip_cli.ports import Clock


class JsonLines:
    """Writes `{"event": …, "time": …, "job_id": …, …}` for every event.

    Bytes and frames come at most 4 times a second for each line. The text is ASCII, so that no
    locale can spoil it.
    """

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        self._out = SteadyStream(stream)
        self._clock = clock
        self._throttle = Throttle(clock)

    def __call__(self, event: Event) -> None:
        """Write the event's line."""
        facts = self._throttle.record(event)
        if facts is None:
            return
        time = self._clock.now().isoformat(timespec="milliseconds")
        head = {"event": event.name, "time": time, "job_id": event.job_id}
        self._out.write_line(json.dumps({**head, **facts}))

    def __enter__(self) -> Self:
        """Nothing to start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Nothing to stop: every line is out when its event is over."""
