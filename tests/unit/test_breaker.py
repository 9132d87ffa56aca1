"""Which videos are given up, after what."""

import pytest

from lyricclip_cli.breaker import Breaker
from lyricclip_cli.errors import ClipError, PermanentError, TransientError

GONE = PermanentError("http_404", "gone", hint="look elsewhere")
BUSY = TransientError("http_503", "busy")
VIDEO = "video:v-one"


def given_up(breaker: Breaker, group: str = VIDEO) -> bool:
    try:
        breaker.check(group)
    except PermanentError as error:
        return error.code == "video_given_up"
    return False


def after(*errors: ClipError, group: str = VIDEO) -> Breaker:
    breaker = Breaker()
    for error in errors:
        breaker.failed(group, error)
    return breaker


def test_a_video_is_given_up_after_the_second_line_that_failed_on_it() -> None:
    assert not given_up(after())
    assert not given_up(after(GONE))
    assert given_up(after(GONE, GONE))


def test_retries_that_ran_out_count_like_what_is_gone() -> None:
    assert given_up(after(BUSY, GONE))


def test_other_videos_have_nothing_to_do_with_it() -> None:
    assert not given_up(after(GONE, GONE, GONE), "video:v-two")


def test_too_little_footage_is_the_in_points_fault() -> None:
    short = PermanentError("footage_too_short", "2 s of 4 s")
    assert not given_up(after(short, short, short, GONE))


def test_what_lies_on_this_machine_is_never_given_up() -> None:
    assert not given_up(after(GONE, GONE, GONE, group=""), "")


def test_the_error_says_how_often_why_and_what_to_do() -> None:
    with pytest.raises(PermanentError) as caught:
        after(BUSY, GONE).check(VIDEO)
    assert caught.value.message == "not tried: 2 lines failed on this video, the last one with http_404"
    assert caught.value.hint == "look elsewhere"
