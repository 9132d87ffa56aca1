"""What each fault does to a response: to what is sent, and to how it is sent."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import replace

from tests.standin import faults
from tests.standin.protocol import PIECE, Body, Delivery, Ending, Request, Response

PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Log in</h1></body></html>\n"
PER_SECOND = 20
"""How many pieces a second a slow line carries."""


def content(fault: faults.Fault, request: Request, response: Response) -> Response:
    """What is sent instead of `response`."""
    endless: Body
    match fault:
        case faults.Status(code, headers, body):
            return Response(code, {"Content-Type": "text/plain", **headers}, body)
        case faults.Damage(share):
            return replace(response, body=_damaged(response.whole_body(), share, request.path))
        case faults.Garbage():
            return Response(200, {"Content-Type": "text/html; charset=utf-8"}, PAGE)
        case faults.EmptyBody():
            return replace(response, body=b"")
        case faults.Redirect(to, code):
            place = to.replace("{path}", request.path).replace("{target}", request.target)
            return Response(code, {"Location": place})
        case faults.WrongType(content_type):
            return response.with_header("Content-Type", content_type)
        case faults.GzipBomb(size):
            endless = Body(lambda: _packed_zeros(size), None)
            return Response(200, {**_type_of(response), "Content-Encoding": "gzip"}, endless)
        case faults.HugeBody(size, streamed):
            endless = Body(lambda: map(bytes, _pieces(size, PIECE)), None if streamed else size)
            return Response(200, _type_of(response), endless)
    return response


def delivery(fault: faults.Fault, so_far: Delivery) -> Delivery:
    """How it is sent instead of `so_far`."""
    match fault:
        case faults.Reset(after_bytes):
            return replace(so_far, ending=Ending.RESET, stop_after=after_bytes)
        case faults.HangBeforeHeaders():
            return replace(so_far, ending=Ending.HANG, stop_after=None)
        case faults.HangAfterHeaders(after_bytes):
            return replace(so_far, ending=Ending.HANG, stop_after=after_bytes)
        case faults.CutShort(after_bytes, announced):
            return replace(so_far, ending=Ending.CLOSE, stop_after=after_bytes, announce_length=announced)
        case faults.Drip(rate):
            return replace(so_far, bytes_per_second=rate, piece_bytes=1)
        case faults.Bandwidth(rate):
            return replace(so_far, bytes_per_second=rate, piece_bytes=max(1, int(rate / PER_SECOND)))
        case faults.Latency(seconds):
            return replace(so_far, latency_s=so_far.latency_s + seconds)
    return so_far


def _type_of(response: Response) -> dict[str, str]:
    """The Content-Type alone: what else was said is about another body."""
    return {name: value for name, value in response.headers.items() if name == "Content-Type"}


def _damaged(body: bytes, share: float, seed: str) -> bytes:
    """The body with a share of its bytes, at least one, inverted: the same for the same seed and length."""
    changed = bytearray(body)
    count = min(len(changed), max(1, round(len(changed) * share)))
    for place in random.Random(f"{seed} {len(changed)}").sample(range(len(changed)), count):
        changed[place] ^= 0xFF
    return bytes(changed)


def _packed_zeros(size: int) -> Iterator[bytes]:
    """A gzip stream of `size` zeros, about a thousandth of it in length."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for piece in _pieces(size, 1 << 20):
        yield packer.compress(bytes(piece))
    yield packer.flush()


def _pieces(size: int, piece: int) -> Iterator[int]:
    """The sizes of the pieces into which `size` is cut."""
    yield from (min(piece, size - start) for start in range(0, size, piece))
