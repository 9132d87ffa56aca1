"""A stand-in with one small stream, and a client."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.standin import StandIn
from tests.support_test.example import MASTER, MEDIA, SEGMENT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The CDN's folder with one stream, `vid1`."""
    folder = tmp_path / "cdn" / "vid1"
    (folder / "90p").mkdir(parents=True)
    (folder / "master.m3u8").write_bytes(MASTER)
    (folder / "90p" / "index.m3u8").write_bytes(MEDIA)
    (folder / "90p" / "a.ts").write_bytes(SEGMENT)
    return tmp_path / "cdn"


@pytest.fixture
def server(root: Path) -> Iterator[StandIn]:
    with StandIn(root) as standin:
        yield standin


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield client
