r"""Placed cues as an Advanced SubStation Alpha script, built with pysubs2.

Every text has its own place (`\pos`), so no renderer moves anything. All that comes from a lyric goes through
`escaped`; the tags are ours alone.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pysubs2 import Alignment, Color, SSAEvent, SSAFile, SSAStyle

from lyricclip_cli.lyrics.clock import AssClock
from lyricclip_cli.lyrics.cues import Cue, Sung
from lyricclip_cli.lyrics.layout import Block, Frame, Placed
from lyricclip_cli.lyrics.text import is_right_to_left, language
from lyricclip_cli.lyrics.wrapping import Row
from lyricclip_cli.style import Rgba, Style

WORD_JOINER = "\u2060"
"""Invisible, without width, and no place to break a row: it parts a backslash from what would make it a tag."""

RIGHT_TO_LEFT_MARK = "\u200f"

LYRICS, KARAOKE, TRANSLATION = "Lyrics", "Karaoke", "Translation"

_COLUMN = {"left": 1, "center": 2, "right": 3}
_ANY_DIRECTION = -1
"""The style's `Encoding` with which libass finds out the direction of each row for itself."""


def escaped(text: str) -> str:
    """A text that a renderer shows as it is: braces stay braces, backslashes backslashes, newlines rows."""
    parted = text.replace("\\", f"\\{WORD_JOINER}")
    return parted.replace("{", "\\{").replace("}", "\\}").replace("\n", "\\N")


def make_script(placed: Sequence[Placed], frame: Frame, style: Style, family: str, clock: AssClock) -> SSAFile:
    """A whole script of placed cues. `family` is the font's name as libass looks for it."""
    script = SSAFile()
    texts = [cue for item in placed for cue in (item.cue.text, item.cue.translation)]
    script.info = _info(frame, language(texts))
    script.styles = _styles(style, frame, family)
    script.events = [event for item in placed for event in _events(item, frame, style, clock)]
    return script


def written(script: SSAFile) -> str:
    """The script as the text of an `.ass` file."""
    return script.to_string("ass", header_notice="Lyrics by lyricclip")


def _info(frame: Frame, spoken: str) -> dict[str, str]:
    info = {
        "PlayResX": str(frame.width),
        "PlayResY": str(frame.height),
        "LayoutResX": str(frame.width),
        "LayoutResY": str(frame.height),
        "WrapStyle": "0",
        "ScaledBorderAndShadow": "yes",
        "YCbCr Matrix": "None",
    }
    return {**info, "Language": spoken} if spoken else info


def _styles(style: Style, frame: Frame, family: str) -> dict[str, SSAStyle]:
    size = round(style.size * frame.height, 2)
    lyrics = _style(style, frame, family, size, (style.color, style.color))
    karaoke = _style(style, frame, family, size, (style.sung_color, style.color))
    small = round(size * style.translation_size, 2)
    translation = _style(style, frame, family, small, (style.translation_color, style.translation_color))
    return {LYRICS: lyrics, KARAOKE: karaoke, TRANSLATION: translation}


def _style(style: Style, frame: Frame, family: str, size: float, colors: tuple[Rgba, Rgba]) -> SSAStyle:
    """A style whose text has the first colour, or in karaoke, before it is sung, the second."""
    return SSAStyle(
        fontname=family,
        fontsize=size,
        primarycolor=_color(colors[0]),
        secondarycolor=_color(colors[1]),
        outlinecolor=_color(style.outline_color),
        backcolor=_color(style.shadow_color),
        bold=style.bold,
        outline=round(style.outline * size, 2),
        shadow=round(style.shadow * size, 2),
        alignment=Alignment(_anchor(style)),
        marginl=round(frame.margin_x),
        marginr=round(frame.margin_x),
        marginv=round(frame.margin_y),
        encoding=_ANY_DIRECTION,
    )


def _color(color: Rgba) -> Color:
    return Color(color.red, color.green, color.blue, 255 - color.opacity)


def _anchor(style: Style) -> int:
    """The point of a text that is put in its place, as on a numeric keypad."""
    return _COLUMN[style.align] + (6 if style.position == "top" else 0)


