"""Timelines and plans in few words, built by the real code."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from lyricclip_cli.plan import Grid, RenderPlan, make_plan
from lyricclip_cli.timeline import Timeline

VIDEO = "691aef4a2fc9d91d9c80dd86"
OTHER_VIDEO = "70000000000000000000beef"
SONG = {"file": "/songs/song.m4a"}

FPS = Fraction(25)
NTSC = Fraction(30000, 1001)
FILM = Fraction(24000, 1001)


def line(start_ms: int, end_ms: int, *candidates: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A line with that window and these candidates."""
    return {"text": "la", "start_ms": start_ms, "end_ms": end_ms, "candidates": list(candidates), **more}


def video(start_ms: int = 0, *, video_id: str = VIDEO) -> dict[str, Any]:
    """A candidate in a video. Its out-point plays no part in a plan."""
    return {"video_id": video_id, "start_ms": start_ms, "end_ms": start_ms + 1000}


def url(address: str, start_ms: int = 0) -> dict[str, Any]:
    """A candidate at a URL."""
    return {"url": address, "start_ms": start_ms, "end_ms": start_ms + 1000}


def file(path: str, start_ms: int = 0) -> dict[str, Any]:
    """A candidate in a file."""
    return {"file": path, "start_ms": start_ms, "end_ms": start_ms + 1000}


def timeline(
    *lines: dict[str, Any], fps: Fraction = FPS, extent: str = "lyrics", audio: dict[str, Any] | None = None
) -> Timeline:
    """A timeline of these lines; `extent` is `output.range`."""
    output = {"width": 1920, "height": 1080, "fps": fps, "range": extent}
    return Timeline.model_validate(
        {"version": 1, "title": "Demo", "lines": list(lines), "output": output, "audio": audio}
    )


def plan(
    *lines: dict[str, Any],
    fps: Fraction = FPS,
    extent: str = "lyrics",
    audio: dict[str, Any] | None = None,
    audio_end_ms: int | None = None,
    folder: Path = Path("/work"),
) -> RenderPlan:
    """The plan of a timeline of these lines."""
    return make_plan(timeline(*lines, fps=fps, extent=extent, audio=audio), folder=folder, audio_end_ms=audio_end_ms)


def extents(made: RenderPlan) -> list[tuple[str, int, int]]:
    """The film's pieces: a line's id or `black`, first frame, number of frames."""
    return [(getattr(piece, "line_id", "black"), piece.start_frame, piece.frames) for piece in made.pieces]


def grid(fps: Fraction, origin_ms: int = 0) -> Grid:
    """A grid at that rate."""
    return Grid(fps, origin_ms)
