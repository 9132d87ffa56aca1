"""One call of `lyricclip render`: several jobs over shared limits, signals, reports, one exit code."""

import json
import math
import os
import shutil
import signal
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio

from lyricclip_cli.clock import SystemClock
from lyricclip_cli.earlier import Earlier, look_back
from lyricclip_cli.errors import UsageError, UserError
from lyricclip_cli.events import Events, Noted, RenderFinished, RenderStarted, WarningRaised
from lyricclip_cli.job import JobFolder, job_folder, job_id_of, work_folder
from lyricclip_cli.observe import LogLevel, ProgressMode, progress_listener
from lyricclip_cli.observe.log import RenderLog
from lyricclip_cli.observe.output import show_cursor
from lyricclip_cli.outcome import ClipDone, ClipStatus
from lyricclip_cli.placing import write_where_told, write_whole
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.prepare import prepare_film
from lyricclip_cli.reload import Config, Reload, hangups
from lyricclip_cli.report import (
    RenderResult,
    RenderStatus,
    RunFacts,
    build_report,
    render_status,
    report_json,
)
from lyricclip_cli.reuse import Reuse
from lyricclip_cli.settings import Settings
from lyricclip_cli.showing import write_beside
from lyricclip_cli.stop import Stop
from lyricclip_cli.wiring import (
    Shared,
    account_from,
    build_render,
    check_account,
    shared_tools,
    tool_versions,
)

SEVERITY = (0, 5, 3, 2, 4, 6, 1, 143, 130)
"""Exit codes from best to worst: of several timelines, the worst one's is the call's."""

MOST_JOBS = 32
"""Jobs at work at once, each with a log, a lock and a folder of its own: as many as there can be slots."""


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What a user asked for, beside the settings."""

    timelines: Sequence[Path]
    job_id: str | None = None
    only: frozenset[str] = frozenset()
    clips_only: bool = False
    strict: bool = False
    fresh: bool = False
    metrics: str | None = None
    progress: ProgressMode = "auto"
    log_level: LogLevel = "info"
    log_file: Path | None = None
    deadline_s: float | None = None
    config: Config = field(default_factory=Config)


@dataclass(frozen=True, slots=True)
class Job:
    """A timeline that can be rendered.

    `redo`: of an earlier render, these lines alone are made again. `notes` are told when the job begins.
    """

    timeline: Path
    plan: RenderPlan
    folder: JobFolder
    redo: frozenset[str] | None = None
    notes: tuple[str, ...] = ()
    trace_id: str = field(default_factory=lambda: uuid.uuid4().hex)


def prepare_jobs(request: RenderRequest, settings: Settings) -> tuple[list[Job], list[UserError]]:
    """Read and plan every timeline. One that is wrong is an error beside the others' plans."""
    if request.job_id is not None and len(request.timelines) > 1:
        raise UsageError("--job-id names one job, and there are several timelines")
    jobs: list[Job] = []
    errors: list[UserError] = []
    account = account_from(os.environ)
    for timeline in request.timelines:
        try:
            job_id = job_id_of(timeline) if request.job_id is None else request.job_id
            folder = job_folder(settings.output_dir, job_id)
            if any(job.folder.root == folder.root for job in jobs):
                hint = "rename one, or render it by itself with --job-id"
                raise UsageError(f"two timelines would share the job folder {folder.root}", hint=hint)
            plan = prepare_film(timeline, settings, only=request.only)
            check_account(account, plan)
            jobs.append(Job(timeline, plan, folder))
        except UserError as error:
            errors.append(error)
    return jobs, errors


async def render_jobs(request: RenderRequest, settings: Settings, jobs: Sequence[Job]) -> "Batch":
    """Render all jobs over shared limits. Raises `MachineError` before any began."""
    events, clock = Events(), SystemClock()
    deadline_s = math.inf if request.deadline_s is None else anyio.current_time() + request.deadline_s
    roots = [job.timeline.parent for job in jobs]
    stop = Stop(partial(show_cursor, sys.stderr))
    async with stop.listening(), AsyncExitStack() as stack:
        work = stack.enter_context(work_folder(settings.work_dir, jobs[0].folder.job_id))
        progress = progress_listener(request.progress, sys.stderr, clock=clock, timelines=len(jobs))
        for listener in (progress, *_call_log(request, jobs, clock)):
            events.add(stack.enter_context(listener))
        tools = shared_tools(settings, events, work=work, roots=roots, deadline_s=deadline_s)
        shared = await stack.enter_async_context(tools)
        heard = stack.enter_context(hangups())
        reload = Reload(request.config, shared.live, events, asked=settings, hangups=heard)
        batch = Batch(request, shared, stop)
        async with anyio.create_task_group() as reloads:
            reloads.start_soon(reload.follow)
            async with anyio.create_task_group() as renders:
                for number, job in enumerate(jobs):
                    renders.start_soon(batch.render, job, work / str(number))
            reload.end()
            reloads.cancel_scope.cancel()
        return batch


def _call_log(request: RenderRequest, jobs: Sequence[Job], clock: SystemClock) -> Iterator[RenderLog]:
    """One log for all jobs of the call, if it asks for one."""
    if request.log_file is not None:
        ids = {job.folder.job_id: job.trace_id for job in jobs}
        yield RenderLog(request.log_file, trace_ids=ids, clock=clock, level=request.log_level)


