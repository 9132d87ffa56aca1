"""Counting a clip's pictures, on tiny films made in memory."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from lyricclip_cli.ffmpeg.count import FrameCount, count_frames
from tests.unit.samples import FPS, NTSC


def film(path: Path, places: Sequence[int], fps: Fraction = FPS) -> Path:
    """A film with a picture at each of these frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.time_base = 32, 32, 1 / fps
        for place in places:
            picture = av.VideoFrame.from_ndarray(np.full((32, 32, 3), place * 9 % 256, dtype=np.uint8), format="rgb24")
            picture.pts, picture.time_base = place, 1 / fps
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("fps", [FPS, NTSC])
@pytest.mark.parametrize("frames", [1, 2, 50])
def test_a_picture_at_every_place_is_steady(tmp_path: Path, frames: int, fps: Fraction) -> None:
    path = film(tmp_path / "a.mp4", range(frames), fps)
    assert count_frames(path, fps) == FrameCount(frames, steady=True, reorder_frames=0)


@pytest.mark.parametrize("places", [[0, 1, 3], [0, 2, 4]])
def test_a_hole_is_not_steady(tmp_path: Path, places: list[int]) -> None:
    assert count_frames(film(tmp_path / "a.mp4", places), FPS) == FrameCount(3, steady=False, reorder_frames=0)


def test_another_rate_is_not_steady(tmp_path: Path) -> None:
    assert not count_frames(film(tmp_path / "a.mp4", range(3)), 2 * FPS).steady


@pytest.mark.parametrize("content", [b"", b"no film at all", b"\x00\x00\x00\x20ftypisom" + bytes(100)])
def test_what_is_no_film_has_no_frames(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert count_frames(path, FPS) == FrameCount(0, steady=False, reorder_frames=0)


def test_a_film_that_is_not_there_has_no_frames(tmp_path: Path) -> None:
    assert count_frames(tmp_path / "none.mp4", FPS) == FrameCount(0, steady=False, reorder_frames=0)
