"""Who is compared: ours, the method that this tool replaces, a careful script, and the floor under all of them.

All use the same ffmpeg, the same encoder settings (libx264, veryfast, CRF 20) and the same laid-out lyrics.
"""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.floor import Floor
from bench.measures import Run, run_measured
from bench.network import Cdn, Served, now_s
from bench.scripts import careful, decode_from_start, lyrics_for
from bench.sources import SONG
from bench.work import BenchLine, Work

LYRICCLIP = Path(sys.executable).with_name("lyricclip")
STAND_INS = 4
"""Lines that stand in for all where every clip is decoded from the stream's start: one for each of four at once."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one contender took for one job. `scaled`: what the wall time of fewer lines was multiplied with."""

    wall_s: float
    served: Served
    scaled: float = 1.0
    run: Run | None = None
    facts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a contender works: an empty folder, the CDN, the folder that the CDN serves."""

    folder: Path
    cdn: Cdn
    root: Path

    def timeline(self, work: Work) -> Path:
        """Write a job's timeline and put the song beside it."""
        shutil.copyfile(self.root / SONG, self.folder / SONG)
        return work.write(self.folder, self.cdn.url)


def run_ours(work: Work, stage: Stage) -> Result:
    """The installed command."""
    timeline = stage.timeline(work)
    stage.cdn.begin(work.network)
    return render(work, timeline, stage)


def render(work: Work, timeline: Path, stage: Stage) -> Result:
    """One run of `lyricclip render`, as a user types it; downloads at once from one video are set beside the flags."""
    command = [str(LYRICCLIP), "render", timeline.name, "--concurrency", str(work.at_once)]
    run = run_measured(command, stage.folder, {"LYRICCLIP_PER_VIDEO_LIMIT": str(work.per_video)})
    served = stage.cdn.served()
    report = json.loads((stage.folder / "artifacts/renders" / work.name / "metrics.json").read_text(encoding="utf-8"))
    facts = {"tail_s": _tail_s(report)}
    if served.first_request_s is not None:
        facts["first_request_s"] = served.first_request_s - run.began_s
    return Result(run.wall_s, served, run=run, facts=facts)


def _tail_s(report: dict[str, Any]) -> float:
    """From the end of the last clip to the film on disk, as the report has it."""
    last = max(datetime.fromisoformat(clip["finished_at"]) for clip in report["clips"])
    return (datetime.fromisoformat(report["metrics"]["render"]["finished_at"]) - last).total_seconds()


def run_careful(work: Work, stage: Stage) -> Result:
    """What a skilled user writes."""
    lyrics = lyrics_for(work, stage.timeline(work), stage.folder)
    stage.cdn.begin(work.network)
    began_s = now_s()
    careful(work, stage.folder, stage.cdn.url, lyrics)
    return Result(now_s() - began_s, stage.cdn.served())


def run_decode_from_start(work: Work, stage: Stage) -> Result:
    """The method that this tool replaces, over some of the lines; its time is multiplied by how many they stand for."""
    some = replace(work, lines=stand_ins(work))
    lyrics = lyrics_for(some, stage.timeline(some), stage.folder)
    stage.cdn.begin(work.network)
    began_s = now_s()
    decode_from_start(some, stage.folder, stage.cdn.url, lyrics)
    scaled = work.frames / some.frames
    return Result((now_s() - began_s) * scaled, stage.cdn.served(), scaled)


def stand_ins(work: Work) -> tuple[BenchLine, ...]:
    """Lines in the middle of equal shares of all in-points: on average as far into their videos as all are."""
    ordered, share = sorted(work.lines, key=lambda line: line.at_ms), len(work.lines) / STAND_INS
    return tuple(ordered[int((number + 0.5) * share)] for number in range(STAND_INS))


def run_floor(work: Work, stage: Stage) -> Result:
    """Nothing but the encodes."""
    floor = Floor(work, stage.timeline(work), stage.root, stage.folder)
    stage.cdn.begin(work.network)
    began_s = now_s()
    floor.run()
    return Result(now_s() - began_s, stage.cdn.served())


Contender = Callable[[Work, Stage], Result]
CONTENDERS: dict[str, Contender] = {
    "ours": run_ours,
    "floor": run_floor,
    "careful": run_careful,
    "decode-from-start": run_decode_from_start,
}
