"""Colours come out right from every way of coding them, and the film says how it is coded: BT.709, limited range."""

from pathlib import Path

import av
import numpy as np
import pytest

from tests.command import Workplace
from tests.streams import run_ffmpeg
from tests.timelines import candidate, line, timeline

PATCHES = [(200, 60, 50), (60, 180, 70), (50, 80, 200), (210, 210, 210), (40, 40, 40), (220, 200, 60)]
WIDTH, HEIGHT = 1280, 720
TOLERANCE = 6
"""Of 255: chroma at half the size and two lossy encodes; a wrong matrix is off by 20 and more, a wrong range by 16."""

FORMS = {
    "bt709": ("scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "bt709", "tv"),
    "bt601": ("scale=out_color_matrix=bt601:out_range=tv,format=yuv420p", "smpte170m", "tv"),
    "full range": ("scale=out_color_matrix=bt709:out_range=pc,format=yuvj420p", "bt709", "pc"),
    "ten bits": ("scale=out_color_matrix=bt709:out_range=tv,format=yuv420p10le", "bt709", "tv"),
    "untagged hd": ("scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", None, None),
}


def make_patches(path: Path, form: str) -> None:
    filters, matrix, colour_range = FORMS[form]
    boxes = ",".join(
        f"drawbox=x={n * WIDTH // 6}:y=0:w={WIDTH // 6 + 1}:h={HEIGHT}:color=0x{r:02x}{g:02x}{b:02x}:t=fill"
        for n, (r, g, b) in enumerate(PATCHES)
    )
    source = f"color=black:s={WIDTH}x{HEIGHT}:r=25:d=2,format=rgb24,{boxes},{filters}"
    tags = ["-colorspace", matrix, "-color_range", colour_range] if matrix and colour_range else []
    bare = ["-bsf:v", "h264_metadata=matrix_coefficients=2:colour_primaries=2:transfer_characteristics=2"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", *(tags or bare)]
    run_ffmpeg(["-f", "lavfi", "-i", source, *encode, str(path)])


@pytest.mark.parametrize("form", FORMS)
def test_colours_survive(form: str, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    make_patches(tmp_path / "patches.mp4", form)
    output = {"width": WIDTH, "height": HEIGHT}
    lines = [line(0, 400, candidate(500, file="patches.mp4"))]
    place.write("t.json", timeline(lines, output=output))

    done = place.run("render", "t.json")

    assert done.code == 0, done.err
    with av.open(str(place.film("t"))) as film:
        stream = film.streams.video[0]
        frame = next(iter(film.decode(stream)))
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)
        assert (stream.codec_context.color_primaries, stream.codec_context.color_trc) == (1, 1)
        picture = frame.to_ndarray(format="rgb24").astype(int)
    middles = [picture[HEIGHT // 2, (2 * n + 1) * WIDTH // 12] for n in range(6)]
    assert np.abs(np.array(middles) - np.array(PATCHES)).max() <= TOLERANCE, middles
