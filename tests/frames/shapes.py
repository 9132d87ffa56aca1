"""The shapes of streams that a cut must be exact on, made by real ffmpeg. Each knows what its every time shows."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from pathlib import Path

from tests.clicks import click_track_args
from tests.frames.rewriting import (
    encrypt,
    joined_with_discontinuities,
    joined_with_maps,
    renamed_extinf,
    segment_lines,
)
from tests.numbered import Rect, Size, Stamp, fitted, picture_source
from tests.streams import AAC, ENCODERS, run_ffmpeg
from tests.timelines import SNAP_S

SIZE: Size = (320, 180)
SECONDS = 12
PLAYLIST = "index.m3u8"
TS = ("-hls_segment_type", "mpegts")
FMP4 = ("-hls_segment_type", "fmp4")


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape. `make` fills a folder; `entry` in it is what a timeline names. `seconds` is how long it shows.

    `sound_shift_s` is by how much its sound begins and ends after its pictures, `click_shift_s` by how much its clicks
    lie after the whole seconds.
    """

    name: str
    make: Callable[[Path], None]
    number_at: Callable[[Fraction], Stamp]
    seconds: Fraction = Fraction(SECONDS)
    entry: str = PLAYLIST
    rect: Rect | None = None
    edges_ms: tuple[int, ...] = (4000, 8000)
    spare_segments: int = 1
    clicks: bool = True
    sound_shift_s: Fraction = Fraction(0)
    click_shift_s: Fraction = Fraction(0)

    @property
    def last_ms(self) -> int:
        """A time within the last frame."""
        return floor(self.seconds * 1000) - 5


def steady(fps: Fraction | int, source: int, *, seconds: Fraction | int = SECONDS) -> Callable[[Fraction], Stamp]:
    """What a source at a steady rate shows at a time; its last picture from its end on."""
    last = round(Fraction(seconds) * fps) - 1
    return lambda time_s: Stamp(source, min(floor((time_s + SNAP_S) * fps), last))


def in_milliseconds(fps: Fraction | int, source: int) -> Callable[[Fraction], Stamp]:
    """What a source in a container with whole milliseconds (Matroska) shows: its timestamps are the rounded ones."""
    starts = [round(n * 1000 / Fraction(fps)) for n in range(round(SECONDS * fps))]
    return lambda time_s: Stamp(source, bisect_right(starts, (time_s + SNAP_S) * 1000) - 1)


def encoded(
    folder: Path,
    source: int,
    *output: str,
    fps: Fraction | int = 25,
    seconds: float = SECONDS,
    gop: Sequence[str] | None = None,
    codec: Sequence[str] = ENCODERS["h264"],
    size: Size = SIZE,
    first: int = 0,
    sound: bool = True,
    sound_offset_s: float = 0.0,
    filters: str = "",
    target: str = PLAYLIST,
) -> None:
    """Numbered pictures with a click a second, encoded into `folder`. `output` are the muxer's arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = round(seconds * Fraction(fps))
    picture = picture_source(size, source, fps=Fraction(fps), frames=frames, first=first)
    command = ["-f", "lavfi", "-i", f"{picture}{filters}"]
    if sound:
        delay = ["-itsoffset", str(sound_offset_s)] if sound_offset_s else []
        command += [*delay, *click_track_args(seconds, offset_s=-sound_offset_s % 1)]
        command += ["-map", "0:v", "-map", "1:a", *AAC]
    rate = gop if gop is not None else ("-g", str(round(2 * Fraction(fps))))
    run_ffmpeg([*command, *codec, *rate, *output, str(folder / target)])


def hls(*more: str, time_s: float = 4, kind: Sequence[str] = TS) -> tuple[str, ...]:
    """The arguments of ffmpeg's HLS muxer."""
    return ("-f", "hls", "-hls_time", str(time_s), "-hls_playlist_type", "vod", *kind, *more)


def stream(name: str, source: int, *output: str, fps: Fraction | int = 25, **more: object) -> Shape:
    """A shape that one call of ffmpeg makes."""
    output = output or hls()
    shape_keys = {
        key: more.pop(key)
        for key in ("edges_ms", "rect", "spare_segments", "clicks", "entry", "sound_shift_s", "click_shift_s")
        if key in more
    }
    sound = bool(more.get("sound", True))
    return Shape(
        name,
        lambda folder: encoded(folder, source, *output, fps=fps, **more),  # type: ignore[arg-type]
        steady(fps, source),
        **{"clicks": sound, **shape_keys},  # type: ignore[arg-type]
    )


def after(make: Callable[[Path], None], *changes: Callable[[Path], None]) -> Callable[[Path], None]:
    """Make, then change what was made."""

    def both(folder: Path) -> None:
        make(folder)
        for change in changes:
            change(folder)

    return both


