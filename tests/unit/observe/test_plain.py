import io

from lyricclip_cli.events import (
    AttemptFailed,
    Event,
    FilmWritten,
    FramesCut,
    JoinStarted,
    RenderFinished,
    WarningRaised,
)
from lyricclip_cli.observe.plain import PlainLines
from lyricclip_cli.outcome import ClipStatus
from tests.unit.observe import samples
from tests.unit.observe.test_output import Broken

LINES = [f"line {number}" for number in range(1, 25)]


def lines(*events: Event, timelines: int = 1) -> list[str]:
    stream = io.StringIO()
    with PlainLines(stream, timelines=timelines) as listener:
        for event in events:
            listener(event)
    return stream.getvalue().splitlines()


def test_a_whole_run() -> None:
    too_short = samples.done(ClipStatus.FALLBACK_CANDIDATE, reason="footage_too_short", steps=2, slot=1, seconds=3.21)
    assert lines(
        samples.started(*LINES, reused=1),
        WarningRaised("demo", "L004", "overlaps line L005 by 120 ms"),
        samples.taken("L003", 2),
        FramesCut("demo", "L003", 5, 100),
        samples.finished("L003"),
        AttemptFailed("demo", "L004", 1, samples.VIDEO, "http_503", "Service Unavailable", 0.5),
        AttemptFailed("demo", "L004", 1, samples.VIDEO, "footage_too_short", "2 s of 4 s", None),
        samples.finished("L004", too_short),
        samples.finished("L005", samples.failed("disk_full", "no space left")),
        JoinStarted("demo", 24),
        FilmWritten("demo", samples.film()),
        RenderFinished("demo", "degraded", 5, 83.2),
    ) == [
        "demo: 24 clips, 1 reused, 2400 frames, 1:36, 4 slots",
        "warning: L004  overlaps line L005 by 120 ms",
        "[ 2/24] L003  success  hls 691aef4a…  slot 2  1.4 s",
        "L004  http_503 (Service Unavailable); again in 0.5 s",
        "[ 3/24] L004  fell back to candidate 2: footage_too_short  hls 691aef4a…  slot 1  3.2 s",
        "[ 4/24] L005  failed: disk_full (no space left)",
        "joining 24 pieces",
        "film artifacts/renders/demo/film.mp4, 1:36 long, 2400 frames, 12.3 MB",
        "degraded in 1:23",
    ]


def test_jobs_of_a_batch_are_told_apart() -> None:
    assert lines(
        samples.started("a", job_id="one"),
        samples.started("a", "b", job_id="two"),
        samples.finished("L001", job_id="two"),
        WarningRaised("one", "", "slow"),
        RenderFinished("two", "failed", 6, 2.0, "no film"),
        timelines=2,
    ) == [
        "one: 1 clips, 100 frames, 0:04, 4 slots",
        "two: 2 clips, 200 frames, 0:08, 4 slots",
        "[1/2] two  L001  success  hls 691aef4a…  slot 2  1.4 s",
        "warning: one  slow",
        "two  failed in 0:02: no film",
    ]


def test_no_control_characters_get_through() -> None:
    assert lines(WarningRaised("demo", "L\x1b[1m1", "bad\r\nline \x1b]0;x\x07end")) == ["warning: L1  bad line end"]


def test_a_reader_that_went_away_costs_nothing() -> None:
    with PlainLines(Broken(BrokenPipeError())) as listener:
        listener(WarningRaised("demo", "", "one"))
        listener(WarningRaised("demo", "", "two"))
