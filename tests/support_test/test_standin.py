"""The stand-in answers as the service does, and says truly what it saw."""

import asyncio
import time
from pathlib import Path
from typing import cast

import httpx
import pytest
from twelvelabs import AsyncTwelveLabs
from twelvelabs.core.api_error import ApiError
from twelvelabs.errors import NotFoundError

from tests.standin import Drip, Fault, HangAfterHeaders, HangBeforeHeaders, HugeBody, Latency, StandIn, Status
from tests.standin.protocol import Delivery, Line, Request, Response, Sender
from tests.support_test.example import MASTER, SEGMENT


def sdk(server: StandIn, web: httpx.AsyncClient, key: str | None = None) -> AsyncTwelveLabs:
    return AsyncTwelveLabs(api_key=key or server.key, base_url=server.api_url, httpx_client=web)


class TestApi:
    async def test_the_real_client_gets_the_streams_address(
        self, server: StandIn, web: httpx.AsyncClient, root: Path
    ) -> None:
        server.add_video("691aef4a2fc9d91d9c80dd86", root / "vid1")
        client = sdk(server, web)
        newer = await client.indexes.indexed_assets.retrieve("idx", "691aef4a2fc9d91d9c80dd86")
        older = await client.indexes.videos.retrieve("idx", "691aef4a2fc9d91d9c80dd86")
        assert newer.id == older.id == "691aef4a2fc9d91d9c80dd86"
        for hls in (newer.hls, older.hls):
            assert hls is not None
            assert hls.status == "COMPLETE"
            assert hls.video_url == f"{server.cdn_url}/vid1/master.m3u8"
            assert (await web.get(hls.video_url)).content == MASTER

    async def test_a_folder_outside_the_root_is_served_too(self, root: Path, web: httpx.AsyncClient) -> None:
        with StandIn() as server:
            url = server.add_video("v", root / "vid1")
            assert url == f"{server.cdn_url}/v/master.m3u8"
            assert (await web.get(url)).content == MASTER

    async def test_other_states_of_a_stream(self, server: StandIn, web: httpx.AsyncClient, root: Path) -> None:
        server.add_video("busy", root / "vid1", hls_status="PROCESSING")
        server.add_video("none", root / "vid1", hls_status=None)
        server.add_video("odd", root / "vid1", hls={"video_url": ""})
        retrieve = sdk(server, web).indexes.indexed_assets.retrieve
        busy, none, odd = [(await retrieve("idx", name)).hls for name in ("busy", "none", "odd")]
        assert busy is not None
        assert (busy.status, busy.video_url) == ("PROCESSING", None)
        assert none is None
        assert odd is not None
        assert odd.video_url == ""

    async def test_a_wrong_key_and_unknown_ids(self, server: StandIn, web: httpx.AsyncClient, root: Path) -> None:
        server.add_video("v", root / "vid1", index_id="mine")
        with pytest.raises(ApiError) as refused:
            await sdk(server, web, "tlk_WRONG").indexes.indexed_assets.retrieve("mine", "v")
        assert refused.value.status_code == 401
        assert refused.value.body["code"] == "api_key_invalid"
        for index, video in (("idx", "v"), ("mine", "w")):
            with pytest.raises(NotFoundError) as unknown:
                await sdk(server, web).indexes.indexed_assets.retrieve(index, video)
            assert unknown.value.body["code"] == "resource_not_exists"

    async def test_older_videos_are_known_to_the_older_path_alone(
        self, server: StandIn, web: httpx.AsyncClient, root: Path
    ) -> None:
        server.add_video("v", root / "vid1", only_older=True)
        with pytest.raises(NotFoundError):
            await sdk(server, web).indexes.indexed_assets.retrieve("idx", "v")
        assert (await sdk(server, web).indexes.videos.retrieve("idx", "v")).id == "v"

    async def test_faults_reach_the_real_client(self, server: StandIn, web: httpx.AsyncClient, root: Path) -> None:
        server.add_video("v", root / "vid1")
        server.fault("/v1.3/*", Status(429, {"Retry-After": "7"}), times=1)
        with pytest.raises(ApiError) as limited:
            await sdk(server, web).indexes.indexed_assets.retrieve("idx", "v")
        assert (limited.value.status_code, (limited.value.headers or {})["retry-after"]) == (429, "7")
        assert (await sdk(server, web).indexes.indexed_assets.retrieve("idx", "v")).id == "v"


