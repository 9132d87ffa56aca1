"""Hardware encoders: their arguments as whole lists, and what happens where they do not work, with real processes."""

from fractions import Fraction

import pytest

from lyricclip_cli.ffmpeg.binary import Ffmpeg, find_ffmpeg
from lyricclip_cli.ffmpeg.encoders import (
    HARDWARE,
    Choice,
    EncodeSpec,
    choose_encoder,
    device_arguments,
    encode_arguments,
    full_name,
    trial_arguments,
    upload_filters,
    why_not,
)

QUALITY = {
    "libx264": "-preset veryfast -crf 20 -threads 1 -pix_fmt yuv420p",
    "h264_nvenc": "-preset p2 -rc vbr -cq 20 -b:v 0 -threads 1 -pix_fmt yuv420p",
    "h264_qsv": "-preset veryfast -global_quality 20 -threads 1 -pix_fmt nv12",
    "h264_vaapi": "-rc_mode CQP -qp 20 -threads 1",
    "h264_videotoolbox": "-q:v 65 -threads 1 -pix_fmt yuv420p",
}
REST = "-profile:v high -g 50 -bf 2 -flags +cgop -fps_mode cfr -r 25 -fflags +bitexact -flags:v +bitexact+cgop"


@pytest.mark.parametrize("encoder", QUALITY)
def test_each_encoder_has_its_own_words_for_quality(encoder: str) -> None:
    expected = f"-c:v {encoder} {QUALITY[encoder]} {REST}"
    assert encode_arguments(EncodeSpec(encoder), Fraction(25)) == expected.split()


def test_the_list_of_hardware_is_the_one_described() -> None:
    assert {"libx264", *HARDWARE} == set(QUALITY)


@pytest.mark.parametrize(
    ("encoder", "preset", "words"),
    [
        ("h264_nvenc", "medium", "-preset p4"),
        ("h264_nvenc", "veryslow", "-preset p7"),
        ("h264_qsv", "ultrafast", "-preset veryfast"),
        ("h264_qsv", "slow", "-preset slow"),
    ],
)
def test_presets_of_libx264_are_translated(encoder: str, preset: str, words: str) -> None:
    assert words in " ".join(encode_arguments(EncodeSpec(encoder, preset), Fraction(25)))


def test_the_best_quality_is_one_that_each_encoder_knows() -> None:
    best = {name: " ".join(encode_arguments(EncodeSpec(name, crf=0), Fraction(25))) for name in HARDWARE}
    assert "-qp 1 " in best["h264_vaapi"]
    assert "-global_quality 1 " in best["h264_qsv"]
    assert "-q:v 100 " in best["h264_videotoolbox"]


def test_only_vaapi_needs_a_device_and_an_upload() -> None:
    devices = {name: device_arguments(EncodeSpec(name)) for name in QUALITY}
    assert {name for name, device in devices.items() if device} == {"h264_vaapi"}
    assert devices["h264_vaapi"] == ["-vaapi_device", "/dev/dri/renderD128"]
    assert {name for name in QUALITY if upload_filters(EncodeSpec(name))} == {"h264_vaapi"}
    assert trial_arguments("h264_vaapi")[3].endswith(",format=nv12,hwupload[pictures]")


@pytest.mark.parametrize("family", ["nvenc", "qsv", "vaapi", "videotoolbox"])
def test_a_family_stands_for_its_encoder(family: str) -> None:
    assert full_name(family) == full_name(f"h264_{family}") == f"h264_{family}"


def test_what_works_is_used_without_a_word() -> None:
    ffmpeg = find_ffmpeg(None)
    assert why_not(ffmpeg, "libx264") == ""
    assert choose_encoder(ffmpeg, "libx264") == Choice("libx264")


def test_what_does_not_work_is_replaced_and_the_reason_given() -> None:
    choice = choose_encoder(find_ffmpeg(None), "videotoolbox")  # Apple's, in no build for Linux
    assert choice.encoder == "libx264"
    assert choice.warning == (
        "video_encoder videotoolbox does not work here, libx264 is used instead "
        "(h264_videotoolbox: Unknown encoder 'h264_videotoolbox')"
    )


def test_auto_takes_the_first_that_works(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = tmp_path_factory.mktemp("card") / "ffmpeg"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *vaapi_device*) exit 0 ;; esac\necho "[x @ 0x1] No device." >&2; exit 1\n'
    )
    program.chmod(0o755)
    assert choose_encoder(Ffmpeg(str(program), "7"), "auto") == Choice("h264_vaapi")
    assert why_not(Ffmpeg(str(program), "7"), "h264_qsv") == "No device"


def test_a_program_that_does_not_start_is_a_reason_too() -> None:
    assert "No such file" in why_not(Ffmpeg("/nowhere/ffmpeg", "7"), "h264_nvenc")
