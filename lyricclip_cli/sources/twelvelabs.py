"""TwelveLabs-indexed videos: from a video's id to the URL of its HLS stream, by the official SDK.

Facts this rests on (checked against the SDK): it retries, follows redirects with the key on board and waits ten
minutes by default, so all of that is switched off here and done by us; only `ApiError` is reliable, of which 400 and
404 alone have classes of their own.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import httpx

from lyricclip_cli.errors import ClipError, MachineError, NotYetError, PermanentError, TransientError
from lyricclip_cli.once import Once
from lyricclip_cli.transport import Pacer, classified, retry_after_s, size_in, utc_now, without_query

if TYPE_CHECKING:
    from twelvelabs import AsyncTwelveLabs

DEFAULT_BASE_URL = "https://api.twelvelabs.io/v1.3"
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials, from the environment alone. `repr` shows none of them."""

    api_key: str
    index_id: str
    base_url: str = DEFAULT_BASE_URL

    def __repr__(self) -> str:
        """The account without its key."""
        return f"Account(index_id={self.index_id!r}, base_url={self.base_url!r})"


class Videos:
    """Stream URLs of videos: one retrieve per video however many lines use it.

    `turn` waits for the API's rate, `answer_timeout_s` is how long one answer may take from first to last byte.
    """

    def __init__(
        self,
        account: Account,
        client: httpx.AsyncClient,
        turn: Callable[[], Awaitable[None]],
        *,
        pacer: Pacer | None = None,
        answer_timeout_s: Callable[[], float] = lambda: 30.0,
    ) -> None:
        self._account = account
        self._pacer = pacer
        self._answer_timeout_s = answer_timeout_s
        self._http = client
        self._turn = turn
        self._urls: Once[tuple[str, str], str] = Once()
        self._sdk: AsyncTwelveLabs | None = None

    def index(self, index_id: str | None) -> str:
        """The index that videos are looked up in: the one named, or the account's own."""
        return index_id or self._account.index_id

    async def stream_url(self, index_id: str | None, video_id: str) -> str:
        """The URL of a video's playlist. Without `index_id`, the video is in the account's own index.

        Raises `ClipError`, or `MachineError` when the key is refused.
        """
        index = self.index(index_id)
        return await self._urls.get((index, video_id), lambda: self._retrieve(index, video_id))

    def known_url(self, index_id: str | None, video_id: str) -> str:
        """The URL that `stream_url` gave, without a request.

        Raises `NotYetError` when it was forgotten meanwhile: asking anew can mean to wait for the API's rate.
        """
        url = self._urls.known().get((self.index(index_id), video_id))
        if url is None:
            raise NotYetError("renewal", f"the address of {video_id} is renewed", wait_s=0)
        return url

    def forget(self, index_id: str | None, video_id: str) -> None:
        """A video's URL has expired: the next who asks for it retrieves it anew."""
        self._urls.forget((index_id or self._account.index_id, video_id))

    async def _retrieve(self, index_id: str, video_id: str) -> str:
        if not SAFE_ID.fullmatch(video_id):  # the SDK puts ids into the path as they are
            raise PermanentError("bad_video_id", "a video id has letters, digits, - and _ only")
        indexes = self._client().indexes
        ids = (index_id, video_id)
        try:
            return _stream_url(video_id, await self._call(indexes.indexed_assets.retrieve, ids))
        except PermanentError as error:
            if error.code != "unknown_video":
                raise
        return _stream_url(video_id, await self._call(indexes.videos.retrieve, ids))  # the older way in

    async def _call(self, retrieve: Callable[..., Awaitable[Any]], ids: tuple[str, str]) -> Any:
        from pydantic import ValidationError  # noqa: PLC0415 - with the SDK
        from twelvelabs.core.api_error import ApiError  # noqa: PLC0415 - over a second to import

        base_url = self._account.base_url
        if self._pacer is not None:
            self._pacer.check(base_url)
        await self._turn()
        began_s = self._pacer.admit(base_url) if self._pacer is not None else 0.0
        with classified(base_url), _answers_in(self._answer_timeout_s(), base_url):
            try:
                answer = await retrieve(*ids)
            except ApiError as error:
                failure = _api_error(error, ids[1])
                self._learn(error.status_code or 0, began_s, failure)
                raise failure from None  # the SDK's own text can hold the key's header
            except ValidationError as error:
                message = f"the answer about video {ids[1]} is not understood"
                raise PermanentError("api_answer", message) from error
        self._learn(200, began_s, None)
        return answer

    def _learn(self, status: int, began_s: float, failure: Exception | None) -> None:
        if self._pacer is not None:
            wait_s = failure.retry_after_s if isinstance(failure, TransientError) else None
            self._pacer.answered(self._account.base_url, status, began_s, wait_s)

    def _client(self) -> "AsyncTwelveLabs":
        if self._sdk is None:
            from twelvelabs import AsyncTwelveLabs  # noqa: PLC0415 - over a second to import

            self._sdk = AsyncTwelveLabs(
                api_key=self._account.api_key,
                base_url=self._account.base_url,
                httpx_client=self._http,
                timeout=30,
            )
        return self._sdk


