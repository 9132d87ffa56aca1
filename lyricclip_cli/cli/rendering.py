"""`lyricclip render`: from words on the command line to a request, and back to an exit code."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast, get_args

import anyio

from lyricclip_cli.batch import Job, RenderRequest, prepare_jobs, render_jobs, worst
from lyricclip_cli.cli.present import complain
from lyricclip_cli.errors import UsageError
from lyricclip_cli.observe import LogLevel, ProgressMode
from lyricclip_cli.reload import Config
from lyricclip_cli.settings import Settings


def run_render(
    config: Config,
    *,
    deadline_s: float | None,
    timelines: Sequence[Path],
    job_id: str | None,
    only: str | None,
    clips_only: bool,
    strict: bool,
    fresh: bool,
    metrics: str | None,
    progress: str,
    log_level: str,
    log_file: Path | None,
) -> int:
    """Render, and give the exit code."""
    if progress not in get_args(ProgressMode):
        raise UsageError(f"--progress {progress}: no such mode", hint=f"one of {', '.join(get_args(ProgressMode))}")
    if log_level not in get_args(LogLevel):
        raise UsageError(f"--log-level {log_level}: no such level", hint=f"one of {', '.join(get_args(LogLevel))}")
    request = RenderRequest(
        timelines=timelines,
        job_id=job_id,
        only=frozenset(part.strip() for part in (only or "").split(",") if part.strip()),
        clips_only=clips_only,
        strict=strict,
        fresh=fresh,
        metrics=metrics,
        progress=cast("ProgressMode", progress),
        log_level=cast("LogLevel", log_level),
        log_file=log_file,
        deadline_s=deadline_s,
        config=config,
    )
    return _render(request, config.read())


def _render(request: RenderRequest, settings: Settings) -> int:
    jobs, errors = prepare_jobs(request, settings)
    for error in errors:
        complain(error)
    codes = [error.exit_code for error in errors]
    if jobs:
        batch = anyio.run(partial(render_jobs, request, settings, jobs))
        for error in batch.errors:
            complain(error)
        codes += [code for _, code in batch.codes]
        _tell_where(request, batch.codes)
    return worst(codes)


def _tell_where(request: RenderRequest, finished: Sequence[tuple[Job, int]]) -> None:
    """Say on stderr where each film and report is: the last thing a user reads."""
    if request.progress in {"none", "json"}:
        return
    for job, _ in finished:
        print(f"{job.folder.root}", file=sys.stderr)
