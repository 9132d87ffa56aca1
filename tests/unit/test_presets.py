import pytest

from lyricclip_cli.presets import reshaped
from lyricclip_cli.timeline import Timeline


@pytest.mark.parametrize(
    ("size", "aspect", "resolution", "expected"),
    [
        ((1920, 1080), None, None, (1920, 1080)),
        ((1920, 1080), "9:16", None, (1080, 1920)),
        ((1920, 1080), "1:1", None, (1080, 1080)),
        ((1920, 1080), "4:3", None, (1440, 1080)),
        ((1080, 1920), "16:9", "720p", (1280, 720)),
        ((640, 360), "16:9", "480p", (854, 480)),
        ((640, 360), "9:16", "480p", (480, 854)),
        ((640, 360), None, "2160p", (3840, 2160)),
        ((360, 640), None, "1440p", (1440, 2560)),
        ((1000, 800), None, "1080p", (1350, 1080)),
    ],
)
def test_reshaped(size: tuple[int, int], aspect: str | None, resolution: str | None, expected: tuple[int, int]) -> None:
    lines = [{"text": "a", "start_ms": 0, "end_ms": 9}]
    output = {"width": size[0], "height": size[1], "fps": 30}
    timeline = Timeline.model_validate({"version": 1, "output": output, "lines": lines})
    shape = reshaped(timeline, aspect=aspect, resolution=resolution).output
    assert (shape.width, shape.height) == expected
    assert shape.fps == 30
