"""Segments on disk: fetched once, decrypted, dropped."""

from fractions import Fraction
from pathlib import Path

import anyio
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from lyricclip_cli.errors import ClipError, PermanentError, TransientError
from lyricclip_cli.hls.playlist import Key, Resource, Segment
from lyricclip_cli.hls.store import LARGEST_INIT_BYTES, SegmentStore, Shelf
from lyricclip_cli.transport import ByteRange
from tests.fakes import FakeReader

CDN = "https://cdn.example"
SECRET, IV = bytes(range(16)), bytes(range(100, 116))
PLAIN = b"\x47" + bytes(1000)
KEY = Key(f"{CDN}/key", IV)
ALL = Resource(f"{CDN}/all.ts")


def encrypted(plain: bytes, secret: bytes = SECRET, iv: bytes = IV) -> bytes:
    """AES-128-CBC with PKCS7 padding (RFC 8216 4.3.2.4)."""
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def segment(index: int = 0, *, key: Key | None = None, part: ByteRange | None = None) -> Segment:
    return Segment(index, Resource(f"{CDN}/{index}.ts", part), Fraction(0), Fraction(4), 0, key)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def ignore(_count: int) -> None:
    """Bytes that nobody counts."""


async def error_of(store: SegmentStore, wanted: Segment) -> ClipError:
    with pytest.raises(ClipError) as caught:
        await store.segment(wanted, ignore)
    return caught.value


async def test_a_segment_is_on_disk_whole_and_its_bytes_are_told(tmp_path: Path) -> None:
    reader, told = FakeReader({f"{CDN}/0.ts": PLAIN}), list[int]()
    path = await SegmentStore(reader, tmp_path).segment(segment(), told.append)
    assert (path.read_bytes(), sum(told)) == (PLAIN, len(PLAIN))
    assert files(tmp_path) == [path]


