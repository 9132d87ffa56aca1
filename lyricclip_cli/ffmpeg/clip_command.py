"""The ffmpeg arguments that cut one clip: pure. The timing rules are here and nowhere else.

Each span's timestamps are moved so that output frame 0 is at zero, less a tolerance (`plan.SNAP_S`). The filter `fps`
with `round=up` then puts every source frame at the first output frame not before it, so that output frame j shows the
last source frame with a timestamp at or before j/fps: the frame rules' "what a paused player shows". Absolute
timestamps (`-copyts`) keep ffmpeg from moving anything itself.
"""

from fractions import Fraction
from math import floor

from lyricclip_cli.ffmpeg.encoders import EncodeSpec, device_arguments, encode_arguments, upload_filters
from lyricclip_cli.ffmpeg.inputs import MOST_PIXELS, input_arguments
from lyricclip_cli.ffmpeg.picture import TAGS, fit_filters
from lyricclip_cli.outcome import Footage, Sound, Span
from lyricclip_cli.plan import SNAP_S, Grid, PictureSpec
from lyricclip_cli.ports import CutOrder

SAMPLE_RATE = 48_000
"""Sound of clips, in samples per second."""

LAST_PICTURE_AGAIN = 64
"""Copies of the last picture behind it, at the source's rate: without them the filter `fps` drops a last picture whose
own time is shorter than an output frame, and what is held would be the picture before (measured)."""

MICROSECOND = "1/1000000"


def samples_at(frame: int, fps: Fraction) -> int:
    """The sample at which a frame of the film begins."""
    return floor(frame * SAMPLE_RATE / fps + Fraction(1, 2))


def clip_arguments(
    order: CutOrder, grid: Grid, picture: PictureSpec, encode: EncodeSpec, output: str, *, burn: str = ""
) -> list[str]:
    """All arguments after the global ones: inputs, filter graph, encode, output file.

    `burn` are filters that draw on the finished pictures, each with a comma after it.
    """
    footage = order.footage
    finish = f"{burn}settb=expr={grid.fps.denominator}/{grid.fps.numerator},setpts=N{upload_filters(encode)}"
    graph = _picture_graph(footage, order.frames, grid, picture, finish)
    outputs = ["-map", "[pictures]"]
    if order.with_sound:
        graph += _sound_graph(order, grid)
        outputs += ["-map", "[sound]"]
    return [
        *device_arguments(encode),
        "-copyts",
        *_inputs(footage),
        "-filter_complex_threads",
        "1",
        "-filter_complex",
        ";".join(graph),
        *outputs,
        *encode_arguments(encode, grid.fps),
        *(("-c:a", "flac") if order.with_sound else ()),
        "-map_metadata",
        "-1",
        "-f",
        "mp4",
        output,
    ]


def _inputs(footage: Footage) -> list[str]:
    arguments: list[str] = []
    sources: list[Span | Sound] = [*footage.spans, *footage.sound]
    for source in sources:
        if source.path is None:
            continue
        options = ["-threads", "1"]
        if source.loop:
            options += ["-stream_loop", "-1"]
        if source.seek_s is not None:
            options += ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", f"{float(source.seek_s):.6f}"]
        if isinstance(source, Span):
            options += ["-noautorotate", "-max_pixels", str(MOST_PIXELS)]
        arguments += input_arguments(source.path, *options)
    return arguments


def _picture_graph(footage: Footage, frames: int, grid: Grid, picture: PictureSpec, finish: str) -> list[str]:
    numbered = f"{TAGS},{finish}"
    if not footage.spans:
        size = f"{picture.width}x{picture.height}"
        return [f"color=black:s={size}:r={grid.fps},trim=end_frame={frames},format=yuv420p,{numbered}[pictures]"]
    if len(footage.spans) == 1:
        return [f"{_span_graph(0, footage.spans[0], grid.fps, picture)},{numbered}[pictures]"]
    graphs = [f"{_span_graph(i, span, grid.fps, picture)}[span{i}]" for i, span in enumerate(footage.spans)]
    labels = "".join(f"[span{i}]" for i in range(len(footage.spans)))
    return [*graphs, f"{labels}concat=n={len(footage.spans)},{numbered}[pictures]"]


def _span_graph(index: int, span: Span, fps: Fraction, picture: PictureSpec) -> str:
    shift_us = floor((span.start_s + SNAP_S) * 1_000_000)
    return (
        f"[{index}:V:0]tpad=stop_mode=clone:stop={LAST_PICTURE_AGAIN},"
        f"settb=expr={MICROSECOND},setpts=PTS-{shift_us},"
        f"fps=fps={fps}:start_time=0:round=up,"
        f"tpad=stop_mode=clone:stop={span.frames},trim=end_frame={span.frames},"
        f"{fit_filters(span.picture, picture, f's{index}')}"
    )


def _sound_graph(order: CutOrder, grid: Grid) -> list[str]:
    """Sound cut to the exact sample: from the film's sample at this clip's first frame to that at the next clip's."""
    total = samples_at(order.start_frame + order.frames, grid.fps) - samples_at(order.start_frame, grid.fps)
    last = f"aformat=sample_fmts=s16:channel_layouts=stereo,apad=whole_len={total},atrim=end_sample={total}"
    silence = f"anullsrc=r={SAMPLE_RATE}:cl=stereo"
    if not order.footage.sound:
        return [f"{silence},{last}[sound]"]
    graphs, labels, begun_s, number = [], "", Fraction(0), len(order.footage.spans)
    for i, sound in enumerate(order.footage.sound):
        samples = _samples(begun_s + sound.duration_s) - _samples(begun_s)
        begun_s += sound.duration_s
        if sound.path is None:
            source = silence
        else:
            source, number = f"[{number}:a:0]{_from_exact_start(sound)}", number + 1
        graphs.append(f"{source},apad=whole_len={samples},atrim=end_sample={samples}[sound{i}]")
        labels += f"[sound{i}]"
    return [*graphs, f"{labels}concat=n={len(order.footage.sound)}:v=0:a=1,{last}[sound]"]


def _from_exact_start(sound: Sound) -> str:
    """Resampled sound whose first sample is the one at `start_s`: earlier ones dropped, silence where it has none."""
    first = _samples(sound.start_s)
    placed = f"aresample={SAMPLE_RATE}:async=1:first_pts={first}:min_comp=0.00001:min_hard_comp=0.01"
    return f"{placed},aformat=channel_layouts=stereo,asetpts=N/SR/TB"


def _samples(seconds: Fraction) -> int:
    return floor(seconds * SAMPLE_RATE + Fraction(1, 2))
