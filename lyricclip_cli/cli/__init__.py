"""The command line. Nothing heavy is imported before it is needed: `lyricclip --help` answers at once."""

from lyricclip_cli.cli.app import main

__all__ = ["main"]
