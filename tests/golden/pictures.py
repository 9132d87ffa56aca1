"""The golden frames: what is drawn in them, and how they are made. `python -m tests.golden.pictures` writes them anew.

Each shows one thing that lyrics can do. They are drawn without any font of the system, so they are the same on every
machine with the same libass; with another one, letters may differ by parts of a pixel.
"""

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tests.films import Pixels, drawn, lyrics_for

FOLDER = Path(__file__).parent / "frames"
CONTACT_SHEET = Path(__file__).parents[2] / "docs" / "lyrics.png"

BACKGROUND = "0x2A4B6E"

KARAOKE = [
    {"text": "Sing", "start_ms": 0, "end_ms": 400},
    {"text": "along", "start_ms": 400, "end_ms": 800},
    {"text": "tonight", "start_ms": 1000, "end_ms": 2000},
]
HAN = [{"text": char, "start_ms": 250 * n, "end_ms": 250 * n + 250} for n, char in enumerate("让我们一起歌唱")]
LONG = (
    "This is a very long line that no singer could sing in one breath, and still it keeps to three rows of the picture"
)
ENDLESS = "never ending words go on and on " * 156


@dataclass(frozen=True, slots=True)
class Golden:
    """One picture: the lines that are up, the frame that is looked at, and the film's picture and style."""

    lines: tuple[dict[str, Any], ...]
    frame: int = 25
    output: dict[str, Any] = field(default_factory=dict)


def _one(text: str, translation: str | None = None, *, frame: int = 25, words: Any = (), **output: Any) -> Golden:
    line = {"text": text, "translation": translation, "start_ms": 0, "end_ms": 2000, "words": list(words)}
    return Golden((line,), frame, output)


UPRIGHT = {"width": 270, "height": 480}
SQUARE = {"width": 360, "height": 360}

PICTURES: dict[str, Golden] = {
    "latin": _one("Où êtes-vous, mañana? Tôi yêu em"),
    "cyrillic-greek": _one("Я помню чудное мгновенье", "Ξεσκεπάζω την ψυχή, μῆνιν ἄειδε"),
    "simplified-chinese": _one("我们说过的话，骨头里记得"),
    "traditional-chinese": _one("我們說過的話，骨頭裡記得", "直到雨聲漸漸停"),
    "japanese": _one("君の名前を呼ぶたび、骨まで直に響く"),
    "korean": _one("사랑해요, 다람쥐 헌 쳇바퀴"),
    "arabic-hebrew": _one("مرحبا بالعالم، كيف الحال؟", "שָׁלוֹם עולם, 123!"),
    "thai-devanagari": _one("ที่นี่มีน้ำใจ", "क्षत्रिय, नमस्ते दुनिया"),
    "two-languages": _one("I gotta believe", "我必须相信"),
    "karaoke": _one("Sing along tonight!", "今晚一起唱", frame=37, words=KARAOKE),
    "karaoke-chinese": _one("让我们一起歌唱", frame=22, words=HAN),
    "overlap": Golden(
        (
            {"text": "The first voice is still singing", "start_ms": 0, "end_ms": 2000},
            {"text": "when the second begins", "start_ms": 500, "end_ms": 2500},
        ),
    ),
    "three-rows": _one(LONG),
    "endless": _one(ENDLESS),
    "signs": _one(r"{\b1}C:\Nul \h, it's 'q' \"d\": 100% [a];", "{\\pos(0,0)}<i>%{n}</i>"),
    "upright": _one("I gotta believe in something greater", "我必须相信更伟大的东西", **UPRIGHT),
    "square": _one("I gotta believe in something greater", "我必须相信更伟大的东西", **SQUARE),
    "style": _one(
        "Top left, in capitals",
        style={"position": "top", "align": "left", "case": "upper", "color": "#7CFFCB", "outline": 0, "shadow": 0.08},
    ),
}


def picture(name: str) -> Pixels:
    """Draw one."""
    golden = PICTURES[name]
    lyrics = lyrics_for(golden.lines, **{"width": 480, "height": 270, **golden.output})
    with tempfile.TemporaryDirectory() as folder:
        return drawn(lyrics, golden.frame, Path(folder), background=BACKGROUND)


def golden(name: str) -> Pixels:
    """One as it was kept."""
    with Image.open(FOLDER / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def write() -> None:
    """Keep all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name in PICTURES:
        Image.fromarray(picture(name)).save(FOLDER / f"{name}.png", optimize=True)


def write_contact_sheet(columns: int = 3, width: int = 480, height: int = 270, caption: int = 22) -> None:
    """All of them on one picture, for the docs."""
    rows = -(-len(PICTURES) // columns)
    sheet = Image.new("RGB", (columns * (width + 8) + 8, rows * (height + caption + 8) + 8), "#101418")
    draw = ImageDraw.Draw(sheet)
    for number, name in enumerate(PICTURES):
        row, column = divmod(number, columns)
        left, top = 8 + column * (width + 8), 8 + row * (height + caption + 8)
        with Image.open(FOLDER / f"{name}.png") as image:
            shown = image.copy()
        shown.thumbnail((width, height))
        sheet.paste(shown, (left + (width - shown.width) // 2, top))
        draw.text((left + 4, top + height + 4), name, fill="#C8D0D8")
    CONTACT_SHEET.parent.mkdir(exist_ok=True)
    sheet.quantize(128).save(CONTACT_SHEET, optimize=True)


if __name__ == "__main__":
    if "--sheet-only" not in sys.argv:
        write()
    write_contact_sheet()
