"""Bytes from outside: HTTP and local files behind one reader, with every failure classified."""

from lyricclip_cli.transport.classify import (
    classified,
    error_for_status,
    retry_after_s,
    size_in,
    utc_now,
    without_query,
)
from lyricclip_cli.transport.disk import DiskReader, SchemeReader
from lyricclip_cli.transport.pacer import Pace, Pacer
from lyricclip_cli.transport.reach import WRITTEN, Origin
from lyricclip_cli.transport.reader import Body, ByteRange, Reader
from lyricclip_cli.transport.web import WebReader, http_client

__all__ = [
    "WRITTEN",
    "Body",
    "ByteRange",
    "DiskReader",
    "Origin",
    "Pace",
    "Pacer",
    "Reader",
    "SchemeReader",
    "WebReader",
    "classified",
    "error_for_status",
    "http_client",
    "retry_after_s",
    "size_in",
    "utc_now",
    "without_query",
]
