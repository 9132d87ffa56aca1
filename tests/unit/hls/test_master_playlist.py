"""Master playlists: renditions and sound tracks as whole values."""

from lyricclip_cli.hls.playlist import AudioRendition, MasterPlaylist, Rendition
from tests.unit.hls.playlists import master

CDN = "https://cdn.example/video"


def test_renditions_in_the_playlists_order() -> None:
    assert master(
        '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="sound"',
        "360p/index.m3u8?token=a%2Fb",
        "#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080,VIDEO-RANGE=PQ",
        "/other/1080p.m3u8",
        "#EXT-X-STREAM-INF:BANDWIDTH=1",
        "https://else.example/x.m3u8",
    ) == MasterPlaylist(
        (
            Rendition(f"{CDN}/360p/index.m3u8?token=a%2Fb", 800_000, 640, 360, "avc1.42c01e,mp4a.40.2", "SDR", "sound"),
            Rendition("https://cdn.example/other/1080p.m3u8", 5_000_000, 1920, 1080, "", "PQ"),
            Rendition("https://else.example/x.m3u8", 1),
        )
    )


def test_only_sound_tracks_with_a_playlist_of_their_own_count() -> None:
    playlist = master(
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=NO,URI="en.m3u8"',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="fr",DEFAULT=YES,AUTOSELECT=YES,URI="fr.m3u8"',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="muxed",NAME="en",DEFAULT=YES',
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="en",DEFAULT=YES,URI="en.vtt.m3u8"',
        '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="angles",NAME="left",DEFAULT=YES,URI="left.m3u8"',
        '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="en",INSTREAM-ID="CC1"',
        '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a",SUBTITLES="subs"',
        "v.m3u8",
    )
    assert playlist == MasterPlaylist(
        (Rendition(f"{CDN}/v.m3u8", 1, audio_group="a"),),
        (AudioRendition("a", f"{CDN}/en.m3u8", default=False), AudioRendition("a", f"{CDN}/fr.m3u8", default=True)),
    )


def test_playlists_of_keyframes_alone_are_no_renditions() -> None:
    playlist = master(
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,URI="keyframes.m3u8"',
        "#EXT-X-STREAM-INF:BANDWIDTH=2",
        "v.m3u8",
    )
    assert playlist == MasterPlaylist((Rendition(f"{CDN}/v.m3u8", 2),))


def test_a_master_of_one_rendition_is_a_master_still() -> None:
    assert master("#EXT-X-STREAM-INF:BANDWIDTH=2", "v.m3u8").renditions == (Rendition(f"{CDN}/v.m3u8", 2),)
