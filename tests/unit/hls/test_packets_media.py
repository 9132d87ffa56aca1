"""What is read from a segment is the same whether its tracks are looked at for long or only glanced at."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from lyricclip_cli.ffmpeg.binary import find_ffmpeg
from lyricclip_cli.ffmpeg.process import run_ffmpeg
from lyricclip_cli.hls import packets
from lyricclip_cli.hls.packets import Timing, index_run

START = Timing(Fraction(0), Fraction(0), Fraction(0))


async def segment(path: Path, *, sound_from_s: float, pictures_from_s: float = 0) -> Path:
    """Three seconds of MPEG-TS whose tracks begin at these times."""
    video = ["-itsoffset", str(pictures_from_s), "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=3"]
    audio = ["-itsoffset", str(sound_from_s), "-f", "lavfi", "-i", "sine=d=3"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-muxdelay", "0", "-f", "mpegts"]
    await run_ffmpeg(find_ffmpeg(None).path, [*video, *audio, *codecs, str(path)], stall_timeout_s=20)
    return path


@pytest.mark.parametrize(("sound_from_s", "pictures_from_s"), [(0, 0), (0.02, 0), (1.5, 0), (0, 1.5), (2.9, 0)])
async def test_a_glance_finds_what_a_long_look_finds(
    tmp_path: Path, sound_from_s: float, pictures_from_s: float
) -> None:
    path = await segment(tmp_path / "a.ts", sound_from_s=sound_from_s, pictures_from_s=pictures_from_s)

    looked_at = index_run([path], START, "a.ts")
    glanced_at = index_run([path], START, "a.ts", looked_at.picture)

    assert glanced_at == looked_at
    assert looked_at.sound_s is not None
    assert abs(looked_at.sound_s[0] - Fraction(sound_from_s)) < Fraction(1, 20)  # AAC begins a frame early


async def test_a_track_that_begins_late_is_not_known_by_a_glance(tmp_path: Path) -> None:
    early = await segment(tmp_path / "early.ts", sound_from_s=0)
    late = await segment(tmp_path / "late.ts", sound_from_s=2.9)

    with early.open("rb") as file:
        assert packets._glanced_at(file) is not None
    with late.open("rb") as file:
        assert packets._glanced_at(file) is None
        assert file.tell() == 0


async def test_another_size_than_the_known_one_is_seen(tmp_path: Path) -> None:
    path = await segment(tmp_path / "a.ts", sound_from_s=0)
    known = index_run([path], START, "a.ts").picture

    assert index_run([path], START, "a.ts", replace(known, width=320)).picture == known
