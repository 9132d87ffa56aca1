"""Servers in trouble, one kind at a time: twenty of sixty lines need one, the other forty never notice."""

import threading

import pytest

from tests.service.storm import Storm, most_in, reasons
from tests.standin import (
    CutShort,
    Damage,
    Drip,
    EmptyBody,
    Fault,
    Garbage,
    GzipBomb,
    HangAfterHeaders,
    HangBeforeHeaders,
    HugeBody,
    Redirect,
    Reset,
    StandIn,
    Status,
    WrongType,
)

GB = 1 << 30


@pytest.mark.parametrize(
    ("glob", "fault", "codes"),
    [
        pytest.param("*.ts", Status(404), {"http_404"}, id="404 segments"),
        pytest.param("*.m3u8", Status(404), {"http_404"}, id="404 playlist"),
        pytest.param("*.ts", Status(403), {"http_403"}, id="403"),
        pytest.param("*.ts", Status(500), {"http_500"}, id="500"),
        pytest.param("*", Status(503), {"http_503", "host_busy"}, id="503"),
        pytest.param("*", Status(429, {"Retry-After": "60"}), {"http_429", "host_busy"}, id="429 for a minute"),
        pytest.param("*", Status(429), {"http_429", "host_busy"}, id="429 without a word"),
        pytest.param("*.ts", Reset(), {"connection", "short_body"}, id="reset"),
        pytest.param("*.ts", Reset(2000), {"connection", "short_body"}, id="reset in the body"),
        pytest.param("*", Redirect(), {"redirect_loop"}, id="redirect loop"),
        pytest.param("*.ts", HangBeforeHeaders(), {"timeout"}, id="hang before headers"),
        pytest.param("*.ts", HangAfterHeaders(), {"stalled"}, id="hang after headers"),
        pytest.param("*.ts", HangAfterHeaders(3000), {"stalled"}, id="hang in the body"),
        pytest.param("*.ts", Drip(1), {"stalled"}, id="a byte a second"),
        pytest.param("*.ts", CutShort(3000), {"short_body"}, id="cut short"),
        pytest.param("*.ts", CutShort(100, with_content_length=False), {"damaged_media"}, id="cut short unannounced"),
        pytest.param("*.ts", Damage(0.01), {"damaged_media"}, id="damage"),
        pytest.param("*.ts", Garbage(), {"damaged_media"}, id="garbage"),
        pytest.param("*.m3u8", Garbage(), {"playlist_html"}, id="garbage for a playlist"),
        pytest.param("*.ts", EmptyBody(), {"empty_segment"}, id="empty segments"),
        pytest.param("*.m3u8", GzipBomb(4 * GB), {"too_large"}, id="gzip bomb for a playlist"),
        pytest.param("*.ts", GzipBomb(4 * GB), {"too_large"}, id="gzip bomb for a segment"),
        pytest.param("*.ts", HugeBody(2 * GB), {"too_large"}, id="2 GB"),
        pytest.param("*.ts", HugeBody(2 * GB, streamed=True), {"too_large"}, id="2 GB unannounced"),
    ],
)
def test_the_lines_that_need_it_fall_back_and_no_other(
    storm: Storm, sick: StandIn, glob: str, fault: Fault, codes: set[str]
) -> None:
    sick.fault(glob, fault)
    storm.write({"url": sick.url_for("one/master.m3u8")})

    done = storm.render(env={"LYRICCLIP_RETRY_WAIT_TOTAL_S": "5"})

    assert done.code == 5, done.err
    _, bad = storm.clips()
    found = reasons(bad)
    assert {clip["status"] for clip in bad} == {"fallback-placeholder"}
    assert found.keys() <= codes | {"video_given_up"}
    assert found.keys() & codes
    assert most_in(1, sick.requests()) <= 60
    storm.check_frames(bad_source=None)


def test_nobody_asks_before_the_time_that_the_server_named(storm: Storm, sick: StandIn) -> None:
    sick.fault("*", Status(429, {"Retry-After": "2"}), skip=1, times=1)
    storm.write({"url": sick.url_for("one/master.m3u8")})
    done = storm.render()
    assert done.code == 0, done.err
    storm.clips()
    storm.check_frames(bad_source=1)
    refused = next(seen.time for seen in sick.requests() if seen.status == 429)
    assert min(seen.time for seen in sick.requests() if seen.time > refused) - refused >= 1.9
    assert "host.slowed" in {record["event"] for record in storm.place.log("t")}


def test_ten_seconds_of_500_are_lived_through_without_a_storm_of_retries(storm: Storm, sick: StandIn) -> None:
    sick.fault("*.ts", Status(500))
    storm.write({"url": sick.url_for("one/master.m3u8")})
    begun = threading.Timer(10, sick.clear_faults)
    begun.start()
    patient = {"LYRICCLIP_MAX_RETRY": "20", "LYRICCLIP_RETRY_BACKOFF_BASE_MS": "300"}
    done = storm.render(env=patient)
    begun.join()
    assert done.code == 0, done.err
    _, bad = storm.clips()
    storm.check_frames(bad_source=1)
    failures = [seen for seen in sick.requests() if seen.status == 500]
    assert max(clip["retry_count"] for clip in bad) >= 3
    assert most_in(1, failures) <= 12
    assert len(failures) <= 40


@pytest.mark.parametrize(
    ("glob", "fault", "times"),
    [
        pytest.param("*", WrongType(), None, id="wrong type"),
        pytest.param("*.ts", Status(500), 2, id="two 500"),
        pytest.param("*.ts", Reset(500), 2, id="two resets"),
        pytest.param("*.ts", EmptyBody(), 2, id="two empty segments"),
        pytest.param("*.ts", CutShort(500), 2, id="two short bodies"),
        pytest.param("*", Status(429, {"Retry-After": "1"}), 2, id="429"),
    ],
)
def test_trouble_that_passes_costs_nothing(
    storm: Storm, sick: StandIn, glob: str, fault: Fault, times: int | None
) -> None:
    sick.fault(glob, fault, times=times)
    storm.write({"url": sick.url_for("one/master.m3u8")})
    done = storm.render()
    assert done.code == 0, done.err
    storm.clips()
    storm.check_frames(bad_source=1)