def _events(item: Placed, frame: Frame, style: Style, clock: AssClock) -> Iterator[SSAEvent]:
    """A cue's text, and its translation as an event of its own, so that no karaoke runs on into it."""
    top = style.position == "top"
    edge = _edge(item, frame, style)
    text_y = edge if top else edge - item.translation.height
    translation_y = edge + item.text.height if top else edge
    karaoke = item.cue.is_karaoke
    body = _karaoke(item.cue, item.text, clock) if karaoke else _plain(item.cue.text, item.text)
    yield _event(item.cue, KARAOKE if karaoke else LYRICS, body, _tags(item.text, frame, style, 1.0, text_y), clock)
    if item.translation.rows:
        tags = _tags(item.translation, frame, style, style.translation_size, translation_y)
        yield _event(item.cue, TRANSLATION, _plain(item.cue.translation, item.translation), tags, clock)


def _event(cue: Cue, style: str, body: str, tags: str, clock: AssClock) -> SSAEvent:
    start_cs, end_cs = clock.boundary_cs(cue.first_frame), clock.boundary_cs(cue.end_frame)
    return SSAEvent(start=start_cs * 10, end=end_cs * 10, text=f"{{{tags}}}{body}", style=style)


def _edge(item: Placed, frame: Frame, style: Style) -> float:
    """Where a cue's lowest row ends, at the top of the picture where its highest begins, in pixels."""
    if style.position == "top":
        return frame.margin_y + item.offset
    if style.position == "bottom":
        return frame.height - frame.margin_y - item.offset
    return (frame.height + item.height) / 2 - item.offset


def _tags(block: Block, frame: Frame, style: Style, share: float, y: float) -> str:
    x = {"left": frame.margin_x, "center": frame.width / 2, "right": frame.width - frame.margin_x}[style.align]
    tags = f"\\an{_anchor(style)}\\pos({_number(x)},{_number(y)})"
    if abs(block.size - style.size * frame.height * share) > 0.1:
        outline, shadow = style.outline * block.size, style.shadow * block.size
        tags += f"\\fs{_number(block.size)}\\bord{_number(outline)}\\shad{_number(shadow)}"
    return tags


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _plain(text: str, block: Block) -> str:
    mark = RIGHT_TO_LEFT_MARK if is_right_to_left(text) else ""
    return "\\N".join(mark + escaped(text[row.start : row.end]) for row in block.rows)


def _karaoke(cue: Cue, block: Block, clock: AssClock) -> str:
    r"""The text with `\kf` before every piece. Each begins when the one before it is done, so pauses are waited for."""
    mark = RIGHT_TO_LEFT_MARK if is_right_to_left(cue.text) else ""
    at_cs = clock.boundary_cs(cue.first_frame)
    rows: list[str] = []
    for row in block.rows:
        body = mark
        for text, start_ms, end_ms in _parts(cue.pieces, row):
            start_cs = at_cs if start_ms is None else max(at_cs, clock.at_cs(start_ms))
            end_cs = start_cs if end_ms is None else max(start_cs, clock.at_cs(end_ms))
            wait = f"{{\\kf{start_cs - at_cs}}}" if start_cs > at_cs else ""
            body += f"{wait}{{\\kf{end_cs - start_cs}}}{escaped(text)}"
            at_cs = end_cs
        rows.append(body)
    return "\\N".join(rows)


def _parts(pieces: Sequence[Sung], row: Row) -> Iterator[tuple[str, int | None, int | None]]:
    """What of each piece stands in a row, with the times between which it is coloured.

    A blank between two words is coloured while nothing is sung. A word that a row's end cuts takes in each row the
    share of its time that its characters have.
    """
    at = 0
    for piece, following in pairwise((*pieces, Sung(""))):
        first, last = max(row.start - at, 0), min(row.end - at, len(piece.text))
        if first < last and piece.start_ms is not None and piece.end_ms is not None:
            length_ms = piece.end_ms - piece.start_ms
            times = [piece.start_ms + length_ms * edge // len(piece.text) for edge in (first, last)]
            yield piece.text[first:last], times[0], times[1]
        elif first < last:
            yield piece.text[first:last], None, following.start_ms
        at += len(piece.text)
