import io
import sys
import time
from typing import Any

import pytest
from rich.console import Console, ConsoleDimensions

from lyricclip_cli.events import (
    ConfigChanged,
    Events,
    FilmWritten,
    RenderFinished,
    SlotLeft,
    StageEntered,
    WarningRaised,
)
from lyricclip_cli.observe.output import SteadyStream
from lyricclip_cli.observe.table import LiveTable
from tests.fakes import FakeClock
from tests.unit.observe import samples
from tests.unit.observe.terminal import Terminal
from tests.unit.observe.test_output import Broken


def table(terminal: Terminal, clock: FakeClock | None = None, timelines: int = 1) -> LiveTable:
    """A table on a terminal in miniature, drawn only when the test says so."""

    class Sized(Console):
        def __getattribute__(self, name: str) -> Any:
            if name == "size":
                return ConsoleDimensions(terminal.width, terminal.height)
            return super().__getattribute__(name)

    console = Sized(file=terminal, force_terminal=True, highlight=False, _environ={"TERM": "xterm"})
    return LiveTable(console, clock=clock or FakeClock(), timelines=timelines, ticking=False)


def begin(shown: LiveTable) -> None:
    shown(samples.started("夢ならば", "[red]", "c", slots=3))
    shown(samples.taken("L001", 1))
    shown(StageEntered("demo", "L001", "fetch"))
    shown(samples.taken("L002", 2))
    shown.draw()


def test_notices_stand_above_the_table() -> None:
    terminal, clock = Terminal(), FakeClock()
    with table(terminal, clock) as shown:
        begin(shown)
        assert not terminal.cursor_shown
        assert terminal.screen() == FIRST
        shown(WarningRaised("demo", "L002", "overlaps [bold]L003[/bold]"))
        shown(ConfigChanged("demo", (("render_clip_concurrency", "3", "1"),), "SIGHUP"))
        shown(SlotLeft("demo", "L002", 2))
        clock.advance(2.5)
        shown.draw()
        assert terminal.screen() == SECOND
        shown(FilmWritten("demo", samples.film()))
        shown(RenderFinished("demo", "degraded", 5, 2.5))
    assert terminal.screen() == LAST
    assert terminal.cursor_shown


def test_nothing_is_drawn_before_a_job_begins() -> None:
    terminal = Terminal()
    with table(terminal) as shown:
        shown.draw()
        shown(WarningRaised("", "", "fewer slots: memory"))
        shown.draw()
        assert terminal.cursor_shown
    assert terminal.screen() == "! fewer slots: memory"


def test_events_draw_nothing_and_a_drawing_is_one_write() -> None:
    terminal = Terminal()
    with table(terminal) as shown:
        begin(shown)
        before = terminal.writes
        for _ in range(1000):
            shown(StageEntered("demo", "L001", "cut"))
        assert terminal.writes == before
        shown(WarningRaised("demo", "L002", "x"))
        shown.draw()
        assert terminal.writes == before + 1


@pytest.mark.parametrize("size", [(40, 24), (20, 24), (79, 24), (80, 12), (80, 6), (200, 60), (30, 8)])
def test_a_resized_window_is_redrawn_without_remains(size: tuple[int, int]) -> None:
    terminal, fresh = Terminal(), Terminal(*size)
    with table(terminal) as shown, table(fresh) as expected:
        begin(shown)
        terminal.resize(*size)
        shown.draw()
        begin(expected)
        assert terminal.screen() == fresh.screen()


def test_what_was_said_survives_a_narrower_window() -> None:
    terminal = Terminal()
    with table(terminal) as shown:
        shown(WarningRaised("demo", "L002", "one"))
        begin(shown)
        shown(WarningRaised("demo", "L002", "two"))
        shown.draw()
        for width in (70, 60, 80, 50):
            terminal.resize(width, 24)
            shown.draw()
        rows = terminal.rows()
    assert rows[:3] == ["! L002  one", "! L002  two", ""]
    assert sum("elapsed" in row for row in rows) == 1


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_the_cursor_comes_back_however_the_run_ends(error: type[BaseException]) -> None:
    terminal = Terminal()
    with pytest.raises(error), table(terminal) as shown:  # noqa: PT012  the drawing before it is the point
        begin(shown)
        raise error
    assert terminal.cursor_shown
    assert len(terminal.rows()) == 3


