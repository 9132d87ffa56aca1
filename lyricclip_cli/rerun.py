"""From the report of an earlier render to the job that makes its missing lines again."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lyricclip_cli.batch import Job
from lyricclip_cli.errors import InputError, Problem, UsageError
from lyricclip_cli.job import JobFolder
from lyricclip_cli.outcome import ClipStatus
from lyricclip_cli.plan import RenderPlan
from lyricclip_cli.prepare import prepare_film
from lyricclip_cli.reload import Config
from lyricclip_cli.report import Report
from lyricclip_cli.settings import LIVE_KEYS, Settings

MISSING = frozenset({ClipStatus.FAILED, ClipStatus.FALLBACK_PLACEHOLDER})
FALLBACKS = frozenset({ClipStatus.FALLBACK_CANDIDATE, ClipStatus.FALLBACK_LOCAL})

MOST_NAMED = 10
"""How many lines one message names."""


@dataclass(frozen=True, slots=True)
class RerunRequest:
    """What is to be redone of a report: what is missing, with `fallbacks` what fell back too, or these lines `only`.

    `timeline`: where it lies now, if not where the report says.
    """

    report: Path
    fallbacks: bool = False
    only: frozenset[str] = frozenset()
    timeline: Path | None = None


def rerun_settings(report: Report, config: Config) -> Config:
    """The settings for a rerun: what decides how clips look is as it was, unless a flag says otherwise.

    So clips that are whole still fit. What can change while a render runs is taken from the config of now.
    """
    kept = Settings.model_fields.keys() - set(LIVE_KEYS)
    before = {key: value for key, value in report.config.items() if key in kept and value is not None}
    return replace(config, flags={**before, **config.flags})


def prepare_rerun(asked: RerunRequest, report: Report, settings: Settings) -> Job:
    """The job that redoes lines of a report. Raises `InputError` and `UsageError`."""
    folder = _folder(asked.report, report)
    timeline = _timeline(asked, report)
    plan = prepare_film(timeline, settings, only=frozenset(report.only))
    return Job(timeline, plan, folder, redo=_redo(asked, report, plan), notes=tuple(_notes(report, plan, timeline)))


def _folder(path: Path, report: Report) -> JobFolder:
    """The job's folder: the report's own, or for a copy of it the one that the settings of then lead to."""
    output_dir = Path(str(report.config.get("output_dir", "artifacts/renders")))
    for root in (path.resolve().parent, output_dir / report.job_id):
        folder = JobFolder(report.job_id, root)
        if folder.clips.is_dir():
            return folder
    hint = "name the metrics.json in the folder of its job, or render the timeline again"
    raise InputError(str(path), [Problem("", "the job's clips are not beside it")], hint=hint)


def _timeline(asked: RerunRequest, report: Report) -> Path:
    """The timeline: the one named, else where it was, seen from the report's folder and those above it, or from here.

    A project that was moved whole keeps the way from its report to its timeline.
    """
    if asked.timeline is not None:
        return asked.timeline
    named = Path(report.timeline)
    above = asked.report.resolve().parents
    places = [named] if named.is_absolute() else [folder / named for folder in above] + [named]
    places += [folder / named.name for folder in above]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        problem = Problem("timeline", f"{report.timeline} is not there any more")
        raise InputError(str(asked.report), [problem], hint="say where it is with --timeline FILE")
    return named if named.is_file() and named.samefile(found) else found


def _redo(asked: RerunRequest, report: Report, plan: RenderPlan) -> frozenset[str]:
    known = {clip.line_id for clip in plan.clips}
    if asked.only:
        if unknown := asked.only - known:
            raise UsageError(f"--only names lines that the timeline does not have: {', '.join(sorted(unknown))}")
        return asked.only
    wanted = MISSING | FALLBACKS if asked.fallbacks else MISSING
    return frozenset(clip.line_id for clip in report.clips if clip.status in wanted) & known


def _notes(report: Report, plan: RenderPlan, timeline: Path) -> Iterator[str]:
    """What is not as the report has it, beside the clips themselves."""
    if str(timeline) != report.timeline:
        yield f"the timeline is {timeline} now, it was {report.timeline}"
    before, now = {clip.line_id for clip in report.clips}, {clip.line_id for clip in plan.clips}
    if now - before:
        yield f"lines that are new: {_named(now - before)}"
    if before - now:
        yield f"lines that are gone: {_named(before - now)}"


def _named(lines: Collection[str]) -> str:
    named = sorted(lines)[:MOST_NAMED]
    return ", ".join(named) + (f" and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else "")
