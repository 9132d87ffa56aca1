"""From a timeline file to a plan: everything that can be said before the first download."""

from dataclasses import replace
from pathlib import Path

from lyricclip_cli.checking import lyric_warnings
from lyricclip_cli.errors import InputError, Problem, UsageError
from lyricclip_cli.ffmpeg.sound import duration_ms
from lyricclip_cli.plan import RenderPlan, make_plan, only_lines
from lyricclip_cli.presets import reshaped
from lyricclip_cli.settings import Settings
from lyricclip_cli.timeline import Timeline, audio_bounds, locate, read_timeline


def prepare_film(path: Path, settings: Settings, *, only: frozenset[str] = frozenset()) -> RenderPlan:
    """Read, check and plan a timeline as the settings have it, its lyrics included. Raises as `prepare` does."""
    plan = prepare(
        path, media_dir=settings.media_dir, only=only, aspect=settings.aspect, resolution=settings.resolution
    )
    return replace(plan, warnings=(*plan.warnings, *lyric_warnings(plan, settings)))


def prepare(
    path: Path,
    *,
    media_dir: Path,
    only: frozenset[str] = frozenset(),
    aspect: str | None = None,
    resolution: str | None = None,
) -> RenderPlan:
    """Read, check and plan a timeline. `only` names the lines wanted, empty for all.

    Raises `InputError` with every problem of the file, `UsageError` for a line that `only` names and nobody knows.
    """
    timeline = locate(read_timeline(path), path=path, media_dir=media_dir)
    timeline = reshaped(timeline, aspect=aspect, resolution=resolution)
    audio_end_ms = _audio_end_ms(path, timeline)
    if audio_end_ms is not None and (problems := audio_bounds(timeline, audio_end_ms=audio_end_ms)):
        raise InputError(str(path), problems)
    unknown = only - {line.id for line in timeline.lines}
    if unknown:
        raise UsageError(f"--only names lines that {path} does not have: {', '.join(sorted(unknown))}")
    return make_plan(
        only_lines(timeline, only) if only else timeline, folder=path.parent.resolve(), audio_end_ms=audio_end_ms
    )


def _audio_end_ms(path: Path, timeline: Timeline) -> int | None:
    """Where the song's sound ends on the song's clock."""
    if timeline.audio is None:
        return None
    length_ms = duration_ms(Path(timeline.audio.file))
    if length_ms is None:
        problem = Problem("audio.file", "no sound that can be read", "an audio file such as m4a, mp3, flac, wav or ogg")
        raise InputError(str(path), [problem])
    return length_ms + timeline.audio.offset_ms
