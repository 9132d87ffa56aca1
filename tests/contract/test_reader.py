"""What every `Reader` does, over real HTTP, over files, and the fake that stands in for both."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lyricclip_cli.errors import ClipError, MachineError, PermanentError
from lyricclip_cli.transport import Body, ByteRange, DiskReader, Reader, SchemeReader, WebReader, http_client
from tests.contract.loopback import served
from tests.fakes import FakeReader

DATA = bytes(range(256)) * 400
"""Some hundred kilobytes: more than one piece on a wire."""

FILES = {"a.ts": DATA, "empty.ts": b"", "sub/b c.ts": b"spaced", "short.ts": b"0123456789"}

FULL = Path("/dev/full")
"""A device that takes nothing, as a disk without room."""


@dataclass(frozen=True, slots=True)
class Place:
    """A reader and where its files are."""

    reader: Reader
    base: str

    def uri(self, name: str) -> str:
        return f"{self.base}/{name}"


@pytest.fixture(params=["web", "disk", "scheme", "fake"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    folder = tmp_path / "files"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    if request.param == "web":
        with served(folder) as server:
            async with http_client(connections=4, stall_timeout_s=5) as client:
                yield Place(WebReader(client), server.base)
    elif request.param == "fake":
        base = "https://cdn.example"
        yield Place(FakeReader({f"{base}/{name.replace(' ', '%20')}": data for name, data in FILES.items()}), base)
    else:
        disk = DiskReader((folder,))
        yield Place(SchemeReader({"file": disk}) if request.param == "scheme" else disk, folder.as_uri())


def ignore(_count: int) -> None:
    """Bytes that nobody counts."""


async def test_a_body_is_read_whole_with_where_it_came_from(place: Place) -> None:
    uri = place.uri("a.ts")
    assert await place.reader.read(uri, at_most=len(DATA)) == Body(DATA, uri)


async def test_names_are_unquoted(place: Place) -> None:
    assert (await place.reader.read(place.uri("sub/b%20c.ts"), at_most=100)).data == b"spaced"


async def test_an_empty_body_is_empty(place: Place) -> None:
    assert (await place.reader.read(place.uri("empty.ts"), at_most=0)).data == b""


async def test_a_body_larger_than_allowed_is_an_error_for_good(place: Place) -> None:
    with pytest.raises(PermanentError) as caught:
        await place.reader.read(place.uri("a.ts"), at_most=len(DATA) - 1)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("part", [ByteRange(0, 1), ByteRange(100, 1000), ByteRange(len(DATA) - 1, 1)])
async def test_a_range_is_exactly_that_part(place: Place, part: ByteRange) -> None:
    body = await place.reader.read(place.uri("a.ts"), at_most=part.length, part=part)
    assert body.data == DATA[part.offset : part.offset + part.length]


async def test_a_range_that_reaches_beyond_the_end_is_what_there_is(place: Place) -> None:
    body = await place.reader.read(place.uri("a.ts"), at_most=1000, part=ByteRange(len(DATA) - 10, 1000))
    assert body.data == DATA[-10:]


async def test_what_is_missing_is_missing_for_good(place: Place, tmp_path: Path) -> None:
    with pytest.raises(PermanentError):
        await place.reader.read(place.uri("none.ts"), at_most=10)
    destination = tmp_path / "download"
    with pytest.raises(PermanentError):
        await place.reader.download(place.uri("none.ts"), destination, part=None, received=ignore)
    assert not destination.exists()


async def test_a_folder_is_no_file(place: Place) -> None:
    with pytest.raises(PermanentError):
        await place.reader.read(place.uri("sub"), at_most=10)


async def test_a_download_is_a_file_and_counts_its_bytes_as_they_arrive(place: Place, tmp_path: Path) -> None:
    destination, told = tmp_path / "download", list[int]()
    size = await place.reader.download(place.uri("a.ts"), destination, part=None, received=told.append)
    assert (size, destination.read_bytes(), sum(told)) == (len(DATA), DATA, len(DATA))


async def test_a_download_of_a_range_is_that_part(place: Place, tmp_path: Path) -> None:
    destination, told, part = tmp_path / "download", list[int](), ByteRange(300, 5000)
    size = await place.reader.download(place.uri("a.ts"), destination, part=part, received=told.append)
    assert (size, destination.read_bytes(), sum(told)) == (5000, DATA[300:5300], 5000)


async def test_an_empty_download_has_no_bytes(place: Place, tmp_path: Path) -> None:
    size = await place.reader.download(place.uri("empty.ts"), tmp_path / "download", part=None, received=ignore)
    assert size == 0


async def test_a_download_replaces_what_was_there(place: Place, tmp_path: Path) -> None:
    destination = tmp_path / "download"
    destination.write_bytes(bytes(1_000_000))
    await place.reader.download(place.uri("short.ts"), destination, part=None, received=ignore)
    assert destination.read_bytes() == b"0123456789"


async def test_a_range_that_is_not_all_there_is_no_download(place: Place, tmp_path: Path) -> None:
    destination = tmp_path / "download"
    with pytest.raises(ClipError):
        await place.reader.download(place.uri("short.ts"), destination, part=ByteRange(5, 100), received=ignore)
    assert not destination.exists()


needs_full = pytest.mark.skipif(not FULL.exists(), reason="this machine has no such device")


@needs_full
async def test_a_full_disk_is_the_machines_fault(place: Place) -> None:
    if isinstance(place.reader, FakeReader):
        pytest.skip("the fake writes as if there were always room")
    with pytest.raises(MachineError):
        await place.reader.download(place.uri("a.ts"), FULL, part=None, received=ignore)
