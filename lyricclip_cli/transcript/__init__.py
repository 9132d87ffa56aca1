"""Timed lyrics as other programs write them (LRC, SubRip, ASS), turned into a timeline that waits for footage."""

from lyricclip_cli.transcript.skeleton import credit_lines, read_transcript, skeleton

__all__ = ["credit_lines", "read_transcript", "skeleton"]
