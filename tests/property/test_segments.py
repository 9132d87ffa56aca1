"""Any playlist and any window: the segments chosen are those that the window touches, no more and no fewer."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.hls.choice import choose_rendition, choose_segments
from lyricclip_cli.hls.cover import segments_for, share_frames
from lyricclip_cli.hls.playlist import MasterPlaylist, MediaPlaylist, Rendition
from lyricclip_cli.plan import PictureSpec, Window
from tests.unit.hls.playlists import playlist_of
from tests.unit.hls.test_cover import run
from tests.unit.samples import FPS

DURATIONS = st.lists(st.integers(1, 12_000).map(lambda ms: Fraction(ms, 1000)), min_size=1, max_size=30)
PLAYLISTS = DURATIONS.map(lambda durations: playlist_of(*durations))
SECONDS = st.integers(0, 200_000).map(lambda ms: Fraction(ms, 1000))


@given(PLAYLISTS, SECONDS, SECONDS)
@settings(deadline=None)
def test_the_window_is_covered_and_nothing_else_is_taken(
    playlist: MediaPlaylist, start_s: Fraction, length_s: Fraction
) -> None:
    last_s = start_s + length_s
    chosen = choose_segments(playlist, start_s, last_s)
    touching = [s.index for s in playlist.segments if s.start_s <= last_s and s.end_s > start_s]
    assert list(chosen.indices) == (touching or [len(playlist.segments) - 1])
    if last_s < playlist.duration_s:
        first, last = playlist.segments[chosen.first], playlist.segments[chosen.last]
        assert first.start_s <= start_s
        assert last_s < last.end_s


@given(PLAYLISTS, st.integers(1, 100_000).map(lambda ms: Fraction(ms, 1000)))
@settings(deadline=None)
def test_as_few_neighbours_as_are_long_enough(playlist: MediaPlaylist, missing_s: Fraction) -> None:
    segments = playlist.segments
    count = segments_for(segments, missing_s)
    lengths = [sum((s.duration_s for s in segments[:n]), Fraction(0)) for n in range(len(segments) + 1)]
    assert 1 <= count <= len(segments)
    assert lengths[count - 1] < missing_s
    assert lengths[count] >= missing_s or count == len(segments)


@given(
    st.lists(st.integers(0, 4000), min_size=1, max_size=6).map(sorted),
    st.integers(0, 4000),
    st.integers(1, 100),
)
@settings(deadline=None)
def test_every_output_frame_is_shown_by_one_run_whose_pictures_are_there(
    begins_ms: list[int], start_ms: int, frames: int
) -> None:
    window = Window(start_ms, frames, FPS)
    runs = [run(str(Fraction(begin, 1000)), "9") for begin in begins_ms]
    shares = share_frames(window, runs)
    assert [share.first_frame for share in shares] == [
        sum(share.frames for share in shares[:n]) for n in range(len(shares))
    ]
    assert sum(share.frames for share in shares) == frames
    for share in shares[1:]:
        assert share.run.index.first_s <= window.time_s(share.first_frame) + Fraction(1, 1000)
    for share in shares[:1]:
        assert share.run is runs[0] or share.run.index.first_s <= window.start_s + Fraction(1, 1000)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4000), st.integers(1, 4000)), min_size=1, max_size=6),
    st.sampled_from(["pad", "crop", "blur"]),
)
@settings(deadline=None)
def test_a_rendition_is_only_enlarged_when_none_is_large_enough(sizes: list[tuple[int, int, int]], fit: str) -> None:
    picture = PictureSpec(1280, 720, fit)
    master = MasterPlaylist(tuple(Rendition(str(n), *size) for n, size in enumerate(sizes)))
    chosen = choose_rendition(master, picture)

    def covers(rendition: Rendition) -> bool:
        enough = (rendition.width >= 1280, rendition.height >= 720)
        return all(enough) if fit == "crop" else any(enough)

    covering = [rendition for rendition in master.renditions if covers(rendition)]
    assert chosen in (covering or master.renditions)
    if covering:
        assert chosen.bandwidth == min(rendition.bandwidth for rendition in covering)
    else:
        assert chosen.width * chosen.height == max(r.width * r.height for r in master.renditions)
