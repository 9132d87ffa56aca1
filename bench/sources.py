"""What the bench films are cut from: ten-minute HLS streams with pictures as noisy as film, and a song. Made once.

Half a minute of each picture is encoded, then repeated by a copy of its packets with timestamps that go on: segments
cost as much to fetch, decode and cut as any, and making them takes minutes instead of an hour.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
MATERIAL_S, STREAM_S, SEGMENT_S, FPS, GOP_FRAMES = 30, 600, 6, 25, 50
VERSION = "1"
"""Changes when the streams do: those of an earlier kind are then made again."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One quality. Its folder is named by the height."""

    width: int
    height: int
    kbits: int

    @property
    def name(self) -> str:
        return f"{self.height}p"


RENDITIONS = (Rendition(1920, 1080, 4500), Rendition(1280, 720, 2500), Rendition(640, 360, 800))
VIDEOS = ("harbour", "valley", "market")
SONG = "song.m4a"
SONG_S = 270


def sources(folder: Path) -> Path:
    """The folder with all streams and the song, made if it is not there yet; it appears whole."""
    made = folder / f"v{VERSION}"
    if not made.exists():
        draft = folder / "unfinished"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for number, name in enumerate(VIDEOS):
            print(f"making the stream {name}, once", flush=True)
            _make_video(draft / name, number)
        _make_song(draft / SONG)
        draft.rename(made)
    return made


def _make_video(folder: Path, number: int) -> None:
    """A master playlist and a folder per rendition."""
    folder.mkdir()
    sound = folder / "sound.m4a"
    _ffmpeg("-f", "lavfi", "-i", f"anoisesrc=c=pink:a=0.1:r=48000:seed={number}:d={STREAM_S}", "-ac", "2",
            "-c:a", "aac", "-b:a", "96k", str(sound))  # fmt: skip
    _ffmpeg(*_material_arguments(folder, number))
    for rendition in RENDITIONS:
        _make_rendition(folder, rendition, sound)
    sound.unlink()
    (folder / "master.m3u8").write_text(_master(), encoding="utf-8")


def _material_arguments(folder: Path, number: int) -> list[str]:
    """Moving pictures with grain that changes with every frame, in all sizes, at the bitrates that services use."""
    largest = RENDITIONS[0]
    look = f"testsrc2=s={largest.width}x{largest.height}:r={FPS}:d={MATERIAL_S},hue=h={number * 70}"
    splits = "".join(f"[s{index}]" for index in range(len(RENDITIONS)))
    graph = [f"{look},noise=alls=12:allf=t:all_seed={number + 1},format=yuv420p,split={len(RENDITIONS)}{splits}"]
    graph += [f"[s{i}]scale={r.width}:{r.height}[v{i}]" for i, r in enumerate(RENDITIONS)]
    arguments = ["-filter_complex", ";".join(graph)]
    for index, rendition in enumerate(RENDITIONS):
        rate = f"{rendition.kbits}k"
        arguments += ["-map", f"[v{index}]", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-bf", "2"]
        arguments += ["-b:v", rate, "-maxrate", rate, "-bufsize", f"{rendition.kbits * 2}k"]
        arguments += ["-g", str(GOP_FRAMES), "-sc_threshold", "0", str(_material(folder, rendition))]
    return arguments


def _make_rendition(folder: Path, rendition: Rendition, sound: Path) -> None:
    """Repeat the material to the stream's length, cut into segments, packets copied."""
    place, material = folder / rendition.name, _material(folder, rendition)
    place.mkdir()
    again = STREAM_S // MATERIAL_S - 1
    _ffmpeg("-stream_loop", str(again), "-i", str(material), "-i", str(sound), "-map", "0:v", "-map", "1:a",
            "-c", "copy", "-t", str(STREAM_S), "-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod",
            "-hls_segment_filename", str(place / "segment%05d.ts"), str(place / "index.m3u8"))  # fmt: skip
    material.unlink()


def _material(folder: Path, rendition: Rendition) -> Path:
    return folder / f"{rendition.name}.mp4"


def _master() -> str:
    """The master playlist (RFC 8216, section 4.3.4.2), best rendition first, as services write it."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3"]
    for r in RENDITIONS:
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={(r.kbits + 96) * 1100},RESOLUTION={r.width}x{r.height},"
            f'FRAME-RATE={FPS}.000,CODECS="avc1.640028,mp4a.40.2"',
            f"{r.name}/index.m3u8",
        ]
    return "\n".join(lines) + "\n"


def _make_song(path: Path) -> None:
    _ffmpeg("-f", "lavfi", "-i", f"anoisesrc=c=brown:a=0.3:r=48000:seed=9:d={SONG_S}", "-ac", "2",
            "-c:a", "aac", "-b:a", "160k", str(path))  # fmt: skip


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-nostdin", "-y", *arguments], check=True)
