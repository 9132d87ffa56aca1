"""`lyricclip timeline from`: timed lyrics in, a timeline that waits for footage out."""

import json
import sys
from pathlib import Path

from lyricclip_cli.placing import write_whole
from lyricclip_cli.timeline import parse_timeline
from lyricclip_cli.transcript import credit_lines, read_transcript, skeleton


def run_timeline_from(lyrics: Path, output: Path | None) -> None:
    """Write the skeleton to a file or to stdout. Raises `InputError`, also for times that no timeline can have."""
    transcript = read_transcript(lyrics)
    text = json.dumps(skeleton(transcript, name=str(lyrics)), indent=2, ensure_ascii=False) + "\n"
    timeline = parse_timeline(text.encode(), name=str(lyrics))
    for credit in credit_lines(transcript):
        print(f"left out, a credit: {credit}", file=sys.stderr)
    if output is None:
        sys.stdout.write(text)
        return
    write_whole(output, text)
    print(f"{output}: {len(timeline.lines)} lines, candidates to be filled in", file=sys.stderr)
