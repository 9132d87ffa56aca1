# ruff: noqa: E501  whole screens are compared
import pytest
from rich.cells import cell_len

from lyricclip_cli.events import (
    AttemptFailed,
    BytesReceived,
    ConfigChanged,
    Event,
    FellBack,
    FramesCut,
    HostSlowed,
    StageEntered,
)
from lyricclip_cli.observe.table_screen import last_screen, screen
from lyricclip_cli.observe.table_state import TableState
from lyricclip_cli.outcome import ClipStatus
from tests.unit.observe import samples

TEXTS = (
    "I gotta believe",
    "Somewhere over the [red]rainbow[/red], way up high",
    "夢ならばどれほどよかったでしょう",
    "fire 🔥🔥 and 👩\u200d👩\u200d👧 ice\x1b[2J",
    "사랑했지만 그대를 사랑했지만",
    "[/] [bold",
)

PLAY: list[tuple[float, Event]] = [
    (0.0, samples.started(*TEXTS, slots=5, frames=113)),
    (0.0, samples.taken("L006", 1)),
    (4.0, samples.finished("L006", samples.done(ClipStatus.FALLBACK_PLACEHOLDER, reason="not_found"))),
    (4.0, samples.taken("L001", 1)),
    (4.0, StageEntered("demo", "L001", "fetch")),
    (5.0, BytesReceived("demo", "L001", 1_234_567)),
    (5.0, FellBack("demo", "L002", "not_found", "candidate", "https://cdn.example/a/master.m3u8")),
    (5.0, samples.taken("L002", 2, source="https://cdn.example/a/master.m3u8", attempt=2)),
    (5.0, StageEntered("demo", "L002", "cut")),
    (6.0, FramesCut("demo", "L002", 45, 113)),
    (6.0, samples.taken("L003", 3, source="clips/sunrise.mp4")),
    (6.0, StageEntered("demo", "L003", "wait")),
    (6.0, samples.taken("L004", 4)),
    (6.0, StageEntered("demo", "L004", "fetch")),
    (7.0, AttemptFailed("demo", "L005", 1, samples.VIDEO, "http_503", "", 1.0)),
]


def played(play: list[tuple[float, Event]], timelines: int = 1) -> TableState:
    made = TableState(now_s=0.0, timelines=timelines)
    for at_s, event in play:
        made.apply(event, at_s)
    return made


def text(made: TableState, width: int, height: int, now_s: float = 7.5) -> str:
    lines = screen(made.view(now_s), width=width, height=height, several_jobs=made.several_jobs)
    assert len(lines) < max(height, 2)
    assert all(cell_len(line.plain) < width for line in lines)
    return "\n".join(line.plain.rstrip() for line in lines)


def test_80_by_24() -> None:
    assert text(played(PLAY), 80, 24) == SCREEN_80


def test_200_by_60() -> None:
    assert text(played(PLAY), 200, 60) == SCREEN_200


def test_10_rows_with_32_slots() -> None:
    started = samples.started(*TEXTS, slots=32)
    shown = text(played([(0.0, started), *((0.0, samples.taken(f"L{n:03}", n)) for n in range(1, 31))]), 80, 10)
    assert shown.count("\n") == 8
    assert shown.endswith("\n   … 28 more, 26 busy")


def test_an_idle_slot_lends_its_place_to_a_folded_busy_one() -> None:
    started = samples.started(*TEXTS, slots=32)
    made = played([(0.0, started), *((0.0, samples.taken(f"L{n:03}", n)) for n in (1, 3, 20, 30, 31))])
    rows = text(made, 80, 10).splitlines()[4:]
    assert [row.split()[:2] for row in rows[:4]] == [["1", "L001"], ["20", "L020"], ["3", "L003"], ["30", "L030"]]
    assert rows[4] == "   … 28 more, 1 busy"


def test_a_low_terminal_keeps_what_matters_most() -> None:
    assert text(played(PLAY), 44, 5, 7.5).splitlines() == LOW_SCREEN
    assert text(played(PLAY), 44, 2).count("\n") == 0


@pytest.mark.parametrize("width", [1, 2, 5, 17, 30, 45, 46, 59, 60, 79, 100, 120, 300])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 8, 9, 16, 40])
def test_any_size_can_be_drawn(width: int, height: int) -> None:
    lines = screen(played(PLAY).view(7.5), width=width, height=height, several_jobs=False)
    assert len(lines) <= max(height - 1, 1)
    assert all(cell_len(line.plain) <= max(width - 3, 1) for line in lines)
    assert all(line.no_wrap for line in lines)


def test_the_height_stays_while_slots_come_and_go() -> None:
    made = TableState(now_s=0.0)
    heights = set()
    for at_s, event in PLAY[:-1]:
        made.apply(event, at_s)
        heights.add(text(made, 80, 24, at_s).count("\n"))
    assert len(heights) == 1


