"""Everything that can go wrong on the way, as data. What each does to a response is in `applying`.

A fault changes what is sent (`Status`, `Damage`, …) or how it is sent (`Reset`, `Drip`, …). Several may meet
in one response. All are deterministic: the same request is answered with the same bytes every time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Status:
    """Another status, with its own headers (`{"Retry-After": "2"}`) and body."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reset:
    """The connection is reset (RST), before the status line or after so many bytes of the body."""

    after_bytes: int | None = None


@dataclass(frozen=True)
class HangBeforeHeaders:
    """The request is read, and nothing comes."""


@dataclass(frozen=True)
class HangAfterHeaders:
    """The headers and so many bytes of the body come, then nothing."""

    after_bytes: int = 0


@dataclass(frozen=True)
class CutShort:
    """The connection ends in order (FIN) after so many bytes of the body.

    Without Content-Length the connection's end is the body's end: only its content shows that it is cut.
    """

    after_bytes: int
    with_content_length: bool = True


@dataclass(frozen=True)
class Drip:
    """The body comes a byte at a time: always some progress, never enough."""

    bytes_per_second: float


@dataclass(frozen=True)
class Bandwidth:
    """A slow line: each connection carries so many bytes a second, in pieces of a twentieth of a second."""

    bytes_per_second: float


@dataclass(frozen=True)
class Latency:
    """The answer begins so many seconds later."""

    seconds: float


@dataclass(frozen=True)
class Damage:
    """A share (0..1) of the body's bytes is wrong, always the same ones; at least one."""

    share: float


@dataclass(frozen=True)
class Garbage:
    """Status 200 and a page for people, as from a captive portal."""


@dataclass(frozen=True)
class EmptyBody:
    """The right status and type, and a body of no bytes."""


@dataclass(frozen=True)
class Redirect:
    """A redirect to a URL or path, in which `{path}` and `{target}` (with the query) stand for the request's.

    Without `to` it leads to the same place: a loop.
    """

    to: str = "{target}"
    code: int = 302


@dataclass(frozen=True)
class WrongType:
    """The right bytes under a wrong Content-Type."""

    content_type: str = "text/plain"


@dataclass(frozen=True)
class GzipBomb:
    """A gzip body that unpacks to `size` zeros, a thousand times what is sent."""

    size: int


@dataclass(frozen=True)
class HugeBody:
    """A body of `size` zeros; `streamed`: chunked, so that its size is not known beforehand."""

    size: int
    streamed: bool = False


Fault = (
    Status
    | Reset
    | HangBeforeHeaders
    | HangAfterHeaders
    | CutShort
    | Drip
    | Bandwidth
    | Latency
    | Damage
    | Garbage
    | EmptyBody
    | Redirect
    | WrongType
    | GzipBomb
    | HugeBody
)
