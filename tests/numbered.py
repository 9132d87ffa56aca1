"""Numbered pictures: footage that says which frame of which source it is.

Every picture carries a 28-bit word in black and white cells: frame number, source and a check. Each bit is a
pair of cells, one light and one dark, so that a reader needs no threshold of its own, and a mix of two
pictures is no number. The cells keep clear of the picture's outer 14 % and of its lower half: cropping to a
neighbouring shape and lyrics do not touch them.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

NUMBER_BITS, SOURCE_BITS, CHECK_BITS = 16, 5, 7
BITS = NUMBER_BITS + SOURCE_BITS + CHECK_BITS
PAIRS_ACROSS, ROWS = 7, 4

CHECK_MODULUS, NUMBER_FACTOR, SOURCE_FACTOR, CHECK_START = 127, 37, 11, 5
"""The check is a remainder: no single wrong bit, and few multiples, leave it as it was."""

LEAST_CONTRAST = 100
"""Of 219 between black and white. Even mixes of two pictures fall far below it, crf 40 stays above it."""

DARK = 45
"""The lightest luma at which a cell is still part of a black picture (black itself is 16)."""

Size = tuple[int, int]
"""Width and height in pixels."""


class Rect(NamedTuple):
    """A rectangle as fractions of a picture. Its edges may lie outside 0..1 when a picture was cropped."""

    x: float
    y: float
    width: float
    height: float


CELLS: Final = Rect(0.14, 0.14, 0.72, 0.32)
"""Where the cells are in the source's picture."""

WHOLE: Final = Rect(0, 0, 1, 1)


class Stamp(NamedTuple):
    """What one picture says: which source it is from (0..31) and its number there (0..65535)."""

    source: int
    number: int


BLACK: Final = Stamp(-1, -1)
"""What a black picture reads as."""


class Timed(NamedTuple):
    """A picture's presentation time in seconds, as the container gives it, and what the picture says."""

    time: Fraction
    stamp: Stamp


class UnreadablePicture(AssertionError):  # noqa: N818 - it says what was seen, like every failed assertion
    """A picture that is neither numbered nor black: mixed, misplaced, cut off or overdrawn."""


def ffmpeg_path() -> str:
    """The ffmpeg that makes and decodes the tests' footage."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def check_of(stamp: Stamp) -> int:
    """The check that belongs to a number and a source."""
    return (stamp.number * NUMBER_FACTOR + stamp.source * SOURCE_FACTOR + CHECK_START) % CHECK_MODULUS


def cells_filter(size: Size, source: int, *, first: int = 0) -> str:
    """The `-vf` fragment that paints number `first + n` of `source` on frame n of pictures of `size`."""
    assert 0 <= source < 2**SOURCE_BITS, source
    left, top, width, height = (round(part * size[axis % 2]) for axis, part in enumerate(CELLS))
    boxes = [f"drawbox=x={left}:y={top}:w={width}:h={height}:color=black:t=fill"]
    for bit in range(BITS):
        lit = _bit_expression(bit, source, first).replace(",", r"\,")
        for x, y, right, bottom, enable in _pair(bit, lit):
            box = [
                round(edge)
                for edge in (left + x * width, top + y * height, left + right * width, top + bottom * height)
            ]
            place = f"x={box[0]}:y={box[1]}:w={box[2] - box[0]}:h={box[3] - box[1]}"
            boxes.append(f"drawbox={place}:color=white:t=fill:enable={enable}")
    return ",".join(boxes)


def _pair(bit: int, lit: str) -> Iterator[tuple[float, float, float, float, str]]:
    """A bit's two cells: left, top, right, bottom in fractions of the rectangle, and when each is white."""
    row, column = divmod(bit, PAIRS_ACROSS)
    for half, enable in enumerate((lit, f"not({lit})")):
        x = (2 * column + half) / (2 * PAIRS_ACROSS)
        yield x, row / ROWS, x + 1 / (2 * PAIRS_ACROSS), (row + 1) / ROWS, enable


def _bit_expression(bit: int, source: int, first: int) -> str:
    """One bit of frame n's word, for ffmpeg: number, then source, then check, lowest bits first."""
    if bit < NUMBER_BITS:
        return f"bitand(n+{first},{1 << bit})"
    if bit < NUMBER_BITS + SOURCE_BITS:
        return str(source >> (bit - NUMBER_BITS) & 1)
    start = source * SOURCE_FACTOR + CHECK_START
    check = f"mod((n+{first})*{NUMBER_FACTOR}+{start},{CHECK_MODULUS})"
    return f"bitand({check},{1 << (bit - NUMBER_BITS - SOURCE_BITS)})"


