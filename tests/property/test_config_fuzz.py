"""Whatever `lyricclip.toml` holds: settings, or problems that can be shown."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.settings import MOST_PROBLEMS, Settings, read_settings
from tests.property.fuzzing import any_text, bounded, changed_bytes, examples

GOOD = b"""render_clip_concurrency = 8
max_retry = 4
clip_timeout_s = 60.5
output_dir = "out"
preset = "medium"
aspect = "9:16"
subtitles = "soft"

[style]
size = 0.06
font = "Noto Serif"
color = "#ffffff"
"""
KEYS = [*Settings.model_fields, "style.size", "[style]"]
values = (
    st.booleans()
    | st.integers()
    | st.floats()
    | any_text
    | st.lists(st.integers(), max_size=3)
    | st.sampled_from(["burn", "16:9", "720p", 1, 0.5, "1979-05-27"])
)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "lyricclip.toml"


def check(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    for file_first in (False, True):
        for problem in problems(file, file_first=file_first):
            assert str(problem).isprintable()
            assert len(str(problem)) < 500


def problems(file: Path, *, file_first: bool) -> list[Problem]:
    """What is wrong with a file; nothing where it can be used."""
    with bounded():
        try:
            read_settings({}, file, file_first=file_first)
        except InputError as error:
            found = error.problems
        else:
            return []
    assert 0 < len(found) <= MOST_PROBLEMS
    return found


def toml(value: Any) -> str:
    """A value as TOML writes it, near enough: what is not TOML is a broken file."""
    return str(value).lower() if isinstance(value, bool | float) else json.dumps(value)


@settings(max_examples=examples(200), deadline=None)
@given(st.binary())
def test_random_bytes(file: Path, data: bytes) -> None:
    check(file, data)


@settings(max_examples=examples(250), deadline=None)
@given(changed_bytes(st.just(GOOD)))
def test_changed_bytes(file: Path, data: bytes) -> None:
    check(file, data)


@settings(max_examples=examples(250), deadline=None)
@given(
    st.dictionaries(st.sampled_from([*Settings.model_fields, "style.size", "[style]"]) | any_text, values, max_size=5)
)
def test_any_values_for_any_keys(file: Path, chosen: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {toml(value)}" for key, value in chosen.items())
    check(file, text.encode("utf-8", "surrogatepass"))
