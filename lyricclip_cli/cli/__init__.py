"""The command line. Nothing heavy is imported before it is needed: `lyricclip --help` answers at once."""

import gc
import sys

__all__ = ["main"]

RENDERING = frozenset({"render", "rerun"})
"""Commands to which SIGHUP means: read the settings again. It ends the others, as it ends any program."""

GARBAGE_THRESHOLD = 20_000
"""New objects between two looks for garbage. Importing makes very many that stay: at Python's usual 700 these looks
are a tenth of the time until the first request (measured)."""


def main() -> None:
    """Run the command line. A hang-up that comes before a render is ready for it does not end it."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    if RENDERING.intersection(sys.argv[1:2]):
        import signal  # noqa: PLC0415 - as little as can be before the signal is seen to

        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from lyricclip_cli.cli.app import run  # noqa: PLC0415

    try:
        run()
    finally:
        gc.freeze()  # else the interpreter looks for garbage as it ends: 0.2 s (measured), for nothing
