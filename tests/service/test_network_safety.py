"""What streams lead to: the user's own hosts and the internet, and no file, no other machine of the private network.

127.0.0.1 is a host that the user wrote, 127.0.0.2 its neighbour, which nobody wrote. The neighbour must never be asked.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authority import make_authority
from tests.command import Workplace
from tests.contract.loopback import Server, served
from tests.standin import Redirect, StandIn
from tests.timelines import candidate, line, timeline

HEAD = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n"
KEY = '#EXT-X-KEY:METHOD=AES-128,URI="{}"\n'
MAP = '#EXT-X-MAP:URI="{}"\n'
SEGMENT = "#EXTINF:4,\n{}\n"
END = "#EXT-X-ENDLIST\n"
SCHEMES = ("file:///etc/passwd", "ftp://127.0.0.1/a.ts", "data:video/mp2t;base64,AAAA", "concat:/etc/passwd",
           "gopher://127.0.0.1/a", "javascript:1", "pipe:0")  # fmt: skip
HOSTS = ("169.254.169.254", "10.0.0.1", "192.168.0.1", "100.64.0.1", "0.0.0.0", "127.0.0.3", "2130706435", "0x7f.3",
         "[::1]", "[::ffff:127.0.0.3]", "[fd00:ec2::254]")  # fmt: skip


@pytest.fixture
def neighbour(footage: Path) -> Iterator[Server]:
    with served(footage / "one", host="127.0.0.2") as server:
        yield server


def playlists(neighbour: str) -> dict[str, tuple[str, str]]:
    """Playlists by name, each with the code that it ends with."""
    other = f"{neighbour}/180p/segment00000.ts"
    refused = {
        "segment": HEAD + SEGMENT.format(other) + END,
        "key": HEAD + KEY.format(other) + SEGMENT.format("/one/180p/segment00000.ts") + END,
        "map": HEAD + MAP.format(other) + SEGMENT.format("/one/180p/segment00000.ts") + END,
        "rendition": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{neighbour}/180p/index.m3u8\n",
        "redirected-segment": HEAD + SEGMENT.format("/away/180p/segment00000.ts") + END,
        "redirected-key": HEAD + KEY.format("/away/a.key") + SEGMENT.format("/one/180p/segment00000.ts") + END,
        **{f"host-{number}": HEAD + SEGMENT.format(f"http://{host}/a.ts") + END for number, host in enumerate(HOSTS)},
    }
    schemes = {f"scheme-{number}": HEAD + SEGMENT.format(uri) + END for number, uri in enumerate(SCHEMES)}
    keys = {f"key-{name}": HEAD + KEY.format("file:///etc/passwd") + SEGMENT.format("a.ts") for name in "a"}
    return {name: (text, "address_refused") for name, text in refused.items()} | {
        name: (text, "bad_uri") for name, text in (schemes | keys).items()
    }


def test_a_stream_leads_to_no_file_and_to_no_machine_that_nobody_wrote(
    workplace: Workplace, standin: StandIn, neighbour: Server, tmp_path: Path
) -> None:
    evil, expected = tmp_path / "evil", playlists(neighbour.base)
    evil.mkdir()
    for name, (text, _) in expected.items():
        (evil / f"{name}.m3u8").write_text(text)
    standin.add_video("v-evil", evil)
    standin.fault("/away/*", Redirect(to=f"{neighbour.base}{{target}}"))
    lines = [
        line(n * 200, n * 200 + 200, candidate(0, url=f"{standin.cdn_url}/v-evil/{name}.m3u8"), id=name)
        for n, name in enumerate(expected)
    ]
    workplace.write("t.json", timeline(lines))

    done = workplace.run("render", "t.json", "-c", "8", env={"LYRICCLIP_MAX_RETRY": "0"})

    assert done.code == 5, done.err
    assert "Traceback" not in done.err
    clips = workplace.report("t")["clips"]
    assert {clip["line_id"]: clip["fallback_reason"] for clip in clips} == {
        name: code for name, (_, code) in expected.items()
    }
    assert neighbour.seen == []


def test_what_the_user_wrote_may_be_anywhere_and_redirect_to_itself(
    workplace: Workplace, standin: StandIn, neighbour: Server, footage: Path
) -> None:
    """The neighbour's own stream, and one that moved to another port of its host."""
    with served(footage) as other:
        standin.fault("/moved/*", Redirect(to=f"{other.base}/one/master.m3u8"))
        urls = [f"{neighbour.base}/master.m3u8", f"{standin.cdn_url}/moved/master.m3u8"]
        lines = [line(n * 200, n * 200 + 200, candidate(0, url=url)) for n, url in enumerate(urls)]
        workplace.write("t.json", timeline(lines))
        assert workplace.run("render", "t.json").code == 0
        assert neighbour.seen
        assert other.seen


