"""Whether a timeline fits its song."""

from lyricclip_cli.errors import Problem
from lyricclip_cli.timeline.model import Line, Timeline
from lyricclip_cli.timeline.shown import shown

LONGEST_OVERRUN_MS = 100
"""A line may end this much after the sound: encoders cut or pad a song's last block."""


def audio_bounds(timeline: Timeline, *, audio_end_ms: int) -> list[Problem]:
    """Lines that start at or after the end of the sound, or end over 100 ms after it, in the file's order.

    `audio_end_ms` is on the song's clock: the sound's length plus `audio.offset_ms`. A line is named by its index
    alone, since the dialects of a timeline have different names for its times.
    """
    every = [(f"lines[{index}]", _overrun(line, audio_end_ms)) for index, line in enumerate(timeline.lines)]
    hint = "check the line's times, audio.offset_ms and that this is the right audio file"
    return [Problem(place, message, hint) for place, message in every if message]


def _overrun(line: Line, audio_end_ms: int) -> str:
    end = f"the end of the audio ({audio_end_ms} ms on the song's clock)"
    if line.start_ms >= audio_end_ms:
        return f"line {shown(line.id)} starts at {line.start_ms} ms, not before {end}"
    if line.end_ms > audio_end_ms + LONGEST_OVERRUN_MS:
        overrun_ms = line.end_ms - audio_end_ms
        return f"line {shown(line.id)} ends at {line.end_ms} ms, {overrun_ms} ms after {end}"
    return ""
