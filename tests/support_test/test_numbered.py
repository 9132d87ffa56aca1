"""The numbers come back from what encoders and layouts do to pictures; anything else is refused."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from tests.clicks import find_clicks
from tests.numbered import (
    BLACK,
    Rect,
    Stamp,
    UnreadablePicture,
    cells_filter,
    cropped,
    fitted,
    picture_source,
    read_numbers,
    read_timed,
)
from tests.streams import make_file, make_song, run_ffmpeg

SOUND_FORMATS = ("m4a", "mp3", "wav", "flac", "ogg")


def stamps(source: int, first: int, count: int) -> list[Stamp]:
    return [Stamp(source, first + index) for index in range(count)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 pictures, 640x360, source 21, numbers 0 to 49."""
    return make_file(tmp_path_factory.mktemp("numbered") / "film.mp4", source_id=21, seconds=2, size=(640, 360))


def refilmed(film: Path, name: str, *arguments: str) -> Path:
    """The film once more through ffmpeg, its frames as they come."""
    path = film.with_name(name)
    run_ffmpeg(["-i", str(film), "-an", "-fps_mode", "passthrough", *arguments, str(path)])
    return path


def test_numbers_are_read_as_they_were_painted(film: Path) -> None:
    assert read_numbers(film) == stamps(21, 0, 50)


def test_times_come_with_the_numbers(film: Path) -> None:
    assert [timed.time for timed in read_timed(film)] == [Fraction(index, 25) for index in range(50)]


@pytest.mark.parametrize("crf", [35, 40])
def test_numbers_survive_strong_compression_at_half_size(film: Path, crf: int) -> None:
    small = refilmed(film, f"small{crf}.mp4", "-vf", "scale=320:180", "-crf", str(crf))
    assert read_numbers(small) == stamps(21, 0, 50)


@pytest.mark.parametrize("first", [255, 4095, 65_486])
def test_high_numbers_and_every_bit_of_the_source(tmp_path: Path, first: int) -> None:
    for source in (0, 10, 31):
        path = tmp_path / f"{source}.mp4"
        run_ffmpeg(["-f", "lavfi", "-i", picture_source((160, 90), source, frames=50, first=first), str(path)])
        assert read_numbers(path) == stamps(source, first, 50)


@pytest.mark.parametrize("output", [(360, 640), (480, 480), (640, 272)])
def test_inset_pictures_are_read_in_their_rectangle(film: Path, output: tuple[int, int]) -> None:
    width, height = output
    pad = f"scale={width}:{height}:force_original_aspect_ratio=decrease,pad={width}:{height}:-1:-1:gray"
    path = refilmed(film, f"pad{width}.mp4", "-vf", pad)
    assert read_numbers(path, rect=fitted((640, 360), output)) == stamps(21, 0, 50)


def test_cropped_pictures_are_read_too(film: Path) -> None:
    path = refilmed(film, "crop.mp4", "-vf", "scale=-2:360,crop=480:360")
    assert read_numbers(path, rect=cropped((640, 360), (480, 360))) == stamps(21, 0, 50)


def test_the_band_of_the_lyrics_may_be_overdrawn(film: Path) -> None:
    path = refilmed(film, "lyrics.mp4", "-vf", "drawbox=y=ih/2:h=ih/2:color=white:t=fill")
    assert read_numbers(path) == stamps(21, 0, 50)


def test_any_footage_can_be_numbered(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    picture = f"color=gray:s=320x180:r=25:d=1,noise=alls=60:allf=t,{cells_filter((320, 180), 3, first=7)}"
    run_ffmpeg(["-f", "lavfi", "-i", picture, "-crf", "30", str(path)])
    assert read_numbers(path) == stamps(3, 7, 25)


def test_black_pictures_are_told_from_numbered_ones(film: Path) -> None:
    path = refilmed(film, "black.mp4", "-vf", "drawbox=color=black:t=fill:enable='between(n,10,14)'")
    seen = read_numbers(path)
    assert seen[10:15] == [BLACK] * 5
    assert seen[:10] + seen[15:] == stamps(21, 0, 10) + stamps(21, 15, 35)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("-vf", "tblend=all_mode=average"), id="mixed with its neighbour"),
        pytest.param(("-vf", "drawbox=x=iw/4:w=iw/8:h=ih/3:color=gray:t=fill"), id="overdrawn"),
        pytest.param(("-vf", "scale=320:180,pad=640:360"), id="elsewhere"),
        pytest.param(("-vf", "hflip"), id="mirrored"),
        pytest.param(("-vf", "negate"), id="inverted"),
        pytest.param(("-vf", "drawbox=color=white:t=fill"), id="white"),
    ],
)
def test_an_unreadable_picture_is_an_error(film: Path, arguments: Sequence[str]) -> None:
    path = refilmed(film, "unreadable.mp4", *arguments)
    with pytest.raises(UnreadablePicture, match=r"unreadable\.mp4: frame 0 of \d+ carries no number"):
        read_numbers(path)