def changed(shape: Shape, name: str, *changes: Callable[[Path], None]) -> Shape:
    """A shape made like another and then changed in the playlist or the segments."""
    return replace(shape, name=name, make=after(shape.make, *changes))


KEYS = [b"0123456789abcdef", b"fedcba9876543210"]
NTSC, FILM = Fraction(30_000, 1001), Fraction(24_000, 1001)
IRREGULAR = ("-g", "600", "-force_key_frames", "0.9,1.1,2.3333,5.4,5.9,9.7")
WRAP_S = Fraction(2**33, 90_000)


def structure_shapes() -> list[Shape]:
    """How segments, keyframes and timestamps lie."""
    plain = stream("ts with B-frames", 1)
    ntsc_gops = stream(
        "ts, 50-frame segments at 30 fps", 2, *hls(time_s=1), fps=30, gop=("-g", "50"), edges_ms=(1667, 5000)
    )
    return [
        plain,
        stream("irregular keyframes", 3, *hls(time_s=2), fps=30, gop=IRREGULAR, edges_ms=(5400, 9700)),
        stream(
            "ten-second GOPs, segments without keyframes",
            4,
            *hls("-hls_flags", "split_by_time", time_s=2),
            gop=("-g", "250"),
            edges_ms=(2000, 10_000),
            spare_segments=5,
        ),
        stream("fMP4", 5, *hls(kind=FMP4)),
        stream("fMP4 with HEVC", 6, *hls(kind=FMP4), codec=ENCODERS["hevc"]),
        Shape("fMP4 with two maps", lambda f: joined_with_maps(f, _half), _halves(7), clicks=False),
        stream("byte ranges, ts", 8, *hls("-hls_flags", "single_file")),
        stream("byte ranges, fMP4", 9, *hls("-hls_flags", "single_file", kind=FMP4)),
        changed(plain, "AES-128 with IV", lambda f: encrypt(f, KEYS[:1], explicit_iv=True)),
        changed(plain, "AES-128, IV by sequence number", lambda f: encrypt(f, KEYS[:1], explicit_iv=False)),
        changed(plain, "AES-128, key change", lambda f: encrypt(f, KEYS, explicit_iv=True)),
        changed(ntsc_gops, "EXTINF in whole seconds", lambda f: renamed_extinf(f, lambda _, s: float(round(s)))),
        changed(plain, "EXTINF wrong by half a segment", lambda f: renamed_extinf(f, _half_wrong)),
        stream("first timestamp after ten hours", 10, "-output_ts_offset", "36000", *hls()),
        stream("timestamps wrap at 33 bits", 11, "-output_ts_offset", f"{float(WRAP_S - 7):.6f}", *hls()),
        # its muxer leaves the edit lists out, so its sound is heard by one reordering delay before the pictures
        stream(
            "negative first DTS",
            12,
            *hls("-hls_segment_options", "movflags=+negative_cts_offsets", kind=FMP4),
            click_shift_s=Fraction(-1, 25),
        ),
        Shape("discontinuities", lambda f: joined_with_discontinuities(f, _piece), _pieces, clicks=False,
              edges_ms=(5000, 6000)),
    ]  # fmt: skip


def _half_wrong(number: int, seconds: float) -> float:
    return seconds * (1.5 if number % 2 else 0.5)


def _half(folder: Path, part: int) -> None:
    """One of two streams that go on from each other, encoded apart so that each needs its own EXT-X-MAP."""
    quality = ENCODERS["h264"] if part == 0 else (*ENCODERS["h264"], "-refs", "3", "-coder", "1")
    offset = ("-output_ts_offset", str(10 + part * 6))  # well above zero, where the muxer shifts nothing
    encoded(folder, 7, *offset, *hls(time_s=2, kind=FMP4), seconds=6, first=part * 150, codec=quality, sound=False)


def _halves(source: int) -> Callable[[Fraction], Stamp]:
    return steady(25, source)


PIECES = ((13, 5, 25), (14, 1, 25), (15, 6, 30))
"""Source, seconds and rate of the pieces between the discontinuities; each has timestamps of its own."""


def _piece(folder: Path, part: int) -> None:
    source, seconds, fps = PIECES[part]
    offset = ("-output_ts_offset", str((1000, 3, 70_000)[part]))
    encoded(folder, source, *offset, *hls(time_s=2), fps=fps, seconds=seconds, sound=False)


def _pieces(time_s: Fraction) -> Stamp:
    begun_s = Fraction(0)
    for source, seconds, fps in PIECES:
        if time_s + SNAP_S < begun_s + seconds or source == PIECES[-1][0]:
            return steady(fps, source, seconds=seconds)(time_s - begun_s)
        begun_s += seconds
    raise AssertionError(time_s)


