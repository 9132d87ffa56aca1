"""Whatever a `metrics.json` holds: a report that can be shown, or problems that can."""

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.cli.inspecting import run_report
from lyricclip_cli.errors import InputError
from lyricclip_cli.report import build_report, report_json
from tests.property.fuzzing import any_text, bounded, change, changed_bytes, examples
from tests.unit.outcomes import done, facts, failed, film, placeholder, result

REPORTS = [
    report_json(build_report(one, facts()))
    for one in (result(done(retries=1), placeholder(), written=film(50)), result(failed("not_reached", seconds=None)))
]
KEYS = sorted({*json.loads(REPORTS[0]), *json.loads(REPORTS[0])["clips"][0]})
values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | any_text
    | st.lists(st.integers(), max_size=3)
    | st.dictionaries(any_text, st.integers(), max_size=3)
    | st.sampled_from([1e300, "success", "hls", "2026-01-02T03:04:05Z", 10**400, {}, []])
)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "metrics.json"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """What is shown goes nowhere; it is written all the same, as on a terminal in UTF-8."""
    with pytest.MonkeyPatch.context() as patch, Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        patch.setattr("sys.stdout", nowhere)
        yield


def check(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with bounded():
        try:
            run_report(file)
        except InputError as error:
            found = error.problems
        else:
            return
    assert found
    for problem in found:
        assert str(problem).isprintable()
        assert len(str(problem)) < 500


@settings(max_examples=examples(200), deadline=None)
@given(st.binary() | st.builds(lambda tree: json.dumps(tree).encode(), values))
def test_random_bytes_and_values(file: Path, data: bytes) -> None:
    check(file, data)


@settings(max_examples=examples(200), deadline=None)
@given(changed_bytes(st.sampled_from(REPORTS).map(str.encode)))
def test_changed_bytes(file: Path, data: bytes) -> None:
    check(file, data)


@settings(max_examples=examples(250), deadline=None)
@given(st.data(), st.sampled_from(REPORTS))
def test_changed_reports(file: Path, data: st.DataObject, original: str) -> None:
    document: Any = copy.deepcopy(json.loads(original))
    for _ in range(data.draw(st.integers(1, 4))):
        change(document, data, values, KEYS)
    check(file, json.dumps(document).encode())
