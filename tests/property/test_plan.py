"""Any timeline at all: the frame rules hold."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.plan import RenderPlan, StepKind
from tests.unit.samples import FILM, FPS, NTSC, SONG, line, plan, video

RATES = st.sampled_from(
    [FPS, NTSC, FILM, Fraction(24), Fraction(50), Fraction(60000, 1001), Fraction(120), Fraction(12)]
)
Lines = list[dict[str, Any]]


@st.composite
def lines(draw: st.DrawFn) -> Lines:
    """Lines in any order: they may overlap, nest, touch, leave gaps of all lengths, or last a millisecond."""
    spans = st.tuples(st.integers(0, 30_000), st.one_of(st.integers(1, 100), st.integers(1, 9000)))
    return [
        line(start, start + length, video(start)) for start, length in draw(st.lists(spans, min_size=1, max_size=12))
    ]


@st.composite
def plans(draw: st.DrawFn) -> RenderPlan:
    """Plans of either range; the audio ends at or after the last line."""
    made = draw(lines())
    if draw(st.booleans()):
        return plan(*made, fps=draw(RATES))
    audio_end_ms = max(one["end_ms"] for one in made) + draw(st.integers(0, 5000))
    return plan(*made, fps=draw(RATES), extent="song", audio=SONG, audio_end_ms=audio_end_ms)


@given(plans())
@settings(deadline=None)
def test_pieces_lie_end_to_end_and_fill_the_film_exactly(made: RenderPlan) -> None:
    bounds = [0, *(piece.end_frame for piece in made.pieces)]
    assert [piece.start_frame for piece in made.pieces] == bounds[:-1]
    assert bounds[-1] == made.frames
    assert sum(clip.frames for clip in made.clips) + sum(gap.frames for gap in made.gaps) == made.frames
    assert all(piece.frames > 0 for piece in made.pieces)


@given(plans())
@settings(deadline=None)
def test_every_cut_is_within_half_a_frame_of_the_songs_clock(made: RenderPlan) -> None:
    half_ms = Fraction(500) / made.grid.fps
    for clip in made.clips:
        assert abs(made.grid.ms_at(clip.start_frame) - clip.line_start_ms) <= half_ms


@given(plans())
@settings(deadline=None)
def test_a_clip_has_a_frame_unless_its_line_has_less_than_one_to_itself(made: RenderPlan) -> None:
    frame_ms = Fraction(1000) / made.grid.fps
    for clip, following in pairwise(made.clips):
        own_ms = following.line_start_ms - clip.line_start_ms
        if clip.frames == 0:
            assert min(own_ms, clip.line_end_ms - clip.line_start_ms) < frame_ms
    last = made.clips[-1]
    assert last.frames > 0 or last.line_end_ms - last.line_start_ms < frame_ms


@given(plans())
@settings(deadline=None)
def test_black_is_more_than_two_seconds_in_which_no_line_is_up(made: RenderPlan) -> None:
    frame_ms = Fraction(1000) / made.grid.fps
    before_first = made.clips[0].start_frame
    for gap in made.gaps:
        begin_ms, end_ms = made.grid.ms_at(gap.start_frame), made.grid.ms_at(gap.end_frame)
        assert gap.end_frame <= before_first or end_ms - begin_ms > 2000 - frame_ms
        for clip in made.clips:
            assert clip.line_end_ms <= begin_ms + frame_ms / 2 or clip.line_start_ms >= end_ms - frame_ms / 2


@given(plans())
@settings(deadline=None)
def test_every_line_is_planned_once_with_a_chain_of_its_own_length(made: RenderPlan) -> None:
    assert sorted(clip.number for clip in made.clips) == list(range(1, len(made.clips) + 1))
    for clip in made.clips:
        assert [step.kind for step in clip.chain] == [StepKind.CANDIDATE, StepKind.LOCAL, StepKind.PLACEHOLDER]
        assert {step.window.frames for step in clip.chain} == {clip.frames}
        assert {step.window.fps for step in clip.chain} == {made.grid.fps}


@given(lines(), RATES)
@settings(deadline=None)
def test_the_order_of_the_file_changes_numbers_and_nothing_else(some: Lines, fps: Fraction) -> None:
    distinct = list({one["start_ms"]: one for one in some}.values())
    forward, backward = plan(*distinct, fps=fps), plan(*distinct[::-1], fps=fps)
    assert [(c.line_start_ms, c.start_frame, c.frames) for c in forward.clips] == [
        (c.line_start_ms, c.start_frame, c.frames) for c in backward.clips
    ]
    assert forward.gaps == backward.gaps
