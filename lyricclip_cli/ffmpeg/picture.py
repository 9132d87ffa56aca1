"""How a source's picture becomes the film's: pure filter-graph text from sizes."""

from fractions import Fraction

from lyricclip_cli.outcome import Picture
from lyricclip_cli.plan import PictureSpec

BLUR_SHRINK = 8
"""The blurred background is made at an eighth of the size: it has no detail to lose, and costs a sixtieth."""

COLOURS = "out_color_matrix=bt709:out_range=tv"
"""Every clip is BT.709 in limited range, whatever its source was; clips that differ could not be joined by a copy."""

TAGS = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
"""Says so in the stream, for every clip alike."""

HD_HEIGHT = 720
"""From here on, a source that does not name its matrix is taken for BT.709, below for BT.601: players do the same."""

TURNS = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}


def fit_filters(picture: Picture, spec: PictureSpec, prefix: str) -> str:
    """Filters from a decoded picture to the film's: turned upright, square pixels, the film's size.

    `prefix` makes link labels unique in a graph. Sizes are worked out here, so a picture that already has the film's
    shape gets no padding, no cropping and no blur.
    """
    turned = _upright(picture)
    width, height = _fitted(picture, spec)
    sized = f"scale={width}:{height}:flags=bicubic:{COLOURS},setsar=1"
    if (width, height) == (spec.width, spec.height):
        return f"{turned}{sized},format=yuv420p"
    left, top = (spec.width - width) // 2, (spec.height - height) // 2
    if spec.fit == "crop":
        return f"{turned}{sized},crop={spec.width}:{spec.height},format=yuv420p"
    if spec.fit == "pad":
        return f"{turned}{sized},pad={spec.width}:{spec.height}:{left}:{top},format=yuv420p"
    return f"{turned}{_over_blur(spec, sized, (left, top), prefix)}"


def _upright(picture: Picture) -> str:
    """Filters that come before any scaling: whole pictures, colours named, the right way up."""
    filters = []
    if picture.interlaced:
        filters.append("bwdif=mode=send_frame:deint=interlaced")
    if not picture.matrix_known:
        filters.append(f"setparams=colorspace={'bt709' if picture.height >= HD_HEIGHT else 'smpte170m'}")
    if picture.rotation in TURNS:
        filters.append(TURNS[picture.rotation])
    return "".join(f"{name}," for name in filters)


def _over_blur(spec: PictureSpec, sized: str, place: tuple[int, int], prefix: str) -> str:
    small_width, small_height = _even(spec.width / BLUR_SHRINK), _even(spec.height / BLUR_SHRINK)
    fill = f"scale={small_width}:{small_height}:force_original_aspect_ratio=increase:flags=bilinear"
    blurred = f"crop={small_width}:{small_height},boxblur=4:2,eq=brightness=-0.08,scale={spec.width}:{spec.height}"
    return (
        f"split[{prefix}back][{prefix}front];"
        f"[{prefix}back]{fill},{blurred}:flags=bilinear,setsar=1,format=yuv420p[{prefix}blur];"
        f"[{prefix}front]{sized},format=yuv420p[{prefix}sharp];"
        f"[{prefix}blur][{prefix}sharp]overlay={place[0]}:{place[1]}"
    )


def _fitted(picture: Picture, spec: PictureSpec) -> tuple[int, int]:
    """The size at which the whole picture (or, for `crop`, no empty edge) is shown, in even square pixels."""
    wide, high = picture.width * picture.pixel_aspect, Fraction(picture.height)
    if picture.rotation in {90, 270}:
        wide, high = high, wide
    ratios = (spec.width / wide, spec.height / high)
    scale = max(ratios) if spec.fit == "crop" else min(ratios)
    return _snapped(wide * scale, spec.width), _snapped(high * scale, spec.height)


def _snapped(size: Fraction, target: int) -> int:
    """An even size; within two pixels of the film's it is the film's, since a hairline of padding is only ugly."""
    return target if abs(size - target) <= 2 else _even(size)


def _even(size: Fraction | float) -> int:
    return max(2, round(size / 2) * 2)
