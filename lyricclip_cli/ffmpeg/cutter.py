"""The `Cutter` port over ffmpeg: one process per clip, the clip counted, then moved to its place."""

from collections.abc import Callable
from pathlib import Path

import anyio

from lyricclip_cli.errors import ClipError, DiskFullError, MachineError, PermanentError, TransientError
from lyricclip_cli.ffmpeg.binary import Ffmpeg
from lyricclip_cli.ffmpeg.burning import Burner
from lyricclip_cli.ffmpeg.clip_command import clip_arguments, samples_at
from lyricclip_cli.ffmpeg.count import count_frames
from lyricclip_cli.ffmpeg.encoders import EncodeSpec
from lyricclip_cli.ffmpeg.process import FfmpegFailureError, run_ffmpeg
from lyricclip_cli.outcome import CutClip
from lyricclip_cli.placing import place
from lyricclip_cli.plan import Grid, PictureSpec
from lyricclip_cli.ports import CutOrder


class FfmpegCutter:
    """Cuts clips of one film. `stall_timeout_s` is asked for at each cut, since it can change while a render runs."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        *,
        grid: Grid,
        picture: PictureSpec,
        encode: EncodeSpec,
        folder: Path,
        stall_timeout_s: Callable[[], float],
        burner: Burner | None = None,
    ) -> None:
        self._ffmpeg = ffmpeg
        self._grid = grid
        self._picture = picture
        self._encode = encode
        self._folder = folder
        self._stall_timeout_s = stall_timeout_s
        self._burner = burner

    def recipe(self, start_frame: int, frames: int, *, with_sound: bool) -> dict[str, str]:
        """See `Cutter.recipe`. Where a clip lies in the film matters to its lyrics and to its number of samples."""
        picture, encode, fps = self._picture, self._encode, self._grid.fps
        samples = samples_at(start_frame + frames, fps) - samples_at(start_frame, fps)
        return {
            "picture": f"{picture.width}x{picture.height} {picture.fit}",
            "encode": f"{encode.encoder} {encode.preset} {encode.crf}",
            "lyrics": self._burner.recipe(start_frame, frames) if self._burner else "",
            "sound": f"{samples} samples" if with_sound else "",
            "tools": self._ffmpeg.tools,
        }

    async def cut(self, order: CutOrder) -> CutClip:
        """See `Cutter.cut`."""
        draft = self._folder / f"cutting-{order.destination.name}"
        burn = self._burner.filters(order.start_frame, order.frames) if self._burner else ""
        arguments = clip_arguments(order, self._grid, self._picture, self._encode, str(draft), burn=burn)
        try:
            await run_ffmpeg(
                self._ffmpeg.path, arguments, stall_timeout_s=self._stall_timeout_s(), progress=order.progress
            )
            return await anyio.to_thread.run_sync(self._counted, draft, order)
        except FfmpegFailureError as failure:
            raise _classified(failure) from failure
        finally:
            draft.unlink(missing_ok=True)

    def _counted(self, draft: Path, order: CutOrder) -> CutClip:
        count = count_frames(draft, self._grid.fps)
        if count.frames != order.frames or not count.steady:
            message = f"the clip came out with {count.frames} frames instead of {order.frames}"
            raise TransientError("wrong_frame_count", message)
        size_bytes = draft.stat().st_size
        place(draft, order.destination)
        return CutClip(order.destination, count.frames, size_bytes, count.reorder_frames)


def _classified(failure: FfmpegFailureError) -> ClipError | MachineError:
    if failure.disk_full:
        return DiskFullError("the disk is full", hint="free some space and run the same command again")
    if failure.exit_code < 0:
        return TransientError("ffmpeg_killed", f"ffmpeg was ended by signal {-failure.exit_code}")
    return PermanentError("cut_failed", str(failure))
