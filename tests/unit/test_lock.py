"""One process at a time in a folder; who was killed there leaves a mark and no obstacle."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from lyricclip_cli.errors import MachineError
from lyricclip_cli.lock import is_abandoned, marked, sole_use

NOW = datetime(2026, 1, 2, 3, 4, 5)


def test_the_second_is_told_who_is_there(tmp_path: Path) -> None:
    with sole_use(tmp_path, "job x", NOW), pytest.raises(MachineError) as caught, sole_use(tmp_path, "job x", NOW):
        pass
    assert caught.value.message == f"job x is in use by process {os.getpid()}, since 2026-01-02 03:04:05"
    assert caught.value.exit_code == 4


def test_an_orderly_end_leaves_no_mark(tmp_path: Path) -> None:
    for _ in range(2):
        with sole_use(tmp_path, "job x", NOW) as stopped_short:
            assert not stopped_short


def test_whoever_was_killed_is_noticed(tmp_path: Path) -> None:
    pid = os.fork()
    if not pid:
        sole_use(tmp_path, "job x", NOW).__enter__()
        os._exit(9)
    os.waitpid(pid, 0)
    with sole_use(tmp_path, "job x", NOW) as stopped_short:
        assert stopped_short
    with sole_use(tmp_path, "job x", NOW) as stopped_short:
        assert not stopped_short


def test_abandoned_is_what_was_held_and_is_no_more(tmp_path: Path) -> None:
    for name in ("held", "left", "never", "target"):
        (tmp_path / name).mkdir()
    with marked(tmp_path / "left"), marked(tmp_path / "target"):
        pass
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with marked(tmp_path / "held"):
        found = {folder.name: is_abandoned(folder) for folder in tmp_path.iterdir()}
    assert found == {"held": False, "left": True, "never": False, "target": True, "link": False}
