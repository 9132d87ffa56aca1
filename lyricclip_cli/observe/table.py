"""The live table on a terminal: a thread draws the state four times a second, events only change it.

The render never waits for the terminal: it touches nothing but the state, under a lock that no drawing holds.
"""

import sys
import threading
from collections.abc import Mapping
from math import ceil
from types import TracebackType
from typing import Self, TextIO, cast

from rich.cells import cell_len
from rich.console import Console, Group
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from lyricclip_cli.events import Event
from lyricclip_cli.observe.output import SteadyStream
from lyricclip_cli.observe.table_screen import last_screen, screen
from lyricclip_cli.observe.table_state import TableState
from lyricclip_cli.observe.wording import Gravity, Notice
from lyricclip_cli.ports import Clock

DRAWS_PER_SECOND = 4

_MARKS = {
    Gravity.GOOD: ("✓", "green"),
    Gravity.NOTE: ("·", "cyan"),
    Gravity.WARNING: ("!", "yellow"),
    Gravity.ERROR: ("✗", "bold red"),
}


class LiveTable:
    """A summary and a row per slot at the bottom of a terminal, with notable things said above it.

    The table appears with the first job. When the run is over, however it ends, a summary of three lines
    stays and the cursor is back. `ticking=False` leaves drawing to whoever calls `draw`.
    """

    def __init__(self, console: Console, *, clock: Clock, timelines: int = 1, ticking: bool = True) -> None:
        self._console = console
        self._clock = clock
        self._state = TableState(now_s=clock.monotonic_s(), timelines=timelines)
        self._lock = threading.Lock()
        self._live = Live(
            console=console,
            auto_refresh=False,
            redirect_stdout=_on_terminal(sys.stdout),  # data for a pipe must not end up on the terminal
            vertical_overflow="crop",
        )
        self._drawn_widths: list[int] = []
        self._drawn_columns = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="lyricclip-table", daemon=True) if ticking else None
        self._failure: Exception | None = None
        self._broken = False

    @classmethod
    def on_terminal(
        cls, stream: TextIO, *, clock: Clock, timelines: int = 1, environ: Mapping[str, str] | None = None
    ) -> Self:
        """A table on a stream that is taken for a terminal; a stream that breaks is not written to again."""
        console = Console(
            file=cast("TextIO", SteadyStream(stream)),
            force_terminal=True,
            force_interactive=True,
            highlight=False,
            markup=False,
            emoji=False,
            _environ=environ,
        )
        return cls(console, clock=clock, timelines=timelines)

    def __call__(self, event: Event) -> None:
        """Change the state. A bug in the drawing comes out here, where it costs the table alone."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        with self._lock:
            self._state.apply(event, self._clock.monotonic_s())

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Leave the last summary and the cursor behind."""
        self._stop.set()
        try:
            if self._thread is not None:
                self._thread.join()
            if not self._broken:
                self._draw(last=True)
        finally:
            self._live.stop()

    def draw(self) -> None:
        """Draw the state as it is now, and say what is to be said."""
        self._draw(last=False)

    def _tick(self) -> None:
        while not self._stop.wait(1 / DRAWS_PER_SECOND):
            try:
                self.draw()
            except Exception as error:  # a bug of the table ends the table, not the render
                self._failure, self._broken = error, True
                self._live.stop()
                return

    def _draw(self, *, last: bool) -> None:
        with self._lock:
            view, notices = self._state.view(self._clock.monotonic_s()), self._state.take_notices()
            begun, several_jobs = self._state.begun, self._state.several_jobs
        said = [_said(notice, with_job=several_jobs) for notice in notices]
        if not begun:
            if said:
                self._console.print(*said, sep="\n")
            return
        width, height = self._console.size
        if last:
            lines = last_screen(view, width=width)
        else:
            lines = screen(view, width=width, height=height, several_jobs=several_jobs)
        self._show(lines, said, width)

    def _show(self, lines: list[Text], said: list[Text], width: int) -> None:
        """Replace what is drawn, in one write."""
        with self._console:
            self._live.start()
            self._climb_reflowed(width)
            if said:
                self._console.print(Group(*said))
            self._live.update(Group(*lines), refresh=True)
        self._drawn_widths = [cell_len(line.plain) for line in lines]
        self._drawn_columns = width

    def _climb_reflowed(self, width: int) -> None:
        """Rub out what a narrower window made of the table.

        Terminals fold the lines that no longer fit, so the table is higher than it was drawn. What lies
        above its drawn height is erased here, and the cursor put where rich expects it: on the last of the
        drawn rows.
        """
        if width >= self._drawn_columns:
            return
        rows = sum(max(ceil(cells / width), 1) for cells in self._drawn_widths)
        folded = rows - len(self._drawn_widths)
        if folded <= 0:
            return
        up = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
        down = (ControlType.CURSOR_DOWN, max(len(self._drawn_widths) - 1, 0))
        self._console.control(
            Control(ControlType.CARRIAGE_RETURN, *(up * (rows - 1)), (ControlType.ERASE_IN_LINE, 2)),
            Control(*([down] if down[1] else [])),
        )


def _on_terminal(stream: TextIO | None) -> bool:
    """Whether a stream ends on a terminal; one that is missing or closed does not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _said(notice: Notice, *, with_job: bool) -> Text:
    """A notice as a line above the table."""
    mark, style = _MARKS[notice.gravity]
    return Text.assemble((mark, style), " ", notice.line(with_job=with_job), overflow="fold")
