"""The stand-in itself: a thread that serves both hosts, and what a test can order and ask."""

import asyncio
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.standin.api import AS_USUAL, BASE, Api, Video
from tests.standin.cdn import Cdn
from tests.standin.faults import Fault
from tests.standin.listener import Listener
from tests.standin.records import Host, Records, Seen, peak
from tests.standin.rules import Rule, Rules

START_S = 10.0
"""How long the thread may take to begin or to end."""


class StandIn:
    """TwelveLabs' API and its CDN on two ports of the loopback, for as long as the context lasts.

    `root` is the CDN's folder. `signed`: its addresses need a token, which `expire_tokens` replaces. `tls`: the CDN
    speaks https.
    Every method may be called at any time, from the test's thread.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        key: str = "tlk_STANDIN",
        signed: bool = False,
        pack_playlists: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.key = key
        self._root = root
        self._token = 1 if signed else None
        self._rules = Rules()
        self._records = Records()
        self._api = Api(key)
        self._cdn = Cdn({"": root} if root else {}, self._current_token, pack_playlists)
        self._listeners: dict[Host, Listener] = {
            "api": Listener("api", self._api.answer, self._rules, self._records),
            "cdn": Listener("cdn", self._cdn.answer, self._rules, self._records, tls),
        }
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="standin", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_S) or self._failure:
            raise RuntimeError("the stand-in did not start") from self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_S)
        if self._failure and error is None:
            raise RuntimeError("the stand-in failed") from self._failure

    # what a test orders

    def add_video(
        self,
        video_id: str,
        folder: Path,
        *,
        index_id: str = "idx",
        hls_status: str | None = "COMPLETE",
        playlist: str = "master.m3u8",
        only_older: bool = False,
        hls: Any = AS_USUAL,
    ) -> str:
        """Register a video whose stream is in `folder`; one outside the root is served at `/<video_id>/`.

        `hls_status` None: the answer has no `hls`; `hls`: any JSON in its place, null too. `only_older`: it
        is known to the older `videos` path alone. Returns its playlist's URL as of now.
        """
        if self._root and folder.resolve().is_relative_to(self._root.resolve()):
            path = folder.resolve().relative_to(self._root.resolve()).as_posix()
        else:
            path = video_id
            self._cdn.mounts[f"/{video_id}"] = folder
        relative = playlist if path == "." else f"{path}/{playlist}"
        self._api.videos[video_id] = Video(index_id, lambda: self.url_for(relative), hls_status, only_older, hls)
        return self.url_for(relative)

    def fault(
        self,
        path_glob: str,
        *faults: Fault,
        times: int | None = None,
        skip: int = 0,
        host: Host | None = None,
    ) -> None:
        """From now on requests whose path fits get these faults: not the first `skip`, then `times` of them.

        `*` matches slashes too. Every rule that fits takes part, in the order in which they were given.
        """
        for fault in faults:
            self._rules.add(Rule(path_glob, fault, host, skip, times))

    def clear_faults(self) -> None:
        """From now on everything works."""
        self._rules.clear()

    def expire_tokens(self) -> None:
        """Every address handed out so far is refused with 403; the API hands out new ones."""
        assert self._token is not None, "this stand-in does not sign"
        self._token += 1

    def forget(self) -> None:
        """Forget all requests seen so far."""
        self._records.forget()

    # what a test asks

    @property
    def api_url(self) -> str:
        """The base URL of the API, with its version."""
        return f"{self._listeners['api'].url}{BASE}"

    @property
    def cdn_url(self) -> str:
        """The CDN's origin."""
        return self._listeners["cdn"].url

    def url_for(self, relative_path: str) -> str:
        """The URL of a file on the CDN, with a token that is good now."""
        token = self._current_token()
        return f"{self.cdn_url}/{relative_path.lstrip('/')}{'' if token is None else f'?sig={token}'}"

    def requests(self, prefix: str = "", *, host: Host | None = None) -> list[Seen]:
        """The requests whose path begins with `prefix`, in the order of their arrival."""
        return self._records.requests(prefix, host)

    def bytes_sent(self, prefix: str = "", *, host: Host | None = "cdn") -> int:
        """How many bytes of bodies went out for them."""
        return sum(seen.bytes_sent for seen in self.requests(prefix, host=host))

    def peak(self, prefix: str = "", *, host: Host | None = None) -> int:
        """The most of them that were under way at one moment."""
        return peak(self.requests(prefix, host=host))

    def connections(self, host: Host | None = None) -> int:
        """How many connections were made."""
        return self._records.connections(host)

    # how it serves

    def _current_token(self) -> str | None:
        return None if self._token is None else f"token-{self._token}"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # told to the test's thread
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        """Serve until told to stop, then drop whatever still hangs."""
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        for listener in self._listeners.values():
            await listener.begin()
        self._ready.set()
        await self._stop.wait()
        for listener in self._listeners.values():
            await listener.end()
