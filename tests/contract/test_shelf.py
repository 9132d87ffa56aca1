"""Segments on disk while two hundred lines wait for the same stream: bounded by the shelf, not by the lines."""

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import pytest

from lyricclip_cli.hls.store import Shelf
from lyricclip_cli.hls.stream import HlsStream
from lyricclip_cli.plan import PictureSpec, Window
from lyricclip_cli.ports import FootageRequest
from lyricclip_cli.transport import DiskReader
from tests.streams import make_hls

LINES, SECONDS = 200, 40


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stream")
    make_hls(folder / "long", source_id=1, seconds=SECONDS)
    return folder / "long"


def sizes(folder: Path, suffix: str) -> list[int]:
    return [path.stat().st_size for path in folder.rglob(f"*.{suffix}")]


@pytest.mark.parametrize("held", [3, 1000])
async def test_two_hundred_lines_that_wait(stream: Path, tmp_path: Path, held: int) -> None:
    segments = sizes(stream, "ts")
    largest, whole = max(segments), sum(segments)
    shelf = Shelf(lambda: held * largest)
    windows = [Window(n * 7919 % (SECONDS * 1000 - 500), 5, Fraction(25)) for n in range(LINES)]
    fetched = on_disk = 0

    def received(count: int) -> None:
        nonlocal fetched
        fetched += count

    async def locate() -> str:
        return (stream / "master.m3u8").as_uri()

    hls = HlsStream(locate, PictureSpec(640, 360, "pad"), DiskReader((stream,)), tmp_path / "store", shelf=shelf)
    with ExitStack() as claims:
        for window in windows:
            claims.callback(hls.claim(window))
        for number, window in enumerate(windows):
            folder = tmp_path / str(number)
            folder.mkdir()
            await hls.footage(FootageRequest(window, False, folder, received))
            on_disk = max(on_disk, sum(sizes(tmp_path / "store", "seg")))
    if held < len(segments):
        assert on_disk <= held * largest < whole / 2
        assert fetched > whole
    else:
        assert fetched <= whole
    assert shelf.taken_bytes == 0
