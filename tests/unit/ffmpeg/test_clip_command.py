"""The arguments that cut a clip: whole lists, so that a change is seen."""

from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from lyricclip_cli.ffmpeg.clip_command import clip_arguments, samples_at
from lyricclip_cli.ffmpeg.encoders import EncodeSpec
from lyricclip_cli.ffmpeg.inputs import FORMATS
from lyricclip_cli.outcome import Footage, Picture, Sound, SourceType, Span
from lyricclip_cli.plan import SNAP_S, PictureSpec
from lyricclip_cli.ports import CutOrder
from tests.unit.samples import FILM, FPS, NTSC, grid

SPEC = PictureSpec(1280, 720, "pad")
A, B = Path("/w/a.nut"), Path("/w/b.nut")
HD = Picture(1280, 720)
SIZED = "flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1"
SCALED = f"scale=1280:720:{SIZED},format=yuv420p"
TAGGED = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
READ = ["-protocol_whitelist", "file,crypto,pipe", "-format_whitelist", FORMATS, "-threads", "1"]
SHOWN = ["-noautorotate", "-max_pixels", "67108864"]


def order(
    *spans: Span, sound: tuple[Sound, ...] = (), frames: int = 50, start_frame: int = 100, heard: bool = False
) -> CutOrder:
    footage = Footage(SourceType.HLS, spans, sound)
    return CutOrder(footage, start_frame, frames, Path("/clips/0001-a.mp4"), heard, lambda _: None)


def arguments(of: CutOrder, fps: Fraction = FPS, encode: EncodeSpec | None = None) -> list[str]:
    return clip_arguments(of, grid(fps), SPEC, encode or EncodeSpec(), "/w/draft.mp4")


def graph(of: CutOrder, fps: Fraction = FPS) -> list[str]:
    """The filter graph, chain by chain."""
    every = arguments(of, fps)
    return every[every.index("-filter_complex") + 1].split(";")


def on_grid(start_s: str, frames: int, fps: str = "25") -> str:
    """What puts a span's pictures on the grid: moved to zero, the first not before each frame, the last one held."""
    shift_us = floor((Fraction(start_s) + SNAP_S) * 1_000_000)
    return (
        f"tpad=stop_mode=clone:stop=64,settb=expr=1/1000000,setpts=PTS-{shift_us},"
        f"fps=fps={fps}:start_time=0:round=up,tpad=stop_mode=clone:stop={frames},trim=end_frame={frames}"
    )


def heard_from(sample: int) -> str:
    """What makes a file's sound begin exactly at that sample of its own clock."""
    return (
        f"aresample=48000:async=1:first_pts={sample}:min_comp=0.00001:min_hard_comp=0.01,"
        "aformat=channel_layouts=stereo,asetpts=N/SR/TB"
    )


def encode(
    *sound: str,
    encoder: str = "libx264",
    preset: str = "veryfast",
    crf: str = "20",
    rate: str = "25",
    keyframes: str = "50",
) -> list[str]:
    return [
        *("-c:v", encoder, "-preset", preset, "-crf", crf, "-threads", "1", "-pix_fmt", "yuv420p"),
        *("-profile:v", "high", "-g", keyframes, "-bf", "2", "-flags", "+cgop", "-fps_mode", "cfr", "-r", rate),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact+cgop", *sound, "-map_metadata", "-1"),
        *("-f", "mp4", "/w/draft.mp4"),
    ]


def test_one_span_without_sound() -> None:
    span = Span(A, Fraction("1.5"), 50, HD)
    assert arguments(order(span)) == [
        "-copyts",
        *READ,
        *SHOWN,
        "-i",
        "file:/w/a.nut",
        "-filter_complex_threads",
        "1",
        "-filter_complex",
        f"[0:V:0]{on_grid('1.5', 50)},{SCALED},{TAGGED},settb=expr=1/25,setpts=N[pictures]",
        "-map",
        "[pictures]",
        *encode(),
    ]


def test_a_seek_and_a_loop_belong_to_their_input() -> None:
    long = Span(A, Fraction("65.25"), 50, HD, seek_s=Fraction("64.0667"))
    assert arguments(order(long))[1:17] == [
        *READ,
        "-noaccurate_seek",
        "-seek_timestamp",
        "1",
        "-ss",
        "64.066700",
        *SHOWN,
        "-i",
        "file:/w/a.nut",
    ]
    looped = Span(A, Fraction(0), 50, HD, loop=True)
    assert arguments(order(looped))[1:14] == [*READ, "-stream_loop", "-1", *SHOWN, "-i", "file:/w/a.nut"]


def test_two_spans_are_joined_before_they_are_numbered() -> None:
    spans = (Span(A, Fraction("3.96"), 20, HD), Span(B, Fraction(-1, 8), 30, Picture(1280, 640)))
    every = arguments(order(*spans))
    assert [word for word in every if word.startswith("file:/")] == ["file:/w/a.nut", "file:/w/b.nut"]
    assert graph(order(*spans)) == [
        f"[0:V:0]{on_grid('3.96', 20)},{SCALED}[span0]",
        f"[1:V:0]{on_grid('-1/8', 30)},scale=1280:640:{SIZED},pad=1280:720:0:40,format=yuv420p[span1]",
        f"[span0][span1]concat=n=2,{TAGGED},settb=expr=1/25,setpts=N[pictures]",
    ]


