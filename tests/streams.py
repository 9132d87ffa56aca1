"""Footage and songs for tests, made by ffmpeg: HLS streams in several renditions, films, songs with clicks.

All pictures are numbered (`numbered`), and all sound clicks once a second of the source's clock (`clicks`).
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest
from filelock import FileLock

from tests.clicks import SOUND_RATE, click_track_args
from tests.numbered import Size, ffmpeg_path, picture_source

Container = Literal["ts", "fmp4"]
Codec = Literal["h264", "hevc", "vp8"]
Rendition = tuple[int, int, int]
"""Width, height, and the BANDWIDTH in kbit/s that the master announces (a hint: quality is constant)."""

MASTER = "master.m3u8"
MEDIA = "index.m3u8"

ENCODERS: dict[Codec, Sequence[str]] = {
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-crf", "28", "-sc_threshold", "0"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "28", "-tag:v", "hvc1", "-x265-params",
             "bframes=2:open-gop=0:scenecut=0:log-level=error"),
    "vp8": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-crf", "20", "-b:v", "2M"),
}  # fmt: skip
"""Quick settings of each encoder; with B-frames where there are any: decoding order is what goes wrong."""

CODECS: dict[Codec, str] = {"h264": "avc1.42c01e", "hevc": "hvc1.1.6.L60.90", "vp8": "vp8"}
"""What a master playlist says in CODECS (RFC 6381). A player compares them; nobody checks the level."""

SOUND_OF_SUFFIX: dict[str, Sequence[str]] = {
    ".m4a": ("-c:a", "aac", "-b:a", "128k"),
    ".mp3": ("-c:a", "libmp3lame", "-b:a", "128k"),
    ".wav": ("-c:a", "pcm_s16le"),
    ".flac": ("-c:a", "flac"),
    ".ogg": ("-c:a", "libvorbis", "-q:a", "5"),
    ".webm": ("-c:a", "libopus", "-b:a", "96k"),
}
AAC = ("-c:a", "aac", "-aac_coder", "fast", "-b:a", "96k")


@dataclass(frozen=True, slots=True)
class Stream:
    """An HLS stream in a folder. `playlists` are the media playlists, in the order of the master."""

    folder: Path
    playlists: tuple[Path, ...]
    renditions: tuple[Rendition, ...]
    fps: Fraction
    frames: int

    @property
    def master(self) -> Path:
        """The master playlist."""
        return self.folder / MASTER

    def segments(self, rendition: int = 0) -> list[Path]:
        """The media segments of one rendition in playing order, without its EXT-X-MAP."""
        playlist = self.playlists[rendition]
        return [playlist.parent / line for line in playlist.read_text().splitlines() if line and line[0] != "#"]


def make_hls(
    folder: Path,
    *,
    source_id: int = 1,
    seconds: float = 12,
    fps: Fraction | int | str = 25,
    size: Size = (320, 180),
    segment_s: float = 4,
    gop_s: float = 2,
    container: Container = "ts",
    codec: Codec = "h264",
    sound: bool = True,
    renditions: Sequence[Rendition] | None = None,
    click_offset_s: float = 0.0,
    busy: bool = False,
    extra: Sequence[str] = (),
) -> Stream:
    """Make an HLS stream of numbered pictures in `folder`: `master.m3u8` and one sub-folder per rendition.

    Pictures are painted at the largest rendition's size and scaled down for the others; without `renditions`
    there is one, of `size`. Segment k ends at the first keyframe at or after k times `segment_s`.
    `extra` are further arguments of ffmpeg for every rendition's output: `-output_ts_offset`, `-hls_flags`, …
    """
    rate, sizes = Fraction(fps), tuple(renditions or [(*size, 800)])
    frames = round(seconds * rate)
    largest = max(sizes)[:2]
    picture = picture_source(largest, source_id, fps=rate, frames=frames, busy=busy)
    playlists = tuple(folder / f"{height}p" / MEDIA for _, height, _ in sizes)
    for playlist in playlists:
        playlist.parent.mkdir(parents=True)
    track = _sound_track(folder, seconds, click_offset_s) if sound else None
    command = ["-f", "lavfi", "-i", picture, *(["-i", str(track)] if track else [])]
    command += ["-filter_complex", _split_and_scale(largest, [(width, height) for width, height, _ in sizes])]
    for index, playlist in enumerate(playlists):
        command += ["-map", f"[v{index}]", *ENCODERS[codec], "-threads", "1", "-g", str(round(gop_s * rate))]
        command += ["-map", "1:a", "-c:a", "copy"] if track else []
        command += _hls_output(playlist, segment_s, container, extra)
    run_ffmpeg(command)
    if track:
        track.unlink()
    (folder / MASTER).write_text(_master_text(sizes, playlists, rate, codec, sound=sound))
    return Stream(folder, playlists, sizes, rate, frames)


def _sound_track(folder: Path, seconds: float, offset_s: float) -> Path:
    """The sound of all renditions, encoded once."""
    track = folder / "sound.m4a"
    run_ffmpeg([*click_track_args(seconds, offset_s=offset_s), *AAC, str(track)])
    return track


def _split_and_scale(largest: Size, sizes: Sequence[Size]) -> str:
    """The filter graph from input 0 to the outputs [v0], [v1], … of `sizes`."""
    branches = "".join(f"[s{index}]" for index in range(len(sizes)))
    parts = [f"[0:v]split={len(sizes)}{branches}"]
    for index, (width, height) in enumerate(sizes):
        parts.append(f"[s{index}]{'null' if (width, height) == largest else f'scale={width}:{height}'}[v{index}]")
    return ";".join(parts)


def _hls_output(playlist: Path, segment_s: float, container: Container, extra: Sequence[str]) -> list[str]:
    kind = {"ts": ("mpegts", "ts"), "fmp4": ("fmp4", "m4s")}[container]
    output = [
        "-f",
        "hls",
        "-hls_time",
        str(segment_s),
        "-hls_playlist_type",
        "vod",
        "-hls_segment_type",
        kind[0],
    ]
    output += ["-hls_fmp4_init_filename", "init.mp4"] if container == "fmp4" else []
    pattern = playlist.parent / f"segment%05d.{kind[1]}"
    return [*output, "-hls_segment_filename", str(pattern), *extra, str(playlist)]


def _master_text(
    renditions: Sequence[Rendition], playlists: Sequence[Path], fps: Fraction, codec: Codec, *, sound: bool
) -> str:
    """The master playlist (RFC 8216, section 4.3.4.2)."""
    codecs = f"{CODECS[codec]},mp4a.40.2" if sound else CODECS[codec]
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for (width, height, kbits), playlist in zip(renditions, playlists, strict=True):
        look = f'RESOLUTION={width}x{height},FRAME-RATE={float(fps):.3f},CODECS="{codecs}"'
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={kbits * 1000},{look}",
            f"{playlist.parent.name}/{playlist.name}",
        ]
    return "\n".join(lines) + "\n"


def make_file(
    path: Path,
    *,
    source_id: int = 1,
    seconds: float = 4,
    fps: Fraction | int | str = 25,
    size: Size = (320, 180),
    gop_s: float = 2,
    codec: Codec | None = None,
    sound: bool = True,
    click_offset_s: float = 0.0,
    extra: Sequence[str] = (),
) -> Path:
    """Make a film of numbered pictures and clicks; its suffix says the container: mp4, mov, mkv, webm, ts.

    `extra` are further arguments of ffmpeg for the output, which win over the usual ones.
    """
    rate = Fraction(fps)
    chosen: Codec = codec or ("vp8" if path.suffix == ".webm" else "h264")
    picture = picture_source(size, source_id, fps=rate, frames=round(seconds * rate))
    command = ["-f", "lavfi", "-i", picture]
    if sound:
        command += [*click_track_args(seconds, offset_s=click_offset_s), "-map", "0:v", "-map", "1:a"]
        command += SOUND_OF_SUFFIX.get(path.suffix, AAC)
    path.parent.mkdir(parents=True, exist_ok=True)
    run_ffmpeg([*command, *ENCODERS[chosen], "-g", str(round(gop_s * rate)), *extra, str(path)])
    return path


def make_song(
    path: Path,
    seconds: float,
    *,
    period_s: float = 1.0,
    offset_s: float = 0.0,
    rate: int = SOUND_RATE,
    channels: int = 2,
) -> Path:
    """Make a song that clicks every `period_s`; its suffix says the format: m4a, mp3, wav, flac, ogg."""
    path.parent.mkdir(parents=True, exist_ok=True)
    clicks = click_track_args(seconds, period_s=period_s, offset_s=offset_s, rate=rate)
    run_ffmpeg([*clicks, *SOUND_OF_SUFFIX[path.suffix], "-ac", str(channels), str(path)])
    return path


def shared(session: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills, made once for a whole session of tests: for footage that many of them read.

    Of several workers one makes it, while those that need it too wait.
    """
    base = session.getbasetemp()
    return kept((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name, make)


def kept(folder: Path, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills, made once, whoever asks for it.

    It appears whole: a run that is broken off leaves no half of it behind.
    """
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def run_ffmpeg(arguments: Sequence[str]) -> None:
    """Run ffmpeg to its end; what it says on an error is in the exception."""
    done = subprocess.run(
        [ffmpeg_path(), "-y", "-v", "error", "-nostdin", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"ffmpeg: exit code {done.returncode}\n{done.stderr[-2000:]}")
