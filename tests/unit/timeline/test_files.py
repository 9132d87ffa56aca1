import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lyricclip_cli.errors import InputError, Problem
from lyricclip_cli.timeline import Audio, Candidate, Line, Timeline, audio_bounds, locate

KINDS = "name a video or audio file, or an HLS playlist"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter, with a folder of a song and one of media in it."""
    folder = Path(tempfile.mkdtemp()).resolve()
    folder.chmod(0o755)
    for name in ("song", "media"):
        (folder / name).mkdir()
        (folder / name / "a.mp4").write_bytes(b"a")
    (folder / "secret.mp4").write_bytes(b"s")
    yield folder
    shutil.rmtree(folder)


def naming(*files: str, audio: str | None = None) -> Timeline:
    candidates = tuple(Candidate(file=file, start_ms=0, end_ms=1) for file in files)
    lines = (
        Line(id="1", text="a", start_ms=0, end_ms=1, candidates=(Candidate(video_id="v", start_ms=0, end_ms=1),)),
        Line(id="2", text="b", start_ms=1, end_ms=2, candidates=candidates),
    )
    return Timeline(version=1, audio=Audio(file=audio, offset_ms=3) if audio else None, lines=lines)


def located(timeline: Timeline, place: Path) -> Timeline:
    return locate(timeline, path=place / "song" / "t.json", media_dir=place / "media")


def problems(timeline: Timeline, place: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        located(timeline, place)
    assert caught.value.file == str(place / "song" / "t.json")
    return caught.value.problems


def only(place: Path, name: str) -> Problem:
    [problem] = problems(naming(name), place)
    assert problem.place == "lines[1].candidates[0].file"
    return problem


def test_names_become_absolute_real_paths(place: Path) -> None:
    (place / "song" / "link.mp4").symlink_to(place / "media" / "a.mp4")
    timeline = naming("a.mp4", "./x/../link.mp4", str(place / "media" / "a.mp4"), audio="../media/a.mp4")
    (place / "song" / "x").mkdir()
    song, media = str(place / "song" / "a.mp4"), str(place / "media" / "a.mp4")
    assert located(timeline, place) == naming(song, media, media, audio=media)


def test_a_relative_timeline_path_and_a_media_folder_that_is_not_there(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place / "song")
    found = locate(naming("a.mp4"), path=Path("t.json"), media_dir=Path("gone"))
    assert found == naming(str(place / "song" / "a.mp4"))


def test_every_problem_is_told_at_its_place(place: Path) -> None:
    (place / "song" / "sub").mkdir()
    os.mkfifo(place / "song" / "pipe")
    outside = f"copy it into {place}/song or {place}/media"
    assert problems(naming("../secret.mp4", "gone.mp4", "sub", "a.mp4/b", "pipe", audio="gone.m4a"), place) == [
        Problem("audio.file", '"gone.m4a" does not exist', f"relative names start at {place}/song"),
        Problem(
            "lines[1].candidates[0].file",
            '"../secret.mp4" lies outside the timeline\'s folder and the media folder',
            outside,
        ),
        Problem("lines[1].candidates[1].file", '"gone.mp4" does not exist', f"relative names start at {place}/song"),
        Problem("lines[1].candidates[2].file", '"sub" is a folder', KINDS),
        Problem("lines[1].candidates[3].file", '"a.mp4/b" does not exist', f"relative names start at {place}/song"),
        Problem("lines[1].candidates[4].file", '"pipe" is no regular file', KINDS),
    ]


@pytest.mark.parametrize("target", ["secret.mp4", "not/there.mp4"])
def test_a_link_does_not_lead_out_of_the_folders(place: Path, target: str) -> None:
    (place / "song" / "link.mp4").symlink_to(place / target)
    assert "lies outside" in only(place, "link.mp4").message


def test_a_folder_whose_name_only_begins_alike_is_outside(place: Path) -> None:
    (place / "song2").mkdir()
    (place / "song2" / "a.mp4").write_bytes(b"a")
    assert "lies outside" in only(place, "../song2/a.mp4").message


def test_the_songs_sound_may_not_lie_outside_either(place: Path) -> None:
    assert [problem.place for problem in problems(naming(audio="../secret.mp4"), place)] == ["audio.file"]


def test_a_loop_of_links_is_a_problem(place: Path) -> None:
    (place / "song" / "loop.mp4").symlink_to("loop.mp4")
    assert "cannot be read" in only(place, "loop.mp4").message


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 2000 + "y"])
def test_long_names_are_problems(place: Path, name: str) -> None:
    assert only(place, name).message.startswith('"x')


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_names_that_reading_would_refuse_do_not_crash(place: Path, name: str) -> None:
    unchecked: Any = Candidate.model_construct(file=name, start_ms=0, end_ms=1, video_id=None, url=None, score=None)
    timeline = naming("a.mp4")
    lines = (timeline.lines[1].model_copy(update={"candidates": (unchecked,)}),)
    [problem] = problems(timeline.model_copy(update={"lines": lines}), place)
    assert "cannot be read" in problem.message


def test_a_file_that_may_not_be_read(place: Path) -> None:
    (place / "song" / "a.mp4").chmod(0)
    as_root = os.geteuid() == 0
    if as_root:
        os.seteuid(65534)  # root may read everything
    try:
        problem = only(place, "a.mp4")
    finally:
        if as_root:
            os.seteuid(0)
    assert problem == Problem(
        "lines[1].candidates[0].file",
        '"a.mp4" cannot be read: Permission denied',
        "correct the name or its permissions",
    )


def spans(*spans: tuple[int, int]) -> Timeline:
    lines = [Line(id=f"L{k}", text="a", start_ms=start, end_ms=end) for k, (start, end) in enumerate(spans)]
    return Timeline(version=1, lines=tuple(lines))


def test_lines_beyond_the_sound() -> None:
    timeline = spans((0, 10_100), (9_999, 10_101), (10_000, 10_050), (10_001, 11_000))
    end = "the end of the audio (10000 ms on the song's clock)"
    hint = "check the line's times, audio.offset_ms and that this is the right audio file"
    assert audio_bounds(timeline, audio_end_ms=10_000) == [
        Problem("lines[1]", f'line "L1" ends at 10101 ms, 101 ms after {end}', hint),
        Problem("lines[2]", f'line "L2" starts at 10000 ms, not before {end}', hint),
        Problem("lines[3]", f'line "L3" starts at 10001 ms, not before {end}', hint),
    ]


def test_lines_within_the_sound() -> None:
    assert audio_bounds(spans((0, 10_000), (9_000, 10_100)), audio_end_ms=10_000) == []
