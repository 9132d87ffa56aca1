"""The looks of what holds a run up: a line of limits for the table's head, and lines for its foot.

A line of the foot stays once there was something to say in it, so that the table does not jump.
"""

from collections.abc import Iterable
from math import ceil

from rich.cells import cell_len
from rich.text import Text

from lyricclip_cli.observe.table_pressure import DOWNLOADS, ENCODERS, RATE, SLOTS
from lyricclip_cli.observe.table_view import Limit, Pressure, Reloaded, SlowHost, Wait
from lyricclip_cli.observe.wording import duration_words

NAMES = {SLOTS: "slots", DOWNLOADS: "per video", ENCODERS: "encoders", RATE: "API per minute"}
MORE_CELLS = 12
"""Room that is kept for `, … 999 more`."""


def limits_line(pressure: Pressure) -> Text:
    """Every limit with its use. One that is full stands out a little, one that drains more."""
    return Text("  ").join(_limit(limit) for limit in pressure.limits)


def foot_lines(pressure: Pressure, room: int) -> list[Text]:
    """What there is to say of waiting lines, slowed hosts and the last reload; the most pressing first."""
    lines = []
    if pressure.waits is not None:
        lines.append(_listed("waiting", map(_wait, pressure.waits), room, "cyan"))
    if pressure.slowed is not None:
        lines.append(_listed("slowed", map(_host, pressure.slowed), room, "yellow"))
    if pressure.reloaded is not None:
        lines.append(_reloaded(pressure.reloaded))
    return lines


def _limit(limit: Limit) -> Text:
    style = "yellow" if limit.used > limit.most else "" if limit.used == limit.most else "dim"
    return Text.assemble((f"{NAMES[limit.key]} ", "dim"), (f"{limit.used}/{limit.most}", style))


def _wait(wait: Wait) -> str:
    return f"{wait.line_id} {_countdown(wait.left_s)} {wait.reason}"


def _host(host: SlowHost) -> str:
    if host.blocked_s:
        return f"{host.host} {host.reason}, asked again in {_countdown(host.blocked_s)}"
    return f"{host.host} {host.reason}, a request every {host.interval_s:.1f} s"


def _reloaded(reloaded: Reloaded) -> Text:
    return Text(f"{_seconds(int(reloaded.ago_s))} ago  {reloaded.text}", "dim" if reloaded.applied else "yellow")


def _countdown(seconds: float) -> str:
    return _seconds(ceil(seconds))


def _seconds(whole: int) -> str:
    return f"{whole} s" if whole < 100 else duration_words(whole)


def _listed(title: str, items: Iterable[str], room: int, style: str) -> Text:
    """As many items as fit, and how many more there are."""
    left, size = list(items), cell_len(title) + 2
    shown: list[str] = []
    while left and (not shown or size + cell_len(left[0]) + 2 + MORE_CELLS <= room):
        size += cell_len(left[0]) + 2
        shown.append(left.pop(0))
    more = [f"… {len(left)} more"] if left else []
    return Text.assemble((f"{title}  ", "dim"), (", ".join(shown + more) or "none", style if shown else "dim"))
