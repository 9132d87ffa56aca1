"""What storms ask of the machine."""

import subprocess
from pathlib import Path

from tests.command import Workplace
from tests.service.storm import alive


def test_a_process_that_lives_on_is_seen(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    assert alive(place) == []
    with subprocess.Popen(["cat", "-", str(tmp_path / "none")], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL):
        assert alive(place) == [f"cat - {tmp_path / 'none'}"]
    assert alive(place) == []
