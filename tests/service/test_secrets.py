"""Marked secrets, many kinds of trouble, and a search through everything that comes out of it.

Marked are the key, the queries of the timeline's, the API's and the playlists' addresses and of redirects, a user's
password in an address, and a proxy's. An ffmpeg that keeps a record says what a child process is given.
"""

import json
import signal
import time
from pathlib import Path

import pytest

from lyricclip_cli.ffmpeg.binary import find_ffmpeg
from tests.command import Finished, Workplace
from tests.standin import (
    CutShort,
    EmptyBody,
    Fault,
    Garbage,
    HangBeforeHeaders,
    HugeBody,
    Redirect,
    Reset,
    StandIn,
    Status,
)
from tests.timelines import candidate, line, timeline

MARK = "S3CRETMARK"
KEY = f"tlk_{MARK}_KEY"
PROXY = f"http://user:{MARK}_PROXY@127.0.0.1:9"
TROUBLE: dict[str, Fault] = {
    "*/playlist-404": Status(404, body=MARK.encode()),
    "*/playlist-reset": Reset(),
    "*/playlist-short": CutShort(5),
    "*/playlist-empty": EmptyBody(),
    "*/playlist-html": Garbage(),
    "*/playlist-huge": HugeBody(1 << 30),
    "*/playlist-loop": Redirect(),
    "*/playlist-elsewhere": Redirect(to=f"ftp://user:{MARK}@h/x?{MARK}"),
    "*/playlist-broken-redirect": Redirect(to=f"http://[::1?{MARK}"),
    "*/playlist-private": Redirect(to=f"http://10.0.0.1/x?{MARK}"),
    "*/playlist-nowhere": Redirect(to=f"http://127.0.0.1:1/x?{MARK}"),
    "*/playlist-tls": Redirect(to=f"https://127.0.0.1:{{port}}/x?{MARK}"),
}
HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
PLAYLISTS = {
    "segment-404": f"{HEAD}#EXTINF:4,\nnone.ts?{MARK}\n",
    "segment-bad": f"{HEAD}#EXTINF:4,\nftp://user:{MARK}@h/none.ts?{MARK}\n",
    "segment-private": f"{HEAD}#EXTINF:4,\nhttp://user:{MARK}@10.0.0.1/none.ts?{MARK}\n",
    "segment-name": f"{HEAD}#EXTINF:4,\nhttp://no-such-host.invalid/none.ts?{MARK}\n",
    "segment-idna": f"{HEAD}#EXTINF:4,\nhttp://xn--/none.ts?{MARK}\n",
    "segment-media": f"{HEAD}#EXTINF:4,\nsegment-404.m3u8?{MARK}\n",
    "key-404": f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="none.key?{MARK}"\n#EXTINF:4,\nsegment-404.m3u8?{MARK}\n',
    "key-long": f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="key-long.m3u8?{MARK}"\n#EXTINF:4,\nsegment-404.m3u8?{MARK}\n',
    "tag-broken": f'{HEAD}#EXT-X-KEY:METHOD,URI="none.key?{MARK}"\n#EXTINF:{MARK},\na.ts?{MARK}\n',
    "range-broken": f"{HEAD}#EXTINF:4,\n#EXT-X-BYTERANGE:x@https://h/?{MARK}\na.ts?{MARK}\n",
    "map-404": f'{HEAD}#EXT-X-MAP:URI="none.mp4?{MARK}"\n#EXTINF:4,\na.m4s?{MARK}\n',
}


@pytest.fixture
def recorder(tmp_path: Path) -> tuple[Path, Path]:
    """An ffmpeg that notes its arguments and environment, and the file where it does."""
    program, record = tmp_path / "tools" / "ffmpeg", tmp_path / "tools" / "record"
    program.parent.mkdir()
    note = f'{{ echo "$0 $@"; tr "\\0" "\\n" < /proc/$$/environ; ps axo args; }} >> {record} 2>/dev/null'
    program.write_text(f'#!/bin/sh\n{note}\nexec {find_ffmpeg(None).path} "$@"\n')
    program.chmod(0o755)
    return program, record


@pytest.fixture
def environ(account: dict[str, str], standin: StandIn, recorder: tuple[Path, Path]) -> dict[str, str]:
    standin._api.key = KEY
    quick = {"LYRICCLIP_MAX_RETRY": "1", "LYRICCLIP_RETRY_BACKOFF_BASE_MS": "1", "LYRICCLIP_RETRY_WAIT_TOTAL_S": "2"}
    quick["LYRICCLIP_STALL_TIMEOUT_S"] = "1"
    proxy = {"ALL_PROXY": PROXY, "NO_PROXY": "127.0.0.1,10.0.0.1,no-such-host.invalid"}
    return account | quick | proxy | {"TWELVELABS_API_KEY": KEY, "LYRICCLIP_FFMPEG": str(recorder[0])}


def nothing_told(place: Workplace, *calls: Finished) -> None:
    """No output and no file but the timelines and playlists themselves holds a mark."""
    for done in calls:
        assert MARK not in done.out + done.err
    written = [path for path in place.folder.rglob("*") if path.is_file() and path.parent.name != "given"]
    assert [path for path in written if MARK.encode() in path.read_bytes()] == []


