"""An event loop whose time stands still until it is told to pass, and that says when it is idle."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class StillLoop(asyncio.SelectorEventLoop):
    """Nobody waits on it: a pause of ten seconds is over when `pass_time` has passed them.

    Connections are not made by the network but by `dial`.
    """

    def __init__(self, dial: Callable[[asyncio.Protocol], asyncio.Transport]) -> None:
        self._dial = dial
        self._now_s = 1_000.0
        self._idling = _Idling(self.stop)
        super().__init__(self._idling)

    def time(self) -> float:
        return self._now_s

    async def create_connection(self, protocol_factory: Any, *_: Any, **__: Any) -> Any:
        protocol = protocol_factory()
        transport = self._dial(protocol)
        protocol.connection_made(transport)
        return transport, protocol

    def run_until_idle(self) -> None:
        """Do all that can be done without time passing."""
        self.run_forever()

    def do(self, action: Callable[..., object], *arguments: object) -> None:
        """Do this on the loop, and all that follows from it without time passing."""
        self.call_soon(action, *arguments)
        self.run_until_idle()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, from timer to timer."""
        end_s = self._now_s + seconds
        self.run_until_idle()
        while (wait_s := self._idling.wait_s) is not None and self._now_s + wait_s <= end_s:
            self._now_s += wait_s
            self.run_until_idle()
        self._now_s = end_s
        self.run_until_idle()


class _Idling(selectors.SelectSelector):
    """Never waits; where the loop would, it is idle, for `wait_s` or (None) for ever."""

    def __init__(self, idle: Callable[[], None]) -> None:
        super().__init__()
        self._idle = idle
        self.wait_s: float | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if timeout != 0 and not events:
            self.wait_s = timeout
            self._idle()
        return events
