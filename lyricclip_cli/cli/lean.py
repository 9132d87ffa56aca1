"""A quick start: imports were three quarters of the time until a render's first request (measured)."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("rich", "httpx._main", "h2")
"""What structlog and httpx take along, where it is there, for consoles and a command of their own, and are made to do
without: a seventh of all imports. The live table imports rich itself, later, and httpcore HTTP/2 when a server agrees
to it: a thirtieth of all imports, that waits for the network then."""


@contextmanager
def lean_imports() -> Iterator[None]:
    """While this lasts, imports leave out what is `UNUSED`, and nobody looks for garbage in what they make."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through every package for them
    hidden = [name for name in UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # "cannot be found", as the import system has it
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        for name in hidden:
            del sys.modules[name]
