"""Work that several need and one does."""

from collections.abc import Sequence

import anyio
import pytest

from lyricclip_cli.errors import ClipError, MachineError, PermanentError, TransientError
from lyricclip_cli.once import Once


class Maker:
    """Makes `value 1`, `value 2`, … unless it fails as told; each takes until `go` is set."""

    def __init__(self, failures: Sequence[Exception] = ()) -> None:
        self._failures = list(failures)
        self.calls = 0
        self.go = anyio.Event()

    async def __call__(self) -> str:
        self.calls += 1
        number = self.calls
        await self.go.wait()
        if self._failures:
            raise self._failures.pop(0)
        return f"value {number}"


class Asker:
    """Tasks that ask for a key; `answers` has what each got, in the order in which they got it."""

    def __init__(self, once: Once[str, str], make: Maker) -> None:
        self._once = once
        self._make = make
        self.answers: list[tuple[str, str]] = []

    async def ask(self, name: str, key: str = "k") -> None:
        try:
            answer = await self._once.get(key, self._make)
        except ClipError as error:
            answer = error.code
        self.answers.append((name, answer))


async def test_the_first_makes_it_and_the_others_wait() -> None:
    once, make = Once[str, str](), Maker()
    asker = Asker(once, make)
    async with anyio.create_task_group() as tasks:
        for name in "abc":
            tasks.start_soon(asker.ask, name)
        await anyio.wait_all_tasks_blocked()
        assert (make.calls, asker.answers) == (1, [])
        make.go.set()
    assert sorted(asker.answers) == [("a", "value 1"), ("b", "value 1"), ("c", "value 1")]
    await asker.ask("later")
    assert (make.calls, asker.answers[-1]) == (1, ("later", "value 1"))
    assert once.known() == {"k": "value 1"}


async def test_different_keys_are_made_side_by_side() -> None:
    once, make = Once[str, str](), Maker()
    asker = Asker(once, make)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(asker.ask, "a", "one")
        tasks.start_soon(asker.ask, "b", "two")
        await anyio.wait_all_tasks_blocked()
        assert make.calls == 2
        make.go.set()
    assert once.known() == {"one": "value 1", "two": "value 2"}


async def test_a_transient_error_is_its_callers_alone_and_the_next_tries_anew() -> None:
    once, make = Once[str, str](), Maker([TransientError("http_503", "busy")])
    asker = Asker(once, make)
    async with anyio.create_task_group() as tasks:
        for name in "abc":
            tasks.start_soon(asker.ask, name)
        make.go.set()
    assert asker.answers == [("a", "http_503"), ("b", "value 2"), ("c", "value 2")]
    assert make.calls == 2


async def test_a_permanent_error_is_everyones_for_good() -> None:
    once, make = Once[str, str](), Maker([PermanentError("http_404", "gone")])
    asker = Asker(once, make)
    async with anyio.create_task_group() as tasks:
        for name in "abc":
            tasks.start_soon(asker.ask, name)
        make.go.set()
    await asker.ask("later")
    assert asker.answers == [(name, "http_404") for name in ("a", "b", "c", "later")]
    assert (make.calls, once.known()) == (1, {})


@pytest.mark.parametrize("error", [MachineError("no disk"), KeyError("a bug")])
async def test_any_other_error_is_not_remembered(error: Exception) -> None:
    once, make = Once[str, str](), Maker([error])
    make.go.set()
    with pytest.raises(type(error)):
        await once.get("k", make)
    assert await once.get("k", make) == "value 2"


async def test_when_the_first_is_cancelled_the_next_goes_on() -> None:
    once, make = Once[str, str](), Maker()
    asker = Asker(once, make)
    async with anyio.create_task_group() as tasks:
        async with anyio.create_task_group() as first:
            first.start_soon(asker.ask, "first")
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(asker.ask, "second")
            tasks.start_soon(asker.ask, "third")
            await anyio.wait_all_tasks_blocked()
            first.cancel_scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert make.calls == 2
        make.go.set()
    assert asker.answers == [("second", "value 2"), ("third", "value 2")]


async def test_when_one_who_waits_is_cancelled_the_others_have_their_value() -> None:
    once, make = Once[str, str](), Maker()
    asker = Asker(once, make)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(asker.ask, "first")
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as waiting:
            waiting.start_soon(asker.ask, "second")
            await anyio.wait_all_tasks_blocked()
            waiting.cancel_scope.cancel()
        tasks.start_soon(asker.ask, "third")
        make.go.set()
    assert asker.answers == [("first", "value 1"), ("third", "value 1")]


async def test_what_is_forgotten_is_made_anew() -> None:
    once, make = Once[str, str](), Maker()
    make.go.set()
    await once.get("k", make)
    assert once.forget("k") == "value 1"
    assert once.forget("k") is None
    assert await once.get("k", make) == "value 2"


async def test_a_forgotten_error_is_tried_anew() -> None:
    once, make = Once[str, str](), Maker([PermanentError("http_404", "gone")])
    make.go.set()
    with pytest.raises(PermanentError):
        await once.get("k", make)
    assert once.forget("k") is None
    assert await once.get("k", make) == "value 2"
