"""The demo, as tests and pictures use it: copied, served over HTTP, its footage decoded from the start."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.standin import StandIn

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"

VIDEO_IDS = {
    "drive": "691aef4a2fc9d91d9c80dd86",
    "aurora": "691aef512fc9d91d9c80dd87",
    "dawn": "691aef5c2fc9d91d9c80dd88",
}
"""The ids that the demo's streams get when they are served as TwelveLabs serves videos."""

Luma = NDArray[np.uint8]


def copy_demo(folder: Path) -> Path:
    """Copy the demo's timeline, song and footage into a folder, and give the timeline's path."""
    shutil.copytree(DEMO / "footage", folder / "footage")
    for name in ("song.m4a", "timeline.json"):
        shutil.copy(DEMO / name, folder)
    return folder / "timeline.json"


def read_demo() -> dict[str, Any]:
    """The demo's timeline as plain data."""
    data: dict[str, Any] = json.loads((DEMO / "timeline.json").read_text(encoding="utf-8"))
    return data


def serve_demo(standin: StandIn) -> dict[str, str]:
    """Register the demo's streams as videos of an index; gives the environment of a user with that account."""
    for name, video_id in VIDEO_IDS.items():
        standin.add_video(video_id, DEMO / "footage" / name)
    return {
        "TWELVELABS_API_KEY": standin.key,
        "TWELVELABS_INDEX_ID": "idx",
        "TWELVELABS_BASE_URL": standin.api_url,
    }


def by_video_id(timeline: Mapping[str, Any]) -> dict[str, Any]:
    """The demo's timeline with its streams named by video id instead of by file. What is one file stays one."""
    return {**timeline, "lines": [_line_by_video_id(line) for line in timeline["lines"]]}


def _line_by_video_id(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line, "candidates": [_candidate_by_video_id(candidate) for candidate in line["candidates"]]}


def _candidate_by_video_id(candidate: Mapping[str, Any]) -> dict[str, Any]:
    video_id = VIDEO_IDS.get(Path(candidate["file"]).parent.name)
    if video_id is None:
        return dict(candidate)
    return {"video_id": video_id, **{key: value for key, value in candidate.items() if key != "file"}}


def whole_source(file: str, folder: Path) -> Path:
    """A source of the demo as one file that plays from its first picture: its largest rendition, segment after segment.

    `file` is what a candidate says. What is one file already is given as it is.
    """
    source = DEMO / file
    if source.suffix != ".m3u8":
        return source
    rendition = source.parent / "720p"
    lines = (rendition / "index.m3u8").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    parts = [*sorted(rendition.glob("init.mp4")), *(rendition / name for name in names)]
    joined = folder / f"{source.parent.name}{parts[-1].suffix}"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    return joined


def read_luma(path: Path) -> Iterator[Luma]:
    """The brightness of every picture of a file, one after the other from the first, each (height, width).

    A view of the decoder's memory: copy what is kept.
    """
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            yield np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