def rate_shapes() -> list[Shape]:
    """The rates of the field, steady and not."""
    rates: dict[str, Fraction | int] = {
        "24000/1001": FILM,
        "30000/1001": NTSC,
        "30": 30,
        "50": 50,
        "60": 60,
    }
    steady_ones = [
        stream(f"{name} fps", 16 + n, fps=fps, gop=("-g", "60"), edges_ms=(4004, 5005))
        for n, (name, fps) in enumerate(rates.items())
    ]
    kept = r",select=not(eq(mod(n\,5)\,1)+eq(mod(n\,7)\,3)),setpts=N*0+PTS"
    variable = stream("variable rate", 22, "-fps_mode", "vfr", *hls(), filters=kept.replace("setpts=N*0+PTS", "null"))
    return [*steady_ones, Shape(variable.name, variable.make, _variable, clicks=True)]


def _variable(time_s: Fraction) -> Stamp:
    """Of every 35 frames some are left out: what is on screen is the last one that is there."""
    number = min(floor((time_s + SNAP_S) * 25), SECONDS * 25 - 1)
    while number % 5 == 1 or number % 7 == 3:
        number -= 1
    return Stamp(22, number)


def sound_shapes() -> list[Shape]:
    """Where the sound lies beside the pictures."""
    separate = (
        *hls("-var_stream_map", "a:0,agroup:a,default:yes v:0,agroup:a", kind=()),
        "-master_pl_name", "master.m3u8",
    )  # fmt: skip
    return [
        stream("no sound", 23, sound=False),
        stream("separate sound", 24, *separate, target="stream_%v.m3u8", entry="master.m3u8"),
        stream("sound starts later", 25, sound_offset_s=0.7, sound_shift_s=Fraction(7, 10)),
        stream("sound starts earlier", 26, sound_offset_s=-0.3, sound_shift_s=Fraction(-3, 10)),
    ]


def picture_shapes() -> list[Shape]:
    """Pictures of every form."""
    interlaced = (*ENCODERS["h264"], "-flags", "+ilme+ildct", "-x264-params", "tff=1")
    return [
        stream("portrait", 27, size=(180, 320), rect=fitted((180, 320), SIZE)),
        stream("odd size", 28, "-pix_fmt", "yuv444p", *hls(), size=(321, 181), rect=fitted((321, 181), SIZE)),
        stream("anamorphic", 29, filters=",scale=240:180,setsar=4/3"),
        stream("interlaced", 30, codec=interlaced, filters=",setfield=tff"),
        stream("ten bits", 31, "-pix_fmt", "yuv420p10le", *hls()),
    ]


def file_shapes() -> list[Shape]:
    """Local files of every container."""
    vp8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-crf", "20", "-b:v", "2M")
    opus = ("-c:a", "libopus", "-b:a", "96k")
    return [
        stream("mp4", 1, "-f", "mp4", target="film.mp4", entry="film.mp4", fps=24),
        Shape("mov with an edit list", _trimmed_mov, lambda t: steady(25, 2, seconds=SECONDS)(t + Fraction(3)),
              Fraction(SECONDS - 3), "film.mov", clicks=False),
        replace(
            stream("mkv", 3, "-f", "matroska", target="film.mkv", entry="film.mkv", fps=FILM),
            number_at=in_milliseconds(FILM, 3),
        ),
        replace(
            stream("webm", 4, *opus, "-f", "webm", target="film.webm", entry="film.webm", codec=vp8, fps=24),
            number_at=in_milliseconds(24, 4),
        ),
        stream("ts file", 5, "-f", "mpegts", target="film.ts", entry="film.ts", fps=NTSC),
        Shape("rotated mp4", _rotated, steady(25, 6), entry="film.mp4", rect=fitted((180, 320), SIZE)),
    ]  # fmt: skip


def _trimmed_mov(folder: Path) -> None:
    """A copy that begins 3 s into its source: its packets begin at the keyframe before, an edit list hides those."""
    encoded(folder, 2, "-f", "mov", target="whole.mov", gop=("-g", "125"), sound=False)
    run_ffmpeg(["-ss", "3", "-i", str(folder / "whole.mov"), "-c", "copy", str(folder / "film.mov")])


def _rotated(folder: Path) -> None:
    """Pictures stored lying on their side, with a display matrix that puts them upright."""
    encoded(folder, 6, "-f", "mp4", size=(180, 320), filters=",transpose=clock", target="lying.mp4")
    lying, film = str(folder / "lying.mp4"), str(folder / "film.mp4")
    run_ffmpeg(["-display_rotation", "90", "-i", lying, "-c", "copy", film])


def all_shapes() -> list[Shape]:
    """Every shape, each with a name of its own."""
    return [*structure_shapes(), *rate_shapes(), *sound_shapes(), *picture_shapes(), *file_shapes()]


def slug(name: str) -> str:
    """A shape's name as a file name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


__all__ = ["Shape", "all_shapes", "segment_lines", "slug"]