def test_an_interrupt_echoed_by_the_terminal_does_not_move_the_table() -> None:
    terminal = Terminal()
    with table(terminal) as shown:
        begin(shown)
        before = terminal.screen()
        terminal.write("^C")
        shown.draw()
        assert terminal.screen() == before


def test_stray_prints_go_above_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with table(terminal) as shown:
        begin(shown)
        print("a library's word", file=sys.stderr)
        shown.draw()
        assert terminal.screen() == "a library's word\n" + FIRST
    assert sys.stderr is terminal


def test_a_table_that_ticks_draws_by_itself_and_ends_its_thread() -> None:
    terminal = Terminal()
    with LiveTable.on_terminal(terminal, clock=FakeClock(), environ={"TERM": "xterm"}) as shown:
        shown(samples.started("a"))
        deadline = time.monotonic() + 5
        while "elapsed" not in terminal.screen() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "elapsed" in terminal.screen()
    assert shown._thread is not None
    assert not shown._thread.is_alive()
    assert terminal.cursor_shown


def test_no_color_is_respected() -> None:
    def styles(**environ: str) -> set[str]:
        terminal = Terminal()
        with LiveTable.on_terminal(terminal, clock=FakeClock(), environ={"TERM": "xterm", **environ}) as shown:
            shown(samples.started("a"))
            shown(WarningRaised("demo", "", "x"))
        return terminal.styles

    colours = {str(number) for number in (*range(30, 38), *range(90, 98))}
    assert styles() & colours
    assert not styles(NO_COLOR="1") & colours


def test_a_terminal_that_went_away_does_not_end_the_render(capsys: pytest.CaptureFixture[str]) -> None:
    stream = Broken(BrokenPipeError(), after=2)
    with LiveTable.on_terminal(stream, clock=FakeClock(), environ={"TERM": "xterm"}) as shown:
        events = Events(shown)
        events.publish(samples.started("a"))
        shown.draw()
        events.publish(WarningRaised("demo", "", "x"))
        shown.draw()
    assert capsys.readouterr() == ("", "")


def test_a_bug_in_the_drawing_costs_the_table_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: Any, **_names: Any) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("lyricclip_cli.observe.table.screen", broken)
    terminal = Terminal()
    with LiveTable.on_terminal(terminal, clock=FakeClock(), environ={"TERM": "xterm"}) as shown:
        events = Events(shown)
        events.publish(samples.started("a"))
        assert shown._thread is not None
        shown._thread.join(5)
        events.publish(SlotLeft("demo", "L001", 1))
        events.publish(SlotLeft("demo", "L001", 1))
    assert terminal.cursor_shown
    assert capsys.readouterr().err.count("RuntimeError('bug')") == 1


def test_a_steady_stream_is_enough_for_rich() -> None:
    beneath = io.StringIO()
    Console(file=SteadyStream(beneath), width=20).print("x")  # type: ignore[arg-type]
    assert beneath.getvalue() == "x\n"


FIRST = """\

demo                                                     0:00 elapsed  – left
───────────────────────────────────────────────────────────  0/3 clips    0 %
0 fallbacks  0 failed  0 retries waiting  3 slots, peak 2
slots 2/3  per video 2/2  encoders 0/8
slot  line  text      source                   stage  done         try   secs
   1  L001  夢ならば  691aef4a2fc9d91d9c80dd…  fetch  –              1    0.0
   2  L002  [red]     691aef4a2fc9d91d9c80dd…                        1    0.0
   3  idle\
"""
SECOND = """\
! L002  overlaps [bold]L003[/bold]
· config: render_clip_concurrency 3 → 1 (from SIGHUP)

demo                                                     0:02 elapsed  – left
───────────────────────────────────────────────────────────  0/3 clips    0 %
0 fallbacks  0 failed  0 retries waiting  1 slot, peak 2
slots 1/1  per video 1/2  encoders 0/8
slot  line  text      source                   stage  done         try   secs
   1  L001  夢ならば  691aef4a2fc9d91d9c80dd…  fetch  –              1    2.5
2 s ago  config: render_clip_concurrency 3 → 1 (from SIGHUP)\
"""
LAST = """\
! L002  overlaps [bold]L003[/bold]
· config: render_clip_concurrency 3 → 1 (from SIGHUP)
✓ film artifacts/renders/demo/film.mp4, 1:36 long, 2400 frames, 12.3 MB
demo  degraded                                                           0:02
───────────────────────────────────────────────────────────  0/3 clips    0 %
0 fallbacks  0 failed  1 slot, peak 2\
"""
