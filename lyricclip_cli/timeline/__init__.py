"""Timelines: the model, reading them from a file, and the checks that need the files they name."""

from lyricclip_cli.timeline.bounds import audio_bounds
from lyricclip_cli.timeline.files import locate
from lyricclip_cli.timeline.model import Audio, Candidate, Line, Output, Timeline, Word
from lyricclip_cli.timeline.reading import parse_timeline, read_timeline
from lyricclip_cli.timeline.schema import timeline_schema

__all__ = [
    "Audio",
    "Candidate",
    "Line",
    "Output",
    "Timeline",
    "Word",
    "audio_bounds",
    "locate",
    "parse_timeline",
    "read_timeline",
    "timeline_schema",
]
