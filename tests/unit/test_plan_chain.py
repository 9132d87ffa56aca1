"""The fallback chain, names of references, and footage that is too short (frame rule 3)."""

from fractions import Fraction
from pathlib import Path

import pytest

from lyricclip_cli.errors import PermanentError
from lyricclip_cli.plan import (
    FileRef,
    MediaRef,
    PlaceholderRef,
    SourceRef,
    Step,
    StepKind,
    UrlRef,
    VideoRef,
    Window,
    frames_beyond,
    placeholder_only,
)
from tests.unit.samples import FPS, NTSC, OTHER_VIDEO, VIDEO, file, line, plan, url, video

URL = "https://cdn.example/a/master.m3u8"


def test_a_chain_is_candidates_then_each_videos_local_copy_then_the_placeholder() -> None:
    made = plan(
        line(
            0,
            1000,
            video(7000),
            url(URL, 800),
            video(300, video_id=OTHER_VIDEO),
            video(9000),
            file("/work/clips/sunrise.mp4", 40),
        )
    )
    frames = 25
    assert made.clips[0].chain == (
        Step(StepKind.CANDIDATE, VideoRef(VIDEO), Window(7000, frames, FPS)),
        Step(StepKind.CANDIDATE, UrlRef(URL), Window(800, frames, FPS)),
        Step(StepKind.CANDIDATE, VideoRef(OTHER_VIDEO), Window(300, frames, FPS)),
        Step(StepKind.CANDIDATE, VideoRef(VIDEO), Window(9000, frames, FPS)),
        Step(
            StepKind.CANDIDATE,
            FileRef(Path("/work/clips/sunrise.mp4"), "clips/sunrise.mp4"),
            Window(40, frames, FPS),
        ),
        Step(StepKind.LOCAL, MediaRef(VIDEO), Window(7000, frames, FPS)),
        Step(StepKind.LOCAL, MediaRef(OTHER_VIDEO), Window(300, frames, FPS)),
        Step(StepKind.PLACEHOLDER, PlaceholderRef(), Window(0, frames, FPS)),
    )


def test_a_line_without_candidates_has_the_placeholder_alone() -> None:
    assert plan(line(0, 1000)).clips[0].chain == (Step(StepKind.PLACEHOLDER, PlaceholderRef(), Window(0, 25, FPS)),)


def test_a_window_has_the_clips_frames_whatever_the_candidates_out_point_says() -> None:
    made = plan(line(0, 2500, video(1000)), line(3000, 4000, video(1000)))
    assert [clip.chain[0].window.frames for clip in made.clips] == [75, 25]


def test_past_the_deadline_a_clip_has_the_placeholder_alone() -> None:
    clip = plan(line(0, 1000, video(), url(URL))).clips[0]
    assert placeholder_only(clip).chain == (Step(StepKind.PLACEHOLDER, PlaceholderRef(), Window(0, 25, FPS)),)
    assert placeholder_only(clip).frames == clip.frames


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        (VideoRef(VIDEO), VIDEO),
        (MediaRef(VIDEO), f"{VIDEO} (media folder)"),
        (PlaceholderRef(), "placeholder"),
        (FileRef(Path("/work/a.mp4"), "a.mp4"), "a.mp4"),
        (UrlRef(URL), URL),
        (UrlRef(f"{URL}?token=s3cret&x=1#part"), URL),
        (UrlRef(f"{URL}#s3cret"), URL),
        (UrlRef("https://user:s3cret@cdn.example/a/master.m3u8?token=s3cret"), URL),
    ],
)
def test_a_reference_is_named_without_anything_secret(ref: SourceRef, name: str) -> None:
    assert str(ref) == name


def test_a_file_outside_the_timelines_folder_keeps_its_whole_path() -> None:
    (step, *_) = plan(line(0, 1000, file("/elsewhere/a.mp4"))).clips[0].chain
    assert step.ref == FileRef(Path("/elsewhere/a.mp4"), "/elsewhere/a.mp4")


def test_a_windows_times_are_exact() -> None:
    window = Window(500, 30, NTSC)
    assert (window.start_s, window.time_s(1), window.last_s, window.end_s) == (
        Fraction(1, 2),
        Fraction(1, 2) + Fraction(1001, 30000),
        Fraction(1, 2) + 29 * Fraction(1001, 30000),
        Fraction(1, 2) + Fraction(1001, 1000),
    )


@pytest.mark.parametrize(
    ("end_s", "held"),
    [
        (Fraction(10), 0),
        (Fraction(3), 0),
        (Fraction("2.96"), 1),
        (Fraction("2.97"), 0),  # the last frame begins at 2.96 s, while there is footage
        (Fraction("2.9605"), 1),  # within the rounding of timestamps it is the same as 2.96 s
        (Fraction("2.5"), 12),  # 2.48 s is shown; 2.52 s to 2.96 s are held
        (Fraction(2), 25),
        (Fraction("1.9995"), 25),  # a second and half a millisecond is a second
    ],
)
def test_frames_that_begin_beyond_the_footage_are_held(end_s: Fraction, held: int) -> None:
    assert frames_beyond(Window(2000, 25, FPS), end_s) == held


def test_more_than_a_second_beyond_the_footage_is_too_short() -> None:
    with pytest.raises(PermanentError) as caught:
        frames_beyond(Window(2000, 50, FPS), Fraction("2.99"))
    assert (caught.value.code, caught.value.message, caught.value.hint) == (
        "footage_too_short",
        "the clip needs 2.000 s to 4.000 s, the footage ends at 2.990 s",
        "give an earlier in-point, a longer source or another candidate",
    )


def test_exactly_a_second_beyond_the_footage_is_held() -> None:
    assert frames_beyond(Window(2000, 50, FPS), Fraction(3)) == 25