@contextmanager
def _answers_in(limit_s: float, base_url: str) -> Iterator[None]:
    """An answer is small: one that drips in, or never ends, is as good as none."""
    try:
        with anyio.fail_after(limit_s):
            yield
    except TimeoutError:
        raise TransientError("timeout", f"{without_query(base_url)}: no whole answer in {limit_s:g} s") from None


def api_client(stall_timeout_s: float) -> httpx.AsyncClient:
    """The HTTP client for the API's host alone; it follows no redirect, since those would carry the key along.

    Raises `MachineError` for a proxy that cannot be used.
    """
    try:
        return httpx.AsyncClient(
            follow_redirects=False,
            timeout=httpx.Timeout(stall_timeout_s, connect=10.0),
            headers={"accept-encoding": "identity"},
            event_hooks={"response": [_bounded]},
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        hint = "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY hold addresses such as http://proxy.example:3128"
        raise MachineError("the proxy of the environment cannot be used", hint=hint) from error


async def _bounded(answer: httpx.Response) -> None:
    """Let no answer grow beyond all sense, packed or not. Raises `TransientError`."""
    assert isinstance(answer.stream, httpx.AsyncByteStream)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise TransientError("api_answer", "TwelveLabs answered with a packed body that nobody asked for")
    answer.stream = _Bounded(answer.stream)


class _Bounded(httpx.AsyncByteStream):
    """The body of an answer, up to `LARGEST_ANSWER_BYTES`."""

    def __init__(self, body: httpx.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._body:
            size += len(piece)
            if size > LARGEST_ANSWER_BYTES:
                raise TransientError("api_answer", "TwelveLabs answered with more than 4 MiB")
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()


def _api_error(error: Any, video_id: str) -> ClipError | MachineError:
    status = error.status_code or 0
    if status in {401, 403}:
        hint = "check TWELVELABS_API_KEY and TWELVELABS_INDEX_ID"
        return MachineError(f"TwelveLabs refused the key (HTTP {status})", hint=hint)
    if status in {400, 404}:
        hint = "check the id and the index"
        return PermanentError("unknown_video", f"TwelveLabs has no video {video_id} in this index", hint=hint)
    if status in {408, 425, 429} or status >= 500:
        wait_s = _wait_s(httpx.Headers(error.headers or {}))
        return TransientError(f"api_{status}", f"TwelveLabs answered {status} for {video_id}", retry_after_s=wait_s)
    if 300 <= status < 400:
        hint = "check TWELVELABS_BASE_URL: the key is sent to no other place"
        return PermanentError("api_redirect", f"TwelveLabs answered {status}: it is somewhere else", hint=hint)
    return TransientError("api_answer", f"TwelveLabs answered {status} with something that is not its API's")


def _wait_s(headers: httpx.Headers) -> float | None:
    """When to ask again: `Retry-After`, else the end of the API's own window (`X-Ratelimit-Reset`, epoch seconds)."""
    wait_s, reset = retry_after_s(headers, utc_now()), headers.get("x-ratelimit-reset", "")
    end_s = size_in(reset)
    if wait_s is None and end_s is not None:
        return max(0.0, end_s - utc_now().timestamp())
    return wait_s


def _stream_url(video_id: str, answer: Any) -> str:
    hls = getattr(answer, "hls", None)
    url = getattr(hls, "video_url", None) if hls is not None else None
    if not url:
        status = getattr(hls, "status", None) or "none"
        hint = "index it again with streaming enabled, or put a copy into the media folder"
        raise PermanentError("no_stream", f"video {video_id} has no stream (HLS status: {status})", hint=hint)
    if not is_web_address(str(url)):
        raise PermanentError("bad_uri", f"the stream of video {video_id} has an address that is not HTTP")
    return str(url)


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:
        return False
