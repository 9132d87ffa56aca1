"""The commands, and the one place where an error becomes text and an exit code."""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Optional

import typer

from lyricclip_cli import __version__
from lyricclip_cli.cli.lean import lean_imports
from lyricclip_cli.cli.options import (
    Aspect,
    Concurrency,
    Config,
    Deadline,
    Ffmpeg,
    LogFile,
    LogLevel,
    MediaDir,
    Metrics,
    Only,
    Progress,
    Resolution,
    Strict,
    Subtitles,
    WorkDir,
    given,
)
from lyricclip_cli.cli.present import complain
from lyricclip_cli.cli.secrets import without_secrets
from lyricclip_cli.errors import UserError

app = typer.Typer(
    name="lyricclip",
    help="Render lyric films: exact to the frame, fetching only the seconds they show.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

timeline_commands = typer.Typer(help="Make timelines.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(timeline_commands, name="timeline")


def run() -> None:
    """Run the command line. Exit codes are the design's table."""
    try:
        app(prog_name="lyricclip")
    except UserError as error:
        complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has left
        sys.stderr.close()
        sys.exit(0)
    except Exception:
        print(without_secrets(traceback.format_exc(), os.environ), file=sys.stderr)
        print(
            f"lyricclip {__version__}: this is a bug. Please report it with the lines above, the command and, if "
            "you can, the timeline.",
            file=sys.stderr,
        )
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lyricclip {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Render lyric films: exact to the frame, fetching only the seconds they show."""


@app.command()
def render(
    timelines: Annotated[list[Path], typer.Argument(metavar="TIMELINE...", help="One or more timelines (JSON).")],
    concurrency: Concurrency = None,
    config: Config = None,
    output_dir: Annotated[
        Optional[Path],
        typer.Option("-o", "--output-dir", help="A folder per job is made here.", show_default="artifacts/renders"),
    ] = None,
    work_dir: WorkDir = None,
    media_dir: MediaDir = None,
    job_id: Annotated[
        Optional[str],
        typer.Option("--job-id", help="Name of the job.", show_default="the timeline's file name"),
    ] = None,
    only: Only = None,
    clips_only: Annotated[bool, typer.Option("--clips-only", help="Make the clips, no film.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Use no clip of an earlier run again.")] = False,
    strict: Strict = False,
    deadline: Deadline = None,
    metrics: Metrics = None,
    progress: Progress = "auto",
    log_level: LogLevel = "info",
    log_file: LogFile = None,
    subtitles: Subtitles = None,
    aspect: Aspect = None,
    resolution: Resolution = None,
    ffmpeg: Ffmpeg = None,
) -> None:
    """Render timelines to finished films."""
    with lean_imports():
        from lyricclip_cli.cli.rendering import run_render
        from lyricclip_cli.reload import Config as ConfigSource

    flags = given(
        render_clip_concurrency=concurrency,
        output_dir=output_dir,
        work_dir=work_dir,
        media_dir=media_dir,
        subtitles=subtitles,
        aspect=aspect,
        resolution=resolution,
        ffmpeg=ffmpeg,
    )
    code = run_render(
        ConfigSource(flags, config),
        deadline_s=deadline,
        timelines=timelines,
        job_id=job_id,
        only=only,
        clips_only=clips_only,
        strict=strict,
        fresh=fresh,
        metrics=metrics,
        progress=progress,
        log_level=log_level,
        log_file=log_file,
    )
    raise typer.Exit(code)


@app.command()
def rerun(
    reports: Annotated[list[Path], typer.Argument(metavar="REPORT...", help="metrics.json of earlier renders.")],
    include: Annotated[
        Optional[str],
        typer.Option("--include", metavar="fallback", help="Redo lines that fell back, too.", show_default=False),
    ] = None,
    only: Only = None,
    timeline: Annotated[
        Optional[Path],
        typer.Option("--timeline", metavar="FILE", help="Where the timeline is now.", show_default="where it was"),
    ] = None,
    concurrency: Concurrency = None,
    config: Config = None,
    work_dir: WorkDir = None,
    media_dir: MediaDir = None,
    strict: Strict = False,
    deadline: Deadline = None,
    metrics: Metrics = None,
    progress: Progress = "auto",
    log_level: LogLevel = "info",
    log_file: LogFile = None,
    ffmpeg: Ffmpeg = None,
) -> None:
    """Redo failed and placeholder lines, then join again."""
    with lean_imports():
        from lyricclip_cli.cli.rendering import run_rerun
        from lyricclip_cli.reload import Config as ConfigSource

    flags = given(render_clip_concurrency=concurrency, work_dir=work_dir, media_dir=media_dir, ffmpeg=ffmpeg)
    code = run_rerun(
        ConfigSource(flags, config),
        reports=reports,
        include=include,
        only=only,
        timeline=timeline,
        strict=strict,
        deadline_s=deadline,
        metrics=metrics,
        progress=progress,
        log_level=log_level,
        log_file=log_file,
    )
    raise typer.Exit(code)


@app.command()
def validate(
    timelines: Annotated[list[Path], typer.Argument(metavar="TIMELINE...", help="One or more timelines (JSON).")],
    config: Config = None,
    media_dir: MediaDir = None,
) -> None:
    """Check everything that needs no download."""
    from lyricclip_cli.cli.inspecting import run_validate
    from lyricclip_cli.settings import read_settings

    raise typer.Exit(run_validate(read_settings(given(media_dir=media_dir), config), timelines))


@app.command()
def plan(
    timeline: Annotated[Path, typer.Argument(metavar="TIMELINE", help="A timeline (JSON).")],
    config: Config = None,
    media_dir: MediaDir = None,
    aspect: Aspect = None,
    resolution: Resolution = None,
    as_json: Annotated[bool, typer.Option("--json", help="As data.")] = False,
) -> None:
    """Show what a render would fetch and cut."""
    from lyricclip_cli.cli.inspecting import run_plan
    from lyricclip_cli.settings import read_settings

    flags = given(media_dir=media_dir, aspect=aspect, resolution=resolution)
    run_plan(read_settings(flags, config), timeline, as_json=as_json)


@timeline_commands.command("from")
def timeline_from(
    lyrics: Annotated[Path, typer.Argument(metavar="LYRICS", help="Timed lyrics: .lrc, .srt, .ass or .ssa.")],
    output: Annotated[
        Optional[Path], typer.Option("-o", "--output", help="The timeline to write.", show_default="stdout")
    ] = None,
) -> None:
    """Make a timeline from timed lyrics: texts and times, credits left out, footage to be filled in."""
    from lyricclip_cli.cli.transcribing import run_timeline_from

    run_timeline_from(lyrics, output)


@app.command()
def report(
    reports: Annotated[list[Path], typer.Argument(metavar="REPORT...", help="metrics.json of earlier renders.")],
) -> None:
    """Sum up a render, and say why lines failed."""
    from lyricclip_cli.cli.inspecting import run_report

    for path in reports:
        run_report(path)


@app.command()
def bench(
    timeline: Annotated[Path, typer.Argument(metavar="TIMELINE", help="A timeline (JSON).")],
    concurrencies: Annotated[
        str, typer.Option("--concurrencies", metavar="N,N", help="Numbers of slots to try, one render each.")
    ] = "1,2,4,6",
    config: Config = None,
    work_dir: WorkDir = None,
    media_dir: MediaDir = None,
    ffmpeg: Ffmpeg = None,
    as_json: Annotated[bool, typer.Option("--json", help="As data.")] = False,
) -> None:
    """Tell which number of slots is best on this machine.

    The timeline is rendered once with each; no film is kept.
    """
    from lyricclip_cli.cli.benching import run_bench
    from lyricclip_cli.reload import Config as ConfigSource

    flags = given(work_dir=work_dir, media_dir=media_dir, ffmpeg=ffmpeg)
    raise typer.Exit(run_bench(ConfigSource(flags, config), timeline, concurrencies=concurrencies, as_json=as_json))


@app.command()
def doctor(config: Config = None, ffmpeg: Ffmpeg = None) -> None:
    """Check ffmpeg, encoders, processors, disk, key and service."""
    from lyricclip_cli.cli.doctor import run_doctor
    from lyricclip_cli.settings import read_settings

    raise typer.Exit(run_doctor(read_settings(given(ffmpeg=ffmpeg), config)))


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="timeline|report|config", help="Which schema.")],
) -> None:
    """Print the JSON Schema of a timeline, a report or the config."""
    from lyricclip_cli.cli.inspecting import run_schema

    run_schema(name)
