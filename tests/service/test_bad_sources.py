"""Sources that are not what they should be: a recorded fallback, a reason that helps, and never a traceback."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from tests.command import Workplace
from tests.numbered import read_numbers
from tests.standin import CutShort, EmptyBody, Fault, Garbage, Reset, StandIn, Status
from tests.timelines import candidate, line, shown, timeline


@pytest.mark.parametrize(
    ("glob", "fault", "code"),
    [
        ("*/two/master.m3u8", Garbage(), "playlist_html"),
        ("*/two/master.m3u8", EmptyBody(), "playlist_empty"),
        ("*/two/*/*.m3u8", Status(200, body=b"#EXTM3U\n#EXT-X-ENDLIST\n"), "playlist_empty"),
        ("*/two/*.m4s", Status(404), "http_404"),
        ("*/two/*.m4s", Status(500), "http_500"),
        ("*/two/*.m4s", Garbage(), "damaged_media"),
        ("*/two/*.m4s", EmptyBody(), "empty_segment"),
        ("*/two/*.m4s", CutShort(1000, with_content_length=True), "short_body"),
        ("*/two/*.m4s", Reset(), "connection"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_broken_source_falls_back_with_its_reason_and_leaves_the_others_alone(
    workplace: Workplace, standin: StandIn, glob: str, fault: Fault, code: str
) -> None:
    standin.fault(glob, fault)
    good, bad = (candidate(2000, url=standin.url_for(f"{name}/master.m3u8")) for name in ("one", "two"))
    workplace.write("t.json", timeline([line(0, 1000, good), line(1000, 2000, bad, good), line(2000, 3000, bad)]))

    done = workplace.run("render", "t.json", env={"LYRICCLIP_RETRY_BACKOFF_BASE_MS": "1"})

    assert done.code == 5, done.err
    assert "Traceback" not in done.err
    clips = workplace.report("t")["clips"]
    assert [clip["status"] for clip in clips] == ["success", "fallback-candidate", "fallback-placeholder"]
    assert [clip["fallback_reason"] for clip in clips] == [None, code, code]
    expected = shown(1, 2000, 25, film_fps=Fraction(25), source_fps=Fraction(25))
    assert read_numbers(workplace.film("t"))[:50] == expected * 2


@pytest.mark.parametrize(
    ("hls", "status"),
    [
        (None, "none"),
        ({}, "none"),
        ({"status": "PROCESSING"}, "PROCESSING"),
        ({"video_url": "", "status": "ERROR"}, "ERROR"),
    ],
)
def test_a_video_without_a_stream_says_so(
    workplace: Workplace, standin: StandIn, account: dict[str, str], footage: Path, hls: object, status: str
) -> None:
    standin.add_video("v-dry", footage / "one", hls=hls)
    workplace.write("t.json", timeline([line(0, 1000, candidate(0, video_id="v-dry"))]))

    done = workplace.run("render", "t.json", env=account)

    assert done.code == 5
    first = workplace.report("t")["clips"][0]["attempts"][0]
    assert first["error_code"] == "no_stream"
    assert status in first["message"]
    assert "streaming" in first["hint"]


def test_the_media_folder_stands_in_for_a_video(
    workplace: Workplace, standin: StandIn, account: dict[str, str], footage: Path
) -> None:
    media = workplace.folder / "media" / "videos"
    media.mkdir(parents=True)
    shutil.copy(footage / "four.mp4", media / "v-lost.mp4")
    workplace.write("t.json", timeline([line(0, 1000, candidate(1000, video_id="v-lost"))]))

    done = workplace.run("render", "t.json", env=account)

    assert done.code == 0
    clip = workplace.report("t")["clips"][0]
    assert (clip["status"], clip["source_type"], clip["fallback_reason"]) == (
        "fallback-local",
        "local",
        "unknown_video",
    )
    assert read_numbers(workplace.film("t")) == shown(4, 1000, 25, film_fps=Fraction(25), source_fps=Fraction(25))


def test_footage_outside_the_timelines_folder_is_refused(workplace: Workplace, footage: Path) -> None:
    workplace.write("t.json", timeline([line(0, 1000, candidate(0, file=str(footage / "four.mp4")))]))
    done = workplace.run("render", "t.json")
    assert done.code == 3
    assert "lines[0].candidates[0].file" in done.err


def test_too_little_footage_holds_one_second_and_no_more(workplace: Workplace, standin: StandIn) -> None:
    url = standin.url_for("one/master.m3u8")  # 24 s, so frame 599 is the last
    held, short = candidate(23_000, url=url), candidate(22_960, url=url)
    workplace.write("t.json", timeline([line(0, 2000, held), line(2000, 4080, short)]))

    done = workplace.run("render", "t.json")

    assert done.code == 5
    clips = workplace.report("t")["clips"]
    assert [(clip["status"], clip["held_frames"], clip["fallback_reason"]) for clip in clips] == [
        ("success", 25, None),
        ("fallback-placeholder", 0, "footage_too_short"),
    ]
    expected = shown(1, 23_000, 50, film_fps=Fraction(25), source_fps=Fraction(25), last=599)
    assert read_numbers(workplace.film("t"))[:50] == expected
