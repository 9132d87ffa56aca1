"""One call of `lyricclip render`: several jobs over shared limits, signals, reports, one exit code."""

import json
import math
import os
import signal
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from lyricclip_cli.clock import SystemClock
from lyricclip_cli.errors import UsageError, UserError
from lyricclip_cli.events import Events, Listener, RenderFinished, RenderStarted, WarningRaised
from lyricclip_cli.job import JobFolder, job_folder, job_id_of, work_folder
from lyricclip_cli.observe import LogLevel, ProgressMode, progress_listener
from lyricclip_cli.observe.log import RenderLog
from lyricclip_cli.outcome import ClipDone, ClipStatus
from lyricclip_cli.placing import write_whole
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
from lyricclip_cli.settings import Settings
from lyricclip_cli.showing import write_beside
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


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What a user asked for, beside the settings."""

    timelines: Sequence[Path]
    job_id: str | None = None
    only: frozenset[str] = frozenset()
    clips_only: bool = False
    strict: bool = False
    metrics: str | None = None
    progress: ProgressMode = "auto"
    log_level: LogLevel = "info"
    log_file: Path | None = None
    deadline_s: float | None = None
    config: Config = field(default_factory=Config)


@dataclass(frozen=True, slots=True)
class Job:
    """A timeline that can be rendered."""

    timeline: Path
    plan: RenderPlan
    folder: JobFolder
    trace_id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Stop:
    """Ends the run on SIGINT or SIGTERM: every job's scope is cancelled, and the signal gives the exit code."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self._scopes: list[anyio.CancelScope] = []

    def scope(self) -> anyio.CancelScope:
        """A scope that a signal cancels."""
        scope = anyio.CancelScope()
        self._scopes.append(scope)
        if self.signal is not None:
            scope.cancel()
        return scope

    async def listen(self) -> None:
        """Wait for signals, until cancelled."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                if self.signal is not None:
                    os._exit(128 + number)  # the second one means now
                self.signal = signal.Signals(number)
                for scope in self._scopes:
                    scope.cancel()


def prepare_jobs(request: RenderRequest, settings: Settings) -> tuple[list[Job], list[UserError]]:
    """Read and plan every timeline and make its folder. One that is wrong is an error beside the others' plans."""
    if request.job_id is not None and len(request.timelines) > 1:
        raise UsageError("--job-id names one job, and there are several timelines")
    jobs: list[Job] = []
    errors: list[UserError] = []
    account = account_from(os.environ)
    for timeline in request.timelines:
        try:
            folder = job_folder(settings.output_dir, request.job_id or job_id_of(timeline))
            if any(job.folder.root == folder.root for job in jobs):
                hint = "rename one, or render it by itself with --job-id"
                raise UsageError(f"two timelines would share the job folder {folder.root}", hint=hint)
            plan = prepare_film(timeline, settings, only=request.only)
            check_account(account, plan)
            folder.make()
            jobs.append(Job(timeline, plan, folder))
        except UserError as error:
            errors.append(error)
    return jobs, errors


async def render_jobs(request: RenderRequest, settings: Settings, jobs: Sequence[Job]) -> list[tuple[Job, int]]:
    """Render all jobs over shared limits. Gives each job's exit code. Raises `MachineError` before any began."""
    stop, events, clock = Stop(), Events(), SystemClock()
    deadline_s = math.inf if request.deadline_s is None else anyio.current_time() + request.deadline_s
    roots = [job.timeline.parent for job in jobs]
    async with AsyncExitStack() as stack:
        work = stack.enter_context(work_folder(settings.work_dir, jobs[0].folder.job_id))
        for listener in _listeners(request, jobs, clock):
            events.add(stack.enter_context(listener))
        tools = shared_tools(settings, events, work=work, roots=roots, deadline_s=deadline_s)
        shared = await stack.enter_async_context(tools)
        heard = stack.enter_context(hangups())
        reload = Reload(request.config, shared.live, events, asked=settings, hangups=heard)
        batch = Batch(request, shared, stop)
        async with anyio.create_task_group() as signals:
            signals.start_soon(stop.listen)
            signals.start_soon(reload.follow)
            async with anyio.create_task_group() as renders:
                for number, job in enumerate(jobs):
                    renders.start_soon(batch.render, job, work / str(number))
            reload.end()
            signals.cancel_scope.cancel()
        return batch.codes


def _listeners(
    request: RenderRequest, jobs: Sequence[Job], clock: SystemClock
) -> Iterator[AbstractContextManager[Listener]]:
    """What is shown, a log per job, and one log for all of them if the call asks for it."""
    yield progress_listener(request.progress, sys.stderr, clock=clock, timelines=len(jobs))
    ids = {job.folder.job_id: job.trace_id for job in jobs}
    for job in jobs:
        own = {job.folder.job_id: job.trace_id}
        yield RenderLog(job.folder.log, trace_ids=own, clock=clock, level=request.log_level)
    if request.log_file is not None:
        yield RenderLog(request.log_file, trace_ids=ids, clock=clock, level=request.log_level)


class Batch:
    """The jobs of one call at work, and the exit codes of those that are over."""

    def __init__(self, request: RenderRequest, shared: Shared, stop: Stop) -> None:
        self._request = request
        self._shared = shared
        self._stop = stop
        self.codes: list[tuple[Job, int]] = []

    async def render(self, job: Job, work: Path) -> None:
        """Render one job and write its report."""
        await anyio.Path(work).mkdir()
        shared, job_id = self._shared, job.folder.job_id
        began_s, limits = shared.clock.monotonic_s(), shared.slots.limits
        encoders = int(shared.encoders.total_tokens)
        started = RenderStarted(job_id, job.plan, limits.total, encoders, per_video_limit=limits.per_group)
        shared.events.publish(started)
        for warning in shared.live.warnings:
            shared.events.publish(WarningRaised(job_id, "", warning))
        render = build_render(shared, job.plan, job.folder, work, clips_only=self._request.clips_only)
        result = await render.run(self._stop.scope())
        code = exit_code(result, self._request, self._stop.signal)
        message = result.error.message if result.error else ""
        try:
            if result.film is not None:
                write_beside(job.plan, shared.settings, result.film.path)
            self._write_report(job, result, code)
        except UserError as error:
            code, message = worst([code, error.exit_code]), error.message
        self.codes.append((job, code))
        status = render_status(result, clips_only=self._request.clips_only).value
        elapsed_s = shared.clock.monotonic_s() - began_s
        shared.events.publish(RenderFinished(job_id, status, code, elapsed_s, message))

    def _write_report(self, job: Job, result: RenderResult, code: int) -> None:
        facts = RunFacts(
            job_id=job.folder.job_id,
            trace_id=job.trace_id,
            timeline=str(job.timeline),
            exit_code=code,
            folder=job.folder.root.resolve(),
            config=json.loads(self._shared.live.first.model_dump_json()),
            config_changes=tuple(self._shared.live.changes),
            warnings=tuple(self._shared.live.warnings),
            tools=tool_versions(self._shared.ffmpeg),
        )
        text = report_json(build_report(result, facts, clips_only=self._request.clips_only))
        write_whole(job.folder.report, text)
        if self._request.metrics == "-":
            sys.stdout.write(text)
        elif self._request.metrics is not None:
            write_whole(Path(self._request.metrics), text)


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
