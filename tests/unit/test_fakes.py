from datetime import timedelta

from lyricclip_cli.ports import Clock
from tests.fakes import FakeClock


async def test_sleep_takes_no_time_but_moves_both_clocks() -> None:
    clock = FakeClock()
    port: Clock = clock
    began = port.now()
    await port.sleep(30.0)
    clock.advance(2.5)
    assert port.monotonic_s() == 32.5
    assert port.now() - began == timedelta(seconds=32.5)
    assert clock.slept == [30.0]
