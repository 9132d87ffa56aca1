"""What was measured, beside what was aimed at: one row for each target. Ratios are taken within a round, then the
median over the rounds, so that a machine whose speed drifts is not what is measured."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.contenders import Result
from bench.work import Work

MB = 1_000_000
MANY_SHORT = ("60-lines", "600-lines")
"""Jobs for memory: their clips are so short that a look at the stream's start weighs as much as they do."""

Round = dict[tuple[str, str], Result]
"""The results of one round, by job and contender."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `aim` is the target as text; `met` is `None` where nothing was aimed at."""

    name: str
    value: float
    values: tuple[float, ...]
    aim: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Book:
    """All rounds, the jobs, and the folder of the sources."""

    rounds: Sequence[Round]
    works: dict[str, Work]
    root: Path

    def row(self, name: str, aim: str, figure: Callable[[Round], float | None]) -> Iterator[Row]:
        """A row from one figure per round; none when no round has it."""
        values = tuple(value for value in map(figure, self.rounds) if value is not None)
        if values:
            middle = median(values)
            yield Row(name, middle, values, aim, _meets(middle, aim))

    def needed_bytes(self, job: str) -> int:
        """The bytes of the segments that a job's windows overlap, in the chosen rendition, each once."""
        return sum(path.stat().st_size for path in self.works[job].needed_segments(self.root))

    def transfer_s(self, job: str) -> float:
        """How long these take over the given bandwidth, all connections that the settings allow together."""
        bandwidth = self.works[job].bandwidth_bytes_s()
        return self.needed_bytes(job) / bandwidth if bandwidth else 0.0


def _meets(value: float, aim: str) -> bool | None:
    """Whether a value is what `<= 1.10` or `>= 10` asks for."""
    if not aim:
        return None
    sign, number = aim.split()[:2]
    return value <= float(number) if sign == "<=" else value >= float(number)


def rows(book: Book) -> Iterator[Row]:
    """All rows that the runs made can fill."""
    for job in book.works:
        yield from book.row(f"{job}: ours / {_least_name(book, job)}", _least_aim(book, job), _over_least(book, job))
    for contender, aim in (("careful", ">= 1.8"), ("decode-from-start", ">= 10")):
        for job in book.works:
            yield from book.row(f"{job}: {contender} / ours", aim, _ratio(job, contender, "ours"))
    for job in book.works:
        if job not in MANY_SHORT:
            yield from book.row(f"{job}: bytes sent / bytes needed", "<= 1.10", _bytes(book, job))
    yield from _of_the_process(book)


def _least_name(book: Book, job: str) -> str:
    return "max(floor, transfer)" if book.transfer_s(job) else "floor"


def _least_aim(book: Book, job: str) -> str:
    return "<= 1.20" if book.transfer_s(job) else "<= 1.10"


def _over_least(book: Book, job: str) -> Callable[[Round], float | None]:
    least_s = book.transfer_s(job)

    def figure(one: Round) -> float | None:
        us, floor = one.get((job, "ours")), one.get((job, "floor"))
        return us.wall_s / max(floor.wall_s, least_s) if us and floor else None

    return figure


def _ratio(job: str, above: str, below: str) -> Callable[[Round], float | None]:
    def figure(one: Round) -> float | None:
        upper, lower = one.get((job, above)), one.get((job, below))
        return upper.wall_s / lower.wall_s if upper and lower else None

    return figure


def _bytes(book: Book, job: str) -> Callable[[Round], float | None]:
    needed = book.needed_bytes(job)

    def figure(one: Round) -> float | None:
        us = one.get((job, "ours"))
        return us.served.bytes_sent / needed if us else None

    return figure


def _of_the_process(book: Book) -> Iterator[Row]:
    """What our own process takes, without ffmpeg, and what it takes to begin and to end."""
    yield from book.row("start to first request, s", "<= 0.5", _fact("processor", "first_request_s"))
    yield from book.row("last clip to film, 4 minutes, s", "<= 1.0", _fact("four-minutes", "tail_s"))
    yield from book.row("resume, everything reused, s", "<= 2.0", _fact("four-minutes", "resume_s"))
    for job in book.works:
        aim = "" if job in MANY_SHORT else "<= 5.0"
        yield from book.row(f"{job}: own share of processor time, %", aim, _own_share(job))
    for job, aim in (("one-video", "<= 150"), ("four-minutes", "<= 150"), ("60-lines", "<= 150")):
        yield from book.row(f"{job}: own memory at its peak, MB", aim, _memory(job))
    yield from book.row("memory, 600 lines / 60 lines", "<= 1.10", _growth)


def _fact(job: str, name: str) -> Callable[[Round], float | None]:
    def figure(one: Round) -> float | None:
        us = one.get((job, "ours"))
        return us.facts.get(name) if us else None

    return figure


def _own_share(job: str) -> Callable[[Round], float | None]:
    def figure(one: Round) -> float | None:
        us = one.get((job, "ours"))
        return us.run.own_share * 100 if us and us.run else None

    return figure


def _memory(job: str) -> Callable[[Round], float | None]:
    def figure(one: Round) -> float | None:
        us = one.get((job, "ours"))
        return us.run.peak_bytes / MB if us and us.run else None

    return figure


def _growth(one: Round) -> float | None:
    few, many = _memory("60-lines")(one), _memory("600-lines")(one)
    return many / few if few and many else None