async def test_a_segment_is_fetched_once_for_all_who_ask(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": PLAIN, f"{CDN}/1.ts": b"other"})
    store, paths = SegmentStore(reader, tmp_path), list[Path]()

    async def ask(index: int) -> None:
        paths.append(await store.segment(segment(index), ignore))

    async with anyio.create_task_group() as tasks:
        for index in (0, 1, 0, 0, 1):
            tasks.start_soon(ask, index)
    assert sorted(uri for uri, _ in reader.requests) == [f"{CDN}/0.ts", f"{CDN}/1.ts"]
    assert sorted(path.read_bytes() for path in paths) == [PLAIN] * 3 + [b"other"] * 2


async def test_a_part_of_a_file_is_asked_for_as_such(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": PLAIN})
    path = await SegmentStore(reader, tmp_path).segment(segment(part=ByteRange(10, 20)), ignore)
    assert (path.read_bytes(), reader.requests) == (PLAIN[10:30], [(f"{CDN}/0.ts", ByteRange(10, 20))])


async def test_a_segment_is_decrypted_and_its_key_fetched_once(tmp_path: Path) -> None:
    bodies = {f"{CDN}/0.ts": encrypted(PLAIN), f"{CDN}/1.ts": encrypted(b""), f"{CDN}/key": SECRET}
    reader = FakeReader(bodies)
    store = SegmentStore(reader, tmp_path)
    first = await store.segment(segment(0, key=KEY), ignore)
    second = await store.segment(segment(1, key=KEY), ignore)
    assert (first.read_bytes(), second.read_bytes()) == (PLAIN, b"")
    assert [uri for uri, _ in reader.requests] == [f"{CDN}/0.ts", f"{CDN}/key", f"{CDN}/1.ts"]


async def test_segments_of_different_keys_have_each_their_own(tmp_path: Path) -> None:
    other_secret, other = bytes(16), Key(f"{CDN}/key2", bytes(16))
    bodies = {
        f"{CDN}/0.ts": encrypted(PLAIN),
        f"{CDN}/1.ts": encrypted(PLAIN, other_secret, other.iv),
        f"{CDN}/key": SECRET,
        f"{CDN}/key2": other_secret,
    }
    store = SegmentStore(FakeReader(bodies), tmp_path)
    paths = [await store.segment(segment(n, key=key), ignore) for n, key in enumerate((KEY, other))]
    assert [path.read_bytes() for path in paths] == [PLAIN, PLAIN]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(encrypted(PLAIN)[:-1], id="not whole blocks"),
        pytest.param(encrypted(PLAIN)[:-16], id="without its last block"),
        pytest.param(encrypted(PLAIN, iv=bytes(16))[:16], id="one wrong block"),
    ],
)
async def test_a_damaged_body_may_be_whole_the_next_time(body: bytes, tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": body, f"{CDN}/key": SECRET})
    store = SegmentStore(reader, tmp_path)
    error = await error_of(store, segment(key=KEY))
    assert isinstance(error, TransientError)
    assert (error.code, error.message) == (
        "damaged_body",
        "a segment cannot be decrypted: damaged, or the wrong key",
    )
    reader.bodies[f"{CDN}/0.ts"] = encrypted(PLAIN)
    assert (await store.segment(segment(key=KEY), ignore)).read_bytes() == PLAIN


@pytest.mark.parametrize("secret", [b"", SECRET[:15], SECRET + b"\n", b"<html>no</html>"])
async def test_a_key_has_16_bytes(secret: bytes, tmp_path: Path) -> None:
    key = Key(f"{CDN}/key?token=s3cret", IV)
    store = SegmentStore(FakeReader({f"{CDN}/0.ts": encrypted(PLAIN), key.uri: secret}), tmp_path)
    error = await error_of(store, segment(key=key))
    assert isinstance(error, PermanentError)
    assert (error.code, error.message) == ("bad_key", f"{CDN}/key: an AES-128 key has 16 bytes, not {len(secret)}")


async def test_a_body_without_bytes_may_have_some_the_next_time(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": b""})
    store = SegmentStore(reader, tmp_path)
    error = await error_of(store, segment())
    assert isinstance(error, TransientError)
    assert (error.code, error.message) == ("empty_segment", f"{CDN}/0.ts: no bytes came")
    reader.bodies[f"{CDN}/0.ts"] = PLAIN
    assert (await store.segment(segment(), ignore)).read_bytes() == PLAIN


async def test_what_failed_for_now_is_asked_for_again_and_what_failed_for_good_is_not(tmp_path: Path) -> None:
    busy = TransientError("http_503", "busy")
    reader = FakeReader({f"{CDN}/0.ts": PLAIN}, {f"{CDN}/0.ts": [busy]})
    store = SegmentStore(reader, tmp_path)
    assert await error_of(store, segment(0)) is busy
    assert (await store.segment(segment(0), ignore)).read_bytes() == PLAIN
    codes = [(await error_of(store, segment(1))).code for _ in range(2)]
    assert codes == ["http_404", "http_404"]
    assert [uri for uri, _ in reader.requests] == [f"{CDN}/0.ts", f"{CDN}/0.ts", f"{CDN}/1.ts"]


async def test_what_nothing_wants_is_deleted_and_fetched_anew_when_wanted_again(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/{n}.ts": bytes([n]) for n in range(3)})
    store = SegmentStore(reader, tmp_path)
    paths = [await store.segment(segment(n), ignore) for n in range(3)]
    store.discard({1}.__contains__)
    assert [path.exists() for path in paths] == [False, True, False]
    assert (await store.segment(segment(2), ignore)).read_bytes() == b"\x02"
    await store.segment(segment(1), ignore)
    assert [uri[-4] for uri, _ in reader.requests] == ["0", "1", "2", "2"]


async def test_initialization_sections_are_fetched_once_each_and_stay(tmp_path: Path) -> None:
    init, part = Resource(f"{CDN}/all.mp4"), Resource(f"{CDN}/all.mp4", ByteRange(2, 3))
    reader = FakeReader({f"{CDN}/all.mp4": b"0123456789"})
    store = SegmentStore(reader, tmp_path)
    paths = [await store.init(resource) for resource in (init, part, init)]
    store.discard(lambda _: False)
    assert [path.read_bytes() for path in paths] == [b"0123456789", b"234", b"0123456789"]
    assert reader.requests == [(init.uri, None), (part.uri, part.part)]


async def test_initialization_sections_fetched_at_once_have_files_of_their_own(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/{name}.mp4": name.encode() for name in ("a", "b")})
    store, found = SegmentStore(reader, tmp_path), dict[str, Path]()

    async def ask(name: str) -> None:
        found[name] = await store.init(Resource(f"{CDN}/{name}.mp4"))

    async with anyio.create_task_group() as tasks:
        for name in ("a", "b"):
            tasks.start_soon(ask, name)
    assert {name: path.read_bytes() for name, path in found.items()} == {"a": b"a", "b": b"b"}


async def test_an_initialization_section_has_a_size_that_one_can_have(tmp_path: Path) -> None:
    store = SegmentStore(FakeReader({ALL.uri: bytes(LARGEST_INIT_BYTES + 1)}), tmp_path)
    with pytest.raises(PermanentError) as caught:
        await store.init(ALL)
    assert caught.value.code == "too_large"


async def test_the_head_of_a_segment_is_one_range_and_keeps_nothing(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": PLAIN})
    assert await SegmentStore(reader, tmp_path).head(segment(), 100) == PLAIN[:100]
    assert reader.requests == [(f"{CDN}/0.ts", ByteRange(0, 100))]
    assert files(tmp_path) == []


async def test_the_head_of_a_part_lies_within_the_part(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": PLAIN})
    await SegmentStore(reader, tmp_path).head(segment(part=ByteRange(500, 20)), 100)
    await SegmentStore(reader, tmp_path).head(segment(part=ByteRange(500, 200)), 100)
    assert [part for _, part in reader.requests] == [ByteRange(500, 20), ByteRange(500, 100)]


async def test_the_head_of_a_segment_that_is_there_costs_no_request(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": PLAIN})
    store = SegmentStore(reader, tmp_path)
    await store.segment(segment(), ignore)
    assert await store.head(segment(), 100) == PLAIN[:100]
    assert len(reader.requests) == 1


async def test_an_encrypted_head_is_decrypted_as_far_as_whole_blocks_go(tmp_path: Path) -> None:
    reader = FakeReader({f"{CDN}/0.ts": encrypted(PLAIN), f"{CDN}/key": SECRET})
    assert await SegmentStore(reader, tmp_path).head(segment(key=KEY), 100) == PLAIN[:96]


async def test_the_shelf_knows_what_lies_on_disk(tmp_path: Path) -> None:
    shelf = Shelf(lambda: 1500)
    reader = FakeReader({f"{CDN}/{n}.ts": PLAIN for n in range(2)})
    store = SegmentStore(reader, tmp_path, shelf)
    for number in (0, 1, 0):
        await store.segment(segment(number), ignore)
    assert (shelf.taken_bytes, shelf.is_full) == (2 * len(PLAIN), True)
    store.doubt(0)
    await store.segment(segment(0), ignore)
    assert shelf.taken_bytes == 2 * len(PLAIN)
    store.discard({1}.__contains__)
    assert (shelf.taken_bytes, shelf.is_full) == (len(PLAIN), False)
