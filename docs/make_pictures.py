"""Make the pictures of the README again: `just pictures`.

Both come from one real render of the demo. Its streams are served by the tests' stand-in for TwelveLabs, as slowly as
a network would, and one segment fails once, so that there is something to see. `table.svg` is a moment of the live
table as a terminal got it, `film.png` shows twelve of the film's lines, each at its middle.
"""

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.command import LYRICCLIP, environment
from tests.demo import by_video_id, copy_demo, read_demo, serve_demo
from tests.numbered import ffmpeg_path
from tests.standin import Bandwidth, StandIn, Status

HERE = Path(__file__).resolve().parent
COMMAND = ("render", "timeline.json", "--concurrency", "6")
COLUMNS, ROWS = 104, 24

SEGMENT_BYTES_PER_SECOND = 150_000
ENCODE_SLOTS = "2"
"""The machine that is played here has two cores, however many this one has."""

REDRAW = re.compile(r"\r(?:\x1b\[2K\x1b\[1A)+\x1b\[2K")
"""How the table is rubbed out before it is drawn again."""

CURSOR = re.compile(r"\x1b\[\?25[lh]")
HEAD_LINES = 6
"""A blank line, title, progress, counts, limits, titles of the columns: then a line per slot."""

SHOWN_LINES = ("L01", "L02", "L03", "L04", "L05", "L06", "L08", "L09", "L11", "L12", "L13", "L14")
ACROSS, TILE_WIDTH = 4, 320

THEME = TerminalTheme(
    (13, 17, 23),
    (214, 220, 228),
    [(13, 17, 23), (255, 123, 114), (86, 211, 100), (227, 179, 65),
     (121, 192, 255), (210, 168, 255), (86, 212, 221), (214, 220, 228)],
    [(88, 96, 105), (255, 161, 152), (126, 231, 135), (242, 204, 96),
     (165, 214, 255), (226, 197, 255), (179, 240, 255), (255, 255, 255)],
)  # fmt: skip
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a terminal showed at one time: what had been said so far, and the table below it."""

    said: tuple[str, ...]
    table: tuple[str, ...]

    @property
    def stages(self) -> list[str]:
        """The stage of each busy slot."""
        rows = (Text.from_ansi(row).plain for row in self.table[HEAD_LINES:])
        return [stage for row in rows for stage in re.findall(r" (fetch|wait|cut|check) ", f"{row} ")]

    @property
    def done(self) -> int:
        """How many clips are finished."""
        found = re.search(r"(\d+)/\d+ clips", Text.from_ansi(self.table[2]).plain) if len(self.table) > 2 else None
        return int(found[1]) if found else 0

    @property
    def interest(self) -> int:
        """How much of what the table can show it shows: busy slots, stages, a rest time, a notice above it."""
        return len(self.stages) + len(set(self.stages)) + ("~" in self.table[1]) + bool(self.said)


def main() -> None:
    """Render the demo and write both pictures."""
    with tempfile.TemporaryDirectory() as name, StandIn() as standin:
        folder = Path(name)
        copy_demo(folder).write_text(json.dumps(by_video_id(read_demo())), encoding="utf-8")
        account = serve_demo(standin)
        standin.fault("*/720p/*", Bandwidth(SEGMENT_BYTES_PER_SECOND), host="cdn")
        standin.fault("*/720p/003.m4s", Status(503), times=1, host="cdn")
        recording = record(folder, environment({**account, "LYRICCLIP_ENCODE_SLOTS": ENCODE_SLOTS}))
        write_table(most_telling(list(moments(recording))), HERE / "table.svg")
        write_film(folder / "artifacts" / "renders" / "timeline", HERE / "film.png")


def record(folder: Path, env: Mapping[str, str]) -> str:
    """Run the render on a terminal of its own, and give all that was written to it."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execve(LYRICCLIP, [str(LYRICCLIP), *COMMAND], {**env, "TERM": "xterm-256color"})  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    written = bytearray()
    try:
        while piece := os.read(terminal, 65_536):
            written += piece
    except OSError:  # the other end is closed
        pass
    _, status = os.waitpid(process, 0)
    if status:
        sys.exit(f"the render failed:\n{written.decode()}")
    return written.decode()


def moments(recording: str) -> Iterator[Moment]:
    """Every state of the screen while the table was drawn."""
    said: list[str] = []
    for drawn in REDRAW.split(CURSOR.sub("", recording)):
        lines = drawn.replace("\r\n", "\n").split("\n")
        if "" not in lines:  # a notice alone, or the last one, without a table
            said += [line for line in lines if line]
            continue
        begin = lines.index("")
        said += [line for line in lines[:begin] if line]
        yield Moment(tuple(said), tuple(lines[begin:]))


def most_telling(every: list[Moment]) -> Moment:
    """The moment around the middle of the render that shows most."""
    middle = [moment for moment in every if 3 <= moment.done <= 9]
    best = [moment for moment in middle if moment.interest == max(moment.interest for moment in middle)]
    return best[len(best) // 2]


def write_table(moment: Moment, path: Path) -> None:
    """Draw a moment as SVG, in the fonts of whoever looks at it."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ lyricclip {' '.join(COMMAND)}", "bold"))
    for line in (*moment.said, *moment.table):
        console.print(Text.from_ansi(line), no_wrap=True, overflow="crop")
    console.print()
    drawn = console.export_svg(title="lyricclip", theme=THEME, unique_id="table")
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL).replace("Fira Code, monospace", FONTS)
    path.write_text(re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE), encoding="utf-8")


def write_film(job: Path, path: Path) -> None:
    """A sheet of the film's lines, each shown by the frame at its middle."""
    clips = {clip["line_id"]: clip for clip in json.loads((job / "metrics.json").read_text())["clips"]}
    frames = [clips[line]["start_frame"] + clips[line]["frames"] // 2 for line in SHOWN_LINES]
    chosen = "+".join(f"eq(n,{frame})" for frame in frames).replace(",", r"\,")
    tiles = f"tile={ACROSS}x{len(frames) // ACROSS}:padding=6:margin=6:color=0x0d1117"
    palette = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=sierra2_4a"
    graph = f"select={chosen},scale={TILE_WIDTH}:-2:flags=lanczos,{tiles},format=rgb24,{palette}"
    command = [ffmpeg_path(), "-v", "error", "-y", "-i", str(job / "film.mp4"), "-an", "-vf", graph]
    subprocess.run([*command, "-frames:v", "1", "-fflags", "+bitexact", str(path)], check=True)


if __name__ == "__main__":
    main()
