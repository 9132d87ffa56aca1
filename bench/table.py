"""The bench's results as text for people (Markdown) and as JSON."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.contenders import CONTENDERS
from bench.sources import FPS
from bench.targets import MB, Book, Row

MEANING = """\
- **ours**: `lyricclip render`, lyrics burned, under a song. **careful**: a script with `ffmpeg -ss` before the playlist
  of the rendition that fits the film, as many at once as ours, join by copy, a second encode for the lyrics.
  **decode-from-start**: `-ss` after the stream's address, four at once, the same end; a few lines stand in for all,
  from the middle of equal shares of all in-points, and their time is multiplied by the frames they stand for.
  **floor**: needed packets on disk, one ffmpeg per clip with our arguments, as many at once as cores, join by copy.
- **transfer**: bytes of the segments that the windows overlap, each once, over the given bandwidth: that of one
  connection times the connections that the settings allow, min(clips at once, downloads per video x videos), at most
  the total.
- Wall seconds are medians; a ratio is the median of the rounds' ratios. MB are 10^6 bytes."""


def text(book: Book, found: Sequence[Row]) -> str:
    """Everything for people."""
    return "\n".join([*_jobs(book), "", *_seconds(book), "", *_rows(found), "", MEANING])


def _jobs(book: Book) -> Iterator[str]:
    yield "| job | lines | film | network | clips at once, downloads per video | needed MB | transfer s |"
    yield "|---|---:|---|---|---|---:|---:|"
    for name, work in book.works.items():
        size = f"{work.size[0]}x{work.size[1]}, {work.frames / FPS:.0f} s"
        needed, transfer = book.needed_bytes(name) / MB, book.transfer_s(name)
        limits = f"{work.at_once}, {work.per_video}"
        yield f"| {name} | {len(work.lines)} | {size} | {work.network} | {limits} | {needed:.1f} | {transfer:.1f} |"


def _seconds(book: Book) -> Iterator[str]:
    yield "| wall seconds (MB sent) | " + " | ".join(CONTENDERS) + " |"
    yield "|---|" + "---:|" * len(CONTENDERS)
    for job in book.works:
        yield f"| {job} | " + " | ".join(_cell(book, job, contender) for contender in CONTENDERS) + " |"


def _cell(book: Book, job: str, contender: str) -> str:
    results = [one[job, contender] for one in book.rounds if (job, contender) in one]
    if not results:
        return ""
    wall_s, sent = median(r.wall_s for r in results), median(r.served.bytes_sent for r in results)
    scaled = f", x {results[0].scaled:.1f}" if results[0].scaled != 1 else ""
    return f"{wall_s:.1f} ({sent / MB:.0f}{scaled})"


def _rows(found: Sequence[Row]) -> Iterator[str]:
    yield "| target | measured | least to most | aim | |"
    yield "|---|---:|---|---|---|"
    for row in found:
        verdict = {True: "met", False: "**missed**", None: ""}[row.met]
        spread = f"{min(row.values):.2f} to {max(row.values):.2f}, n = {len(row.values)}"
        yield f"| {row.name} | {row.value:.2f} | {spread} | {row.aim} | {verdict} |"


def data(book: Book, found: Sequence[Row]) -> dict[str, Any]:
    """Everything for programs."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "jobs": {name: _job(book, name) for name in book.works},
        "rounds": [
            [
                {"job": job, "contender": contender, **_result(asdict(result))}
                for (job, contender), result in one.items()
            ]
            for one in book.rounds
        ],
        "targets": [asdict(row) for row in found],
    }


def _job(book: Book, name: str) -> dict[str, Any]:
    work = book.works[name]
    return {
        "lines": len(work.lines),
        "frames": work.frames,
        "size": work.size,
        "network": asdict(work.network),
        "clips_at_once": work.at_once,
        "downloads_per_video": work.per_video,
        "connections": work.connections,
        "needed_bytes": book.needed_bytes(name),
        "transfer_s": book.transfer_s(name),
    }


def _result(result: dict[str, Any]) -> dict[str, Any]:
    """One result; of what was served the sums, since paths are many."""
    served = result.pop("served")
    paths = served.pop("bytes_by_path")
    return {**result, "served": {**served, "bytes_sent": sum(paths.values()), "paths": len(paths)}}