class TestCdn:
    @pytest.mark.parametrize(
        ("wanted", "first", "last"),
        [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=102000-", 102_000, 102_399),
         ("bytes=-10", 102_390, 102_399), ("bytes=102000-999999", 102_000, 102_399)],
    )  # fmt: skip
    async def test_ranges(self, server: StandIn, web: httpx.AsyncClient, wanted: str, first: int, last: int) -> None:
        answer = await web.get(server.url_for("vid1/90p/a.ts"), headers={"Range": wanted})
        assert answer.status_code == 206
        assert answer.content == SEGMENT[first : last + 1]
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(SEGMENT)}"
        assert server.requests("/vid1")[0].range == wanted
        assert server.bytes_sent("/vid1") == last - first + 1

    async def test_a_range_beyond_the_end(self, server: StandIn, web: httpx.AsyncClient) -> None:
        answer = await web.get(server.url_for("vid1/90p/a.ts"), headers={"Range": "bytes=102400-"})
        assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */102400")

    async def test_types_and_no_more_than_the_folder(self, server: StandIn, web: httpx.AsyncClient, root: Path) -> None:
        (root.parent / "secret.ts").write_bytes(b"secret")
        segment = await web.get(server.url_for("vid1/90p/a.ts"))
        playlist = await web.head(server.url_for("vid1/master.m3u8"))
        outside = await web.get(f"{server.cdn_url}/%2e%2e/secret.ts")
        assert segment.headers["content-type"] == "video/mp2t"
        assert "etag" not in segment.headers
        assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert (playlist.headers["content-length"], playlist.content) == (str(len(MASTER)), b"")
        assert outside.status_code == 404

    async def test_signed_addresses_expire(self, root: Path, web: httpx.AsyncClient) -> None:
        with StandIn(root, signed=True) as server:
            server.add_video("v", root / "vid1")

            async def address() -> str:
                hls = (await sdk(server, web).indexes.indexed_assets.retrieve("idx", "v")).hls
                assert hls is not None
                assert hls.video_url is not None
                return hls.video_url

            first = await address()
            assert (await web.get(first)).text.endswith("90p/index.m3u8?sig=token-1\n")
            media = (await web.get(server.url_for("vid1/90p/index.m3u8"))).text
            assert 'URI="init.mp4?sig=token-1"' in media
            assert "\na.ts?sig=token-1\n" in media
            assert "\nhttps://elsewhere.example/b.ts\n" in media
            assert (await web.get(first.partition("?")[0])).status_code == 403
            server.expire_tokens()
            assert (await web.get(first)).status_code == 403
            assert (await web.get(await address())).status_code == 200

    async def test_packed_playlists(self, root: Path, web: httpx.AsyncClient) -> None:
        with StandIn(root, pack_playlists=True) as server:
            packed = await web.get(server.url_for("vid1/master.m3u8"))
            plain = await web.get(server.url_for("vid1/master.m3u8"), headers={"Accept-Encoding": "identity"})
            segment = await web.get(server.url_for("vid1/90p/a.ts"))
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content == MASTER
        assert "content-encoding" not in plain.headers
        assert segment.content == SEGMENT


