"""Segments that are kept: those that a claimed window wants, no more and no fewer."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricclip_cli.hls.choice import SegmentRange, choose_segments
from lyricclip_cli.hls.playlist import MediaPlaylist
from lyricclip_cli.hls.store import Shelf, Wanted
from lyricclip_cli.hls.stream import HlsStream
from lyricclip_cli.hls.track import Track
from lyricclip_cli.plan import PictureSpec, Window
from tests.fakes import FakeReader
from tests.unit.hls.playlists import BASE, playlist_of, text

SEGMENT_S = 4
MANY = 60


def window(start_s: float, frames: int = 10) -> Window:
    return Window(round(start_s * 1000), frames, Fraction(10))


async def track_with(folder: Path, *indices: int) -> Track:
    """A track of segments of 4 s; these are on disk."""
    playlist = playlist_of(*[Fraction(SEGMENT_S)] * 10)
    reader = FakeReader({segment.resource.uri: b"x" for segment in playlist.segments})
    track = Track(playlist, reader, folder, Shelf())
    for index in indices:
        await track.store.segment(playlist.segments[index], lambda _: None)
    return track


def on_disk(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("*.seg"))


async def test_what_another_window_wants_stays(tmp_path: Path) -> None:
    track = await track_with(tmp_path, 0, 1, 2, 3)
    track.want(window(1, 40))  # segments 0 and 1
    track.want(window(5), [2])
    track.let_go(window(1, 40))
    assert on_disk(tmp_path) == [1, 2]  # nobody ever wanted 3
    track.let_go(window(5))
    assert on_disk(tmp_path) == []


async def test_on_a_full_shelf_only_what_is_at_work_stays_and_the_others_wishes_hold_on(tmp_path: Path) -> None:
    track = await track_with(tmp_path, 0, 1, 2)
    for start_s in (1, 5, 9):
        track.want(window(start_s))
    track.keep_only([window(5)])
    assert on_disk(tmp_path) == [1]
    await track.store.segment(track.playlist.segments[2], lambda _: None)
    track.let_go(window(5))
    assert on_disk(tmp_path) == [2]


WINDOWS = st.integers(0, 5).map(window)
WISHES = st.lists(st.one_of(st.tuples(WINDOWS, st.sets(st.integers(0, 8))), WINDOWS), max_size=30)


@given(WISHES)
@settings(deadline=None)
def test_wishes_are_counted_as_if_all_were_looked_at_each_time(
    wishes: list[tuple[Window, set[int]] | Window],
) -> None:
    wanted, by_window = Wanted(), dict[Window, set[int]]()
    for wish in wishes:
        if isinstance(wish, Window):
            wanted.drop(wish)
            by_window.pop(wish, None)
        else:
            wanted.add(*wish)
            by_window.setdefault(wish[0], set()).update(wish[1])
        every = set[int]().union(*by_window.values())
        assert {index for index in range(9) if index in wanted} == every
        assert wanted.by(by_window) == every


@pytest.mark.parametrize("read_first", [False, True])
async def test_a_claim_costs_the_same_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_first: bool
) -> None:
    asked = 0

    def counted(playlist: MediaPlaylist, start_s: Fraction, last_s: Fraction) -> SegmentRange:
        nonlocal asked
        asked += 1
        return choose_segments(playlist, start_s, last_s)

    monkeypatch.setattr("lyricclip_cli.hls.track.choose_segments", counted)
    rows = [row for n in range(MANY) for row in (f"#EXTINF:{SEGMENT_S},", f"{n}.ts")]

    async def locate() -> str:
        return BASE

    stream = HlsStream(locate, PictureSpec(640, 360, "pad"), FakeReader({BASE: text(*rows)}), tmp_path)
    if read_first:
        await stream._tracks.get(0, stream._load)
    ends = [stream.claim(window(n * SEGMENT_S + 1)) for n in range(MANY)]
    if not read_first:
        await stream._tracks.get(0, stream._load)
    for end in ends:
        end()
    assert asked == MANY
