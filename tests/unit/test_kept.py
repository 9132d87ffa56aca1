"""Kept files: found by what they are made of, checked by what they are, named as they are called now."""

from pathlib import Path

import pytest

from lyricclip_cli.kept import RECORDS, KeptFile, KeptFiles, file_identity


def keep(folder: Path, name: str, content: str, **parts: str) -> None:
    draft = folder.parent / "draft"
    draft.write_text(content)
    KeptFiles(folder).keep(draft, name, parts, {"made": content})


def opened(folder: Path) -> KeptFiles:
    files = KeptFiles(folder)
    files.read()
    return files


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    return folder


def test_a_file_is_found_by_its_parts_and_once(clips: Path) -> None:
    keep(clips, "1.mp4", "one", footage="a", encode="x")
    files = opened(clips)
    assert files.match({"encode": "x", "footage": "b"}, "1.mp4") is None
    assert files.match({"encode": "x", "footage": "a"}, "1.mp4") == KeptFile("1.mp4", {"made": "one"})
    assert files.match({"encode": "x", "footage": "a"}, "1.mp4") is None


def test_of_two_alike_each_line_gets_its_own(clips: Path) -> None:
    for name in ("1.mp4", "2.mp4"):
        keep(clips, name, name, footage="chorus")
    files = opened(clips)
    found = [files.match({"footage": "chorus"}, name) for name in ("2.mp4", "1.mp4")]
    assert [file.name for file in found if file] == ["2.mp4", "1.mp4"]


def test_all_names_change_at_once(clips: Path) -> None:
    for name in "abc":
        keep(clips, f"{name}.mp4", f"content {name}", footage=name)
    files = opened(clips)
    for name in "abc":
        files.match({"footage": name}, f"{name}.mp4")
    files.rename({"a.mp4": "b.mp4", "b.mp4": "a.mp4", "c.mp4": "d.mp4"})
    assert {path.name: path.read_text() for path in clips.glob("*.mp4")} == {
        "a.mp4": "content b",
        "b.mp4": "content a",
        "d.mp4": "content c",
    }
    again = opened(clips)
    assert again.match({"footage": "a"}, "b.mp4") == KeptFile("b.mp4", {"made": "content a"})
    assert again.damaged == {}


def test_a_record_comes_before_its_file(clips: Path) -> None:
    """Killed in between: the old file does not fit the new record."""
    keep(clips, "1.mp4", "old", footage="a")
    old = (clips / "1.mp4").read_bytes()
    keep(clips, "1.mp4", "new", footage="b")
    (clips / "1.mp4").write_bytes(old)
    files = opened(clips)
    assert files.match({"footage": "b"}, "1.mp4") is None
    assert files.match({"footage": "a"}, "1.mp4") is None
    assert "checksum" in files.damaged["1.mp4"]


def test_what_has_changed_is_named(clips: Path) -> None:
    keep(clips, "1.mp4", "one", footage="a", encode="x", lyrics="")
    files = opened(clips)
    assert files.changed({"footage": "a", "encode": "y", "tools": "z"}, "1.mp4") == ("encode", "tools", "lyrics")
    assert files.changed({"footage": "a"}, "2.mp4") == ()


def test_no_part_is_written_in_clear(clips: Path) -> None:
    keep(clips, "1.mp4", "one", footage="https://cdn.example/x.m3u8?token=secret")
    assert b"secret" not in (clips / RECORDS / "1.mp4.json").read_bytes()


@pytest.mark.parametrize("name", ["../out.mp4", "/etc/passwd", "a/../../out.mp4", ".kept/../../out.mp4", "..", ""])
def test_a_record_that_leads_elsewhere_is_no_record(clips: Path, name: str) -> None:
    keep(clips, "1.mp4", "one", footage="a")
    outside = clips.parent / "out.mp4"
    outside.write_text("mine")
    record = clips / RECORDS / "1.mp4.json"
    record.write_text(record.read_text().replace('"1.mp4"', f'"{name}"'))
    files = opened(clips)
    assert files.match({"footage": "a"}, "1.mp4") is None
    files.prune(())
    assert outside.read_text() == "mine"


def test_pruning_takes_what_has_a_record_and_is_not_named(clips: Path) -> None:
    keep(clips, "1.mp4", "one", footage="a")
    keep(clips, "2.mp4", "two", footage="b")
    keep(clips, ".kept/song.m4a", "la", song="c")
    (clips / "mine.mp4").write_text("mine")
    opened(clips).prune({"1.mp4", ".kept/song.m4a"})
    assert sorted(path.name for path in clips.glob("*.mp4")) == ["1.mp4", "mine.mp4"]
    assert opened(clips).match({"song": "c"}, ".kept/song.m4a") is not None


def test_after_forgetting_nothing_is_found(clips: Path) -> None:
    keep(clips, "1.mp4", "one", footage="a")
    KeptFiles(clips).forget()
    assert opened(clips).match({"footage": "a"}, "1.mp4") is None


def test_a_file_is_the_same_wherever_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_text("x")
    before = file_identity(file)
    (tmp_path / "sub").mkdir()
    file.rename(tmp_path / "sub" / "a.mp4")
    assert file_identity(tmp_path / "sub" / "a.mp4") == before
    (tmp_path / "sub" / "a.mp4").write_text("xy")
    assert file_identity(tmp_path / "sub" / "a.mp4") != before
    assert file_identity(file) == "no file"
