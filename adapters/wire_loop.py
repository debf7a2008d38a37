"""One event loop on one thread, for everything that is asked of the outside at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from consent.transactions import refuse_if_open

T = TypeVar("T")
THREADS: Final = 32
"""For what blocks beside the loop: the signer reads each grant, names are resolved."""


class WireLoop:
    """Started once by the wiring; threads of the portal hand coroutines to it and may wait."""

    def __init__(self, name: str = "wire") -> None:
        self.loop = asyncio.new_event_loop()
        self._beside = ThreadPoolExecutor(THREADS, f"{name}-beside")
        self.loop.set_default_executor(self._beside)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> WireLoop:
        self._thread.start()
        return self

    def submit(self, errand: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin on the loop and go on. Refused while a transaction is open."""
        try:
            refuse_if_open()
        except Exception:
            errand.close()
            raise
        return asyncio.run_coroutine_threadsafe(errand, self.loop)

    def call(self, errand: Coroutine[Any, Any, T], *, seconds: float | None = None) -> T:
        """Wait for the outcome; after `seconds` the errand is cancelled and TimeoutError raised."""
        future = self.submit(errand)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    def stop(self) -> None:
        """Cancel what is under way and end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(_cancel_all(), self.loop).result(5)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(5)
        self._beside.shutdown(wait=False, cancel_futures=True)
        if not self.loop.is_running():
            self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
