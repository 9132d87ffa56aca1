import io
import subprocess
import sys
from typing import get_args

import pytest

from lyricclip_cli.events import WarningRaised
from lyricclip_cli.observe import ProgressMode, progress_listener
from lyricclip_cli.observe.json_lines import JsonLines
from lyricclip_cli.observe.plain import PlainLines
from lyricclip_cli.observe.progress import can_draw
from lyricclip_cli.observe.table import LiveTable
from tests.fakes import FakeClock
from tests.unit.observe.terminal import Terminal


def test_auto_is_the_table_on_a_terminal_and_plain_lines_elsewhere() -> None:
    clock = FakeClock()
    xterm = {"TERM": "xterm-256color"}
    assert isinstance(progress_listener("auto", Terminal(), clock=clock, environ=xterm), LiveTable)
    assert isinstance(progress_listener("auto", Terminal(), clock=clock, environ={"TERM": "dumb"}), PlainLines)
    assert isinstance(progress_listener("auto", io.StringIO(), clock=clock, environ=xterm), PlainLines)


def test_what_is_asked_for_is_given() -> None:
    clock = FakeClock()
    assert isinstance(progress_listener("table", io.StringIO(), clock=clock), LiveTable)
    assert isinstance(progress_listener("plain", Terminal(), clock=clock), PlainLines)
    assert isinstance(progress_listener("json", Terminal(), clock=clock), JsonLines)


def test_none_shows_nothing() -> None:
    stream = Terminal()
    with progress_listener("none", stream, clock=FakeClock()) as listener:
        listener(WarningRaised("demo", "", "x"))
    assert stream.screen() == ""


@pytest.mark.parametrize("mode", get_args(ProgressMode))
def test_a_program_without_stderr_shows_nothing(mode: ProgressMode) -> None:
    with progress_listener(mode, None, clock=FakeClock()) as listener:
        listener(WarningRaised("demo", "", "x"))


def test_a_terminal_without_unicode_cannot_draw() -> None:
    class Latin(Terminal):
        @property
        def encoding(self) -> str:  # type: ignore[override]
            return "iso-8859-1"

    closed = io.StringIO()
    closed.close()
    assert not can_draw(Latin(), {"TERM": "xterm"})
    assert not can_draw(closed, {"TERM": "xterm"})
    assert can_draw(Terminal(), {"TERM": "xterm"})


def test_choosing_loads_neither_rich_nor_structlog() -> None:
    code = (
        "import sys, io\n"
        "from lyricclip_cli.clock import SystemClock\n"
        "from lyricclip_cli.observe import progress_listener\n"
        "progress_listener('plain', io.StringIO(), clock=SystemClock())\n"
        "print([name for name in ('rich', 'structlog') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