def given(place: Workplace, standin: StandIn) -> str:
    """A timeline with a line for each kind of trouble, in the folder `given`."""
    folder = place.folder / "given"
    folder.mkdir()
    standin.add_video("v-given", folder)
    for name, text in PLAYLISTS.items():
        (folder / f"{name}.m3u8").write_text(text)
    for glob, fault in TROUBLE.items():
        port = standin.cdn_url.rpartition(":")[2]
        standin.fault(glob, Redirect(fault.to.replace("{port}", port)) if isinstance(fault, Redirect) else fault)
    base = standin.cdn_url.replace("http://", f"http://user:{MARK}@")
    names = [glob.removeprefix("*/") for glob in TROUBLE] + [f"v-given/{name}.m3u8" for name in PLAYLISTS]
    urls = [f"{base}/{name}?sig={MARK}" for name in names]
    urls += [f"https://cdn.example/proxied?{MARK}", f"{base}/one/master.m3u8?{MARK}"]
    for number, hls in enumerate(({"video_url": f"ftp://u:{MARK}@h/?{MARK}"}, {"video_url": urls[0]}, {"x": MARK})):
        standin.add_video(f"v-{number}", folder, hls={"status": "COMPLETE", **hls})
    chosen = [candidate(0, url=url) for url in urls] + [candidate(0, video_id=f"v-{n}") for n in range(4)]
    lines = [line(n * 200, n * 200 + 200, one) for n, one in enumerate(chosen)]
    (folder / "t.json").write_text(json.dumps(timeline(lines)))
    return "given/t.json"


def test_no_secret_is_told_whatever_goes_wrong(
    workplace: Workplace, standin: StandIn, environ: dict[str, str], recorder: tuple[Path, Path]
) -> None:
    path = given(workplace, standin)
    loud = ("--log-level", "debug", "--log-file", "all.log")
    calls = [workplace.run("render", path, "--progress", "json", "--metrics", "-", *loud, env=environ)]
    assert calls[0].code == 5, calls[0].err
    report = workplace.report("t")
    seen = {clip["fallback_reason"] for clip in report["clips"]}
    assert len(seen) >= 14, seen
    calls += [
        workplace.run("render", path, "--progress", "plain", env=environ | {"TWELVELABS_API_KEY": f"{KEY}_WRONG"}),
        workplace.run("plan", path, env=environ),
        workplace.run("plan", path, "--json", env=environ),
        workplace.run("validate", path, env=environ),
        workplace.run("report", "artifacts/renders/t/metrics.json", env=environ),
        workplace.run("doctor", env=environ),
        workplace.run("doctor", env=environ | {"TWELVELABS_BASE_URL": f"http://u:{MARK}@127.0.0.1:1/?{MARK}"}),
        workplace.run("doctor", env=environ | {"TWELVELABS_BASE_URL": f"u:{MARK}@[::1"}),
        workplace.run("doctor", env=environ | {"TWELVELABS_API_KEY": f"{MARK} {MARK}"}),
    ]
    nothing_told(workplace, *calls)
    record = recorder[1].read_text(errors="replace")
    assert "-filter_complex" in record
    assert "PATH=" in record
    assert MARK not in record


def test_a_wrong_timeline_is_told_without_its_secrets(workplace: Workplace) -> None:
    (workplace.folder / "given").mkdir()
    bad = [f"https://u:{MARK}@h:x/?{MARK}", f"ftp://u:{MARK}@h/?{MARK}", f"https:// h/?{MARK}", f"//h?{MARK}"]
    lines = [line(n * 200, n * 200 + 200, candidate(0, url=url)) for n, url in enumerate(bad)]
    lines.append(line(2000, 2200, {"urll": f"https://h/?{MARK}", "start_ms": 0, "end_ms": 5}))
    (workplace.folder / "given" / "t.json").write_text(json.dumps(timeline(lines)))
    (workplace.folder / "given" / "cut.json").write_text(json.dumps(timeline(lines))[:-40])
    for name in ("t", "cut"):
        done = workplace.run("render", f"given/{name}.json")
        assert done.code == 3
        nothing_told(workplace, done)


BUG = f"""
import os
import lyricclip_cli.hls.playlist as playlist

def broken(data, uri):
    secret = os.environ["TWELVELABS_API_KEY"]
    try:
        raise ValueError(f"{{uri}} {{secret}}")
    except ValueError as error:
        raise RuntimeError(f"headers: x-api-key={{secret}}", f"https://u:{MARK}@h/?{MARK}", uri) from error

playlist.parse_playlist = broken
"""
"""A bug on purpose, as Python loads it at its start (`sitecustomize`): an exception full of secrets."""


def test_a_bugs_traceback_shows_no_secret(workplace: Workplace, standin: StandIn, environ: dict[str, str]) -> None:
    (workplace.folder / "given").mkdir()
    (workplace.folder / "given" / "sitecustomize.py").write_text(BUG)
    url = f"{standin.url_for('one/master.m3u8')}?sig={MARK}"
    (workplace.folder / "given" / "t.json").write_text(json.dumps(timeline([line(0, 200, candidate(0, url=url))])))
    python = {"PYTHONPATH": str(workplace.folder / "given"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = workplace.run("render", "given/t.json", env=environ | python)
    assert done.code == 1
    assert "RuntimeError" in done.err
    assert "Please report it" in done.err
    nothing_told(workplace, done)


def test_an_interrupted_run_tells_none_either(workplace: Workplace, standin: StandIn, environ: dict[str, str]) -> None:
    (workplace.folder / "given").mkdir()
    standin.fault("*.ts", HangBeforeHeaders())
    url = f"{standin.url_for('one/master.m3u8')}?sig={MARK}"
    (workplace.folder / "given" / "t.json").write_text(json.dumps(timeline([line(0, 200, candidate(0, url=url))])))
    process = workplace.start("render", "given/t.json", "--log-level", "debug", env=environ)
    end = time.monotonic() + 20
    while not standin.requests("/one/180p/segment") and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    nothing_told(workplace, Finished(130, out, err))
