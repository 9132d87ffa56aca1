"""Work that several tasks need and one does: an asynchronous memo with single flight."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from lyricclip_cli.errors import PermanentError

K = TypeVar("K")
V = TypeVar("V")


class Once(Generic[K, V]):
    """Remembers values and permanent errors by key. A transient error is its caller's: the next one tries anew."""

    def __init__(self) -> None:
        self._values: dict[K, V] = {}
        self._errors: dict[K, PermanentError] = {}
        self._locks: dict[K, anyio.Lock] = {}

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """The value of `key`, made by the first who asks while the others wait."""
        if key in self._values:
            return self._values[key]
        async with self._locks.setdefault(key, anyio.Lock()):
            if key in self._values:
                return self._values[key]
            if key in self._errors:
                raise self._errors[key]
            try:
                value = await make()
            except PermanentError as error:
                self._errors[key] = error
                raise
            self._values[key] = value
            return value

    def known(self) -> dict[K, V]:
        """Everything remembered."""
        return self._values

    def forget_errors(self) -> None:
        """Forget every error, so that whoever asks next tries anew."""
        self._errors.clear()

    def forget(self, key: K) -> V | None:
        """Forget a value or an error, so that the next who asks makes it anew. Returns the value."""
        self._errors.pop(key, None)
        return self._values.pop(key, None)