def picture_source(
    size: Size,
    source: int,
    *,
    fps: Fraction | int | str = 25,
    frames: int,
    first: int = 0,
    busy: bool = False,
) -> str:
    """A lavfi graph (for `-f lavfi -i`) of `frames` numbered pictures over a colourful, moving background.

    `busy` takes a background that is costly to encode: six times the bytes, half again the time.
    """
    look = f"s={size[0]}x{size[1]}:r={fps}"
    if busy:
        background = f"testsrc2={look}"
    else:  # still bars with a wandering square well below the cells
        side = size[1] // 6
        square = f"color=c=orange:s={side}x{side}:r={fps}"
        background = f"smptebars={look}[bars];{square}[square];[bars][square]overlay=x=mod(n*5\\,W):y=H*0.6"
    cells = cells_filter(size, source, first=first)
    return f"{background},format=yuv420p,{cells},trim=end_frame={frames},setsar=1"


def fitted(source: Size, output: Size) -> Rect:
    """Where the whole of a source's picture lies when fitted into `output` and centred (pad and blur)."""
    return _centred(source, output, min(output[0] / source[0], output[1] / source[1]))


def cropped(source: Size, output: Size) -> Rect:
    """Where a source's picture lies when it covers all of `output`, centred: two edges are outside."""
    return _centred(source, output, max(output[0] / source[0], output[1] / source[1]))


def _centred(source: Size, output: Size, scale: float) -> Rect:
    width, height = source[0] * scale / output[0], source[1] * scale / output[1]
    return Rect((1 - width) / 2, (1 - height) / 2, width, height)


def read_numbers(path: Path, *, rect: Rect | None = None) -> list[Stamp]:
    """What every picture of a film says, in the order a player shows them; `BLACK` for black ones.

    `rect` is where the source's picture lies in the film's (`fitted`, `cropped`); the whole by default.
    Raises `UnreadablePicture` naming the film and the frame.
    """
    return [timed.stamp for timed in read_timed(path, rect=rect)]


def read_timed(path: Path, *, rect: Rect | None = None) -> list[Timed]:
    """Like `read_numbers`, with each picture's presentation time."""
    times: list[Fraction] = []
    samples: list[NDArray[np.uint8]] = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(container.streams.video[0]):
            luma = _luma(frame)
            rows, columns = _sample_points(luma.shape[1], luma.shape[0], rect or WHOLE)
            assert frame.pts is not None
            assert frame.time_base is not None
            times.append(frame.pts * frame.time_base)
            samples.append(luma[rows, columns])
    if not samples:
        raise UnreadablePicture(f"{path}: not one picture")
    stamps = _decode(np.stack(samples).mean(axis=2), path)
    return [Timed(time, stamp) for time, stamp in zip(times, stamps, strict=True)]


def _luma(frame: Any) -> NDArray[np.uint8]:
    """The luma of a decoded picture (height, width), not copied where its format allows that."""
    if frame.format.name not in {"yuv420p", "nv12", "yuv422p", "yuv444p"}:
        frame = frame.reformat(format="yuv420p")
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


@cache
def _sample_points(width: int, height: int, rect: Rect) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns, each (2 * BITS, 25), of the pixels that are read: the middle of every cell."""
    rows, columns = [], []
    inner = np.linspace(0.3, 0.7, 5)
    for bit in range(BITS):
        for x, y, right, bottom, _ in _pair(bit, ""):
            across = CELLS.x + CELLS.width * (x + (right - x) * inner)
            down = CELLS.y + CELLS.height * (y + (bottom - y) * inner)
            grid = np.meshgrid((rect.y + rect.height * down) * height, (rect.x + rect.width * across) * width)
            rows.append(grid[0].ravel())
            columns.append(grid[1].ravel())
    at = np.floor(np.array(rows)).astype(np.intp), np.floor(np.array(columns)).astype(np.intp)
    if min(at[0].min(), at[1].min()) < 0 or at[0].max() >= height or at[1].max() >= width:
        raise UnreadablePicture(f"the cells of a picture at {rect} are partly outside {width}x{height}")
    return at


def _decode(cells: NDArray[np.floating[Any]], path: Path) -> list[Stamp]:
    """The stamps of pictures whose cells have the mean lumas `cells` (pictures, 2 * BITS)."""
    contrast = cells[:, 0::2] - cells[:, 1::2]
    black = cells.max(axis=1) < DARK
    clear = np.abs(contrast).min(axis=1) >= LEAST_CONTRAST
    words = (contrast > 0) @ (1 << np.arange(BITS, dtype=np.int64))
    stamps = []
    for index, word in enumerate(words.tolist()):
        stamp = Stamp(word >> NUMBER_BITS & 2**SOURCE_BITS - 1, word & 2**NUMBER_BITS - 1)
        right = clear[index] and word >> NUMBER_BITS + SOURCE_BITS == check_of(stamp)
        if not right and not black[index]:
            seen = f"weakest contrast {np.abs(contrast[index]).min():.0f}, reads as {stamp}"
            raise UnreadablePicture(f"{path}: frame {index} of {len(words)} carries no number ({seen})")
        stamps.append(BLACK if black[index] else stamp)
    return stamps
