"""Another shape or size of the picture than the timeline's: `--aspect` and `--resolution`."""

from fractions import Fraction

from lyricclip_cli.timeline import Output, Timeline


def reshaped(timeline: Timeline, *, aspect: str | None, resolution: str | None) -> Timeline:
    """The timeline with another picture. What is `None` stays as the timeline has it.

    A resolution is the picture's shorter side: 1080p is 1920x1080, 1080x1920 or 1080x1080. Sides are even.
    """
    if aspect is None and resolution is None:
        return timeline
    output = timeline.output
    ratio = _ratio(aspect, output)
    short = min(output.width, output.height) if resolution is None else int(resolution.removesuffix("p"))
    long = _even(short * max(ratio, 1 / ratio))
    width, height = (long, short) if ratio >= 1 else (short, long)
    return timeline.model_copy(update={"output": output.model_copy(update={"width": width, "height": height})})


def _ratio(aspect: str | None, output: Output) -> Fraction:
    if aspect is None:
        return Fraction(output.width, output.height)
    wide, high = aspect.split(":")
    return Fraction(int(wide), int(high))


def _even(size: Fraction) -> int:
    return round(size / 2) * 2