def test_the_first_bad_frame_is_named(film: Path) -> None:
    path = refilmed(film, "late.mp4", "-vf", "drawbox=color=white:t=fill:enable='gte(n,31)'")
    with pytest.raises(UnreadablePicture, match="frame 31 of 50"):
        read_numbers(path)


def test_a_rectangle_that_hides_the_cells_is_an_error(film: Path) -> None:
    with pytest.raises(UnreadablePicture, match="partly outside"):
        read_numbers(film, rect=Rect(-0.5, 0, 1, 1))


@pytest.mark.parametrize("suffix", SOUND_FORMATS)
@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_clicks_of_a_song_are_found(tmp_path: Path, suffix: str, rate: int) -> None:
    song = make_song(tmp_path / f"song.{suffix}", 8, period_s=0.5, offset_s=0.125, rate=rate)
    assert find_clicks(song) == pytest.approx([0.125 + index / 2 for index in range(16)], abs=0.0003)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "ts"])
def test_clicks_of_a_film_are_found_and_so_are_its_numbers(tmp_path: Path, suffix: str) -> None:
    path = make_file(tmp_path / f"film.{suffix}", source_id=4, seconds=5, fps="30000/1001")
    assert find_clicks(path) == pytest.approx([0, 1, 2, 3, 4], abs=0.0003)
    assert read_numbers(path) == stamps(4, 0, 150)


def test_clicks_survive_low_rates_and_a_second_encoding(tmp_path: Path) -> None:
    first, second = make_song(tmp_path / "a.m4a", 10), tmp_path / "b.m4a"
    run_ffmpeg(["-i", str(first), "-c:a", "aac", "-b:a", "48k", str(second)])
    assert find_clicks(second) == pytest.approx(range(10), abs=0.0003)


def test_edit_lists_and_late_sound_count(film: Path) -> None:
    """The same film, its sound 123.4 ms later: the samples are the same, the container says when."""
    late = film.with_name("late_sound.mp4")
    both = ["-i", str(film), "-itsoffset", "0.1234", "-i", str(film), "-map", "0:v", "-map", "1:a"]
    run_ffmpeg([*both, "-c", "copy", str(late)])
    assert find_clicks(late) == pytest.approx([0.1234, 1.1234], abs=0.0003)


@pytest.mark.parametrize("shift_ms", [-0.7, 0.4, 0.9])
def test_shifts_below_a_millisecond_show(tmp_path: Path, shift_ms: float) -> None:
    """The container alone shifts the sound: its time scale is fine enough to say so."""
    film = make_file(tmp_path / "film.mov", seconds=2, click_offset_s=0.3, extra=["-c:a", "pcm_s16le"])
    path = tmp_path / "shifted.mov"
    both = ["-i", str(film), "-itsoffset", f"{shift_ms / 1000:.6f}", "-i", str(film), "-map", "0:v", "-map", "1:a"]
    run_ffmpeg([*both, "-c", "copy", "-movie_timescale", "48000", str(path)])
    assert find_clicks(path) == pytest.approx([0.3 + shift_ms / 1000, 1.3 + shift_ms / 1000], abs=0.00005)


def test_a_hole_in_the_sound_moves_nothing(tmp_path: Path) -> None:
    """Packets are missing: what comes after them is heard when its time stamps say."""
    film = make_file(tmp_path / "film.mp4", seconds=3, click_offset_s=0.3)
    path = tmp_path / "hole.mkv"
    run_ffmpeg(["-i", str(film), "-c", "copy", "-bsf:a", "noise=drop='between(n,30,33)'", str(path)])
    assert find_clicks(path) == pytest.approx([0.3, 1.3, 2.3], abs=0.001)


def test_silence_has_no_clicks(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    run_ffmpeg(["-f", "lavfi", "-i", "anullsrc", "-t", "2", str(path)])
    assert find_clicks(path) == []