def test_columns_stay_straight_whatever_a_text_holds() -> None:
    lines = text(played(PLAY), 80, 24).splitlines()
    title = next(line for line in lines if line.startswith("slot "))
    place = cell_len(title[: title.index("secs") + 4])
    rows = [line for line in lines if line[6:9] == "L00"]
    assert len(rows) == 4
    assert {cell_len(row) for row in rows} == {place}


def test_what_holds_a_run_up_stays_in_sight_however_many_slots_there_are() -> None:
    trouble: list[Event] = [
        AttemptFailed("demo", "L031", 1, samples.VIDEO, "http_503", "", 1.0),
        HostSlowed("", "cdn.example", "HTTP 503", 0.2, 0.0),
        ConfigChanged("", (("max_retry", "2", "3"),), "SIGHUP"),
    ]
    started = samples.started(*TEXTS, slots=32)
    taken = [samples.taken(f"L{n:03}", n) for n in range(1, 31)]
    made = played([(0.0, event) for event in (started, *taken, *trouble)])
    assert text(made, 80, 24, 0.5).splitlines()[-4:] == [
        "   … 19 more, 17 busy",
        "waiting  L031 1 s http_503",
        "slowed  cdn.example HTTP 503, a request every 0.2 s",
        "0 s ago  config: max_retry 2 → 3 (from SIGHUP)",
    ]
    assert text(made, 80, 10, 0.5).splitlines()[-2:] == ["   … 29 more, 27 busy", "waiting  L031 1 s http_503"]
    assert text(made, 80, 6, 0.5).splitlines()[-1] == "   … 30 more, 28 busy"


def test_timelines_of_a_batch() -> None:
    one = samples.started("a", job_id="one")
    made = played([(0.0, one), (0.0, samples.taken("L001", 1, job_id="one"))], timelines=5)
    assert text(made, 80, 24).splitlines()[1].startswith("0/5 timelines ")
    wide = text(made, 140, 24).splitlines()
    assert wide[5].startswith("slot  timeline          line  text")
    assert wide[6].startswith("   1  one               L001  a")


def test_the_rest_time_says_when_it_leaves_timelines_out() -> None:
    play: list[tuple[float, Event]] = [(0.0, samples.started(*"abcdefgh", slots=1)), (0.0, samples.taken("L001", 1))]
    play += [(float(number), samples.finished(f"L{number:03}")) for number in range(1, 5)]
    assert "~4 s left" in text(played(play), 80, 24, 4.0)
    assert ">4 s left" in text(played(play, timelines=2), 80, 24, 4.0)


def test_what_stays() -> None:
    lines = [line.plain.rstrip() for line in last_screen(played(PLAY).view(83.0), width=60)]
    assert lines == LAST_SCREEN


SCREEN_80 = """\

demo                                                     0:07 elapsed  – left
━━━━━━━━━━─────────────────────────────────────────────────  1/6 clips   16 %
1 fallback (1 placeholder)  0 failed  1 retry waiting  5 slots, peak 4
slots 4/5  per video 2/2  encoders 1/8
slot  line  text                  source       stage  done         try   secs
   1  L001  I gotta believe       691aef4a2f…  fetch  1.2 MB         1    3.5
   2  L002  Somewhere over the…   cdn.exampl…  cut    ━──  45/113    2    2.5
   3  L003  夢ならばどれほどよ…   clips/sunr…  wait                  1    1.5
   4  L004  fire 🔥🔥 and 👩👩…   691aef4a2f…  fetch  –              1    1.5
   5  idle
waiting  L005 1 s http_503\
"""
SCREEN_200 = """\

demo                                                                                                                                     0:07 elapsed  – left
━━━━━━━━━━━━━━━━━━━━━━━────────────────────────────────────────────────────────────────────────────────────────────────────────────────────  1/6 clips   16 %
1 fallback (1 placeholder)  0 failed  1 retry waiting  5 slots, peak 4
slots 4/5  per video 2/2  encoders 1/8
slot  line  text                                                source                    stage  done                                              try   secs
   1  L001  I gotta believe                                     691aef4a2fc9d91d9c80dd86  fetch  1.2 MB                                              1    3.5
   2  L002  Somewhere over the [red]rainbow[/red], way up high  cdn.example/a/master.m3…  cut    ━━━━━━━━━━━━━━━━────────────────────────  45/113    2    2.5
   3  L003  夢ならばどれほどよかったでしょう                    clips/sunrise.mp4         wait                                                       1    1.5
   4  L004  fire 🔥🔥 and 👩👩👧 ice                            691aef4a2fc9d91d9c80dd86  fetch  –                                                   1    1.5
   5  idle
waiting  L005 1 s http_503\
"""
LOW_SCREEN = [
    "demo                 0:07 elapsed  – left",
    "━━━━───────────────────  1/6 clips   16 %",
    "   1  L001  I gotta believe         fetch",
    "   … 4 more, 3 busy",
]
LAST_SCREEN = [
    "demo                                                 1:23",
    "━━━━━━╸────────────────────────────────  1/6 clips   16 %",
    "1 fallback (1 placeholder)  0 failed  5 slots, peak 4",
]
