from pathlib import Path

import pytest

from lyricclip_cli.errors import InputError
from lyricclip_cli.settings import read_settings
from lyricclip_cli.style import PACKAGED_FONT, Rgba, StyleChoice, decide
from lyricclip_cli.timeline import parse_timeline

SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080), (1440, 1080)]


def test_the_timeline_s_word_beats_the_config_s_and_that_the_defaults() -> None:
    chosen, config = StyleChoice(size=0.2), StyleChoice(size=0.1, color="#102030")
    style = decide(chosen, config, width=1920, height=1080)
    assert style.size == 0.2
    assert style.color == Rgba(16, 32, 48, 255)
    assert style.font == PACKAGED_FONT


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_every_shape_has_rows_of_a_readable_number_of_letters(width: int, height: int) -> None:
    style = decide(StyleChoice(), StyleChoice(), width=width, height=height)
    letters = width * (1 - 2 * style.margin_x) / (style.size * height * 0.45)
    assert 18 <= letters <= 45


SHARE = "it is a share: 0.07 is 7 %"
COLOR = 'write "#RRGGBB", or "#RRGGBBAA" with AA the opacity'
FONT = "a font's file ends in .ttf, .otf, .ttc, .otc"


def problems(style: str) -> list[str]:
    lines = '[{"text": "a", "start_ms": 0, "end_ms": 9}]'
    text = f'{{"version": 1, "output": {{"style": {style}}}, "lines": {lines}}}'
    with pytest.raises(InputError) as error:
        parse_timeline(text.encode(), name="t.json")
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ('{"siz": 1}', "output.style.siz: unknown key, did you mean size?"),
        ('{"size": 7}', f"output.style.size: must be a number from 0.01 to 0.5, seen 7 ({SHARE})"),
        ('{"size": "big"}', f'output.style.size: must be a number from 0.01 to 0.5, seen "big" ({SHARE})'),
        ('{"color": "red"}', f'output.style.color: must be a colour, seen "red" ({COLOR})'),
        ('{"position": "up"}', 'output.style.position: must be "bottom", "middle" or "top", seen "up"'),
        ('{"font": "A,B"}', f'output.style.font: is not a font\'s name, seen "A,B" ({FONT})'),
        ('{"font": "A\\nDialogue: 0"}', None),
        ('{"font": ""}', None),
        ("7", "output.style: must be an object, seen 7 (write {...})"),
    ],
)
def test_what_is_wrong_with_a_timeline_s_style(style: str, said: str | None) -> None:
    (found,) = problems(style)
    assert said is None or found == said


def test_what_is_wrong_with_a_config_s_style(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[style]\nfnt = "x"\nsize = 7\n', encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_settings({}, config)
    assert [str(problem) for problem in error.value.problems] == [
        "style.size: must be a number from 0.01 to 0.5, seen 7 (it is a share: 0.07 is 7 %)",
        "style.fnt: unknown key, did you mean font? (lyricclip schema config lists the keys)",
    ]


def test_a_config_s_style_is_read(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(
        'subtitles = "soft"\nkaraoke = false\n[style]\nfont = "Noto Serif"\nsize = 0.1\n', encoding="utf-8"
    )
    settings = read_settings({}, config)
    assert settings.style == StyleChoice(font="Noto Serif", size=0.1)
    assert (settings.subtitles, settings.karaoke) == ("soft", False)
