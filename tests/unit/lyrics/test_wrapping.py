from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricclip_cli.lyrics.wrapping import NOT_FIRST, NOT_LAST, wrapped


def rows(text: str, widest: float) -> list[str]:
    return [text[row.start : row.end] for row in wrapped(text, len, widest)]


@pytest.mark.parametrize(
    ("text", "widest", "expected"),
    [
        ("", 10, []),
        ("short", 10, ["short"]),
        ("one two", 10, ["one two"]),
        ("one two three four", 10, ["one two", "three four"]),
        ("aa bb cc dd ee ff", 14, ["aa bb cc", "dd ee ff"]),
        ("one\ntwo", 10, ["one", "two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("我们一起走过的路", 4, ["我们一起", "走过的路"]),
        ("我们一起，走过", 4, ["我们一", "起，走过"]),
        ("我们《一起》走", 3, ["我们", "《一", "起》走"]),
        ("사랑 해요 너를", 5, ["사랑 해요", "너를"]),
    ],
)
def test_rows(text: str, widest: float, expected: list[str]) -> None:
    assert rows(text, widest) == expected


@given(st.text(alphabet="ab c我们，。「」\n\u0301é", max_size=60), st.integers(3, 20))
def test_rows_have_all_of_the_text_in_order_and_none_is_too_wide(text: str, widest: int) -> None:
    text = "\n".join(part for row in text.split("\n") if (part := " ".join(row.split(" ")).strip()))
    found = wrapped(text, len, widest)
    shown = "".join(text[row.start : row.end] for row in found)
    assert shown.replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(earlier.end <= later.start for earlier, later in pairwise(found))
    glued = max((len(part) for part in text.replace("\n", " ").split()), default=0)
    assert all(row.width <= max(widest, glued) for row in found)
    assert all(row.width == row.end - row.start for row in found)


@given(st.text(alphabet="我们一起走过，。！「」（）", max_size=40))
def test_no_row_begins_with_a_closing_sign_or_ends_with_an_opening_one(text: str) -> None:
    found = rows(text, 40)
    narrow = [row for row in rows(text, max(12, len(text) // 2)) if row]
    for row, following in pairwise(narrow):
        assert following[0] not in NOT_FIRST
        assert row[-1] not in NOT_LAST or len(row) >= 12
    assert "".join(found) == text


def test_marks_stay_with_their_letter() -> None:
    text = "e\u0301" * 6
    assert rows(text, 4) == ["e\u0301e\u0301", "e\u0301e\u0301", "e\u0301e\u0301"]
