"""The streams have the shapes that they are asked for, and their numbers and clicks are right."""

import re
from pathlib import Path
from typing import Any

import av
import pytest

from tests.clicks import find_clicks
from tests.numbered import Stamp, read_numbers
from tests.streams import kept, make_file, make_hls

THREE = ((160, 90, 300), (320, 180, 800), (480, 270, 1500))


def numbers(source: int, count: int) -> list[Stamp]:
    return [Stamp(source, index) for index in range(count)]


@pytest.mark.parametrize(
    ("shape", "suffix", "codec"),
    [
        ({"container": "ts"}, ".ts", "h264"),
        ({"container": "fmp4"}, ".m4s", "h264"),
        ({"container": "ts", "codec": "hevc"}, ".ts", "hevc"),
        ({"container": "fmp4", "codec": "hevc"}, ".m4s", "hevc"),
    ],
    ids=str,
)
def test_every_container_and_codec(tmp_path: Path, shape: Any, suffix: str, codec: str) -> None:
    stream = make_hls(tmp_path / "s", source_id=9, seconds=9, **shape)
    assert [segment.suffix for segment in stream.segments()] == [suffix] * 3
    assert read_numbers(stream.playlists[0]) == numbers(9, 225)
    assert find_clicks(stream.playlists[0]) == pytest.approx(range(9), abs=0.0003)
    with av.open(str(stream.playlists[0])) as container:
        assert container.streams.video[0].codec_context.name == codec


def test_pictures_are_not_stored_in_the_order_in_which_they_are_shown(tmp_path: Path) -> None:
    stream = make_hls(tmp_path / "s", seconds=2)
    with av.open(str(stream.playlists[0])) as container:
        shown = [packet.pts for packet in container.demux(container.streams.video[0]) if packet.pts is not None]
    assert shown != sorted(shown)


def test_every_rendition_has_its_size_its_playlist_and_the_same_pictures(tmp_path: Path) -> None:
    stream = make_hls(tmp_path / "s", seconds=6, renditions=THREE)
    lines = stream.master.read_text().splitlines()
    told = [re.findall(r"BANDWIDTH=(\d+)000,RESOLUTION=(\d+)x(\d+)", line) for line in lines]
    assert [(int(w), int(h), int(kbits)) for ((kbits, w, h),) in filter(None, told)] == list(THREE)
    assert [tmp_path / "s" / line for line in lines if line[0] != "#"] == list(stream.playlists)
    for (width, height, _), playlist in zip(THREE, stream.playlists, strict=True):
        with av.open(str(playlist)) as container:
            video = container.streams.video[0]
            assert (video.width, video.height) == (width, height)
        assert read_numbers(playlist) == numbers(1, 150)
        assert find_clicks(playlist) == pytest.approx(range(6), abs=0.0003)


def test_without_sound_there_is_no_sound(tmp_path: Path) -> None:
    stream = make_hls(tmp_path / "s", seconds=2, sound=False)
    with av.open(str(stream.playlists[0])) as container:
        assert not container.streams.audio
    assert "mp4a" not in stream.master.read_text()


def test_segments_end_at_keyframes(tmp_path: Path) -> None:
    stream = make_hls(tmp_path / "s", seconds=9, fps="30000/1001", segment_s=2, gop_s=1.5)
    gop = float(45 * stream.fps.denominator / stream.fps.numerator)
    durations = [float(text) for text in re.findall(r"#EXTINF:([\d.]+)", stream.playlists[0].read_text())]
    assert durations == pytest.approx([2 * gop, gop, gop, 2 * gop], abs=0.01)
    assert stream.frames == 270


def test_further_arguments_make_other_shapes(tmp_path: Path) -> None:
    stream = make_hls(tmp_path / "s", seconds=6, extra=["-hls_flags", "single_file", "-output_ts_offset", "90000"])
    assert "#EXT-X-BYTERANGE" in stream.playlists[0].read_text()
    assert len(set(stream.segments())) == 1
    with av.open(str(stream.segments()[0])) as container:
        video = container.streams.video[0]
        assert video.start_time is not None
        assert video.time_base is not None
        assert video.start_time * video.time_base > 90_000


def test_click_offsets_tell_sources_apart(tmp_path: Path) -> None:
    path = make_file(tmp_path / "film.mp4", seconds=3, click_offset_s=0.3)
    assert find_clicks(path) == pytest.approx([0.3, 1.3, 2.3], abs=0.0003)


def test_footage_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        folder.mkdir()

    assert kept(tmp_path / "one", make) == kept(tmp_path / "one", make) == tmp_path / "one"
    assert len(made) == 1


def test_a_minute_in_three_renditions(tmp_path: Path) -> None:
    stream = make_hls(tmp_path / "s", seconds=60, renditions=THREE)
    assert stream.frames == 1500
    assert [len(stream.segments(rendition)) for rendition in range(3)] == [15, 15, 15]
