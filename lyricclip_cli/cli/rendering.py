"""`lyricclip render` and `rerun`: from words on the command line to requests, and back to an exit code."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import anyio

from lyricclip_cli.batch import Job, RenderRequest, prepare_jobs, render_jobs, worst
from lyricclip_cli.cli.present import complain
from lyricclip_cli.errors import UsageError, UserError
from lyricclip_cli.observe import LogLevel, ProgressMode
from lyricclip_cli.reload import Config
from lyricclip_cli.report import read_report
from lyricclip_cli.rerun import RerunRequest, prepare_rerun, rerun_settings
from lyricclip_cli.settings import Settings

INCOMPLETE = frozenset({5, 6})
"""Exit codes of runs that a rerun may make better."""

STOPPED = frozenset({4, 130, 143})
"""Exit codes of runs that did not come to their end."""


def run_render(config: Config, *, timelines: Sequence[Path], only: str | None, **asked: Any) -> int:
    """Render, and give the exit code. `asked` are the other fields of a `RenderRequest`."""
    _check_words(asked["progress"], asked["log_level"])
    request = RenderRequest(timelines=timelines, only=_ids(only), config=config, **asked)
    settings = config.read()
    jobs, errors = prepare_jobs(request, settings)
    for error in errors:
        complain(error)
    return worst([*(error.exit_code for error in errors), *(_finish(request, settings, jobs) if jobs else [])])


def run_rerun(
    config: Config,
    *,
    reports: Sequence[Path],
    include: str | None,
    only: str | None,
    timeline: Path | None,
    **asked: Any,
) -> int:
    """Redo what is missing in earlier renders, one after the other, since each has settings of its own."""
    _check_words(asked["progress"], asked["log_level"])
    if include not in {None, "fallback"}:
        raise UsageError(f"--include {include}: no such kind of line", hint="fallback is the only one")
    if timeline is not None and len(reports) > 1:
        raise UsageError("--timeline names one timeline, and there are several reports")
    codes = []
    for path in reports:
        wanted = RerunRequest(path, fallbacks=include is not None, only=_ids(only), timeline=timeline)
        try:
            codes += _rerun(wanted, config, RenderRequest(timelines=(), **asked))
        except UserError as error:
            complain(error)
            codes.append(error.exit_code)
    return worst(codes)


def _rerun(wanted: RerunRequest, config: Config, template: RenderRequest) -> list[int]:
    report = read_report(wanted.report)
    as_before = rerun_settings(report, config)
    settings = as_before.read()
    job = prepare_rerun(wanted, report, settings)
    request = replace(template, only=frozenset(report.only), clips_only=report.clips_only, config=as_before)
    return _finish(request, settings, [job])


def _finish(request: RenderRequest, settings: Settings, jobs: Sequence[Job]) -> list[int]:
    """Render prepared jobs; gives their exit codes."""
    batch = anyio.run(partial(render_jobs, request, settings, jobs))
    for error in batch.errors:
        complain(error)
    if request.progress not in {"none", "json"}:
        for job, code in batch.codes:
            _tell_where(job, code)
    return [code for _, code in batch.codes]


def _tell_where(job: Job, code: int) -> None:
    """Say on stderr where film and report are, and what could be done next: the last thing a user reads."""
    print(f"{job.folder.root}", file=sys.stderr)
    if code in INCOMPLETE:
        print(f"  to redo what is missing: lyricclip rerun {job.folder.report}", file=sys.stderr)
    elif code in STOPPED and any(job.folder.clips.glob("*.mp4")):
        print("  the same command goes on where this one ended", file=sys.stderr)


def _ids(names: str | None) -> frozenset[str]:
    return frozenset(part.strip() for part in (names or "").split(",") if part.strip())


def _check_words(progress: str, log_level: str) -> None:
    if progress not in get_args(ProgressMode):
        raise UsageError(f"--progress {progress}: no such mode", hint=f"one of {', '.join(get_args(ProgressMode))}")
    if log_level not in get_args(LogLevel):
        raise UsageError(f"--log-level {log_level}: no such level", hint=f"one of {', '.join(get_args(LogLevel))}")