class Wire:
    """Stands for a connection and its witness: notes in which order it is told what goes out, and it goes out."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def status(self, status: int) -> None:
        self.notes.append(f"status {status}")

    def sent(self, size: int) -> None:
        self.notes.append(f"sent {size}")

    def end(self) -> None:
        self.notes.append("end")

    def write(self, data: bytes) -> None:
        self.notes.append(f"write {data[-3:]!r}")

    async def drain(self) -> None:
        pass


class TestRecords:
    async def test_everything_is_noted_before_it_goes_out(self) -> None:
        """The other way round a client could be done, and ask for more, while its request still counts."""
        wire = Wire()
        request, response = Request("GET", "/a", {}), Response(200, {}, b"abcdef")
        sender = Sender(Line(), cast("asyncio.StreamWriter", wire), wire)
        assert await sender.send(request, response, Delivery(piece_bytes=3))
        head = ["status 200", "sent 0", r"write b'\n\r\n'"]
        assert wire.notes[:8] == [*head, "sent 3", "write b'abc'", "end", "sent 3", "write b'def'"]

    async def test_what_was_asked_and_answered(self, server: StandIn, web: httpx.AsyncClient) -> None:
        await web.get(f"{server.cdn_url}/vid1/90p/a.ts?x=1", headers={"X-Api-Key": "oops"})
        await web.get(f"{server.api_url}/indexes/idx/videos/v")
        (seen,) = server.requests("/vid1", host="cdn")
        assert (seen.host, seen.method, seen.path, seen.query) == ("cdn", "GET", "/vid1/90p/a.ts", "x=1")
        assert (seen.status, seen.bytes_sent, seen.range) == (200, len(SEGMENT), None)
        assert seen.headers["x-api-key"] == "oops"
        assert seen.ended is not None
        assert seen.time <= seen.ended
        assert [one.status for one in server.requests(host="api")] == [401]
        server.forget()
        assert server.requests() == []

    async def test_connections_are_kept(self, server: StandIn, web: httpx.AsyncClient) -> None:
        for _ in range(5):
            await web.get(server.url_for("vid1/master.m3u8"))
        assert server.connections("cdn") == server.connections() == 1
        assert len({seen.connection_id for seen in server.requests()}) == 1

    async def test_the_peak_is_what_was_under_way_at_once(self, server: StandIn, web: httpx.AsyncClient) -> None:
        server.fault("/vid1/*", Latency(0.2))
        await asyncio.gather(*(web.get(server.url_for("vid1/master.m3u8")) for _ in range(3)))
        await asyncio.gather(*(web.get(server.url_for("vid1/90p/a.ts")) for _ in range(2)))
        assert server.peak() == server.peak("/vid1/master") == 3
        assert server.peak("/vid1/90p") == 2
        assert server.peak("/vid2") == 0

    async def test_a_client_never_knows_more_than_the_record(self, server: StandIn) -> None:
        """One request after the other, on two connections: as soon as an answer is there, so is all about it."""
        url = server.url_for("vid1/90p/a.ts")
        async with httpx.AsyncClient() as one, httpx.AsyncClient() as other:
            for turn in range(1, 101):
                await (one, other)[turn % 2].get(url, headers={"Range": "bytes=0-9"})
                last = server.requests()[-1]
                assert (server.bytes_sent(), last.status) == (turn * 10, 206)
                assert last.ended is not None
        assert server.peak() == 1

    @pytest.mark.parametrize("fault", [HangBeforeHeaders(), HangAfterHeaders(10), Latency(3), Drip(5)], ids=repr)
    async def test_a_client_that_gave_up_is_not_under_way(self, server: StandIn, fault: Fault) -> None:
        server.fault("*.ts", fault)
        for _ in range(3):
            async with httpx.AsyncClient(timeout=0.15) as web:
                with pytest.raises((httpx.ReadTimeout, TimeoutError)):
                    await asyncio.wait_for(web.get(server.url_for("vid1/90p/a.ts")), 0.3)
        await asyncio.sleep(0.1)
        assert [seen.ended is not None for seen in server.requests()] == [True] * 3
        assert server.peak() == 1


async def test_the_end_drops_what_hangs(root: Path) -> None:
    async with httpx.AsyncClient(timeout=20) as web:
        with StandIn(root) as server:
            server.fault("*", HangBeforeHeaders(), times=1)
            server.fault("*", HugeBody(10**12))
            hanging = asyncio.create_task(web.get(server.url_for("vid1/master.m3u8")))
            unread = web.stream("GET", server.url_for("vid1/90p/a.ts"))
            await asyncio.sleep(0.2)
            await unread.__aenter__()
            began = time.monotonic()
        assert time.monotonic() - began < 5
        with pytest.raises(httpx.HTTPError):
            await hanging
        await unread.__aexit__(None, None, None)
