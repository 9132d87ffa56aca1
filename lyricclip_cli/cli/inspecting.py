"""`validate`, `plan`, `report`, `schema`: commands that read and show. Data goes to stdout, problems to stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lyricclip_cli.cli.present import complain, printable
from lyricclip_cli.errors import UsageError, UserError
from lyricclip_cli.outcome import ClipStatus
from lyricclip_cli.plan import ClipPlan, RenderPlan, StepKind
from lyricclip_cli.prepare import prepare_film
from lyricclip_cli.report import ClipReport, Report, read_report, report_schema
from lyricclip_cli.settings import Settings
from lyricclip_cli.timeline import timeline_schema


def run_validate(settings: Settings, timelines: Sequence[Path]) -> int:
    """Check timelines; gives the exit code."""
    code = 0
    for path in timelines:
        try:
            plan = prepare_film(path, settings)
        except UserError as error:
            complain(error)
            code = max(code, error.exit_code)
            continue
        for warning in plan.warnings:
            print(f"{path}: warning: {_about(warning.line_id)}{warning.message}", file=sys.stderr)
        seconds = float(plan.duration_s)
        print(f"{path}: fine, {len(plan.clips)} lines, {plan.frames} frames, {seconds:.2f} s", file=sys.stderr)
    return code


def run_plan(settings: Settings, timeline: Path, *, as_json: bool) -> None:
    """Show a plan as a table, or as JSON on stdout."""
    plan = prepare_film(timeline, settings)
    if as_json:
        print(json.dumps(plan_data(plan), indent=2, ensure_ascii=False))
        return
    table = Table(title=Text(_plan_title(plan)), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("line", "text"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis", max_width=32)
    for heading in ("frame", "frames", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("source", overflow="fold")
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("else", overflow="fold")
    for clip in plan.clips:
        table.add_row(*(Text(cell) for cell in _plan_row(plan, clip)))
    Console().print(table)
    for warning in plan.warnings:
        print(f"warning: {_about(warning.line_id)}{warning.message}", file=sys.stderr)


def _plan_title(plan: RenderPlan) -> str:
    picture, seconds = plan.picture, float(plan.duration_s)
    return (
        f"{plan.title or 'untitled'}: {picture.width}x{picture.height}, {plan.grid.fps} fps, {plan.frames} frames, "
        f"{seconds:.3f} s, from {plan.grid.origin_ms} ms of the song"
    )


def _plan_row(plan: RenderPlan, clip: ClipPlan) -> list[str]:
    first, *others = clip.chain
    then = [str(step.ref) for step in others if step.kind is StepKind.CANDIDATE]
    seconds = float(clip.frames / plan.grid.fps)
    return [
        clip.line_id,
        clip.text,
        str(clip.start_frame),
        str(clip.frames),
        f"{seconds:.3f}",
        str(first.ref),
        f"{first.window.start_ms / 1000:.3f}",
        ", ".join(then),
    ]


def plan_data(plan: RenderPlan) -> dict[str, Any]:
    """A plan as plain data."""
    return {
        "title": plan.title,
        "fps": str(plan.grid.fps),
        "width": plan.picture.width,
        "height": plan.picture.height,
        "fit": plan.picture.fit,
        "film_start_ms": plan.grid.origin_ms,
        "frames": plan.frames,
        "duration_ms": round(float(plan.duration_s * 1000), 3),
        "song": None if plan.song is None else {"file": str(plan.song.path), "lead_ms": plan.song.lead_ms},
        "lines": [_line_data(clip) for clip in plan.clips],
        "black": [{"start_frame": gap.start_frame, "frames": gap.frames} for gap in plan.gaps],
        "warnings": [{"line_id": w.line_id, "message": w.message} for w in plan.warnings],
    }


def _line_data(clip: ClipPlan) -> dict[str, Any]:
    return {
        "id": clip.line_id,
        "text": clip.text,
        "start_frame": clip.start_frame,
        "frames": clip.frames,
        "chain": [
            {"kind": step.kind.value, "source": str(step.ref), "start_ms": step.window.start_ms} for step in clip.chain
        ],
    }


def run_report(path: Path) -> None:
    """Sum up a report on stdout."""
    report = read_report(path)
    console = Console(highlight=False)
    for line in _report_lines(report):
        console.print(Text(printable(line)))


def _report_lines(report: Report) -> Iterator[str]:
    yield f"{report.title or report.job_id}: {report.status.value} (exit code {report.exit_code})"
    for line in _summary(report):
        yield f"  {line}"
    if report.error is not None:
        yield f"  stopped by: {report.error.message}"
        if report.error.hint:
            yield f"    {report.error.hint}"
    for warning in report.warnings:
        yield f"  warning: {_about(warning.line_id)}{warning.message}"
    wanting = [clip for clip in report.clips if clip.status is not ClipStatus.SUCCESS]
    if wanting:
        total = report.metrics.render.clip_stats.total_tasks
        yield ""
        yield f"{len(wanting)} of {total} lines do not show their first choice:"
    for clip in wanting:
        yield from _why(clip)


def _summary(report: Report) -> list[str]:
    render, stats = report.metrics.render, report.metrics.render.clip_stats
    lines = [
        f"{stats.total_tasks} lines: {stats.success_tasks} with real footage, {stats.failed_tasks} without, "
        f"{stats.placeholder_tasks} of these show the placeholder",
        f"cuts are off the song by {render.avg_delta_ms:g} ms on average, {render.max_delta_ms:g} ms at most",
        f"a clip took {stats.avg_task_duration_ms / 1000:.1f} s on average, {stats.p95_task_duration_ms / 1000:.1f} s "
        f"at the 95th percentile; at most {stats.peak_parallelism} at once",
    ]
    if report.film is not None:
        film = report.film
        lines.append(
            f"{film.path}: {film.width}x{film.height}, {film.fps} fps, {film.frames} frames, "
            f"{film.duration_ms / 1000:.3f} s, {film.bytes / 1e6:.1f} MB"
        )
    return lines


def _why(clip: ClipReport) -> list[str]:
    lines = [f"  {clip.line_id}: {clip.status.value}, {clip.fallback_reason}"]
    lines += [f"    {clip.message}"] if clip.message else []
    for attempt in clip.attempts:
        if attempt.error_code:
            hint = f" ({attempt.hint})" if attempt.hint else ""
            lines.append(f"    {attempt.kind} {attempt.step}, {attempt.source}: {attempt.message}{hint}")
    return lines


def _about(line_id: str) -> str:
    """What a warning is about: a line, or nothing in particular."""
    return f"line {line_id}: " if line_id else ""


def run_schema(name: str) -> None:
    """Print a JSON Schema."""
    schemas = {"timeline": timeline_schema, "report": report_schema, "config": Settings.model_json_schema}
    if name not in schemas:
        raise UsageError(f"no schema of that name: {name}", hint=f"one of {', '.join(schemas)}")
    print(json.dumps(schemas[name](), indent=2))
