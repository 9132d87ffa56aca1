"""Files that pretend to be videos and lead elsewhere: refused by ffmpeg and in-process, on the real programs."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from lyricclip_cli.errors import PermanentError, TransientError
from lyricclip_cli.ffmpeg.binary import find_ffmpeg
from lyricclip_cli.ffmpeg.inputs import input_arguments
from lyricclip_cli.ffmpeg.process import FfmpegFailureError, run_ffmpeg
from lyricclip_cli.ffmpeg.sound import duration_ms
from lyricclip_cli.hls.packets import Timing, index_run
from lyricclip_cli.plan import Window
from lyricclip_cli.ports import FootageRequest
from lyricclip_cli.sources.local_file import file_footage
from tests.contract.loopback import served
from tests.streams import kept, make_file

SECRET = "private.mp4"
LISTS = {
    "concat": "ffconcat version 1.0\nfile private.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nprivate.mp4\n#EXT-X-ENDLIST\n",
    "hls of the web": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{web}/private.mp4\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    '<Representation id="1" bandwidth="1"><BaseURL>private.mp4</BaseURL></Representation></AdaptationSet></Period>'
    "</MPD>",
}
NOWHERE = Timing(Fraction(0), Fraction(0), Fraction(0))


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(
        tmp_path_factory.getbasetemp() / "private",
        lambda folder: make_file(folder / SECRET, source_id=9, seconds=2),
    )


@pytest.fixture(params=LISTS)
def disguised(request: pytest.FixtureRequest, private: Path) -> Iterator[Path]:
    """A list of other files that is called a video, beside a video that nobody named."""
    with served(private) as server:
        path = private / "video.mp4"
        path.write_text(LISTS[request.param].format(web=server.base))
        yield path
        assert server.seen == []


async def test_ffmpeg_reads_no_list_of_other_files(disguised: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    with pytest.raises(FfmpegFailureError):
        await run_ffmpeg(find_ffmpeg(None).path, [*input_arguments(disguised), str(output)], stall_timeout_s=20)
    assert not output.exists()


async def test_neither_does_the_look_at_local_footage(disguised: Path, tmp_path: Path) -> None:
    request = FootageRequest(Window(0, 25, Fraction(25)), False, tmp_path, lambda _: None)
    with pytest.raises(PermanentError) as caught:
        await file_footage(disguised, request)
    assert caught.value.code == "file_unreadable"


def test_nor_does_the_look_at_a_song(disguised: Path) -> None:
    assert duration_ms(disguised) is None


def test_a_segment_is_no_list_either(disguised: Path) -> None:
    with pytest.raises(TransientError) as caught:
        index_run([disguised], NOWHERE, "https://cdn.example/a.m3u8")
    assert caught.value.code == "damaged_media"
