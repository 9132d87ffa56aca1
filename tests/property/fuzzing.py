"""What all fuzz tests share: how many examples, broken documents and bytes, and bounds of time and memory.

`just fuzz` runs the same tests with `FUZZ_TIMES` as many examples.
"""

import copy
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
LONGEST_S = 5.0
MOST_GROWTH_MB = 400

any_text = st.text(st.characters(exclude_categories=())) | st.text(max_size=4)


def examples(count: int) -> int:
    """How many examples a test tries."""
    return count * TIMES


@contextmanager
def bounded() -> Iterator[None]:
    """What happens inside takes little processor time, and this process grows by little."""
    began_s, before_mb = time.process_time(), _peak_mb()
    yield
    assert time.process_time() - began_s < LONGEST_S
    assert _peak_mb() - before_mb < MOST_GROWTH_MB


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@st.composite
def changed_bytes(draw: st.DrawFn, originals: st.SearchStrategy[bytes]) -> bytes:
    """Bytes of which some are taken away, repeated, swapped or replaced by others."""
    data = draw(originals)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        stop = draw(st.integers(start, min(start + 20, len(data))))
        put = draw(st.binary(max_size=5) | st.just(data[start:stop] * 2) | st.sampled_from(TRICKS))
        data = data[:start] + put + data[stop:]
    return data


TRICKS = [
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"\n\n", b'"', b"'", b"=", b"[" * 2000, b"9" * 5000, b"-1"),
    *(b"1e999", b"NaN", b"\x1b[2J", b"\xe2\x80\xae", b"\\ud800", b"../..", b"%00", b"x" * 70_000),
]
"""Bytes that readers have stumbled over."""


def change(document: Any, data: st.DataObject, values: st.SearchStrategy[Any], keys: list[str]) -> None:
    """Replace, remove, repeat or rename something, every place of the document being as likely."""
    places = list(_places(document))
    if not places:
        return
    at, step = data.draw(st.sampled_from(places))
    match data.draw(st.sampled_from(["replace", "replace", "remove", "again"])):
        case "replace":
            at[step] = data.draw(values)
        case "remove":
            del at[step]
        case _ if isinstance(at, list):
            at.append(copy.deepcopy(at[step]))
        case _:
            at[data.draw(st.sampled_from(keys) | any_text)] = at.pop(step)


def _places(at: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a document, as what holds it and its key or index there."""
    if isinstance(at, dict | list):
        for step in list(at) if isinstance(at, dict) else range(len(at)):
            yield at, step
            yield from _places(at[step])
