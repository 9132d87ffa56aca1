"""Filters that fit a picture into the film's: whole graph strings."""

from fractions import Fraction

import pytest

from lyricclip_cli.ffmpeg.picture import fit_filters
from lyricclip_cli.outcome import Picture
from lyricclip_cli.plan import PictureSpec

FITS = ("blur", "pad", "crop")
SIZED = "flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1"
"""After the size: how it is scaled, and that pixels are square from there on."""


def spec(fit: str, width: int = 1920, height: int = 1080) -> PictureSpec:
    return PictureSpec(width, height, fit)


def blurred(size: str, place: str) -> str:
    """A picture of that size over its blurred copy, in a film of 1920x1080."""
    return (
        "split[s0back][s0front];"
        "[s0back]scale=240:136:force_original_aspect_ratio=increase:flags=bilinear,crop=240:136,boxblur=4:2,"
        "eq=brightness=-0.08,scale=1920:1080:flags=bilinear,setsar=1,format=yuv420p[s0blur];"
        f"[s0front]scale={size}:{SIZED},format=yuv420p[s0sharp];"
        f"[s0blur][s0sharp]overlay={place}"
    )


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(Picture(1920, 1080), id="the film's size"),
        pytest.param(Picture(640, 360), id="smaller"),
        pytest.param(Picture(3840, 2160), id="larger"),
        pytest.param(Picture(1440, 1080, Fraction(4, 3)), id="anamorphic"),
        pytest.param(Picture(854, 480), id="a hairline narrower than the film"),
    ],
)
def test_a_picture_of_the_films_shape_is_only_scaled(picture: Picture, fit: str) -> None:
    assert fit_filters(picture, spec(fit), "s0") == f"scale=1920:1080:{SIZED},format=yuv420p"


def test_portrait_in_landscape() -> None:
    portrait = Picture(1080, 1920)
    assert fit_filters(portrait, spec("pad"), "s0") == (f"scale=608:1080:{SIZED},pad=1920:1080:656:0,format=yuv420p")
    assert fit_filters(portrait, spec("crop"), "s0") == (f"scale=1920:3414:{SIZED},crop=1920:1080,format=yuv420p")
    assert fit_filters(portrait, spec("blur"), "s0") == blurred("608:1080", "656:0")


def test_landscape_in_portrait() -> None:
    film = spec("pad", 1080, 1920)
    assert fit_filters(Picture(1920, 1080), film, "s0") == (
        f"scale=1080:608:{SIZED},pad=1080:1920:0:656,format=yuv420p"
    )


def test_a_television_picture_in_a_wide_film() -> None:
    television = Picture(720, 576, Fraction(16, 15))
    assert fit_filters(television, spec("pad"), "s0") == (f"scale=1440:1080:{SIZED},pad=1920:1080:240:0,format=yuv420p")
    assert fit_filters(television, spec("blur"), "s0") == blurred("1440:1080", "240:0")


def test_a_cinema_picture_in_a_wide_film() -> None:
    cinema = Picture(2048, 858)
    assert fit_filters(cinema, spec("pad"), "s0") == (f"scale=1920:804:{SIZED},pad=1920:1080:0:138,format=yuv420p")
    assert fit_filters(cinema, spec("crop"), "s0") == (f"scale=2578:1080:{SIZED},crop=1920:1080,format=yuv420p")


@pytest.mark.parametrize(
    ("rotation", "turn"),
    [(0, ""), (90, "transpose=clock,"), (180, "hflip,vflip,"), (270, "transpose=cclock,"), (45, "")],
)
@pytest.mark.parametrize("fit", FITS)
def test_a_turned_picture_is_set_upright_first(rotation: int, turn: str, fit: str) -> None:
    coded = (1080, 1920) if rotation in {90, 270} else (1920, 1080)
    picture = Picture(*coded, rotation=rotation)
    assert fit_filters(picture, spec(fit), "s0") == f"{turn}scale=1920:1080:{SIZED},format=yuv420p"


def test_a_phones_portrait_is_turned_and_then_fitted() -> None:
    phone = Picture(1920, 1080, rotation=90)
    assert fit_filters(phone, spec("pad"), "s0") == (
        f"transpose=clock,scale=608:1080:{SIZED},pad=1920:1080:656:0,format=yuv420p"
    )
    assert fit_filters(phone, spec("blur"), "s0") == f"transpose=clock,{blurred('608:1080', '656:0')}"


def test_a_turned_anamorphic_picture_is_stretched_the_way_it_is_turned() -> None:
    picture = Picture(1440, 1080, Fraction(4, 3), rotation=90)
    assert fit_filters(picture, spec("pad", 1080, 1920), "s0") == (
        f"transpose=clock,scale=1080:1920:{SIZED},format=yuv420p"
    )


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        (Picture(1918, 1080), "1920:1080"),  # two pixels short: no hairline
        (Picture(1916, 1080), "1916:1080"),  # four: a real edge
        (Picture(1920, 1078), "1920:1080"),
        (Picture(1920, 1076), "1920:1076"),
    ],
)
def test_a_hairline_at_the_edge_is_scaled_away(picture: Picture, size: str) -> None:
    assert fit_filters(picture, spec("pad"), "s0").split(":flags")[0] == f"scale={size}"


@pytest.mark.parametrize("fit", FITS)
def test_sizes_are_even_and_never_zero(fit: str) -> None:
    for picture in (Picture(4000, 16), Picture(16, 4000), Picture(641, 359), Picture(1, 1)):
        for name, values in _sizes(fit_filters(picture, spec(fit, 1280, 720), "s0")):
            assert all(int(value) % 2 == 0 and int(value) >= 2 for value in values), (picture, name, values)


def _sizes(graph: str) -> list[tuple[str, list[str]]]:
    filters = graph.replace(";", ",").replace("]", ",").replace("[", ",").split(",")
    found = [f.partition("=") for f in filters if f.startswith(("scale=", "crop=", "pad="))]
    return [(name, values.split(":")[:2]) for name, _, values in found]


def test_labels_are_unique_for_each_span() -> None:
    graph = fit_filters(Picture(1080, 1920), spec("blur"), "s7")
    assert "s0" not in graph
    assert graph.count("[s7") == 8
