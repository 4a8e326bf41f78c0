"""The one thread in which the store is opened, used and closed, reachable from asyncio and from plain code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from scanner_client.store.terminal_store import TerminalStore

T = TypeVar("T")


class StoreThread:
    """Work is done one piece after the other, in the order in which it was submitted."""

    def __init__(self, store: TerminalStore) -> None:
        self.store = store
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do `work` in the store's thread. Its result or error arrives in the future."""
        return self._executor.submit(work)

    async def run(self, work: Callable[[], T]) -> T:
        """As `submit`, awaited. Cancelling the wait does not undo work that has begun."""
        return await asyncio.wrap_future(self.submit(work))

    def close(self) -> None:
        """Finish what was submitted, close the store in its thread, end the thread."""
        self._executor.submit(self.store.close)
        self._executor.shutdown(wait=True)