class Batch:
    """The jobs of one call at work; then the exit codes of all, and the errors that kept some from beginning."""

    def __init__(self, request: RenderRequest, shared: Shared, stop: Stop) -> None:
        self._request = request
        self._shared = shared
        self._stop = stop
        self._begun = anyio.CapacityLimiter(MOST_JOBS)
        self.codes: list[tuple[Job, int]] = []
        self.errors: list[UserError] = []

    async def render(self, job: Job, work: Path) -> None:
        """Render one job, alone in its folder, and write its report."""
        async with self._begun:
            try:
                with job.folder.held(self._shared.clock.now()) as stopped_short:
                    await anyio.Path(work).mkdir()
                    await self._render_held(job, work, stopped_short=stopped_short)
            except UserError as error:
                self.errors.append(error)
                self.codes.append((job, error.exit_code))

    async def _render_held(self, job: Job, work: Path, *, stopped_short: bool) -> None:
        request, shared = self._request, self._shared
        earlier = Earlier() if request.fresh else look_back(job.folder.report, stopped_short=stopped_short)
        append = earlier.unfinished or job.redo is not None
        own = {job.folder.job_id: job.trace_id}
        log = RenderLog(job.folder.log, trace_ids=own, clock=shared.clock, level=request.log_level, append=append)
        with log, shared.events.told_to(log):
            await self._make(job, work, earlier)

    async def _make(self, job: Job, work: Path, earlier: Earlier) -> None:
        request, shared, job_id = self._request, self._shared, job.folder.job_id
        began_s = shared.clock.monotonic_s()
        reuse = _reuse(request, job, earlier)
        render = build_render(shared, job.plan, job.folder, work, reuse, clips_only=request.clips_only)
        taken = await render.take_over()
        self._tell_start(job, len(taken.outcomes), self._warnings(earlier))
        result = await render.run(self._stop.scope())
        shutil.rmtree(work, ignore_errors=True)  # on a full disk the report needs the room
        code = exit_code(result, request, self._stop.signal)
        message = result.error.message if result.error else ""
        try:
            if result.film is not None:
                write_beside(job.plan, shared.settings, result.film.path)
            self._write_report(job, result, code, earlier)
        except UserError as error:
            code, message = worst([code, error.exit_code]), error.message
        self.codes.append((job, code))
        status = render_status(result, clips_only=request.clips_only).value
        elapsed_s = shared.clock.monotonic_s() - began_s
        shared.events.publish(RenderFinished(job_id, status, code, elapsed_s, message))

    def _tell_start(self, job: Job, reused: int, warnings: Sequence[str]) -> None:
        shared, job_id = self._shared, job.folder.job_id
        limits, encoders = shared.slots.limits, int(shared.encoders.total_tokens)
        shared.events.publish(RenderStarted(job_id, job.plan, limits.total, encoders, reused, limits.per_group))
        for note in job.notes:
            shared.events.publish(Noted(job_id, note))
        for warning in warnings:
            shared.events.publish(WarningRaised(job_id, "", warning))

    def _warnings(self, earlier: Earlier) -> list[str]:
        """What is odd about the run as such; a reload can add to it."""
        return [*self._shared.live.warnings, *([earlier.warning] if earlier.warning else [])]

    def _write_report(self, job: Job, result: RenderResult, code: int, earlier: Earlier) -> None:
        facts = RunFacts(
            job_id=job.folder.job_id,
            trace_id=job.trace_id,
            timeline=str(job.timeline),
            exit_code=code,
            only=sorted(self._request.only),
            clips_only=self._request.clips_only,
            folder=job.folder.root.resolve(),
            config=json.loads(self._shared.live.first.model_dump_json()),
            config_changes=tuple(self._shared.live.changes),
            warnings=self._warnings(earlier),
            history=earlier.history,
            tools=tool_versions(self._shared.ffmpeg),
        )
        text = report_json(build_report(result, facts))
        write_whole(job.folder.report, text, durable=True)
        if self._request.metrics == "-":
            sys.stdout.write(text)
        elif self._request.metrics is not None:
            write_where_told(Path(self._request.metrics), text)


def _reuse(request: RenderRequest, job: Job, earlier: Earlier) -> Reuse:
    """Which clips may be used again. Who names the lines to be redone wants all others as they are."""
    if job.redo is not None:
        return Reuse(redo=job.redo, placeholders=True)
    return Reuse(fresh=request.fresh, placeholders=earlier.unfinished, whole=not request.only)


def exit_code(result: RenderResult, request: RenderRequest, stopped_by: signal.Signals | None) -> int:
    """One result's exit code (design, table of exit codes)."""
    if result.interrupted:
        return 128 + (stopped_by or signal.SIGINT)
    if result.error is not None:
        return result.error.exit_code
    status = render_status(result, clips_only=request.clips_only)
    if status is RenderStatus.FAILED:
        return 6
    any_fallback = any(
        isinstance(outcome, ClipDone) and outcome.status is not ClipStatus.SUCCESS
        for outcome in result.outcomes.values()
    )
    degraded = status is RenderStatus.DEGRADED
    return 5 if degraded or (request.strict and any_fallback) else 0


def worst(codes: Sequence[int]) -> int:
    """The worst of several exit codes."""
    return max(codes, key=SEVERITY.index, default=0)
