"""Signals that end a run: the first one in order, the second one at once."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskStatus

from lyricclip_cli.errors import UserError


class Stop:
    """Ends the run on SIGINT or SIGTERM: every job's scope is cancelled, and the signal gives the exit code.

    `at_once` is called on the second signal, just before the process ends: it leaves the terminal as it was.
    """

    def __init__(self, at_once: Callable[[], None] = lambda: None) -> None:
        self.signal: signal.Signals | None = None
        self._at_once = at_once
        self._scopes: list[anyio.CancelScope] = []

    def scope(self) -> anyio.CancelScope:
        """A scope that a signal cancels."""
        scope = anyio.CancelScope()
        self._scopes.append(scope)
        if self.signal is not None:
            scope.cancel()
        return scope

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """As long as this lasts, signals end the run in order."""
        failure: UserError | None = None
        async with anyio.create_task_group() as tasks:
            await tasks.start(self._listen)
            try:
                yield
            except UserError as error:
                failure = error  # the task group would wrap it
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _listen(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            task_status.started()
            async for number in signals:
                if self.signal is not None:
                    self._at_once()
                    os._exit(128 + number)
                self.signal = signal.Signals(number)
                for scope in self._scopes:
                    scope.cancel()
