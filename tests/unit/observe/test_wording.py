import pytest

from lyricclip_cli.events import (
    AttemptFailed,
    ConfigChanged,
    ConfigRejected,
    Event,
    FilmWritten,
    JoinStarted,
    RenderFinished,
    WarningRaised,
)
from lyricclip_cli.observe.wording import (
    attempt_words,
    bytes_words,
    clean,
    duration_words,
    notice,
    outcome_words,
    rest_words,
    short_source,
    source_words,
)
from lyricclip_cli.outcome import ClipOutcome, ClipStatus
from tests.unit.observe import samples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("tab\tand\r\nline", "tab and line"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
        ("bell\x07 back\x08 nul\x00 c1\x9b2J", "bell back nul c1"),
        ("right\u202eleft\u200b", "rightleft"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f 👍🏽", "👩👩👧 ❤ 👍"),
        ("lone \udc80 surrogate", "lone  surrogate"),
        ("e\u0301", "é"),
        ("夢[red]", "夢[red]"),
        ("a\u2028b", "a b"),
    ],
)
def test_clean_leaves_nothing_that_changes_a_layout(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (samples.done(), "success"),
        (
            samples.done(ClipStatus.FALLBACK_CANDIDATE, reason="footage_too_short", steps=2),
            "fell back to candidate 2: footage_too_short",
        ),
        (
            samples.done(ClipStatus.FALLBACK_LOCAL, reason="not_found", steps=3),
            "fell back to the media folder: not_found",
        ),
        (
            samples.done(ClipStatus.FALLBACK_PLACEHOLDER, reason="http_404", steps=3, later_reason="no_local_media"),
            "shows the placeholder: http_404, then no_local_media",
        ),
        (
            samples.done(ClipStatus.FALLBACK_PLACEHOLDER, reason="no_candidates"),
            "shows the placeholder: no_candidates",
        ),
        (samples.failed(), "failed: interrupted (stopped before its turn)"),
        (samples.failed("placeholder_failed", ""), "failed: placeholder_failed"),
    ],
)
def test_outcomes_in_words(outcome: ClipOutcome, expected: str) -> None:
    assert outcome_words(outcome) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (samples.done(), "hls 691aef4a…"),
        (samples.done(ClipStatus.FALLBACK_LOCAL), "local 691aef4a…"),
        (samples.done(frames=0), "no frame of its own"),
        (samples.failed(), ""),
    ],
)
def test_sources_of_outcomes(outcome: ClipOutcome, expected: str) -> None:
    assert source_words(outcome) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("691aef4a2fc9d91d9c80dd86", "691aef4a…"),
        ("short-id", "short-id"),
        ("https://cdn.example/a/b/master.m3u8", "cdn.example/…/master.m3u8"),
        ("https://cdn.example", "cdn.example"),
        ("clips/sunrise over the sea.mp4", "sunrise over the sea.mp4"),
    ],
)
def test_short_sources(source: str, expected: str) -> None:
    assert short_source(source) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (5_600_000_000, "5.6 GB"),
        (999_400_000_000, "999 GB"),
    ],
)
def test_bytes(count: int, expected: str) -> None:
    assert bytes_words(count) == expected
    assert len(expected) <= 7


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-1, "0:00"), (7.9, "0:07"), (83, "1:23"), (3600, "1:00:00"), (3723, "1:02:03")]
)
def test_durations(seconds: float, expected: str) -> None:
    assert duration_words(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "–"),
        (0.2, "~1 s"),
        (7.4, "~7 s"),
        (23, "~25 s"),
        (129, "~2:10"),
        (599, "~10:00"),
        (840, "~14 min"),
        (6000, "~1 h 40 min"),
    ],
)
def test_rest_time_is_no_more_exact_than_it_is(seconds: float | None, expected: str) -> None:
    assert rest_words(seconds) == expected


@pytest.mark.parametrize(
    ("retry_in_s", "expected"),
    [
        (0.5, "http_503 (Service Unavailable); again in 0.5 s"),
        (None, "http_503 (Service Unavailable); moves on"),
    ],
)
def test_failed_attempts(retry_in_s: float | None, expected: str) -> None:
    event = AttemptFailed("demo", "L001", 1, samples.VIDEO, "http_503", "Service Unavailable", retry_in_s)
    assert attempt_words(event) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (WarningRaised("demo", "L002", "overlaps"), "demo  L002  overlaps"),
        (WarningRaised("demo", "", "slow\x1b[2J disk"), "demo  slow disk"),
        (samples.finished("L001", samples.failed("x", "")), "demo  L001  failed: x"),
        (
            ConfigChanged("demo", (("max_retry", "2", "3"), ("encode_slots", "8", "4")), "lyricclip.toml"),
            "demo  config: max_retry 2 → 3, encode_slots 8 → 4 (from lyricclip.toml)",
        ),
        (ConfigRejected("", "max_retry: not a number"), "config not changed: max_retry: not a number"),
        (
            FilmWritten("demo", samples.film()),
            "demo  film artifacts/renders/demo/film.mp4, 1:36 long, 2400 frames, 12.3 MB",
        ),
        (RenderFinished("demo", "failed", 6, 2.0, "no film"), "demo  failed: no film"),
    ],
)
def test_notable_events(event: Event, expected: str) -> None:
    said = notice(event)
    assert said is not None
    assert said.line(with_job=True) == expected


@pytest.mark.parametrize(
    "event", [samples.finished("L001"), JoinStarted("demo", 3), RenderFinished("demo", "complete", 0, 2.0)]
)
def test_what_goes_well_needs_no_line(event: Event) -> None:
    assert notice(event) is None
