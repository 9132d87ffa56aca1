"""Playlists in every form that servers give them: the film is the same."""

import re
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tests.command import Workplace
from tests.numbered import read_numbers
from tests.standin import Redirect, StandIn
from tests.streams import make_hls
from tests.timelines import candidate, line, shown, timeline

Change = Callable[[str, str], str]


def on_uris(text: str, change: Callable[[str], str]) -> str:
    """Change the URIs of a playlist."""
    return "\n".join(change(entry) if entry and not entry.startswith("#") else entry for entry in text.splitlines())


def absolute(text: str, origin: str) -> str:
    return on_uris(text, lambda uri: f"{origin}/s/180p/{uri}")


def absolute_path(text: str, _origin: str) -> str:
    return on_uris(text, lambda uri: f"/s/180p/{uri}")


def climbing(text: str, _origin: str) -> str:
    return on_uris(text, lambda uri: f"../180p/./{uri}")


def query(text: str, _origin: str) -> str:
    return on_uris(text, lambda uri: f"{uri}?token=a%2Fb%3D&part=1")


def crlf(text: str, _origin: str) -> str:
    return text.replace("\n", "\r\n")


def bom(text: str, _origin: str) -> str:
    return "\ufeff" + text


def without_end(text: str, _origin: str) -> str:
    return re.sub(r"#EXT-X-(ENDLIST|PLAYLIST-TYPE.*)\n?", "", text)


def later_sequence(text: str, _origin: str) -> str:
    return re.sub(r"MEDIA-SEQUENCE:\d+", "MEDIA-SEQUENCE:7041", text)


FORMS: list[Change] = [absolute, absolute_path, climbing, query, crlf, bom, without_end, later_sequence]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    make_hls(folder / "s", source_id=9, seconds=12)
    return folder


@pytest.fixture
def root(plain: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plain, tmp_path / "root"))


def frames_of(tmp_path: Path, url: str) -> list[object]:
    place = Workplace(tmp_path)
    place.write("t.json", timeline([line(0, 1000, candidate(3700, url=url))]))
    done = place.run("render", "t.json")
    assert done.code == 0, done.err
    return list(read_numbers(place.film("t")))


EXPECTED = shown(9, 3700, 25, film_fps=Fraction(25), source_fps=Fraction(25))


@pytest.mark.parametrize("change", FORMS, ids=lambda change: change.__name__)
def test_a_media_playlist_in_this_form(root: Path, tmp_path: Path, change: Change) -> None:
    playlist = root / "s" / "180p" / "index.m3u8"
    with StandIn(root) as server:
        playlist.write_bytes(change(playlist.read_text(), server.cdn_url).encode())
        assert frames_of(tmp_path, server.url_for("s/master.m3u8")) == EXPECTED
        if change is query:
            assert {entry.query for entry in server.requests("/s/180p/index0")} <= {"token=a%2Fb%3D&part=1"}


def test_a_media_playlist_named_directly(root: Path, tmp_path: Path) -> None:
    with StandIn(root) as server:
        assert frames_of(tmp_path, server.url_for("s/180p/index.m3u8")) == EXPECTED


def test_compressed_playlists_and_tokens_everywhere(root: Path, tmp_path: Path) -> None:
    with StandIn(root, signed=True, pack_playlists=True) as server:
        assert frames_of(tmp_path, server.url_for("s/master.m3u8")) == EXPECTED


def test_redirected_playlists_and_segments(root: Path, tmp_path: Path) -> None:
    """Relative URIs belong to where the playlist came from in the end (RFC 3986 5.1.3)."""
    (root / "moved").mkdir()
    (root / "s").rename(root / "moved" / "s")
    with StandIn(root) as server:
        server.fault("/s/*", Redirect(to="/moved{path}"))
        assert frames_of(tmp_path, server.url_for("s/master.m3u8")) == EXPECTED


def test_other_kinds_of_rendition_are_passed_over(root: Path, tmp_path: Path) -> None:
    master = root / "s" / "master.m3u8"
    more = (
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",URI="none/subs.m3u8"\n'
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=10000,URI="none/iframes.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\nnone/sound-only.m3u8\n'
    )
    master.write_text(master.read_text() + more)
    with StandIn(root) as server:
        assert frames_of(tmp_path, server.url_for("s/master.m3u8")) == EXPECTED
        assert server.requests("/s/none/") == []
