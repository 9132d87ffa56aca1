"""Hosts that are not what they should be: untrusted, unknown, elsewhere, or not the API at all."""

from pathlib import Path

import pytest

from tests.command import Workplace
from tests.service.storm import Storm, account_at, reasons
from tests.standin import Fault, Garbage, Redirect, StandIn
from tests.standin.tls import self_signed
from tests.timelines import candidate, line, timeline

KEY_HEADER = "x-api-key"
PLACEHOLDER = "fallback-placeholder"


def test_a_certificate_that_nobody_vouches_for_is_refused(storm: Storm, footage: Path) -> None:
    context, _ = self_signed(storm.place.folder)
    with StandIn(footage, tls=context) as untrusted:
        storm.write({"url": untrusted.url_for("one/master.m3u8")})
        done = storm.render()
        assert untrusted.requests() == []
        assert untrusted.connections() <= 20
    assert done.code == 5, done.err
    _, bad = storm.clips()
    assert {clip["status"] for clip in bad} == {PLACEHOLDER}
    assert reasons(bad).keys() == {"tls", "video_given_up"}
    assert {clip["retry_count"] for clip in bad} == {0}
    assert {attempt["hint"] for clip in bad for attempt in clip["attempts"] if attempt["error_code"]} == {
        "a company's own certificate authority goes into SSL_CERT_FILE"
    }
    storm.check_frames(bad_source=None)


def test_a_certificate_authority_of_ones_own_is_trusted(workplace: Workplace, footage: Path) -> None:
    context, certificate = self_signed(workplace.folder)
    with StandIn(footage, tls=context) as own:
        url = own.url_for("one/master.m3u8")
        workplace.write("t.json", timeline([line(0, 400, candidate(0, url=url))]))
        done = workplace.run("render", "t.json", env={"SSL_CERT_FILE": str(certificate)})
    assert url.startswith("https://")
    assert done.code == 0, done.err


def test_a_host_that_nobody_knows_is_retried_and_given_up(storm: Storm) -> None:
    storm.write({"url": "http://nowhere.invalid/one/master.m3u8"})  # no such name, ever (RFC 6761, section 6.4)
    done = storm.render()
    assert done.code == 5, done.err
    _, bad = storm.clips()
    assert {clip["status"] for clip in bad} == {PLACEHOLDER}
    assert reasons(bad).keys() <= {"connection", "timeout", "video_given_up"}
    assert max(clip["retry_count"] for clip in bad) == 2
    storm.check_frames(bad_source=None)


def test_footage_that_is_elsewhere_is_followed_without_the_key(storm: Storm, sick: StandIn) -> None:
    sick.fault("*", Redirect(storm.good.cdn_url + "{target}"), host="cdn")
    storm.write({"video_id": "v-one"})
    done = storm.render(env=account_at(sick))
    assert done.code == 0, done.err
    storm.clips()
    storm.check_frames(bad_source=1)
    assert {seen.path for seen in storm.good.requests("/one/")} > {"/one/master.m3u8"}
    footage = [*sick.requests(host="cdn"), *storm.good.requests()]
    assert not [seen for seen in footage if KEY_HEADER in seen.headers or sick.key in str(seen.headers)]
    assert [seen.headers[KEY_HEADER] for seen in sick.requests(host="api")] == [sick.key]


@pytest.mark.parametrize(
    ("fault", "code", "asked"),
    [
        pytest.param("redirect", "api_redirect", 3, id="elsewhere"),
        pytest.param(Garbage(), "api_answer", 9, id="a page for people"),
    ],
)
def test_an_api_that_is_none_costs_the_lines_that_need_it(
    storm: Storm, sick: StandIn, fault: Fault | str, code: str, asked: int
) -> None:
    elsewhere = Redirect(storm.good.api_url.removesuffix("/v1.3") + "{target}", code=307)
    sick.fault("*", elsewhere if isinstance(fault, str) else fault, host="api")
    storm.write({"video_id": "v-one"})

    done = storm.render(env=account_at(sick))

    assert done.code == 5, done.err
    _, bad = storm.clips()
    assert {clip["status"] for clip in bad} == {PLACEHOLDER}
    assert reasons(bad).keys() == {code, "video_given_up"}
    assert reasons(bad)[code] in {2, 3}  # two at a time: when the second fails, a third may be at its last attempt
    assert storm.good.requests(host="api") == []  # the key went nowhere else
    assert len(sick.requests(host="api")) <= asked
    storm.check_frames(bad_source=None)
