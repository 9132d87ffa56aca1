"""Options that several commands share, with their help."""

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

Config = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads it
    typer.Option("--config", help="TOML file with settings; ./lyricclip.toml if there.", show_default=False),
]
Concurrency = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("-c", "--concurrency", help="Clips in work at once.", show_default="4"),
]
WorkDir = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--work-dir", help="Temporary files.", show_default="artifacts/render_tmp"),
]
Only = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--only", metavar="ID,ID", help="These lines alone.", show_default=False),
]
Strict = Annotated[bool, typer.Option("--strict", help="Any fallback is a failure (exit 5).")]
Deadline = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(
        "--deadline",
        metavar="SECONDS",
        min=0,
        help="After it only placeholders are made; the film is written all the same.",
        show_default=False,
    ),
]
Metrics = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--metrics", metavar="FILE", help="One more copy of the report; - is stdout.", show_default=False),
]
Progress = Annotated[
    str, typer.Option("--progress", metavar="auto|table|plain|json|none", help="What to show meanwhile.")
]
LogLevel = Annotated[
    str, typer.Option("--log-level", metavar="debug|info|warning|error", help="Least level in the logs.")
]
LogFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--log-file", help="One log for all jobs of this call.", show_default=False),
]
MediaDir = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--media-dir", help="Local footage, DIR/<video_id>.<ext>.", show_default="media/videos"),
]
Ffmpeg = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--ffmpeg", help="Another ffmpeg than the bundled one.", envvar="LYRICCLIP_FFMPEG", show_default=False
    ),
]


Subtitles = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--subtitles", metavar="burn|soft|sidecar|off", help="How lyrics are shown.", show_default="burn"),
]
Aspect = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--aspect", metavar="16:9|9:16|1:1|4:3", help="The picture's shape.", show_default="the timeline's"),
]
Resolution = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--resolution",
        metavar="480p|720p|1080p|1440p|2160p",
        help="The picture's shorter side.",
        show_default="the timeline's",
    ),
]


def given(**flags: Any) -> dict[str, Any]:
    """The flags that were given: what is `None` leaves the word to environment, file and defaults."""
    return {key: value for key, value in flags.items() if value is not None}
