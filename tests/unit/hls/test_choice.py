"""Which rendition, which sound track and which segments."""

from fractions import Fraction

import pytest

from lyricclip_cli.hls.choice import SegmentRange, choose_audio, choose_rendition, choose_segments
from lyricclip_cli.hls.playlist import AudioRendition, MasterPlaylist, Rendition
from lyricclip_cli.plan import PictureSpec
from tests.unit.hls.playlists import playlist_of

HD, FULL_HD = PictureSpec(1280, 720, "pad"), PictureSpec(1920, 1080, "pad")
SQUARE, SQUARE_CROP = PictureSpec(1000, 1000, "pad"), PictureSpec(1000, 1000, "crop")


def rendition(name: str, bandwidth: int, width: int = 0, height: int = 0, **more: str) -> Rendition:
    return Rendition(name, bandwidth, width, height, **more)


LADDER = (
    rendition("1080p", 5000, 1920, 1080),
    rendition("360p", 800, 640, 360),
    rendition("720p", 2500, 1280, 720),
)
UNKNOWN = rendition("unknown", 100)
SOUND = rendition("sound", 64, codecs="mp4a.40.2")
SDR = rendition("sdr", 6000, 1920, 1080, codecs="avc1.640028,mp4a.40.2")
PQ = rendition("pq", 4100, 1920, 1080, codecs="hvc1.2.4.L123,mp4a.40.2", video_range="PQ")
HLG = rendition("hlg", 4000, 1920, 1080, video_range="HLG")
VISION = rendition("vision", 4000, 1920, 1080, codecs="dvh1.05.06,mp4a.40.2")
VISION_LATER = rendition("vision", 4000, 1920, 1080, codecs="mp4a.40.2,dvh1.05.06")


@pytest.mark.parametrize(
    ("picture", "renditions", "chosen"),
    [
        pytest.param(FULL_HD, LADDER, "1080p", id="exactly as large"),
        pytest.param(HD, LADDER, "720p", id="the cheapest that covers"),
        pytest.param(PictureSpec(1282, 720, "blur"), LADDER, "720p", id="one side covers: blur and pad shrink to it"),
        pytest.param(PictureSpec(1282, 720, "crop"), LADDER, "1080p", id="crop needs both sides"),
        pytest.param(SQUARE, LADDER, "720p", id="square: 1000 wide is enough"),
        pytest.param(SQUARE_CROP, LADDER, "1080p", id="square crop: 1000 high is needed"),
        pytest.param(PictureSpec(3840, 2160, "pad"), LADDER, "1080p", id="none covers: the largest"),
        pytest.param(PictureSpec(16, 16, "crop"), LADDER, "360p", id="all cover: the cheapest"),
        pytest.param(HD, (*LADDER, rendition("720p lean", 1500, 1280, 720)), "720p lean", id="same size: the cheaper"),
        pytest.param(
            PictureSpec(3840, 2160, "pad"),
            (*LADDER, rendition("1080p rich", 9000, 1920, 1080)),
            "1080p rich",
            id="none covers, same size: the better",
        ),
        pytest.param(HD, (rendition("1080p cheap", 900, 1920, 1080), *LADDER), "1080p cheap", id="price, not size"),
        pytest.param(HD, (UNKNOWN, *LADDER), "720p", id="an unknown size covers nothing"),
        pytest.param(HD, (UNKNOWN, rendition("known", 50, 640, 360)), "known", id="a known size beats an unknown one"),
        pytest.param(HD, (UNKNOWN, rendition("rich", 200)), "rich", id="sizes unknown: the better"),
        pytest.param(HD, (SOUND, *LADDER), "720p", id="sound alone is passed over"),
        pytest.param(HD, (rendition("rich sound", 9000, codecs="ec-3"), UNKNOWN), "unknown", id="richer sound alone"),
        pytest.param(HD, (SOUND,), "sound", id="nothing but sound"),
        pytest.param(FULL_HD, (PQ, HLG, SDR), "sdr", id="HDR is passed over"),
        pytest.param(FULL_HD, (PQ, LADDER[1]), "360p", id="HDR is passed over even for a smaller picture"),
        pytest.param(FULL_HD, (PQ, HLG), "hlg", id="nothing but HDR"),
        pytest.param(FULL_HD, (VISION, SDR), "sdr", id="Dolby Vision is passed over"),
        pytest.param(FULL_HD, (VISION_LATER, SDR), "sdr", id="Dolby Vision named after the sound"),
        pytest.param(FULL_HD, (VISION,), "vision", id="nothing but Dolby Vision"),
    ],
)
def test_the_rendition_is(picture: PictureSpec, renditions: tuple[Rendition, ...], chosen: str) -> None:
    assert choose_rendition(MasterPlaylist(renditions), picture).uri == chosen
    assert choose_rendition(MasterPlaylist(renditions[::-1]), picture).uri == chosen


@pytest.mark.parametrize(
    ("group", "chosen"),
    [("two", "fr"), ("one", "en"), ("", None), ("other", None)],
)
def test_the_sound_track_is_the_default_of_the_renditions_group_else_its_first(group: str, chosen: str | None) -> None:
    audio = (
        AudioRendition("two", "de", default=False),
        AudioRendition("two", "fr", default=True),
        AudioRendition("one", "en", default=False),
        AudioRendition("one", "es", default=False),
    )
    found = choose_audio(MasterPlaylist((UNKNOWN,), audio), rendition("v", 1, audio_group=group))
    assert (found.uri if found else None) == chosen


@pytest.mark.parametrize(
    ("start_s", "last_s", "chosen"),
    [
        ("0", "0", (0, 0)),
        ("0", "3.99", (0, 0)),
        ("0", "4", (0, 1)),  # the picture at 4 s is the next segment's first
        ("4", "4", (1, 1)),
        ("3.999", "4.001", (0, 1)),
        ("4", "10.5", (1, 2)),
        ("0", "11.999", (0, 2)),
        ("11.5", "20", (2, 2)),
        ("12", "12", (2, 2)),  # beyond the end: the last, which says where it really ends
        ("100", "200", (2, 2)),
    ],
)
def test_the_segments_are_those_that_the_window_touches(start_s: str, last_s: str, chosen: tuple[int, int]) -> None:
    found = choose_segments(playlist_of("4", "6", "2"), Fraction(start_s), Fraction(last_s))
    assert found == SegmentRange(*chosen)
    assert list(found.indices) == list(range(chosen[0], chosen[1] + 1))


def test_segments_without_length_are_never_where_a_window_begins() -> None:
    assert choose_segments(playlist_of("4", "0", "4"), Fraction(4), Fraction(5)) == SegmentRange(2, 2)
