"""Connections to allowed addresses alone: a name is looked up here, judged, and the judged address is connected to.

So a name that stands for another address the next time it is asked for (DNS rebinding) gains nothing. Connections are
pooled by right: one that the user's own word opened to a private address serves nobody with less of a right.
"""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.request import getproxies, proxy_bypass

import anyio
import httpcore
import httpx

from lyricclip_cli.errors import MachineError, PermanentError
from lyricclip_cli.transport.reach import THE_WEB, Address, Origin, literal_address, may_reach

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""The addresses that a host's name stands for."""

HEAD_START_S = 0.25
"""How long one address is tried alone before the next is tried beside it (RFC 8305 5)."""


class RefusedError(Exception):
    """A name stands for no address that may be connected to."""

    def __init__(self, host: str, addresses: Sequence[Address]) -> None:
        super().__init__(f"{host} is {' and '.join(map(str, addresses)) or 'nowhere'}")


async def resolved(host: str, port: int) -> list[Address]:
    """Ask the system. It also knows forms that do not look like an address, such as `0x7f.1`."""
    try:
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, OverflowError, ValueError) as error:  # a port beyond all, a host that is no name
        raise httpcore.ConnectError(f"no address for {host[:253]}") from error
    return list(dict.fromkeys(ip_address(sockaddr[0]) for *_, sockaddr in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects a pool to the addresses that `allows` lets through. Raises `RefusedError`."""

    def __init__(self, allows: Callable[[Address], bool], resolve: Resolve) -> None:
        self._allows = allows
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """See httpcore. TLS is spoken with the host's name all the same: only the way there is chosen here."""
        connect = partial(
            self._network.connect_tcp,
            port=port,
            timeout=timeout,
            local_address=local_address,
            socket_options=socket_options,
        )
        try:
            with anyio.fail_after(timeout):
                found = await self._resolve(host, port)
                allowed = [address for address in found if self._allows(address)]
                if not allowed:
                    raise RefusedError(host, found)
                return await _first_connected([str(address) for address in allowed], connect)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection in {timeout:g} s") from error

    async def sleep(self, seconds: float) -> None:
        """See httpcore."""
        await anyio.sleep(seconds)


async def _first_connected(
    addresses: Sequence[str], connect: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]]
) -> httpcore.AsyncNetworkStream:
    """The connection that is there first; each address has a head start on the next."""
    made: list[httpcore.AsyncNetworkStream] = []
    errors: list[Exception] = []

    async def attempt(address: str, over: anyio.Event) -> None:
        try:
            made.append(await connect(address))
            tasks.cancel_scope.cancel()
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            errors.append(error)
        over.set()

    unused = made
    try:
        async with anyio.create_task_group() as tasks:
            for address in addresses:
                over = anyio.Event()
                tasks.start_soon(attempt, address, over)
                with anyio.move_on_after(HEAD_START_S):
                    await over.wait()
        if not made:
            raise errors[0]
        unused = made[1:]
        return made[0]
    finally:
        for stream in unused:
            with anyio.CancelScope(shield=True):
                await stream.aclose()


class _Pool(httpx.AsyncBaseTransport):
    """A pool of httpcore's over a guarded backend, as httpx wants it."""

    def __init__(self, backend: GuardedBackend, limits: httpx.Limits) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            http2=True,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with _as_httpx():
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """See httpx."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """A body of httpcore's with httpx's errors."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for piece in self._stream:
                yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


HTTPCORE_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError,
                   httpcore.UnsupportedProtocol)  # fmt: skip


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Errors of httpcore inside become those of the same name in httpx."""
    try:
        yield
    except HTTPCORE_ERRORS as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


class GuardedTransport(httpx.AsyncBaseTransport):
    """What the client for footage goes through. A request's extension `origin` is who named its URL.

    An answer's extension `address` is where it came from. A proxy looks names up itself, so behind one only hosts that
    are addresses as they stand can be judged, and the address of others is not known.
    """

    def __init__(self, limits: httpx.Limits, resolve: Resolve = resolved) -> None:
        self._limits = limits
        self._resolve = resolve
        self._pools: dict[Origin, _Pool] = {}
        self._proxies = {scheme: _proxy(url, limits) for scheme, url in _proxy_urls().items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx. Raises `PermanentError` (`address_refused`) before anything is sent."""
        origin: Origin = request.extensions.get("origin", THE_WEB)
        proxy = self._proxies.get(request.url.scheme)
        if proxy is not None and not proxy_bypass(request.url.netloc.decode("ascii")):
            return await self._through(proxy, request, origin)
        refused: RefusedError | None = None
        for right in dict.fromkeys((THE_WEB, origin.scope)):
            try:
                answer = await self._pool(right).handle_async_request(request)
            except RefusedError as error:
                refused = error
                continue
            answer.extensions["address"] = _peer(answer)
            return answer
        raise _refusal(str(refused)) from refused

    async def aclose(self) -> None:
        """See httpx."""
        for pool in (*self._pools.values(), *self._proxies.values()):
            await pool.aclose()

    async def _through(self, proxy: httpx.AsyncBaseTransport, request: httpx.Request, origin: Origin) -> httpx.Response:
        address = literal_address(request.url.host)
        if address is not None and not may_reach(origin, address):
            raise _refusal(f"{request.url.host} is {address}")
        answer = await proxy.handle_async_request(request)
        answer.extensions["address"] = address
        return answer

    def _pool(self, right: Origin) -> _Pool:
        if right not in self._pools:
            backend = GuardedBackend(partial(may_reach, right), self._resolve)
            self._pools[right] = _Pool(backend, self._limits)
        return self._pools[right]


def _peer(answer: httpx.Response) -> Address | None:
    """The address at the other end of an answer's connection."""
    stream = answer.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    return ip_address(peer[0]) if peer else None


def _refusal(seen: str) -> PermanentError:
    message = f"{seen}: neither public nor the host that named it"
    return PermanentError("address_refused", message, hint="only a timeline itself may name a private address")


def _proxy_urls() -> dict[str, str]:
    """The proxies of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`) or the system, by scheme."""
    known = getproxies()
    urls = {scheme: known.get(scheme) or known.get("all", "") for scheme in ("http", "https")}
    return {scheme: url if "://" in url else f"http://{url}" for scheme, url in urls.items() if url}


def _proxy(url: str, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(proxy=httpx.Proxy(url), http2=True, limits=limits)
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        hint = "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY hold addresses such as http://proxy.example:3128"
        raise MachineError("the proxy of the environment cannot be used", hint=hint) from error
