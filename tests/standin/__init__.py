"""A loopback stand-in for TwelveLabs' API and its CDN: real HTTP/1.1, full records, every fault on demand."""

from tests.standin.faults import (
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
    Status,
    WrongType,
)
from tests.standin.records import Seen
from tests.standin.server import StandIn

__all__ = [
    "Bandwidth",
    "CutShort",
    "Damage",
    "Drip",
    "EmptyBody",
    "Fault",
    "Garbage",
    "GzipBomb",
    "HangAfterHeaders",
    "HangBeforeHeaders",
    "HugeBody",
    "Latency",
    "Redirect",
    "Reset",
    "Seen",
    "StandIn",
    "Status",
    "WrongType",
]
