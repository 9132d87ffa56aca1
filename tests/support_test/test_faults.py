"""The stand-in fails in every way as ordered, seen with a real client."""

import gzip
import time

import httpx
import pytest

from tests.standin import (
    Bandwidth,
    CutShort,
    Damage,
    Drip,
    EmptyBody,
    Fault,
    Garbage,
    GzipBomb,
    HangAfterHeaders,
    HangBeforeHeaders,
    HugeBody,
    Latency,
    Redirect,
    Reset,
    StandIn,
    Status,
    WrongType,
)
from tests.support_test.example import SEGMENT


async def get_segment(server: StandIn, web: httpx.AsyncClient, *faults: Fault) -> httpx.Response:
    server.fault("*.ts", *faults)
    return await web.get(server.url_for("vid1/90p/a.ts"))


async def test_status(server: StandIn, web: httpx.AsyncClient) -> None:
    answer = await get_segment(server, web, Status(503, {"Retry-After": "2"}, b"busy"))
    assert (answer.status_code, answer.headers["retry-after"], answer.content) == (503, "2", b"busy")


async def test_faults_are_counted(server: StandIn, web: httpx.AsyncClient) -> None:
    server.fault("*.ts", Status(500), skip=1, times=2)
    url = server.url_for("vid1/90p/a.ts")
    assert [(await web.get(url)).status_code for _ in range(4)] == [200, 500, 500, 200]
    server.fault("*", Status(410))
    server.clear_faults()
    assert (await web.get(url)).status_code == 200


@pytest.mark.parametrize("after", [None, 0, 5000])
async def test_reset(server: StandIn, web: httpx.AsyncClient, after: int | None) -> None:
    with pytest.raises(httpx.ReadError):
        await get_segment(server, web, Reset(after))
    (seen,) = server.requests()
    assert (seen.status, seen.bytes_sent) == (0 if after is None else 200, after or 0)


async def test_hang_before_headers(server: StandIn, web: httpx.AsyncClient) -> None:
    web.timeout = httpx.Timeout(5, read=0.2)
    with pytest.raises(httpx.ReadTimeout):
        await get_segment(server, web, HangBeforeHeaders())
    assert server.requests()[0].status == 0


async def test_hang_after_headers(server: StandIn, web: httpx.AsyncClient) -> None:
    server.fault("*.ts", HangAfterHeaders(after_bytes=1000))
    got = b""
    async with web.stream("GET", server.url_for("vid1/90p/a.ts"), timeout=0.2) as answer:
        assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(SEGMENT)))
        pieces = answer.aiter_raw()
        while len(got) < 1000:
            got += await anext(pieces)
        with pytest.raises(httpx.ReadTimeout):
            await anext(pieces)
    assert got == SEGMENT[:1000]


async def test_drip(server: StandIn, web: httpx.AsyncClient) -> None:
    server.fault("*.ts", Drip(bytes_per_second=50))
    async with web.stream("GET", server.url_for("vid1/90p/a.ts")) as answer:
        pieces = answer.aiter_raw()
        first = [await anext(pieces) for _ in range(5)]
    assert sum(map(len, first)) < 10


async def test_bandwidth(server: StandIn, web: httpx.AsyncClient) -> None:
    began = time.monotonic()
    answer = await get_segment(server, web, Bandwidth(bytes_per_second=len(SEGMENT) * 2))
    assert answer.content == SEGMENT
    assert 0.4 < time.monotonic() - began < 5


async def test_latency_and_another_fault(server: StandIn, web: httpx.AsyncClient) -> None:
    began = time.monotonic()
    answer = await get_segment(server, web, Latency(0.2), Status(404))
    assert answer.status_code == 404
    assert time.monotonic() - began >= 0.2


async def test_cut_short_with_a_length(server: StandIn, web: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        await get_segment(server, web, CutShort(1000))


async def test_cut_short_without_a_length(server: StandIn, web: httpx.AsyncClient) -> None:
    answer = await get_segment(server, web, CutShort(1000, with_content_length=False))
    assert answer.content == SEGMENT[:1000]
    assert "content-length" not in answer.headers


async def test_damage(server: StandIn, web: httpx.AsyncClient) -> None:
    first = (await get_segment(server, web, Damage(0.01))).content
    again = (await web.get(server.url_for("vid1/90p/a.ts"))).content
    assert first == again
    assert sum(a != b for a, b in zip(first, SEGMENT, strict=True)) == 1024


async def test_garbage_empty_and_wrong_type(server: StandIn, web: httpx.AsyncClient) -> None:
    garbage = await get_segment(server, web, Garbage())
    server.clear_faults()
    empty = await get_segment(server, web, EmptyBody())
    server.clear_faults()
    mistyped = await get_segment(server, web, WrongType("text/html"))
    assert (garbage.status_code, garbage.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"<html>" in garbage.content
    assert (empty.status_code, empty.content) == (200, b"")
    assert (mistyped.headers["content-type"], mistyped.content) == ("text/html", SEGMENT)


async def test_redirects_and_loops(server: StandIn, web: httpx.AsyncClient) -> None:
    server.fault("/old/*", Redirect("/vid1/90p/a.ts"))
    server.fault("/away/*", Redirect(f"{server.api_url}{{path}}", code=307))
    server.fault("/loop/*", Redirect())
    moved = await web.get(f"{server.cdn_url}/old/a.ts", follow_redirects=True)
    away = await web.get(f"{server.cdn_url}/away/a.ts")
    assert moved.content == SEGMENT
    assert (away.status_code, away.headers["location"]) == (307, f"{server.api_url}/away/a.ts")
    with pytest.raises(httpx.TooManyRedirects):
        await web.get(f"{server.cdn_url}/loop/a.ts?b=1", follow_redirects=True)


async def test_a_gzip_bomb(server: StandIn, web: httpx.AsyncClient) -> None:
    server.fault("*.ts", GzipBomb(size=20_000_000))
    async with web.stream("GET", server.url_for("vid1/90p/a.ts")) as answer:
        packed = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 30_000
    assert gzip.decompress(packed) == bytes(20_000_000)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_huge_body(server: StandIn, web: httpx.AsyncClient, *, streamed: bool) -> None:
    server.fault("*.ts", HugeBody(10**12, streamed=streamed))
    async with web.stream("GET", server.url_for("vid1/90p/a.ts")) as answer:
        assert answer.headers.get("content-length") == (None if streamed else str(10**12))
        got = 0
        async for piece in answer.aiter_bytes():
            got += len(piece)
            if got > 1_000_000:
                break
    assert got <= server.bytes_sent() < 10_000_000
    server.clear_faults()
    small = await get_segment(server, web, HugeBody(200_000, streamed=streamed))
    assert small.content == bytes(200_000)
