from pathlib import Path

import pytest

from lyricclip_cli.errors import InputError
from lyricclip_cli.lyrics.fonts import FONTS_FOLDER, Meter, packaged_fonts, read_font
from lyricclip_cli.style import PACKAGED_FONT

LATIN = "".join(map(chr, [*range(0x21, 0x7F), *range(0xA1, 0x180)])).replace("\xad", "")
SAMPLES = {
    "latin": LATIN,
    "vietnamese": "Tôi yêu em đến nay chừng có thể ngọn lửa tình chưa hẳn đã tàn phai ẤẦẨẪẬ",
    "cyrillic": "Съешь же ещё этих мягких французских булок Їжак ЂЈЉЊЋЏ",
    "greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία μῆνιν ἄειδε θεὰ",
    "simplified": "我们曾经拥有过这样灿烂的爱情却终究没能走到最后听见下雨的声音",
    "traditional": "我們曾經擁有過這樣燦爛的愛情卻終究沒能走到最後聽見下雨的聲音",
    "japanese": "君の名前を呼ぶたび、桜が舞い散る。カタカナもヴィヰヱ〜「」ー々",
    "korean": "다람쥐 헌 쳇바퀴에 타고파 사랑해요",
    "arabic": "صِف خَلقَ خَودِ كَمِثلِ الشَمسِ إِذ بَزَغَت؟",
    "hebrew": "דג סקרן שט בים מאוכזב ולפתע מצא חברה שָׁלוֹם",
    "thai": "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า น้ำ ที่ กำลัง",
    "devanagari": "ऋषियों को सताने वाले दुष्ट राक्षसों क्षत्रिय ज्ञान",
    "signs": "“”‘’…–—·•♪♫♬♡♥★☆→←€£¥₩%‰©®™",
}


@pytest.mark.parametrize("script", SAMPLES)
def test_the_packaged_font_has_every_character_in_common_use(script: str) -> None:
    assert Meter(packaged_fonts()).lacking(SAMPLES[script]) == []


@pytest.mark.parametrize("codec", ["gb2312", "euc_jp"])
def test_it_has_the_national_sets(codec: str) -> None:
    leads, trails = range(0xA1, 0xFF), range(0xA1, 0xFF)
    every = {bytes((lead, trail)).decode(codec, errors="ignore") for lead in leads for trail in trails} - {""}
    assert Meter(packaged_fonts()).lacking("".join(sorted(every - {"≒"}))) == []  # Noto has no ≒


def test_it_is_one_family_small_enough_for_a_wheel_and_has_its_licence() -> None:
    assert {read_font(font.path).family for font in packaged_fonts()} == {PACKAGED_FONT}
    assert sum(path.stat().st_size for path in FONTS_FOLDER.iterdir()) < 12 * 1024 * 1024
    assert "SIL OPEN FONT LICENSE" in (FONTS_FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_all_scripts_have_rows_of_one_height() -> None:
    """libass scales a font by its ascent and descent: equal ones give letters of equal size."""
    em = {font.path.name: font.widths.get("\u3042") or font.widths.get("\u00a0", 0) for font in packaged_fonts()}
    assert em["LyricclipSans-CJK.otf"] == pytest.approx(1 / 1.3, rel=0.01)


def test_widths() -> None:
    meter = Meter(packaged_fonts())
    assert meter.width("我们") == pytest.approx(2 / 1.3, rel=0.01)
    assert meter.width("iii") < meter.width("WWW")
    assert meter.width("e\u0301") == meter.width("e")
    assert meter.width("\U00013000") == 0.5
    assert Meter(packaged_fonts(), allowance=2).width("a") == 2 * meter.width("a")


def test_a_file_that_is_no_font_is_an_input_error(tmp_path: Path) -> None:
    file = tmp_path / "fake.ttf"
    file.write_bytes(b"this is not a font at all, but it has some length")
    with pytest.raises(InputError, match=r"fake\.ttf"):
        read_font(file)
    with pytest.raises(InputError):
        read_font(tmp_path / "missing.ttf")


def test_the_widths_beside_a_packaged_font_are_its_own() -> None:
    assert {font.path.name: dict(font.widths) for font in packaged_fonts()} == {
        font.path.name: dict(read_font(font.path).widths) for font in packaged_fonts()
    }
