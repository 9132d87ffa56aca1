"""The encoders of the pictures: libx264, and those of graphics hardware. Each has its own words for quality and speed.

Whether hardware is there and its driver works is not asked but tried, with one frame and the arguments of a clip.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lyricclip_cli.ffmpeg.binary import Ffmpeg
from lyricclip_cli.ffmpeg.process import passed_on

SOFTWARE = "libx264"
HARDWARE = ("h264_nvenc", "h264_qsv", "h264_vaapi", "h264_videotoolbox")
"""In the order in which `auto` tries them: a card's own driver before the general one."""

VAAPI_DEVICE = "/dev/dri/renderD128"
TRY_TIMEOUT_S = 20

NVENC_PRESETS = {
    "ultrafast": "p1",
    "superfast": "p1",
    "veryfast": "p2",
    "faster": "p3",
    "fast": "p3",
    "medium": "p4",
    "slow": "p5",
    "slower": "p6",
    "veryslow": "p7",
    "placebo": "p7",
}
QSV_PRESETS = {"ultrafast": "veryfast", "superfast": "veryfast", "placebo": "veryslow"}
"""Those that libx264 has and Quick Sync does not."""


@dataclass(frozen=True, slots=True)
class EncodeSpec:
    """Settings of the one encode of the pictures; the same for every clip, so that joining is a copy."""

    encoder: str = SOFTWARE
    preset: str = "veryfast"
    crf: int = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoder that a run uses, by ffmpeg's name. `warning` says why it is not the one that was asked for."""

    encoder: str
    warning: str = ""


def device_arguments(encode: EncodeSpec) -> list[str]:
    """Arguments that come before the inputs."""
    return ["-vaapi_device", VAAPI_DEVICE] if encode.encoder == "h264_vaapi" else []


def upload_filters(encode: EncodeSpec) -> str:
    """Filters that bring finished pictures to where the encoder wants them, each with a comma before it."""
    return ",format=nv12,hwupload" if encode.encoder == "h264_vaapi" else ""


def encode_arguments(encode: EncodeSpec, fps: Fraction) -> list[str]:
    """Arguments of the encode itself.

    One thread: as many processes as cores are faster than threads within one (measured, about 15 %).
    """
    keyframe_distance = max(1, round(fps * 2))
    return [
        *("-c:v", encode.encoder, *_quality(encode)),
        *("-threads", "1", *_pixels(encode), "-profile:v", "high"),
        *("-g", str(keyframe_distance), "-bf", "2", "-flags", "+cgop"),
        *("-fps_mode", "cfr", "-r", str(fps)),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact+cgop"),
    ]


def _quality(encode: EncodeSpec) -> tuple[str, ...]:
    """Constant quality, as near to libx264's CRF as each encoder has it (ffmpeg-codecs)."""
    preset, crf = encode.preset, str(encode.crf)
    match encode.encoder:
        case "h264_nvenc":
            return ("-preset", NVENC_PRESETS.get(preset, "p4"), "-rc", "vbr", "-cq", crf, "-b:v", "0")
        case "h264_qsv":
            return ("-preset", QSV_PRESETS.get(preset, preset), "-global_quality", str(max(1, encode.crf)))
        case "h264_vaapi":
            return ("-rc_mode", "CQP", "-qp", str(max(1, encode.crf)))
        case "h264_videotoolbox":
            return ("-q:v", str(_videotoolbox_quality(encode.crf)))
        case _:
            return ("-preset", preset, "-crf", crf)


def _videotoolbox_quality(crf: int) -> int:
    """Apple's scale runs the other way, from 1 to 100: 65 looks about like CRF 20."""
    return max(1, round(100 - crf * 1.75))


def _pixels(encode: EncodeSpec) -> tuple[str, ...]:
    match encode.encoder:
        case "h264_vaapi":
            return ()  # the pictures are on the card already
        case "h264_qsv":
            return ("-pix_fmt", "nv12")
        case _:
            return ("-pix_fmt", "yuv420p")


def full_name(asked: str) -> str:
    """The full name of an encoder that may be named by its family alone (`nvenc`)."""
    return f"h264_{asked}" if f"h264_{asked}" in HARDWARE else asked


def choose_encoder(ffmpeg: Ffmpeg, asked: str) -> Choice:
    """The encoder asked for if it works here, of `auto` the first that does; else libx264, with a warning."""
    if asked == SOFTWARE:
        return Choice(SOFTWARE)
    tried = HARDWARE if asked == "auto" else (full_name(asked),)
    reasons = []
    for encoder in tried:
        reason = why_not(ffmpeg, encoder)
        if not reason:
            return Choice(encoder)
        reasons.append(f"{encoder}: {reason}")
    what = "no hardware encoder works here" if asked == "auto" else f"video_encoder {asked} does not work here"
    return Choice(SOFTWARE, f"{what}, {SOFTWARE} is used instead ({'; '.join(reasons)})")


def why_not(ffmpeg: Ffmpeg, encoder: str) -> str:
    """Encode one frame; empty when that works, else what ffmpeg says."""
    try:
        done = subprocess.run(
            [ffmpeg.path, "-hide_banner", "-nostdin", "-v", "error", *trial_arguments(encoder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=passed_on(),
            timeout=TRY_TIMEOUT_S,
            check=False,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return _first_words(done.stderr.splitlines()) if done.returncode else ""


def trial_arguments(encoder: str) -> list[str]:
    """One black frame, encoded as a clip is."""
    encode = EncodeSpec(encoder)
    picture = f"color=black:s=640x360:r=25,format=yuv420p{upload_filters(encode)}[pictures]"
    return [
        *device_arguments(encode),
        *("-filter_complex", picture, "-map", "[pictures]", "-frames:v", "1"),
        *encode_arguments(encode, Fraction(25)),
        *("-f", "null", "-"),
    ]


def _first_words(lines: Sequence[str]) -> str:
    """The first line names the cause; those after it are about what came of it. Without its `[h264_nvenc @ 0x55…]`."""
    said = next((line.strip() for line in lines if line.strip()), "it said nothing")
    return said.rpartition("] ")[2][:120].rstrip(".")
