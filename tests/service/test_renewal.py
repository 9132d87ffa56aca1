"""Addresses that expire, playlists that change: a stream goes on without losing what it has."""

from collections import Counter
from pathlib import Path

import pytest

from tests.command import Workplace
from tests.service.storm import Storm, account_at, most_in
from tests.service.waiting import wait_for
from tests.standin import Latency, StandIn, Status
from tests.timelines import candidate, line, timeline

UNKNOWN_SEGMENTS = b"""#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:30
#EXTINF:20.0,
gone00000.ts
#EXTINF:4.0,
gone00001.ts
#EXT-X-ENDLIST
"""


def whole_segments(server: StandIn) -> Counter[str]:
    """How often each segment was sent whole."""
    sent = [seen for seen in server.requests("/one/") if seen.path.endswith(".ts")]
    return Counter(seen.path for seen in sent if seen.range is None and seen.status == 200)


@pytest.mark.parametrize("status", [403, 410])
def test_an_address_that_is_refused_is_asked_for_once_more(storm: Storm, sick: StandIn, status: int) -> None:
    sick.fault("*/segment00001.ts", Status(status), times=1, host="cdn")  # a line across it has segment 0 already
    storm.write({"video_id": "v-one"})
    done = storm.render(env=account_at(sick))
    assert done.code == 0, done.err
    storm.clips()
    storm.check_frames(bad_source=1)
    assert len(sick.requests(host="api")) == 2
    assert max(whole_segments(sick).values()) == 1


def test_addresses_that_expire_in_mid_run_cost_no_finished_segment(
    storm: Storm, workplace: Workplace, footage: Path
) -> None:
    with StandIn(footage, signed=True) as signing:
        signing.add_video("v-one", footage / "one")
        signing.fault("*.ts", Latency(0.3), host="cdn")
        storm.write({"video_id": "v-one"})
        process = workplace.start("render", "t.json", "-c", "6", env=storm.env | account_at(signing))
        wait_for(lambda: sum(whole_segments(signing).values()) >= 2)
        signing.expire_tokens()
        _, err = process.communicate(timeout=60)
        refused = [seen for seen in signing.requests(host="cdn") if seen.status == 403]
        sent, asked = whole_segments(signing), signing.requests(host="api")
        tokens = {seen.query for seen in signing.requests(host="cdn")}
    assert process.returncode == 0, err
    storm.clips()
    storm.check_frames(bad_source=1)
    assert refused
    assert set(sent.values()) == {1}
    assert len(asked) == 2
    written = [path.read_bytes() for path in workplace.job("t").rglob("*") if path.is_file()]
    assert len(tokens) == 2
    assert not any(token.encode() in data for token in tokens for data in (*written, err.encode()))


def test_an_address_that_stays_refused_is_renewed_a_few_times_and_no_more(storm: Storm, sick: StandIn) -> None:
    sick.fault("*.ts", Status(403), host="cdn")
    storm.write({"video_id": "v-one"})
    done = storm.render(env=account_at(sick))
    assert done.code == 5, done.err
    _, bad = storm.clips()
    assert {clip["fallback_reason"] for clip in bad} == {"http_403", "video_given_up"}
    assert len(sick.requests(host="api")) <= 5  # once, and once more for each window that was tried
    assert most_in(1, sick.requests()) <= 60
    storm.check_frames(bad_source=None)


def test_a_playlist_that_is_another_one_the_next_time_is_taken_as_it_then_is(storm: Storm, sick: StandIn) -> None:
    first = Status(200, {"Content-Type": "application/vnd.apple.mpegurl"}, UNKNOWN_SEGMENTS)
    sick.fault("*/index.m3u8", first, times=1, host="cdn")
    storm.write({"video_id": "v-one"})
    done = storm.render(env=account_at(sick))
    assert done.code == 0, done.err
    storm.clips()
    storm.check_frames(bad_source=1)
    assert len([seen for seen in sick.requests("/one/") if seen.path.endswith("index.m3u8")]) == 2
    assert max(whole_segments(sick).values()) == 1


def test_a_wait_for_the_apis_rate_holds_no_slot(workplace: Workplace, sick: StandIn) -> None:
    sick.fault("*/master.m3u8", Status(403), times=1, host="cdn")
    lines = [line(n * 200, n * 200 + 200, candidate(n * 240, video_id="v-one")) for n in range(4)]
    workplace.write("t.json", timeline(lines, output={"width": 160, "height": 90}))
    rate = {"LYRICCLIP_TWELVELABS_REQUESTS_PER_MINUTE": "1"}  # the second request has to wait for a minute

    done = workplace.run("render", "t.json", "-c", "1", "--deadline", "4", env=account_at(sick) | rate)

    assert done.code == 5, done.err
    report = workplace.report("t")
    assert {clip["fallback_reason"] for clip in report["clips"]} == {"deadline"}
    assert len(sick.requests(host="api")) == 1
    assert max(use["end_s"] - use["start_s"] for use in report["slots"]) < 1.5
