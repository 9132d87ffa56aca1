"""lyricclip: a batch renderer for lyric films. The command line is in `lyricclip_cli.cli`."""

__version__ = "0.1.0"
