import io
import json

from lyricclip_cli.events import BytesReceived, Events, FramesCut, SlotLeft, WarningRaised
from lyricclip_cli.observe.json_lines import JsonLines
from tests.fakes import FakeClock
from tests.unit.observe import samples
from tests.unit.observe.test_output import Broken


def test_one_object_per_event_and_line() -> None:
    stream, clock = io.StringIO(), FakeClock()
    with JsonLines(stream, clock=clock) as listener:
        listener(samples.taken("L001", 2))
        clock.advance(1.5)
        listener(WarningRaised("demo", "L001", "夢\n\x1b[31m"))
    first, second = stream.getvalue().splitlines()
    assert json.loads(first) == {
        "event": "clip.started",
        "time": "2026-01-02T03:04:05.000+00:00",
        "job_id": "demo",
        "line_id": "L001",
        "slot": 2,
        "step": 1,
        "kind": "candidate",
        "source": samples.VIDEO,
        "attempt": 1,
    }
    assert second.isascii()
    assert json.loads(second)["message"] == "夢\n\x1b[31m"
    assert json.loads(second)["time"] == "2026-01-02T03:04:06.500+00:00"


def test_floods_are_thinned_out_per_line() -> None:
    stream, clock = io.StringIO(), FakeClock()
    with JsonLines(stream, clock=clock) as listener:
        for number in range(200):
            for line_id in ("L001", "L002"):
                listener(BytesReceived("demo", line_id, 1000))
                listener(FramesCut("demo", line_id, number, 200))
            clock.advance(0.01)
    assert len(stream.getvalue().splitlines()) == 2 * 2 * 8


def test_a_reader_that_went_away_costs_nothing() -> None:
    with JsonLines(Broken(BrokenPipeError()), clock=FakeClock()) as listener:
        events = Events(listener)
        events.publish(SlotLeft("demo", "L001", 1))
        events.publish(SlotLeft("demo", "L001", 1))
