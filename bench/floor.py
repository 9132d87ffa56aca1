"""The floor: what no tool can beat without encoding less.

What a clip needs is on disk before the clock starts: its packets from the last keyframe before the in-point on, so that
nothing is decoded in vain. Then one ffmpeg per clip, with the very arguments that `lyricclip` uses (same filters, same
lyrics, same encoder settings, one thread), as many at once as cores, longest first; the song is encoded among them;
a join by copy.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio

from bench.scripts import ffmpeg, join
from bench.work import BenchLine, Work
from lyricclip_cli.ffmpeg.burning import Burner, fonts_folder
from lyricclip_cli.ffmpeg.clip_command import clip_arguments
from lyricclip_cli.ffmpeg.encoders import EncodeSpec
from lyricclip_cli.ffmpeg.sound import song_arguments
from lyricclip_cli.hls.stream import HlsStream
from lyricclip_cli.lyrics import film_lyrics
from lyricclip_cli.outcome import Footage
from lyricclip_cli.plan import ClipPlan, RenderPlan
from lyricclip_cli.ports import CutOrder, FootageRequest
from lyricclip_cli.settings import usable_cores
from lyricclip_cli.style import StyleChoice
from lyricclip_cli.transport import DiskReader


class Floor:
    """One job, ready to be timed."""

    def __init__(self, work: Work, timeline: Path, root: Path, folder: Path) -> None:
        self._folder = folder
        self._plan = work.plan(timeline)
        lyrics = film_lyrics(self._plan, StyleChoice(), karaoke=True)
        fonts = fonts_folder(lyrics.font_paths, folder / "floor-fonts")
        burner = Burner(lyrics.burned, lyrics.clock.frame_cs / 100, folder, fonts)
        footage = anyio.run(_excerpts, self._plan, work.lines, root, folder)
        self._clips = [folder / f"clip{clip.number:04d}.mp4" for clip in self._plan.clips]
        self._commands = [
            self._command(clip, found, destination, burner)
            for clip, found, destination in zip(self._plan.clips, footage, self._clips, strict=True)
        ]

    def _command(self, clip: ClipPlan, footage: Footage, destination: Path, burner: Burner) -> list[str]:
        order = CutOrder(footage, clip.start_frame, clip.frames, destination, False, lambda _: None)
        burn = burner.filters(clip.start_frame, clip.frames)
        return clip_arguments(order, self._plan.grid, self._plan.picture, EncodeSpec(), str(destination), burn=burn)

    def run(self) -> None:
        """The timed part."""
        song, plan = self._folder / "song-encoded.m4a", self._plan
        assert plan.song is not None
        longest_first = sorted(zip(plan.clips, self._commands, strict=True), key=lambda pair: -pair[0].frames)
        commands = [song_arguments(plan.song, plan.duration_s, 48_000, str(song)), *(c for _, c in longest_first)]
        with ThreadPoolExecutor(usable_cores()) as pool:
            list(pool.map(lambda command: ffmpeg(*command), commands))
        join(self._clips, ["-i", str(song), "-c:a", "copy"], self._folder / "film.mp4")


async def _excerpts(plan: RenderPlan, lines: Sequence[BenchLine], root: Path, folder: Path) -> list[Footage]:
    """The packets that each clip needs, on disk."""
    reader, streams, found = DiskReader((root,)), {}, []
    for clip, line in zip(plan.clips, lines, strict=True):
        if line.video not in streams:
            streams[line.video] = _stream(root, line.video, plan, reader, folder)
        place = folder / f"excerpt{clip.number:04d}"
        place.mkdir()
        window = clip.chain[0].window
        end_claim = streams[line.video].claim(window)
        found.append(await streams[line.video].footage(FootageRequest(window, False, place, lambda _: None)))
        end_claim()
    return found


def _stream(root: Path, video: str, plan: RenderPlan, reader: DiskReader, folder: Path) -> HlsStream:
    async def locate() -> str:
        return (root / video / "master.m3u8").as_uri()

    return HlsStream(locate, plan.picture, reader, folder / f"stream-{video}")