def test_black_needs_no_input() -> None:
    assert arguments(order(frames=75)) == [
        "-copyts",
        "-filter_complex_threads",
        "1",
        "-filter_complex",
        f"color=black:s=1280x720:r=25,trim=end_frame=75,format=yuv420p,{TAGGED},settb=expr=1/25,setpts=N[pictures]",
        "-map",
        "[pictures]",
        *encode(),
    ]


def test_black_that_is_heard_is_silent() -> None:
    every = arguments(order(frames=75, heard=True))
    assert every[4] == (
        f"color=black:s=1280x720:r=25,trim=end_frame=75,format=yuv420p,{TAGGED},settb=expr=1/25,setpts=N[pictures];"
        "anullsrc=r=48000:cl=stereo,aformat=sample_fmts=s16:channel_layouts=stereo,"
        "apad=whole_len=144000,atrim=end_sample=144000[sound]"
    )
    assert every[5:] == ["-map", "[pictures]", "-map", "[sound]", *encode("-c:a", "flac")]


def test_sound_is_cut_to_the_sample_and_silence_fills_what_there_is_none_of() -> None:
    sound = (
        Sound(A, Fraction("0.25"), Fraction("0.8"), seek_s=Fraction("0.125")),
        Sound(None, Fraction(0), Fraction("0.1")),
        Sound(B, Fraction(-1, 2), Fraction("1.1")),
    )
    every = arguments(order(Span(A, Fraction(1), 50, HD), sound=sound, heard=True))
    assert every[1 : every.index("-filter_complex_threads")] == [
        *(*READ, *SHOWN, "-i", "file:/w/a.nut"),
        *(*READ, "-noaccurate_seek", "-seek_timestamp", "1", "-ss", "0.125000", "-i", "file:/w/a.nut"),
        *(*READ, "-i", "file:/w/b.nut"),
    ]
    chains = graph(order(Span(A, Fraction(1), 50, HD), sound=sound, heard=True))
    assert chains[1:] == [
        f"[1:a:0]{heard_from(12000)},apad=whole_len=38400,atrim=end_sample=38400[sound0]",
        "anullsrc=r=48000:cl=stereo,apad=whole_len=4800,atrim=end_sample=4800[sound1]",
        f"[2:a:0]{heard_from(-24000)},apad=whole_len=52800,atrim=end_sample=52800[sound2]",
        "[sound0][sound1][sound2]concat=n=3:v=0:a=1,aformat=sample_fmts=s16:channel_layouts=stereo,"
        "apad=whole_len=96000,atrim=end_sample=96000[sound]",
    ]


def test_pieces_of_sound_add_up_to_the_sample() -> None:
    third = Fraction(1, 3)
    sound = tuple(Sound(None, Fraction(0), third / 1000) for _ in range(6))
    lengths = [chain.split("end_sample=")[1].split("[")[0] for chain in graph(order(sound=sound, heard=True))[1:-1]]
    assert lengths == ["16"] * 6
    sound = tuple(Sound(None, Fraction(0), Fraction(1, 96_000)) for _ in range(4))
    lengths = [chain.split("end_sample=")[1].split("[")[0] for chain in graph(order(sound=sound, heard=True))[1:-1]]
    assert lengths == ["1", "0", "1", "0"]


def test_a_clips_samples_are_those_between_its_frames_in_the_film() -> None:
    last = graph(order(frames=1, start_frame=1, heard=True), NTSC)[-1]
    assert last.endswith("atrim=end_sample=1601[sound]")
    last = graph(order(frames=1, start_frame=2, heard=True), NTSC)[-1]
    assert last.endswith("atrim=end_sample=1602[sound]")


@pytest.mark.parametrize("fps", [FPS, NTSC, FILM, Fraction(60000, 1001)])
def test_samples_of_frames_telescope(fps: Fraction) -> None:
    assert samples_at(0, fps) == 0
    assert sum(samples_at(frame + 1, fps) - samples_at(frame, fps) for frame in range(1000)) == samples_at(1000, fps)
    assert samples_at(fps.numerator, fps) == 48_000 * fps.denominator


def test_ntsc_is_a_ratio_everywhere() -> None:
    every = arguments(order(Span(A, Fraction(0), 50, HD)), NTSC)
    assert graph(order(Span(A, Fraction(0), 50, HD)), NTSC) == [
        f"[0:V:0]{on_grid('0', 50, '30000/1001')},{SCALED},{TAGGED},settb=expr=1001/30000,setpts=N[pictures]"
    ]
    assert every[-len(encode()) :] == encode(rate="30000/1001", keyframes="60")


def test_the_encode_is_as_set() -> None:
    of = order(Span(A, Fraction(0), 50, HD))
    every = arguments(of, encode=EncodeSpec("libx264", "slow", 30))
    assert every[-len(encode()) :] == encode(encoder="libx264", preset="slow", crf="30")


def test_pictures_are_brought_to_a_card_that_wants_them_there() -> None:
    of = order(Span(A, Fraction(0), 50, HD))
    every = arguments(of, encode=EncodeSpec("h264_vaapi"))
    assert every[:3] == ["-vaapi_device", "/dev/dri/renderD128", "-copyts"]
    assert every[every.index("-filter_complex") + 1].endswith(",setpts=N,format=nv12,hwupload[pictures]")
    assert "-pix_fmt" not in every


def test_a_file_name_cannot_become_an_option_or_a_protocol() -> None:
    of = order(Span(Path("-y"), Fraction(0), 50, HD), Span(Path("http://x/a.ts"), Fraction(0), 50, HD))
    assert [word for word in arguments(of) if word in {"-y", "http://x/a.ts", "http:/x/a.ts"}] == []
