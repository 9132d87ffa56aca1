"""The table's looks: a moment of a run as lines of text that fit a terminal. Draws nothing itself.

Every line is at most one row high and ends before the terminal's edge, where some terminals wrap.
Texts are measured in cells, so wide characters keep the columns straight. Only the sixteen colours of the
terminal's own theme are used.
"""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from lyricclip_cli.observe.table_foot import foot_lines, limits_line
from lyricclip_cli.observe.table_view import SlotRow, Summary, View, Widest
from lyricclip_cli.observe.wording import NOTHING, bytes_words, duration_words, rest_words

GAP = "  "
ROOMY_HEIGHT = 7
"""Below this height the counts and the columns' titles make way for slots."""
AIRY_HEIGHT = 16
"""From this height on a blank line parts the table from what was said above it, and all that holds a run up is told."""
MARGIN = 3
"""Cells left free at the right edge, for the `^C` that a terminal shows when its user interrupts. Folded into a
new row, it would move the table away from where it was drawn."""
NARROW = 77
"""The summary is this wide where there is room, and as wide as the table where that is wider."""

STAGE_STYLES = {"fetch": "cyan", "wait": "dim", "cut": "green", "check": "blue"}
STATUS_STYLES = {"complete": "green", "failed": "bold red"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table; `width` in cells."""

    title: str
    width: int
    right: bool = False


def screen(view: View, *, width: int, height: int, several_jobs: bool) -> list[Text]:
    """The whole table for a terminal of this size, a row less than its height at most."""
    room = _room(width)
    most = max(height - 1, 1)
    columns = layout(room, view.widest, several_jobs=several_jobs)
    title, progress, counts = summary_lines(view.summary, min(room, max(table_width(columns), NARROW)))
    head = [title, progress, counts, _titles(columns)] if most >= ROOMY_HEIGHT else [title, progress]
    foot = foot_lines(view.pressure, room)
    if most >= AIRY_HEIGHT:
        head = [Text(""), *head[:-1], limits_line(view.pressure), head[-1]]
    else:
        foot = foot[:1] if most >= ROOMY_HEIGHT else []
    lines = [*head, *_rows(view, columns, most - len(head) - len(foot)), *foot]
    return [_fit(line, room) for line in lines[:most]]


def last_screen(view: View, *, width: int) -> list[Text]:
    """What stays when the run is over."""
    room = min(_room(width), NARROW)
    summary = view.summary
    title = _title(summary).append(GAP).append(summary.status, STATUS_STYLES.get(summary.status, "yellow"))
    lines = (
        _both_ends(title, Text(duration_words(summary.elapsed_s)), room),
        _progress(summary, room),
        _counts(summary, waiting=False),
    )
    return [_fit(line, room) for line in lines]


def summary_lines(summary: Summary, room: int) -> list[Text]:
    """Three lines: which run and when it ends, how far it is, what went wrong so far."""
    return [
        _both_ends(_title(summary), _times(summary), room),
        _progress(summary, room),
        _counts(summary),
    ]


def layout(room: int, widest: Widest, *, several_jobs: bool) -> list[Column]:
    """The columns that fit `room` cells. Narrow terminals lose the least telling ones.

    Text and source share what the others leave, and take no more than this run can need: what is then still free
    makes the bar longer.
    """
    before = [Column("slot", 4, right=True), Column("line", min(max(widest.line_id, 4), 8 if room < 100 else 16))]
    if several_jobs and room >= 100:
        before.insert(1, Column("timeline", 16))
    progress = [Column("done", 11 if room < 100 else 24)] if room >= 52 else []
    after = [Column("try", 3, right=True), Column("secs", 5, right=True)] if room >= 52 else []
    stage = Column("stage", 5)
    free = max(room - table_width([*before, stage, *progress, *after]) - len(GAP), 4)
    text, sources = Column("text", min(max(widest.text, 4), free)), []
    if room >= 60:
        free -= len(GAP)
        source = min(widest.source, max(11, free * 3 // 10))
        text = Column("text", min(max(widest.text, 4), free - source))
        sources = [Column("source", min(max(widest.source, 11), free - text.width))]
        spare = free - text.width - sources[0].width
        progress = [Column("done", min(progress[0].width + spare, 48))]
    return [*before, text, *sources, stage, *progress, *after]


def table_width(columns: list[Column]) -> int:
    """The width of a row, in cells."""
    return sum(column.width + len(GAP) for column in columns) - len(GAP)


def bar(done: float, total: float, width: int, style: str) -> Text:
    """A bar of `width` cells, in half cells; thick and thin, so that it reads without colours too."""
    halves = round(2 * width * min(done / total, 1)) if total else 0
    full, half = divmod(halves, 2)
    drawn = "━" * full + "╸" * half
    return Text.assemble((drawn, style), ("─" * (width - len(drawn)), "bright_black"))


def _room(width: int) -> int:
    return max(width - MARGIN, 1)


def _title(summary: Summary) -> Text:
    if summary.timelines > 1:
        title = Text(f"{summary.timelines_done}/{summary.timelines} timelines", "bold")
        return title.append(f"  joining {summary.joining}", "cyan") if summary.joining else title
    title = Text(summary.title, "bold")
    return title.append("  joining the film", "cyan") if summary.joining else title


def _times(summary: Summary) -> Text:
    rest = rest_words(summary.left_s)
    if summary.more_to_come:
        rest = rest.replace("~", ">")
    style = "dim" if rest == NOTHING else ""
    return Text.assemble((f"{duration_words(summary.elapsed_s)} elapsed", "dim"), GAP, (f"{rest} left", style))


def _progress(summary: Summary, room: int) -> Text:
    percent = 100 * summary.done // summary.clips if summary.clips else 0
    numbers = f"{summary.done}/{summary.clips} clips  {percent:>3} %"
    width = room - cell_len(numbers) - len(GAP)
    if width < 8:
        return Text(numbers)
    return bar(summary.done, summary.clips, width, "green").append(GAP).append(numbers)


def _counts(summary: Summary, *, waiting: bool = True) -> Text:
    fallbacks = _plural(summary.fallbacks, "fallback")
    if summary.placeholders:
        fallbacks += f" ({_plural(summary.placeholders, 'placeholder')})"
    retries = _plural(summary.retries_waiting, "retry", "retries") + " waiting"
    parts = [
        (fallbacks, "yellow" if summary.fallbacks else "dim"),
        (f"{summary.failed} failed", "bold red" if summary.failed else "dim"),
        *([(retries, "cyan" if summary.retries_waiting else "dim")] if waiting else []),
        (f"{_plural(summary.slots, 'slot')}, peak {summary.peak}", "dim"),
    ]
    return Text(GAP).join(Text(words, style) for words, style in parts)


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _titles(columns: list[Column]) -> Text:
    return _join(columns, [Text(column.title, "bright_black") for column in columns])


def _rows(view: View, columns: list[Column], room: int) -> list[Text]:
    """A line per slot; when they do not all fit, the last line counts those that are folded away."""
    if room <= 0:
        return []
    shown = view.rows
    folded: list[SlotRow] = []
    if len(shown) > room:
        shown, folded = _fold(view.rows, room - 1)
    lines = [_row(row, columns, view.now_s) for row in shown]
    if folded:
        busy = sum(not row.idle for row in folded)
        lines.append(Text(f"   … {len(folded)} more, {busy} busy", "dim"))
    return lines


def _fold(rows: tuple[SlotRow, ...], room: int) -> tuple[tuple[SlotRow, ...], list[SlotRow]]:
    """The rows that are shown and the others. An idle slot's place is lent to a busy one, so that nothing moves."""
    others = list(rows[room:])
    shown = []
    for row in rows[:room]:
        lent = next((other for other in others if not other.idle), None) if row.idle else None
        if lent is not None:
            others[others.index(lent)] = row
        shown.append(lent or row)
    return tuple(shown), others


def _row(row: SlotRow, columns: list[Column], now_s: float) -> Text:
    if row.idle:
        idle = {"slot": Text(str(row.slot), "dim"), "line": Text("idle", "dim")}
        return _join(columns, [idle.get(column.title, Text("")) for column in columns])
    style = STAGE_STYLES.get(row.stage, "")
    width = next((column.width for column in columns if column.title == "done"), 0)
    cells = {
        "slot": Text(str(row.slot)),
        "timeline": Text(row.job_id),
        "line": Text(row.line_id, "bold"),
        "text": Text(row.text),
        "source": Text(row.source, "yellow" if row.fallback else ""),
        "stage": Text(row.stage, style),
        "done": _stage_progress(row, width, style),
        "try": Text(str(row.attempt), "yellow" if row.attempt > 1 else ""),
        "secs": Text(_seconds(now_s - row.taken_at_s)),
    }
    return _join(columns, [cells[column.title] for column in columns])


def _stage_progress(row: SlotRow, width: int, style: str) -> Text:
    """Bytes while fetching, a bar and frames while cutting."""
    if row.stage == "fetch":
        return Text(bytes_words(row.received_bytes) if row.received_bytes else NOTHING)
    if row.stage != "cut" or not row.total_frames:
        return Text("")
    total = str(row.total_frames)
    numbers = f"{row.done_frames:>{len(total)}}/{total}"
    bar_width = width - len(numbers) - 1
    if bar_width < 3:
        return Text(numbers)
    return bar(row.done_frames, row.total_frames, bar_width, style).append(f" {numbers}")


def _seconds(seconds: float) -> str:
    return f"{max(seconds, 0):.1f}" if seconds < 99.95 else duration_words(seconds)


def _join(columns: list[Column], cells: list[Text]) -> Text:
    """Cells side by side, each cut or padded to its column; nothing after the last word."""
    line = Text(end="")
    for number, (column, whole) in enumerate(zip(columns, cells, strict=True)):
        cell = _cut(whole, column.width)
        blank = " " * (column.width - cell_len(cell.plain))
        line.append(GAP if number else "")
        line.append_text(Text.assemble(blank, cell) if column.right else Text.assemble(cell, blank))
    line.rstrip()
    return line


def _cut(cell: Text, width: int) -> Text:
    """A cell's text, cut with an ellipsis that stands right after the last word or letter that fits."""
    if cell_len(cell.plain) <= width:
        return cell
    kept = cell.copy()
    kept.truncate(max(width - 1, 0), overflow="crop")
    kept.rstrip()
    return kept.append("…"[:width])


def _both_ends(left: Text, right: Text, room: int) -> Text:
    """One text at each end of a line; the left one is cut when both do not fit."""
    space = room - cell_len(right.plain) - len(GAP)
    left = left.copy()
    left.truncate(max(space, 0), overflow="ellipsis")
    blank = room - cell_len(left.plain) - cell_len(right.plain)
    return Text.assemble(left, " " * max(blank, 0), right)


def _fit(line: Text, room: int) -> Text:
    """A line that stays one row."""
    line.truncate(room, overflow="ellipsis")
    line.no_wrap = True
    line.overflow = "crop"
    line.end = "\n"
    return line
