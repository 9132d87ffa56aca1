"""`lyricclip bench`: the same film rendered once per number of slots, to tell which suits this machine and network."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from lyricclip_cli.batch import RenderRequest, prepare_jobs, render_jobs, worst
from lyricclip_cli.cli.present import complain
from lyricclip_cli.errors import UsageError
from lyricclip_cli.job import work_folder
from lyricclip_cli.reload import Config
from lyricclip_cli.report import Report, read_report
from lyricclip_cli.settings import MOST_SLOTS

AS_GOOD = 1.03
"""Within three percent of the fastest counts as equally fast; fewer slots are then the better choice."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One render. `granted` is what the machine could carry of the slots asked for."""

    concurrency: int
    granted: int
    wall_s: float
    clips_per_s: float
    peak_parallelism: int
    exit_code: int


def run_bench(config: Config, timeline: Path, *, concurrencies: str, as_json: bool) -> int:
    """Render once per number of slots, show what each took, and give the worst exit code of the renders."""
    wanted = parse_concurrencies(concurrencies)
    trials: list[Trial] = []
    with work_folder(config.read().work_dir, "bench") as folder:
        for number in wanted:
            code, trial = _render(config, timeline, number, folder)
            if trial is None:
                return code
            trials.append(trial)
            print(f"concurrency {number}: {trial.wall_s:.2f} s", file=sys.stderr)
    if as_json:
        print(json.dumps({"trials": [asdict(trial) for trial in trials], "best": best(trials).concurrency}, indent=2))
    else:
        _show(trials)
    return worst([trial.exit_code for trial in trials])


def parse_concurrencies(text: str) -> list[int]:
    """The numbers in `1,2,4`, each once. Raises `UsageError`."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isascii() and word.isdigit() and 1 <= int(word) <= MOST_SLOTS for word in words):
        raise UsageError(
            f"--concurrencies {text}: not what is expected", hint=f"numbers from 1 to {MOST_SLOTS}: 1,2,4,6"
        )
    return list(dict.fromkeys(int(word) for word in words))


def best(trials: Sequence[Trial]) -> Trial:
    """The fewest slots of those that are as good as the fastest."""
    fastest_s = min(trial.wall_s for trial in trials)
    return min((t for t in trials if t.wall_s <= fastest_s * AS_GOOD), key=lambda trial: trial.concurrency)


def _render(config: Config, timeline: Path, concurrency: int, folder: Path) -> tuple[int, Trial | None]:
    """One render in folders of its own, so that it finds nothing of another one's work. No trial: it made no film."""
    own: Mapping[str, Any] = {"output_dir": folder / str(concurrency), "work_dir": folder / f"{concurrency}-tmp"}
    chosen = Config({**config.flags, **own, "render_clip_concurrency": concurrency}, config.named)
    request, settings = RenderRequest([timeline], progress="none", config=chosen), chosen.read()
    jobs, errors = prepare_jobs(request, settings)
    for error in errors:
        complain(error)
        return error.exit_code, None
    began_s = time.monotonic()
    batch = anyio.run(partial(render_jobs, request, settings, jobs))
    wall_s = time.monotonic() - began_s
    for error in batch.errors:
        complain(error)
        return error.exit_code, None
    [(job, code)] = batch.codes
    report = read_report(job.folder.report)
    if report.film is None:
        print(f"lyricclip: no film with concurrency {concurrency}: {_why(report)}", file=sys.stderr)
        return code, None
    stats, granted = report.metrics.render.clip_stats, report.config["render_clip_concurrency"]
    per_s = round(stats.total_tasks / wall_s, 2)
    return code, Trial(concurrency, granted, round(wall_s, 3), per_s, stats.peak_parallelism, code)


def _why(report: Report) -> str:
    return report.error.message if report.error else report.status.value


def _show(trials: Sequence[Trial]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("concurrency", "wall s", "clips/s", "peak parallelism", ""):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for trial in trials:
        cells = (f"{trial.wall_s:.2f}", f"{trial.clips_per_s:.2f}", str(trial.peak_parallelism), _remark(trial))
        table.add_row(str(trial.concurrency), *cells)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"best here: --concurrency {best(trials).concurrency}")


def _remark(trial: Trial) -> str:
    remarks = [f"lowered to {trial.granted}"] if trial.granted != trial.concurrency else []
    remarks += ["some footage is missing"] if trial.exit_code else []
    return ", ".join(remarks)
