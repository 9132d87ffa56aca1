"""What a reader does beyond the contract: redirects and broken bodies of the web, folders on disk, schemes."""

from pathlib import Path

import anyio
import pytest

from lyricclip_cli.errors import ClipError, PermanentError, TransientError
from lyricclip_cli.transport import Body, ByteRange, DiskReader, SchemeReader, WebReader, http_client
from tests.contract.loopback import served
from tests.fakes import FakeReader

DATA = bytes(range(256)) * 40


def ignore(_count: int) -> None:
    """Bytes that nobody counts."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.ts").write_bytes(DATA)
    return root


async def test_a_redirect_is_followed_and_the_body_knows_where_it_came_from(folder: Path) -> None:
    with served(folder) as server:
        async with http_client(connections=1, stall_timeout_s=5) as client:
            body = await WebReader(client).read(f"{server.base}/redirect/a.ts?token=1", at_most=len(DATA))
            part = await WebReader(client).read(f"{server.base}/redirect/a.ts", at_most=9, part=ByteRange(3, 4))
    assert body == Body(DATA, f"{server.base}/a.ts")
    assert part == Body(DATA[3:7], f"{server.base}/a.ts")
    assert server.seen[-1] == ("/a.ts", "bytes=3-6")


@pytest.mark.parametrize(("name", "code", "asked"), [("loop", "redirect_loop", 6), ("to-file", "bad_redirect", 1)])
async def test_redirects_that_lead_nowhere_are_for_good(folder: Path, name: str, code: str, asked: int) -> None:
    with served(folder) as server:
        async with http_client(connections=1, stall_timeout_s=5) as client:
            with pytest.raises(PermanentError) as caught:
                await WebReader(client).read(f"{server.base}/{name}?token=s3cret", at_most=10)
    assert (caught.value.code, len(server.seen)) == (code, asked)
    assert "s3cret" not in caught.value.message


async def test_a_body_that_breaks_off_may_be_whole_the_next_time(folder: Path, tmp_path: Path) -> None:
    destination = tmp_path / "download"
    with served(folder) as server:
        async with http_client(connections=1, stall_timeout_s=5) as client:
            reader, uri = WebReader(client), f"{server.base}/short/a.ts"
            with pytest.raises(ClipError) as read:
                await reader.read(uri, at_most=100_000)
            with pytest.raises(ClipError) as downloaded:
                await reader.download(uri, destination, part=None, received=ignore)
    assert [(type(e.value), e.value.code) for e in (read, downloaded)] == [(TransientError, "short_body")] * 2
    assert not destination.exists()


async def test_a_server_without_ranges_is_read_as_far_as_needed_but_not_downloaded_from(
    folder: Path, tmp_path: Path
) -> None:
    with served(folder) as server:
        async with http_client(connections=1, stall_timeout_s=5) as client:
            reader, uri = WebReader(client), f"{server.base}/whole/a.ts"
            body = await reader.read(uri, at_most=100, part=ByteRange(500, 100))
            with pytest.raises(PermanentError) as caught:
                await reader.download(uri, tmp_path / "download", part=ByteRange(500, 100), received=ignore)
    assert (body.data, caught.value.code) == (DATA[500:600], "no_ranges")


async def test_an_endless_body_is_read_no_further_than_wanted(folder: Path) -> None:
    with served(folder) as server:
        async with http_client(connections=1, stall_timeout_s=5) as client:
            with anyio.fail_after(30):
                reader, uri = WebReader(client), f"{server.base}/endless"
                assert (await reader.read(uri, at_most=100, part=ByteRange(70_000, 4))).data == bytes(4)
                with pytest.raises(PermanentError) as caught:
                    await reader.read(uri, at_most=100)
    assert caught.value.code == "too_large"


async def test_nobody_at_home_may_be_there_the_next_time(folder: Path) -> None:
    with served(folder) as server:
        base = server.base
    async with http_client(connections=1, stall_timeout_s=5) as client:
        with pytest.raises(TransientError) as caught:
            await WebReader(client).read(f"{base}/a.ts?token=s3cret", at_most=10)
    assert caught.value.code == "connection"
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("name", ["../secret.ts", "%2e%2e/secret.ts", "sub/../../secret.ts", "link.ts", "/etc/passwd"])
async def test_nothing_outside_its_folders_is_read(folder: Path, name: str) -> None:
    secret = folder.parent / "secret.ts"
    secret.write_bytes(b"s3cret")
    (folder / "link.ts").symlink_to(secret)
    uri = f"file://{name}" if name.startswith("/") else f"{folder.as_uri()}/{name}"
    reader = DiskReader((folder,))
    with pytest.raises(PermanentError) as read:
        await reader.read(uri, at_most=10)
    with pytest.raises(PermanentError) as downloaded:
        await reader.download(uri, folder / "copy", part=None, received=ignore)
    assert (read.value.code, downloaded.value.code) == ("outside_folder", "outside_folder")


async def test_any_of_several_folders_will_do(folder: Path, tmp_path: Path) -> None:
    reader = DiskReader((tmp_path / "none", folder))
    assert (await reader.read(f"{folder.as_uri()}/a.ts", at_most=len(DATA))).data == DATA


async def test_a_name_that_no_file_can_have_is_refused(folder: Path) -> None:
    with pytest.raises(PermanentError) as caught:
        await DiskReader((folder,)).read(f"{folder.as_uri()}/a%00b.ts", at_most=10)
    assert caught.value.code == "bad_uri"


async def test_each_scheme_has_its_reader_and_others_are_refused() -> None:
    one, other = FakeReader({"http://x/a": b"one"}), FakeReader({"file:///a": b"other"})
    reader = SchemeReader({"http": one, "file": other})
    assert [(await reader.read(uri, at_most=9)).data for uri in ("http://x/a", "file:///a")] == [b"one", b"other"]
    for uri in ("ftp://x/a", "a.ts", ""):
        with pytest.raises(PermanentError) as caught:
            await reader.read(uri, at_most=9)
        assert caught.value.code == "bad_uri"


def test_a_range_header_counts_its_last_byte() -> None:
    assert [ByteRange(0, 1).header, ByteRange(500, 100).header] == ["bytes=0-0", "bytes=500-599"]
