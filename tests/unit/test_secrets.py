"""A bug's traceback without keys, passwords and queries."""

import pytest

from lyricclip_cli.cli.secrets import without_secrets

KEY = {"TWELVELABS_API_KEY": " tlk_s3cret "}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x-api-key: tlk_s3cret", "x-api-key: …"),
        ("b'tlk_s3cret', tlk_s3crettlk_s3cret", "b'…', ……"),
        ("https://cdn.example/a.ts?sig=s3cret", "https://cdn.example/a.ts?…"),
        ("https://cdn.example/a.ts#s3cret", "https://cdn.example/a.ts?…"),
        (
            "input_value='https://cdn.example/a?s3cret', input_type=str",
            "input_value='https://cdn.example/a?…', input_type=str",
        ),
        ("http://user:s3cret@proxy:3128/", "http://…@proxy:3128/"),
        ("http://user:s3@cret@proxy:3128", "http://…@proxy:3128"),
        ("two: https://a/b?s3cret, https://c?s3cret", "two: https://a/b?… https://c?…"),
        ('File "lyricclip_cli/cli/app.py", line 3, in run?', 'File "lyricclip_cli/cli/app.py", line 3, in run?'),
        ("no address at all", "no address at all"),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_as_it_was(text: str, shown: str) -> None:
    assert without_secrets(text, KEY) == shown


def test_without_a_key_nothing_of_it_is_looked_for() -> None:
    assert without_secrets("a b", {}) == without_secrets("a b", {"TWELVELABS_API_KEY": " "}) == "a b"
