"""Every script and feature looks as it was found right by eye. Compared by likeness, since libass versions differ."""

import numpy as np
import pytest

from tests.films import Pixels
from tests.golden.pictures import FOLDER, PICTURES, golden, picture

MOST_ERROR = 2.0
"""Mean difference of all pixels, of 255. Another word, or a word in another place, differs by 5 and more."""

LEAST_LIKENESS = 0.93
"""Correlation of both pictures' letters. Half a pixel's shift is 0.95, other letters of the same size are under 0.6."""


def likeness(one: Pixels, other: Pixels) -> float:
    """Correlation of what is drawn, after a blur of three pixels."""
    return float(np.corrcoef(_soft(one).ravel(), _soft(other).ravel())[0, 1])


def _soft(pixels: Pixels) -> np.ndarray:
    gray = pixels.astype(float)
    padded = np.pad(gray, ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifts = [padded[y : y + gray.shape[0], x : x + gray.shape[1]] for y in range(3) for x in range(3)]
    return np.asarray(np.mean(shifts, axis=0))


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name: str) -> None:
    now, kept = picture(name), golden(name)
    assert now.shape == kept.shape
    assert np.abs(now.astype(int) - kept.astype(int)).mean() < MOST_ERROR
    assert likeness(now, kept) > LEAST_LIKENESS


def test_the_comparison_can_fail() -> None:
    """Another text of the same length, and the same text moved by four pixels, are told apart."""
    assert likeness(golden("simplified-chinese"), golden("traditional-chinese")) < LEAST_LIKENESS
    moved = np.roll(golden("latin"), 4, axis=1)
    assert likeness(golden("latin"), moved) < LEAST_LIKENESS


def test_every_golden_frame_is_one_of_the_pictures() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(PICTURES)
