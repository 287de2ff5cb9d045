"""An event loop in a thread of its own, for what must go on while a test does something else."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import uvloop

_T = TypeVar("_T")

_WITHIN_S = 30.0  # a bound for a broken test; calls take milliseconds


class Background:
    """Runs coroutines in its thread; what they hold is touched in that thread alone."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="faults", daemon=True)

    def call(self, function: Callable[..., _T], *arguments: Any) -> _T:
        """The result of a plain function, run in the thread."""

        async def _called() -> _T:
            return function(*arguments)

        return self.wait_for(_called())

    def wait_for(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of a coroutine, run in the thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_WITHIN_S)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wait_for(_cancel_the_rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
