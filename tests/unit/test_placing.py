"""Files appear whole or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lyricclip_cli.errors import MachineError
from lyricclip_cli.placing import cannot_write, own_folder, place, write_where_told, write_whole


def test_a_finished_file_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    draft, destination = tmp_path / "draft", tmp_path / "film.mp4"
    draft.write_bytes(b"new")
    destination.write_bytes(b"old")
    place(draft, destination)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("film.mp4", b"new")]


def test_a_file_comes_whole_from_another_file_system_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, destination = tmp_path / "draft", tmp_path / "out" / "film.mp4"
    destination.parent.mkdir()
    draft.write_bytes(b"new")
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    place(draft, destination)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [destination]
    assert destination.read_bytes() == b"new"


def test_text_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    report = tmp_path / "metrics.json"
    write_whole(report, "old")
    write_whole(report, "夢")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("metrics.json", "夢")]


def test_what_cannot_be_placed_is_the_machines_fault(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    draft.write_bytes(b"new")
    (tmp_path / "film.mp4").mkdir()
    with pytest.raises(MachineError, match=r"film.mp4 cannot be written: Is a directory"):
        place(draft, tmp_path / "film.mp4")
    with pytest.raises(MachineError, match=r"metrics.json cannot be written: No such file"):
        write_whole(tmp_path / "none" / "metrics.json", "text")


def test_a_full_disk_is_called_by_its_name() -> None:
    error = cannot_write(Path("film.mp4"), OSError(errno.ENOSPC, "No space left on device"))
    assert (error.message, error.hint) == (
        "film.mp4: the disk is full",
        "free some space and run the same command again",
    )


@pytest.mark.parametrize("write", [write_whole, write_where_told])
def test_what_a_link_leads_to_is_left_alone(tmp_path: Path, write: Callable[[Path, str], None]) -> None:
    other, report = tmp_path / "other", tmp_path / "metrics.json"
    other.write_text("mine")
    report.symlink_to(other)
    (tmp_path / ".metrics.json.part").symlink_to(other)
    write(report, "new")
    assert (other.read_text(), report.read_text(), report.is_symlink()) == ("mine", "new", False)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_copy_from_another_file_system_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    other, draft, film = tmp_path / "other", tmp_path / "draft", tmp_path / "out" / "film.mp4"
    other.write_text("mine")
    draft.write_text("new")
    film.symlink_to(other)
    (tmp_path / "out" / ".film.mp4.part").symlink_to(other)
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    place(draft, film)
    assert (other.read_text(), film.read_text(), film.is_symlink()) == ("mine", "new", False)


def test_a_pipe_that_the_user_names_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_where_told(pipe, "new")
        assert os.read(reading, 100) == b"new"
    finally:
        os.close(reading)
    assert pipe.is_fifo()


def test_a_folder_of_ours_may_be_a_link_within_but_not_out(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside / "real", outside):
        folder.mkdir(parents=True)
    (inside / "good").symlink_to(inside / "real")
    (inside / "bad").symlink_to(outside)
    own_folder(inside / "good", inside)
    own_folder(inside / "new", inside)
    with pytest.raises(MachineError) as caught:
        own_folder(inside / "bad", inside)
    assert str(outside) in caught.value.hint
