"""Footage made once per session, and a workplace per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Workplace
from tests.service.storm import Storm, account_at
from tests.standin import StandIn
from tests.streams import make_file, make_hls, shared


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three streams (`one` TS, `two` fMP4, `three` TS at 30 fps with two renditions) and a file, numbered 1 to 4."""

    def make(folder: Path) -> None:
        make_hls(folder / "one", source_id=1, seconds=24)
        make_hls(folder / "two", source_id=2, seconds=24, container="fmp4")
        renditions = ((640, 360, 900), (320, 180, 400), (160, 90, 150))
        make_hls(folder / "three", source_id=3, seconds=24, fps=30, renditions=renditions)
        make_file(folder / "four.mp4", source_id=4, seconds=8)

    return shared(tmp_path_factory, "service-footage", make)


@pytest.fixture
def standin(footage: Path) -> Iterator[StandIn]:
    """TwelveLabs with three videos, `v-one` to `v-three`, and its CDN, which serves all footage."""
    with StandIn(footage) as server:
        for name in ("one", "two", "three"):
            server.add_video(f"v-{name}", footage / name)
        yield server


@pytest.fixture
def account(standin: StandIn) -> dict[str, str]:
    """The environment of a user with an account at the stand-in."""
    return account_at(standin)


@pytest.fixture
def sick(footage: Path) -> Iterator[StandIn]:
    """Another TwelveLabs with its CDN, the one in trouble; it has `v-one`."""
    with StandIn(footage) as server:
        server.add_video("v-one", footage / "one")
        yield server


@pytest.fixture
def storm(workplace: Workplace, standin: StandIn) -> Storm:
    """A film of sixty lines in the making."""
    return Storm(workplace, standin)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """A folder of its own to work in. Whatever a test does, nothing stays behind in the work folder."""
    place = Workplace(tmp_path)
    yield place
    assert place.leftovers() == []
