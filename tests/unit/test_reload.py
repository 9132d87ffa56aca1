"""Reload: what SIGHUP and changes of the file come to. The watch is a test's own: it wakes when the test says so."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from lyricclip_cli.events import ConfigChanged, ConfigRejected, Event, Events, WarningRaised
from lyricclip_cli.live import LiveSettings
from lyricclip_cli.machine import Machine
from lyricclip_cli.reload import Config, Hangups, Reload, hangups, wakes
from tests.fakes import FakeClock

TWO_CORES = Machine(cores=2, open_files=None, memory_bytes=None)


class Watch:
    """Wakes when told to, and comes back when the one who was woken has looked."""

    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[None]()

    async def wake(self) -> None:
        await self._send.send(None)
        await anyio.wait_all_tasks_blocked()

    async def __call__(self, _file: Path, _ended: anyio.Event) -> AsyncIterator[None]:
        with self._send, self._receive:
            async for _ in self._receive:
                yield


class Scene:
    """A reload at work on `lyricclip.toml`, or on a named file, in the current folder."""

    def __init__(self, flags: dict[str, Any], named: Path | None) -> None:
        self.config = Config(flags, named)
        self.asked = self.config.read()
        self.live = LiveSettings(self.asked, TWO_CORES, FakeClock())
        self.seen: list[Event] = []
        self.hangups = Hangups()
        self.watch = Watch()
        events = Events(self.seen.append)
        self.reload = Reload(self.config, self.live, events, asked=self.asked, hangups=self.hangups, watch=self.watch)

    async def save(self, text: str) -> None:
        self.config.file.write_text(text, encoding="utf-8")
        await self.watch.wake()

    async def remove(self) -> None:
        self.config.file.unlink()
        await self.watch.wake()

    async def hang_up(self) -> None:
        self.hangups.note()
        await self.watch.wake()

    def told(self) -> list[Event]:
        """What was told since this was last asked."""
        told = list(self.seen)
        self.seen.clear()
        return told


@asynccontextmanager
async def following(
    text: str | None = None,
    *,
    flags: dict[str, Any] | None = None,
    named: Path | None = None,
    between: Callable[[], object] = lambda: None,
) -> AsyncIterator[Scene]:
    """A scene whose file says `text` at the start; `between` happens after it was read and before it is watched."""
    if text is not None:
        (named or Path("lyricclip.toml")).write_text(text, encoding="utf-8")
    scene = Scene(flags or {}, named)
    between()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(scene.reload.follow)
        await anyio.wait_all_tasks_blocked()
        yield scene
        tasks.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def changed(key: str, old: object, new: object, source: str = "file") -> ConfigChanged:
    return ConfigChanged("", ((key, str(old), str(new)),), source)


async def test_a_saved_file_takes_effect_once() -> None:
    async with following("max_retry = 3\n") as scene:
        assert scene.told() == []
        await scene.save("max_retry = 5\n")
        assert (scene.told(), scene.live.now.max_retry) == ([changed("max_retry", 3, 5)], 5)
        await scene.watch.wake()
        assert scene.told() == []


async def test_a_file_that_comes_later_takes_effect_and_a_key_that_goes_is_the_default_again() -> None:
    async with following() as scene:
        await scene.save("max_retry = 5\n")
        await scene.save("per_video_limit = 2\n")
        assert scene.told() == [changed("max_retry", 2, 5), changed("max_retry", 5, 2)]


async def test_a_hang_up_reads_the_file_and_is_named_as_the_source() -> None:
    async with following("max_retry = 3\n") as scene:
        scene.config.file.write_text("max_retry = 4\n")
        await scene.hang_up()
        assert scene.told() == [changed("max_retry", 3, 4, "SIGHUP")]
        await scene.watch.wake()
        assert scene.told() == []


@pytest.mark.parametrize("text", ["max_retry = 3\n", None])
async def test_a_hang_up_without_a_change_or_without_any_file_changes_nothing(text: str | None) -> None:
    async with following(text) as scene:
        await scene.hang_up()
        assert scene.told() == []


async def test_a_reload_beats_flags_and_environment_where_the_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYRICCLIP_PER_VIDEO_LIMIT", "7")
    async with following(flags={"render_clip_concurrency": 6, "max_retry": 9}) as scene:
        await scene.save("render_clip_concurrency = 2\nper_video_limit = 3\n")
        (event,) = scene.told()
        assert isinstance(event, ConfigChanged)
        assert event.changes == (("render_clip_concurrency", "6", "2"), ("per_video_limit", "7", "3"))
        assert scene.live.now.max_retry == 9


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("max_retry = 3\nmax_retry = = 4\n", "at line 2"),
        ("per_video_limit = 1\n\nmax_retry = 99\n", "line 3, max_retry: input should be less than or equal to 20"),
        ("per_video_limit = 1\nmax_retri = 3\n", "line 2, max_retri: unknown key, did you mean max_retry?"),
    ],
)
async def test_a_bad_file_changes_nothing_and_names_file_line_and_reason(text: str, reason: str) -> None:
    async with following("max_retry = 3\n") as scene:
        await scene.save(text)
        (event,) = scene.told()
        assert isinstance(event, ConfigRejected)
        assert event.reason.startswith("lyricclip.toml: ")
        assert reason in event.reason
        assert (scene.live.now, scene.live.changes) == (scene.live.first, [])
        await scene.save("max_retry = 4\n")
        assert scene.told() == [changed("max_retry", 3, 4)]


async def test_what_is_wrong_is_told_at_each_hang_up_but_once_for_each_save() -> None:
    async with following("max_retry = 3\n") as scene:
        await scene.save("max_retry = 99\n")
        await scene.watch.wake()
        assert len(scene.told()) == 1
        await scene.hang_up()
        assert [type(event) for event in scene.told()] == [ConfigRejected]


@pytest.mark.parametrize("middle", [None, ""], ids=["gone", "empty"])
async def test_an_editor_that_takes_the_old_file_away_first_puts_no_defaults_in_force(middle: str | None) -> None:
    async with following("max_retry = 3\n") as scene:
        await (scene.remove() if middle is None else scene.save(middle))
        await scene.save("max_retry = 4\n")
        assert scene.told() == [changed("max_retry", 3, 4)]


async def test_a_file_that_was_emptied_for_good_means_the_defaults() -> None:
    async with following("max_retry = 3\n") as scene:
        await scene.save("")
        await scene.watch.wake()
        assert scene.told() == [changed("max_retry", 3, 2)]


@pytest.mark.parametrize("named", [None, Path("mine.toml")])
async def test_a_file_that_stays_away_changes_nothing_and_is_told_once(named: Path | None) -> None:
    async with following("max_retry = 3\n", named=named) as scene:
        await scene.remove()
        assert scene.told() == []
        await scene.watch.wake()
        assert scene.told() == [ConfigRejected("", f"{named or 'lyricclip.toml'}: the file is gone")]
        await scene.watch.wake()
        assert (scene.told(), scene.live.now.max_retry) == ([], 3)


async def test_a_file_that_changed_between_the_start_and_the_watch_takes_effect() -> None:
    def save() -> None:
        Path("lyricclip.toml").write_text("max_retry = 5\n")

    async with following("max_retry = 3\n", between=save) as scene:
        assert scene.told() == [changed("max_retry", 3, 5)]


async def test_keys_that_are_not_live_are_told_once_for_each_value() -> None:
    async with following("crf = 20\n") as scene:
        await scene.save("crf = 30\n")
        await scene.save("crf = 30\n# the same\n")
        await scene.save("crf = 31\n")
        later = [WarningRaised("", "", f"crf = {crf} takes effect at the next run") for crf in (30, 31)]
        assert (scene.told(), scene.live.now.crf) == (later, 20)


async def test_what_had_to_be_lowered_is_told() -> None:
    async with following() as scene:
        await scene.save("encode_slots = 64\nmax_retry = 3\n")
        warning = "encode_slots lowered from 64 to 2: this machine has 2 cores"
        assert scene.told() == [changed("max_retry", 2, 3), WarningRaised("", "", warning)]


def test_hang_ups_are_counted_while_it_lasts_and_ignored_ever_after() -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        with hangups() as heard:
            assert not heard.taken()
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGHUP)
            assert heard.taken()
            assert not heard.taken()
        os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_the_real_watch_wakes_a_few_times_a_second_and_ends_when_told(tmp_path: Path) -> None:
    ended, count = anyio.Event(), 0
    with anyio.fail_after(10):
        async for _ in wakes(tmp_path / "lyricclip.toml", ended):
            count += 1
            if count == 2:
                ended.set()
    assert count >= 2


async def test_the_real_watch_goes_on_looking_where_there_is_nothing_to_watch(tmp_path: Path) -> None:
    ended = anyio.Event()
    with anyio.fail_after(10):
        async for _ in wakes(tmp_path / "nowhere" / "lyricclip.toml", ended):
            ended.set()
    assert ended.is_set()
