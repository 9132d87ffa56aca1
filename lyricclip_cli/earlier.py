"""What is known of a job's earlier runs: from its last report, if that can be read."""

from dataclasses import dataclass
from pathlib import Path

from lyricclip_cli.errors import InputError
from lyricclip_cli.outcome import ClipStatus
from lyricclip_cli.report import EarlierLine, EarlierRun, RenderStatus, Report, read_report

LONGEST_HISTORY = 20
"""How many earlier runs a report tells of."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier runs of a job, oldest first. `unfinished`: the last one did not come to its end."""

    history: tuple[EarlierRun, ...] = ()
    unfinished: bool = False
    warning: str = ""


def look_back(report: Path, *, stopped_short: bool) -> Earlier:
    """What a job's folder says. `stopped_short`: its last run was killed before it wrote a report of its own."""
    if not report.exists():
        return Earlier(unfinished=stopped_short)
    try:
        last = read_report(report)
    except InputError as error:
        said = f"the report of an earlier run is not used: {error.problems[0]}"
        return Earlier(unfinished=stopped_short, warning=said)
    unfinished = stopped_short or last.status is RenderStatus.INTERRUPTED
    return Earlier((*last.history, as_earlier(last))[-LONGEST_HISTORY:], unfinished)


def as_earlier(report: Report) -> EarlierRun:
    """A report in short, for the next one's history: how the run ended, and what was wrong with lines."""
    render = report.metrics.render
    return EarlierRun(
        trace_id=report.trace_id,
        status=report.status,
        exit_code=report.exit_code,
        queued_at=render.queued_at,
        finished_at=render.finished_at,
        reused_tasks=sum(clip.reused for clip in report.clips),
        success_tasks=render.clip_stats.success_tasks,
        failed_tasks=render.clip_stats.failed_tasks,
        lines=[
            EarlierLine(line_id=clip.line_id, status=clip.status, fallback_reason=clip.fallback_reason)
            for clip in report.clips
            if clip.status is not ClipStatus.SUCCESS
        ],
    )