def test_a_playlist_on_disk_leads_to_files_beside_it_and_to_no_private_host(
    workplace: Workplace, standin: StandIn, footage: Path
) -> None:
    (workplace.folder / "one").symlink_to(footage / "one")  # leads out of the timeline's folder
    (workplace.folder / "here.ts").write_bytes((footage / "one" / "180p" / "segment00000.ts").read_bytes())
    names = {
        "beside": ("here.ts", None),
        "outside": ("one/180p/segment00000.ts", "outside_folder"),
        "absolute": ("file:///etc/passwd", "outside_folder"),
        "private": (standin.url_for("one/180p/segment00000.ts"), "address_refused"),
    }
    for name, (uri, _) in names.items():
        (workplace.folder / f"{name}.m3u8").write_text(HEAD + SEGMENT.format(uri) + END)
    lines = [line(n * 200, n * 200 + 200, candidate(0, file=f"{name}.m3u8")) for n, name in enumerate(names)]
    workplace.write("t.json", timeline(lines))
    assert workplace.run("render", "t.json").code == 5
    reasons = [clip["fallback_reason"] for clip in workplace.report("t")["clips"]]
    assert reasons == [code for _, code in names.values()]
    assert standin.requests() == []


def test_the_api_names_http_addresses_alone(
    workplace: Workplace, standin: StandIn, account: dict[str, str], footage: Path
) -> None:
    (workplace.folder / "a.m3u8").write_text(HEAD + SEGMENT.format("a.ts") + END)
    addresses = [(workplace.folder / "a.m3u8").as_uri(), "ftp://h/a.m3u8", "http://[::1", "http://", "x"]
    for number, address in enumerate(addresses):
        standin.add_video(f"v-{number}", footage / "one", hls={"status": "COMPLETE", "video_url": address})
    lines = [line(n * 200, n * 200 + 200, candidate(0, video_id=f"v-{n}")) for n in range(len(addresses))]
    workplace.write("t.json", timeline(lines))
    done = workplace.run("render", "t.json", env=account)
    assert done.code == 5, done.err
    assert {clip["fallback_reason"] for clip in workplace.report("t")["clips"]} == {"bad_uri"}


def test_a_companys_own_authority_goes_into_ssl_cert_file(workplace: Workplace, footage: Path, tmp_path: Path) -> None:
    (tmp_path / "authority").mkdir()
    authority = make_authority(tmp_path / "authority")
    with served(footage / "one", tls=authority.server("localhost")) as server:
        workplace.write(
            "t.json", timeline([line(0, 200, candidate(0, url=f"{server.base_as('localhost')}/master.m3u8"))])
        )
        refused = workplace.run("render", "t.json", env={"SSL_CERT_FILE": ""})
        clip = workplace.report("t")["clips"][0]
        assert (refused.code, clip["fallback_reason"], server.seen) == (5, "tls", [])
        assert workplace.run("render", "t.json", env={"SSL_CERT_FILE": str(authority.file)}).code == 0


def test_the_key_goes_to_the_apis_host_alone(workplace: Workplace, standin: StandIn, account: dict[str, str]) -> None:
    standin.fault("/v1.3/*/v-two", Redirect(to=f"{standin.cdn_url}/caught{{target}}"), host="api")
    lines = [line(n * 200, n * 200 + 200, candidate(0, video_id=f"v-{name}")) for n, name in enumerate(("one", "two"))]
    workplace.write("t.json", timeline(lines))
    assert workplace.run("render", "t.json", env=account).code == 5
    assert workplace.report("t")["clips"][1]["fallback_reason"] == "api_redirect"
    assert standin.requests("/caught") == []
    for seen in standin.requests(host="cdn"):
        assert account["TWELVELABS_API_KEY"] not in str(seen.headers)
