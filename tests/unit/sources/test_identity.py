"""What tells one stream from another without a download."""

import os
from pathlib import Path

import pytest

from lyricclip_cli.sources.identity import playlist_identity, url_identity

URL = "https://cdn.example/a/master.m3u8"


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("?Expires=1&Signature=abc&Key-Pair-Id=K", True),
        ("?X-Amz-Signature=1&X-Amz-Date=2", True),
        ("?hdnts=exp=1~hmac=2", True),
        ("#t=10", True),
        ("?id=7", False),
        ("?id=7&Signature=1", False),
        ("?start=10", False),
    ],
)
def test_a_signature_is_no_part_of_what_is_signed(query: str, same: bool) -> None:
    assert (url_identity(URL + query) == URL) is same


def test_other_values_are_other_footage() -> None:
    assert url_identity(f"{URL}?id=1") != url_identity(f"{URL}?id=2")


@pytest.fixture
def master(tmp_path: Path) -> Path:
    """A master playlist, a rendition with a key and a segment."""
    (tmp_path / "720p").mkdir()
    (tmp_path / "720p" / "a b.ts").write_bytes(b"x")
    (tmp_path / "key.bin").write_bytes(b"k")
    media = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="../key.bin"\n#EXTINF:6,\na%20b.ts\n#EXT-X-ENDLIST\n'
    (tmp_path / "720p" / "index.m3u8").write_text(media)
    path = tmp_path / "master.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p/index.m3u8\n")
    return path


@pytest.mark.parametrize("name", ["master.m3u8", "720p/index.m3u8", "720p/a b.ts", "key.bin"])
def test_a_local_playlist_is_all_that_it_leads_to(master: Path, name: str) -> None:
    before = playlist_identity(master)
    assert playlist_identity(master) == before
    os.utime(master.parent / name, ns=(1, 1))
    assert playlist_identity(master) != before


def test_playlists_that_lead_to_each_other_end(master: Path) -> None:
    (master.parent / "720p" / "index.m3u8").write_text("#EXTM3U\n../720p/../master.m3u8\nindex.m3u8\n")
    assert playlist_identity(master)
