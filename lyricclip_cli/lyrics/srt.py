"""Cues as SubRip text: for `film.srt`, and for the track that players can switch on."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pysubs2 import SSAEvent, SSAFile

from lyricclip_cli.lyrics.ass import WORD_JOINER
from lyricclip_cli.lyrics.cues import Cue

_TAG_BEGINS = re.compile(r"<(?=[A-Za-z/ !])|\\|\{(?=\\)|--(?=>)")
"""What players take for mark-up or for a line of times. SubRip has no escapes, so an invisible sign parts it."""


def shown_text(cue: Cue) -> str:
    """A cue's text and translation as rows."""
    return "\n".join(text for text in (cue.text, cue.translation) if text)


def srt(cues: Sequence[Cue]) -> str:
    """The cues as a SubRip file, each from its line's start to its end in milliseconds."""
    return _written([(cue.start_ms, cue.end_ms, shown_text(cue)) for cue in cues])


def flat_srt(cues: Sequence[Cue]) -> str:
    """The cues without overlaps, as a track in MP4 has to be: where several are up, their texts are one."""
    edges = sorted({ms for cue in cues for ms in (cue.start_ms, cue.end_ms)})
    flat: list[tuple[int, int, str]] = []
    for start_ms, end_ms in pairwise(edges):
        text = "\n".join(shown_text(cue) for cue in cues if cue.start_ms <= start_ms < cue.end_ms)
        if text:
            flat.append((start_ms, end_ms, text))
    return _written(flat)


def _written(entries: Sequence[tuple[int, int, str]]) -> str:
    script = SSAFile()
    script.events = [SSAEvent(start=start, end=end, text=_parted(text)) for start, end, text in entries]
    return script.to_string("srt", keep_ssa_tags=True)


def _parted(text: str) -> str:
    return _TAG_BEGINS.sub(lambda found: found[0] + WORD_JOINER, text).replace("\n", "\\N")
