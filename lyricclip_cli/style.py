"""How lyrics look: the `[style]` table of the config and `output.style` of a timeline, and what both come to.

Each key may be left out. The timeline's word beats the config's, and that beats a default that fits the picture's
shape. Sizes are shares, so that a style fits every resolution.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

PACKAGED_FONT = "Lyricclip Sans"
"""The family of the fonts that come with the package."""

FONT_FILE_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
"""A `font` that ends so is a file, any other is a family's name."""

STYLE_CODE = "style_value"
"""The error type of a wrong value in a style; its context has `message` and `hint`."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?", re.ASCII)
_FONT = re.compile(r"[^\x00-\x1f\x7f,{}\\]{1,200}")


class Rgba(NamedTuple):
    """A colour; `opacity` 255 covers, 0 cannot be seen."""

    red: int
    green: int
    blue: int
    opacity: int


def _wrong(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError(STYLE_CODE, "{message}", {"message": message, "hint": hint})


def _seen(value: object) -> str:
    return repr(value)[:60].replace("'", '"')


def _share(lowest: float, highest: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        if not number or not lowest <= value <= highest:
            raise _wrong(
                f"must be a number from {lowest:g} to {highest:g}, seen {_seen(value)}", "it is a share: 0.07 is 7 %"
            )
        return float(value)

    return check


def _color(value: Any) -> str:
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        raise _wrong(f"must be a colour, seen {_seen(value)}", 'write "#RRGGBB", or "#RRGGBBAA" with AA the opacity')
    return value


def _font(value: Any) -> str:
    font_name = isinstance(value, str) and bool(value.strip()) and not value.lower().endswith(FONT_FILE_ENDINGS)
    if not isinstance(value, str) or not value.strip() or len(value) > 4096 or "\0" in value:
        raise _wrong(f"must be a font's name or file, seen {_seen(value)}", 'such as "Noto Serif" or "fonts/mine.ttf"')
    if font_name and not _FONT.fullmatch(value):
        hint = f"a font's file ends in {', '.join(FONT_FILE_ENDINGS)}"
        raise _wrong(f"is not a font's name, seen {_seen(value)}", hint)
    return value.strip()


def _share_schema(lowest: float, highest: float) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", "minimum": lowest, "maximum": highest})


Size = Annotated[float, BeforeValidator(_share(0.01, 0.5)), _share_schema(0.01, 0.5)]
Part = Annotated[float, BeforeValidator(_share(0.1, 2)), _share_schema(0.1, 2)]
Edge = Annotated[float, BeforeValidator(_share(0, 0.5)), _share_schema(0, 0.5)]
Margin = Annotated[float, BeforeValidator(_share(0, 0.45)), _share_schema(0, 0.45)]
Color = Annotated[str, BeforeValidator(_color), WithJsonSchema({"type": "string", "pattern": f"^{_COLOR.pattern}$"})]
Font = Annotated[str, BeforeValidator(_font), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 4096})]


class StyleChoice(BaseModel):
    """What a user says about the lyrics' look. What is left out has a default that fits the picture's shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    font: Font | None = Field(None, description="A font's family name, or a font file; default: the packaged font.")
    size: Size | None = Field(None, description="Height of a row of text as a share of the picture's height.")
    bold: bool | None = Field(None, description="Bold letters.")
    color: Color | None = Field(None, description="The text's colour, #RRGGBB or #RRGGBBAA.")
    sung_color: Color | None = Field(None, description="Karaoke: the colour of what has been sung.")
    translation_color: Color | None = Field(None, description="The translation's colour.")
    translation_size: Part | None = Field(None, description="The translation's size as a share of the text's.")
    outline: Edge | None = Field(None, description="Width of the outline as a share of the text's size.")
    outline_color: Color | None = Field(None, description="The outline's colour.")
    shadow: Edge | None = Field(
        None,
        description="How far the shadow falls, as a share of the text's size; 0 by default: it costs a third more.",
    )
    shadow_color: Color | None = Field(None, description="The shadow's colour.")
    position: Literal["bottom", "middle", "top"] | None = Field(None, description="Where the text stands.")
    align: Literal["left", "center", "right"] | None = Field(None, description="How rows are set.")
    margin_x: Margin | None = Field(None, description="Free space left and right, as a share of the width.")
    margin_y: Margin | None = Field(None, description="Free space above and below, as a share of the height.")
    case: Literal["as_written", "upper", "lower", "title"] | None = Field(None, description="Capital letters.")


@dataclass(frozen=True, slots=True)
class Style:
    """The look that was decided on. Shares are as in `StyleChoice`."""

    font: str
    size: float
    bold: bool
    color: Rgba
    sung_color: Rgba
    translation_color: Rgba
    translation_size: float
    outline: float
    outline_color: Rgba
    shadow: float
    shadow_color: Rgba
    position: str
    align: str
    margin_x: float
    margin_y: float
    case: str


_DEFAULTS: dict[str, Any] = {
    "font": PACKAGED_FONT,
    "bold": True,
    "color": "#FFFFFF",
    "sung_color": "#FFD23F",
    "translation_color": "#E8E8E8",
    "translation_size": 0.62,
    "outline": 0.06,
    "outline_color": "#000000E0",
    "shadow": 0.0,
    "shadow_color": "#00000080",
    "position": "bottom",
    "align": "center",
    "case": "as_written",
}

_SHAPES: tuple[tuple[float, dict[str, float]], ...] = (
    (0.8, {"size": 0.05, "margin_x": 0.07, "margin_y": 0.16}),  # upright: a phone's own buttons cover the lower part
    (1.2, {"size": 0.075, "margin_x": 0.07, "margin_y": 0.08}),
    (1.5, {"size": 0.085, "margin_x": 0.06, "margin_y": 0.07}),
    (99.0, {"size": 0.095, "margin_x": 0.06, "margin_y": 0.07}),
)
"""Defaults by the picture's width over its height, up to the number."""


def decide(chosen: StyleChoice, config: StyleChoice, *, width: int, height: int) -> Style:
    """The look of a film's lyrics: `chosen` is the timeline's word, `config` the machine's."""
    shape = next(values for widest, values in _SHAPES if width / height <= widest or widest > 50)
    said = {**_DEFAULTS, **shape, **config.model_dump(exclude_none=True), **chosen.model_dump(exclude_none=True)}
    values: dict[str, Any] = {key: _rgba(value) if key.endswith("color") else value for key, value in said.items()}
    return Style(**values)


def is_font_file(font: str) -> bool:
    """Whether a `font` names a file."""
    return font.lower().endswith(FONT_FILE_ENDINGS)


def _rgba(text: str) -> Rgba:
    digits = text[1:] if len(text) == 9 else f"{text[1:]}FF"
    return Rgba(*(int(digits[at : at + 2], 16) for at in range(0, 8, 2)))
