"""The guard over real connections: what is judged is what is connected to, and what is refused is never asked.

Every server of a test is on the loopback, which is never public. So what public hosts may do is shown by the pure rule
(`test_reach`), and here hosts are told apart by their loopback addresses: 127.0.0.1 and 127.0.0.2 are two machines.
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from lyricclip_cli.errors import ClipError, MachineError, PermanentError
from lyricclip_cli.transport import Origin, WebReader, http_client
from lyricclip_cli.transport.reach import ON_DISK, THE_WEB, Address
from tests.authority import make_authority
from tests.contract.loopback import Server, served

DATA = b"0123456789" * 10
HERE = Origin("web", ip_address("127.0.0.1"))


class FakeNames:
    """A resolver over a dictionary: each name's answers in turn, of which the last one stays. `asked` lists the names.

    Addresses stand for themselves.
    """

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._left = {name: list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[Address]:
        self.asked.append(host)
        left = self._left.get(host, [[host]])
        return [ip_address(text) for text in (left.pop(0) if len(left) > 1 else left[0])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.ts").write_bytes(DATA)
    return root


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with served(folder) as running:
        yield running


async def code_of(reader: WebReader, uri: str) -> str:
    with pytest.raises(PermanentError) as caught:
        await reader.read(uri, at_most=1000)
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"
    return caught.value.code


@pytest.mark.parametrize("origin", [THE_WEB, ON_DISK, Origin("web", ip_address("127.0.0.2"))])
async def test_what_the_user_wrote_is_reached_and_the_same_named_by_others_is_not(
    server: Server, origin: Origin
) -> None:
    async with http_client(connections=2, stall_timeout_s=5) as client:
        reader = WebReader(client)
        body = await reader.read(f"{server.base}/a.ts", at_most=1000)
        assert (body.data, body.origin) == (DATA, HERE)
        asked = len(server.seen)  # a connection is open now, and is of no use to others
        assert await code_of(reader.named_by(origin), f"{server.base}/a.ts?token=s3cret") == "address_refused"
        assert len(server.seen) == asked


async def test_a_private_host_may_lead_to_itself_on_any_port(server: Server, folder: Path) -> None:
    with served(folder) as other:
        async with http_client(connections=2, stall_timeout_s=5) as client:
            reader = WebReader(client).named_by(HERE)
            body = await reader.read(f"{server.base}/to/{other.base}/a.ts", at_most=1000)
    assert (body.data, body.uri) == (DATA, f"{other.base}/a.ts")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        "127.2",
        "2130706434",
        "0x7f.0x2",
        "[::1]",
        "[::ffff:127.0.0.2]",
        "0.0.0.0",
        "10.0.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00:ec2::254]",
    ],
)
async def test_redirects_to_other_machines_are_refused_in_every_spelling(server: Server, host: str) -> None:
    async with http_client(connections=2, stall_timeout_s=5) as client:
        assert await code_of(WebReader(client), f"{server.base}/to/http://{host}:1/a.ts") == "address_refused"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "target",
    [
        "ftp://h/a",
        "file:///etc/passwd",
        "data:,x",
        "gopher://h/",
        "http://[::1",
        "//h:z",
        "http://0177.0.0.2/",
    ],
)
async def test_redirects_to_what_is_not_http_are_refused(server: Server, target: str) -> None:
    async with http_client(connections=2, stall_timeout_s=5) as client:
        assert await code_of(WebReader(client), f"{server.base}/to/{target}") in {"bad_redirect", "bad_uri"}
    assert len(server.seen) == 1


async def test_a_name_is_connected_to_at_the_address_that_was_judged(folder: Path) -> None:
    """DNS rebinding: the name means this host at first, and another one when it is asked for again."""
    names = FakeNames({"cdn.example": [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"]]})
    with served(folder) as first, served(folder, host="127.0.0.2") as second:
        async with http_client(connections=2, stall_timeout_s=5, resolve=names) as client:
            reader = WebReader(client)
            body = await reader.read(f"{first.base_as('cdn.example')}/a.ts", at_most=1000)
            inner = reader.named_by(body.origin)
            assert await code_of(inner, f"{second.base_as('cdn.example')}/a.ts") == "address_refused"
    assert first.hosts == [f"cdn.example:{first.server_port}"]
    assert second.seen == []


async def test_of_several_addresses_only_those_allowed_are_tried(folder: Path) -> None:
    names = FakeNames({"cdn.example": [["10.0.0.1", "127.0.0.2", "127.0.0.1"]]})
    with served(folder) as server:
        async with http_client(connections=2, stall_timeout_s=5, resolve=names) as client:
            reader = WebReader(client).named_by(HERE)
            assert (await reader.read(f"{server.base_as('cdn.example')}/a.ts", at_most=1000)).data == DATA


async def test_an_address_that_does_not_answer_does_not_keep_from_the_next(folder: Path) -> None:
    names = FakeNames({"cdn.example": [["127.0.0.9", "127.0.0.1"]]})
    with served(folder) as server:
        async with http_client(connections=2, stall_timeout_s=5, resolve=names) as client:
            body = await WebReader(client).read(f"{server.base_as('cdn.example')}/a.ts", at_most=1000)
    assert (body.data, body.origin) == (DATA, HERE)


@pytest.mark.parametrize("host", ["a..b", "xn--", "h:99999999", "no-such-name.invalid", "x" * 300])
async def test_hosts_that_are_no_hosts_are_errors_with_a_name(host: str) -> None:
    async with http_client(connections=2, stall_timeout_s=5) as client:
        with pytest.raises(ClipError) as caught:
            await WebReader(client).read(f"http://{host}/a.ts", at_most=1000)
    assert caught.value.code in {"bad_uri", "connection", "address_refused"}


async def test_a_proxy_is_used_and_addresses_are_judged_before_it_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The little server takes a proxy's requests too: it looks at their path alone."""
    monkeypatch.setenv("HTTP_PROXY", server.base)
    monkeypatch.setenv("NO_PROXY", "direct.example")
    async with http_client(
        connections=2, stall_timeout_s=5, resolve=FakeNames({"direct.example": [["127.0.0.1"]]})
    ) as c:
        reader = WebReader(c)
        body = await reader.read("http://cdn.example/a.ts", at_most=1000)
        assert (body.data, body.origin) == (DATA, THE_WEB)
        inner = reader.named_by(body.origin)
        assert (await inner.read("http://other.example/a.ts", at_most=1000)).data == DATA
        for host in ("127.0.0.1", "2130706433", "localhost", "[::1]", "169.254.169.254"):
            assert await code_of(inner, f"http://{host}/a.ts") == "address_refused"
        assert await code_of(inner, f"{server.base_as('direct.example')}/a.ts") == "address_refused"
    assert server.hosts == ["cdn.example", "other.example"]


@pytest.mark.parametrize("proxy", ["socks9://h:1", "http://[::1", "http://user:s3cret@h:z"])
def test_a_proxy_that_cannot_be_used_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(MachineError) as caught:
        http_client(connections=2, stall_timeout_s=5)
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"


async def test_certificates_are_checked_by_name_and_by_the_companys_authority(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path)
    names = FakeNames({"cdn.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    with served(folder, tls=authority.server("cdn.example")) as server:

        async def read(name: str) -> bytes:
            async with http_client(connections=2, stall_timeout_s=5, resolve=names) as client:
                return (await WebReader(client).read(f"{server.base_as(name)}/a.ts", at_most=1000)).data

        with pytest.raises(PermanentError) as unknown:
            await read("cdn.example")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert await read("cdn.example") == DATA
        with pytest.raises(PermanentError) as other:
            await read("other.example")
    assert [caught.value.code for caught in (unknown, other)] == ["tls", "tls"]
    assert "SSL_CERT_FILE" in unknown.value.hint
    assert len(server.seen) == 1
