"""A render that a test watches and disturbs while it runs: its log, its signals, its config file."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tests.command import Workplace

LIMIT_S = 30
"""How long anything may take that should take about a second: machines that test are busy."""

Record = dict[str, Any]


class Running:
    """`lyricclip render t.json` at work. What is still running when the context ends is killed."""

    def __init__(self, place: Workplace, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.process = place.start("render", "t.json", *arguments, env=env)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    @property
    def config(self) -> Path:
        """The config file of the folder it runs in."""
        return self.place.folder / "lyricclip.toml"

    def records(self, event: str) -> list[Record]:
        """The log's records of one event so far."""
        log = self.place.job("t") / "render.log.jsonl"
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        whole = text[: text.rfind("\n") + 1].splitlines()
        return [record for record in map(json.loads, whole) if record["event"] == event]

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until it holds; the render must not end before."""
        end = time.monotonic() + LIMIT_S
        while not condition():
            assert self.process.poll() is None, "it ended before"
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)

    def wait_for_record(self, event: str, count: int = 1) -> Record:
        """The log's so-many-th record of an event, as soon as it is there."""
        self.wait_for(lambda: len(self.records(event)) >= count)
        return self.records(event)[count - 1]

    def hang_up(self) -> None:
        """Ask for a reload."""
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> tuple[int, str]:
        """Wait for its end: the exit code, and what it said."""
        try:
            _, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert "Traceback" not in err, err
        return self.process.returncode, err

    def terminate(self) -> tuple[int, str]:
        """End it before its time."""
        self.process.terminate()
        return self.end()


def changed(report: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """A report's `config_changes` without their times: key, old, new, source."""
    return [(change["key"], change["old"], change["new"], change["source"]) for change in report["config_changes"]]


def seconds_into(report: Mapping[str, Any], moment: str) -> float:
    """A time of a report, in seconds since its slots were counted (about when its job was queued)."""
    began = datetime.fromisoformat(report["metrics"]["render"]["queued_at"])
    return (datetime.fromisoformat(moment) - began).total_seconds()


def most_at_once(spans: Sequence[tuple[float, float]], *, after_s: float = 0.0, before_s: float = 1e9) -> int:
    """The most spans that lie over each other at one moment: of those moments at which one of them begins."""
    begins = [begin for begin, _ in spans if after_s <= begin < before_s]
    return max((sum(begin <= at < end for begin, end in spans) for at in begins), default=0)
