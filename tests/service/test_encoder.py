"""`video_encoder` on a machine without the hardware: the film is made all the same, and everybody is told."""

from pathlib import Path

import pytest

from tests.command import Workplace
from tests.timelines import candidate, line, timeline


@pytest.mark.parametrize("asked", ["auto", "videotoolbox"])
def test_a_hardware_encoder_that_does_not_work_is_replaced_with_a_warning(
    workplace: Workplace, footage: Path, asked: str
) -> None:
    (workplace.folder / "four.mp4").write_bytes((footage / "four.mp4").read_bytes())
    workplace.write("t.json", timeline([line(0, 400, candidate(1000, file="four.mp4"))]))

    done = workplace.run("render", "t.json", env={"LYRICCLIP_VIDEO_ENCODER": asked})

    assert done.code == 0, done.err
    report = workplace.report("t")
    [warning] = [w["message"] for w in report["warnings"]]
    assert "libx264 is used instead" in warning
    assert "h264_videotoolbox: " in warning
    assert report["config"]["video_encoder"] == "libx264"
    assert warning in [record.get("message") for record in workplace.log("t")]
    assert "libx264 is used instead" in done.err


def test_an_encoder_that_nobody_knows_is_an_error_of_the_config(workplace: Workplace) -> None:
    workplace.write("t.json", timeline([line(0, 400)]))

    done = workplace.run("render", "t.json", env={"LYRICCLIP_VIDEO_ENCODER": "h265_magic"})

    assert done.code == 3
    assert "LYRICCLIP_VIDEO_ENCODER" in done.err
    assert "'nvenc'" in done.err
    assert "h265_magic" in done.err
    assert not workplace.film("t").exists()
