"""Live settings: what is put in force, who is told, and what is kept for the report."""

from typing import Any

from lyricclip_cli.live import LiveSettings, SettingChange
from lyricclip_cli.machine import Machine
from lyricclip_cli.settings import LIVE_KEYS, Settings
from tests.fakes import FakeClock

TWO_CORES = Machine(cores=2, open_files=None, memory_bytes=None)
BEGAN: dict[str, Any] = {"render_clip_concurrency": 4, "encode_slots": 2, "max_retry": 2}


def live(**asked: Any) -> LiveSettings:
    return LiveSettings(Settings(**{**BEGAN, **asked}), TWO_CORES, FakeClock())


def wanted(**asked: Any) -> Settings:
    return Settings(**{**BEGAN, **asked})


def test_a_run_begins_with_what_the_machine_carries() -> None:
    made = live(encode_slots=9)
    assert (made.first.encode_slots, made.now.encode_slots) == (2, 2)
    assert made.warnings == ["encode_slots lowered from 9 to 2: this machine has 2 cores"]


def test_a_change_has_old_new_source_and_time() -> None:
    made = live()
    changes, warnings = made.apply(wanted(max_retry=5, render_clip_concurrency=6), "SIGHUP")
    at = FakeClock().now()
    assert changes == [
        SettingChange(at, "render_clip_concurrency", "4", "6", "SIGHUP"),
        SettingChange(at, "max_retry", "2", "5", "SIGHUP"),
    ]
    assert (made.changes, warnings) == (changes, [])
    assert (made.now.max_retry, made.now.render_clip_concurrency) == (5, 6)
    assert made.first.max_retry == 2


def test_every_change_is_kept_in_order() -> None:
    made = live()
    made.apply(wanted(max_retry=3), "file")
    made.apply(wanted(max_retry=2), "SIGHUP")
    assert [(c.old, c.new, c.source) for c in made.changes] == [("2", "3", "file"), ("3", "2", "SIGHUP")]


def test_the_same_values_are_no_change_and_nobody_is_told() -> None:
    made, told = live(), list[Settings]()
    made.listen(told.append)
    assert made.apply(wanted(), "SIGHUP") == ([], [])
    assert (made.changes, told) == ([], [])


def test_whoever_listens_is_told_of_all_settings_as_they_are_now() -> None:
    made, told = live(), list[Settings]()
    made.listen(told.append)
    made.listen(told.append)
    made.apply(wanted(per_video_limit=1), "file")
    assert told == [made.now, made.now]
    assert made.now.per_video_limit == 1


def test_keys_that_are_not_live_stay_as_they_were() -> None:
    made = live()
    made.apply(wanted(crf=33, max_retry=7), "file")
    assert (made.now.crf, made.now.max_retry) == (20, 7)
    assert set(LIVE_KEYS) < set(Settings.model_fields)


def test_what_a_reload_asks_too_much_of_is_lowered_with_a_warning_that_the_report_gets() -> None:
    made = live()
    changes, warnings = made.apply(wanted(encode_slots=8), "file")
    assert changes == []
    assert warnings == ["encode_slots lowered from 8 to 2: this machine has 2 cores"]
    made.apply(wanted(encode_slots=8), "file")
    assert made.warnings == warnings
