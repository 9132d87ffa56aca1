import pytest

from lyricclip_cli.lyrics.text import cased, cleaned, control_characters, is_right_to_left, language


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain", "plain"),
        ("two\nrows", "two\nrows"),
        ("two\r\nrows\r", "two\nrows"),
        ("a\u2028b\u0085c\vd\fe", "a\nb\nc\nd\ne"),
        ("  wide \t blanks  ", "wide blanks"),
        ("\n\nempty\n \nrows\n", "empty\nrows"),
        ("bell\x07 null\x00 escape\x1b[31m", "bell null escape[31m"),
        ("{\\b1}", "{\\b1}"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\x01\x02", ""),
    ],
)
def test_cleaned(written: str, shown: str) -> None:
    assert cleaned(written) == shown


def test_control_characters_are_named_once_and_in_order() -> None:
    assert control_characters("a\x07b\x00\x07\n\t\r") == ["\x07", "\x00"]


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        ("as_written", "don't stop, straße"),
        ("upper", "DON'T STOP, STRASSE"),
        ("lower", "don't stop, straße"),
        ("title", "Don't Stop, Straße"),
    ],
)
def test_case(case: str, shown: str) -> None:
    assert cased("don't stop, straße", case) == shown


def test_title_case_leaves_capitals_inside_words() -> None:
    assert cased("the DJ from nyC", "title") == "The DJ From NyC"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("مرحبا", True), ("שלום hello", True), ("hello שלום", False), ("… 12 שלום", True), ("123", False), ("", False)],
)
def test_direction_is_that_of_the_first_letter(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["hello"], ""),
        (["我们的爱这样", "love"], "zh-Hans"),
        (["我們的愛這樣"], "zh-Hant"),
        (["君の名前を呼ぶ"], "ja"),
        (["사랑해요"], "ko"),
    ],
)
def test_language(texts: list[str], expected: str) -> None:
    assert language(texts) == expected
