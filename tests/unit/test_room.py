"""Room on disk: what is estimated, what is refused, and what is said."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lyricclip_cli.errors import MachineError
from lyricclip_cli.room import Room, job_room
from tests.unit.samples import line, plan, video

MB = 1_000_000


def room(tmp_path: Path, free: Mapping[str, int], *, frame_bytes: float = 10_000) -> Room:
    """A film of 1000 frames; `free` is megabytes by folder."""
    for name in free:
        (tmp_path / name).mkdir()
    last = list(free)[-1]
    folders = (tmp_path / "out", tmp_path / last)
    return Room(*folders, 1000, 40.0, frame_bytes, lambda folder: free[folder.name] * MB)


def test_enough_room_is_not_worth_a_word(tmp_path: Path) -> None:
    assert room(tmp_path, {"out": 1000}).begin(1000) == ""


def test_what_may_not_fit_is_warned_of(tmp_path: Path) -> None:
    # 10 MB of clips, 10 MB of film with 0.96 MB of sound, 32 MB of segments and drafts
    assert room(tmp_path, {"out": 40}).begin(1000) == (
        f"{tmp_path / 'out'}: about 53.0 MB are needed and 40.0 MB are free, 13.0 MB too few"
    )


def test_what_cannot_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"too little room: .* 53.0 MB are needed and 9.0 MB are free, 44.0 MB"):
        room(tmp_path, {"out": 9}).begin(1000)


def test_clips_that_are_there_need_no_room_and_tell_how_much_the_others_need(tmp_path: Path) -> None:
    half = room(tmp_path, {"out": 1000})
    half.begin(1000)
    half.made(500, 50 * MB)
    assert half._needs(1.0) == {tmp_path / "out": pytest.approx(50 * MB + 100 * MB + 0.96 * MB + 32 * MB)}


def test_no_clip_is_begun_on_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="the disk is full"):
        room(tmp_path, {"out": 7}).check()
    room(tmp_path / "out", {"out": 9}).check()


def test_a_coarser_encode_needs_less(tmp_path: Path) -> None:
    made = plan(line(0, 1000, video()))
    fine, coarse = (job_room(made, tmp_path, tmp_path, crf=crf).frame_bytes for crf in (20, 26))
    assert fine == 2 * coarse == 1920 * 1080 * 0.1 / 8
