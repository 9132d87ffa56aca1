"""Frame by frame: what a film shows is what a player paused at the same time of the source shows."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.frames.conftest import RATES, Rendered
from tests.frames.shapes import Shape, all_shapes, slug
from tests.numbered import read_numbers


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", all_shapes(), ids=lambda shape: slug(shape.name))
def test_every_frame_at_every_position(shape: Shape, rate: str, rendered: Callable[[str], Rendered]) -> None:
    films = rendered(rate)
    job, fps = slug(shape.name), Fraction(rate)
    report = films.place.report(job)
    failures = [
        (clip["text"], attempt["error_code"], attempt["message"])
        for clip in report["clips"]
        for attempt in clip["attempts"]
        if attempt["error_code"]
    ]
    assert failures == []
    shown = read_numbers(films.place.film(job), rect=shape.rect)
    wrong, begun = {}, 0
    for place, clip in zip(films.positions[shape.name], report["clips"], strict=True):
        assert clip["frames"] == place.frames
        seen = shown[begun : begun + place.frames]
        due = [shape.number_at(Fraction(place.start_ms, 1000) + frame / fps) for frame in range(place.frames)]
        if seen != due:
            wrong[place.name] = [(a, b) for a, b in zip(seen, due, strict=True) if a != b][:3]
        begun += place.frames
    assert wrong == {}
    assert len(shown) == begun
