"""`render.log.jsonl` and `--log-file`: what happened, one JSON record per line.

The logger is private to each file: nothing of structlog is configured for the whole process.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import structlog

from lyricclip_cli.events import Event
from lyricclip_cli.observe.levels import LogLevel, event_level
from lyricclip_cli.observe.records import Throttle
from lyricclip_cli.ports import Clock

__all__ = ["LogLevel", "RenderLog"]


class RenderLog:
    """Writes the events of some jobs to one file. A log that cannot be written costs nothing but the log.

    `trace_ids` says which jobs belong into this file, and the trace id of each: one for a job's own log,
    all of them for the log of a whole call. An event about no job (`job_id` empty) is written under the
    only job if there is one, else with both ids empty. `failure` says why writing stopped, empty while it
    has not.
    """

    def __init__(
        self,
        path: Path,
        *,
        trace_ids: Mapping[str, str],
        clock: Clock,
        level: LogLevel = "info",
        append: bool = False,
    ) -> None:
        self._path = path
        self._clock = clock
        self._append = append
        self._throttle = Throttle(clock)
        self._file: TextIO | None = None
        self.failure = ""
        logger = self._logger(level)
        self._loggers = {job: logger.bind(trace_id=trace_id, job_id=job) for job, trace_id in trace_ids.items()}
        alone = next(iter(self._loggers.values())) if len(self._loggers) == 1 else None
        self._loggers.setdefault("", alone or logger.bind(trace_id="", job_id=""))
        self._lowest = logging.getLevelNamesMapping()[level.upper()]

    def __call__(self, event: Event) -> None:
        """Write the event's record if its level is wanted and its job is this file's."""
        logger = self._loggers.get(event.job_id)
        level = event_level(event)
        if logger is None or level < self._lowest:
            return
        facts = self._throttle.record(event)
        if facts is not None:
            logger.log(level, event.name, **facts)

    def __enter__(self) -> Self:
        """Open the file, and its folder if that is missing."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open(
                "a" if self._append else "w", encoding="utf-8", errors="backslashreplace", newline="\n"
            )
        except OSError as error:
            self._give_up(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close the file."""
        self._close()

    def _logger(self, level: LogLevel) -> Any:
        return structlog.wrap_logger(
            _Sink(self),
            processors=[
                structlog.processors.add_log_level,
                self._add_time,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(level),
            context_class=dict,
            cache_logger_on_first_use=False,
        )

    def _add_time(self, _logger: Any, _method: str, facts: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"timestamp": self._clock.now().isoformat(timespec="milliseconds"), **facts}

    def write(self, line: str) -> None:
        """Write a rendered record at once, so that a crash loses none."""
        if self._file is None:
            return
        try:
            self._file.write(line + "\n")
            self._file.flush()
        except (OSError, ValueError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.failure = f"{self._path}: {error}"
        self._close()

    def _close(self) -> None:
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError as error:  # the disk is full: what is still held back cannot be written
            self.failure = self.failure or f"{self._path}: {error}"


class _Sink:
    """What structlog calls with a rendered record: a method per level, all the same here."""

    def __init__(self, log: RenderLog) -> None:
        self._log = log

    def msg(self, line: str) -> None:
        """Write one record."""
        self._log.write(line)

    debug = info = warning = error = critical = msg
