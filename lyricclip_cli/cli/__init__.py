"""The command line. Nothing heavy is imported before it is needed: `lyricclip --help` answers at once."""

import sys

__all__ = ["main"]

RENDERING = frozenset({"render", "rerun"})
"""Commands to which SIGHUP means: read the settings again. It ends the others, as it ends any program."""


def main() -> None:
    """Run the command line. A hang-up that comes before a render is ready for it does not end it."""
    if RENDERING.intersection(sys.argv[1:2]):
        import signal  # noqa: PLC0415 - as little as can be before the signal is seen to

        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from lyricclip_cli.cli.app import run  # noqa: PLC0415

    run()
