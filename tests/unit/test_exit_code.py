"""The exit code of a job, and of a call with several (design, table of exit codes)."""

import signal
from pathlib import Path

import pytest

from lyricclip_cli.batch import RenderRequest, exit_code, worst
from lyricclip_cli.errors import InputError, MachineError, NoFilmError, UserError
from lyricclip_cli.outcome import ClipOutcome, ClipStatus
from tests.unit.outcomes import done, failed, film, placeholder, result

CANDIDATE = done(ClipStatus.FALLBACK_CANDIDATE, reason="http_404")
LOCAL = done(ClipStatus.FALLBACK_LOCAL, reason="http_404")


def request(*, strict: bool = False, clips_only: bool = False) -> RenderRequest:
    return RenderRequest([Path("demo.json")], strict=strict, clips_only=clips_only)


@pytest.mark.parametrize(
    ("outcomes", "code", "strict_code"),
    [
        ([done(), done()], 0, 0),
        ([done(), CANDIDATE], 0, 5),
        ([done(), LOCAL], 0, 5),
        ([done(), placeholder()], 5, 5),
        ([placeholder("no_candidates")], 5, 5),
    ],
)
def test_a_film_has_0_or_5(outcomes: list[ClipOutcome], code: int, strict_code: int) -> None:
    of = result(*outcomes, written=film())
    assert [exit_code(of, request(strict=strict), None) for strict in (False, True)] == [code, strict_code]


@pytest.mark.parametrize(
    ("error", "code"), [(NoFilmError("no"), 6), (MachineError("no"), 4), (InputError("t.json", []), 3)]
)
def test_what_ended_the_run_gives_the_code(error: UserError, code: int) -> None:
    assert exit_code(result(done(), failed(), error=error), request(strict=True), None) == code


def test_no_film_is_6_unless_only_clips_were_wanted() -> None:
    assert exit_code(result(done()), request(), None) == 6
    assert exit_code(result(done()), request(clips_only=True), None) == 0
    assert exit_code(result(placeholder()), request(clips_only=True), None) == 5


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (None, 130)])
def test_an_interrupted_run_has_the_signals_code_whatever_else_happened(
    number: signal.Signals | None, code: int
) -> None:
    assert exit_code(result(failed(), interrupted=True, error=NoFilmError("no")), request(), number) == code


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 5, 0], 5),
        ([5, 3], 3),
        ([3, 4], 4),
        ([4, 6], 6),
        ([6, 1], 1),
        ([1, 143], 143),
        ([130, 143, 1], 130),
    ],
)
def test_the_worst_code_of_several_timelines_is_the_calls(codes: list[int], code: int) -> None:
    assert worst(codes) == code
    assert worst(codes[::-1]) == code
