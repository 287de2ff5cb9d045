"""When to read from a connection and when not."""

import asyncio

_REST_S = 0.002  # waking for every few messages costs as much as the messages do


class Tap:
    """Shut while too much waits to be taken, and for a moment whenever little came at once."""

    def __init__(self, transport: asyncio.ReadTransport) -> None:
        self._transport = transport
        self._resting: asyncio.TimerHandle | None = None
        self.is_full = False

    def fill(self) -> None:
        """Read nothing before `drain`; the broker then waits for us."""
        if not self.is_full:
            self.is_full = True
            if self._resting is None:
                self._transport.pause_reading()

    def drain(self) -> None:
        """Read again."""
        if self.is_full:
            self.is_full = False
            if self._resting is None:
                self._transport.resume_reading()

    def rest(self) -> None:
        """Read nothing for a moment, so that more comes at once."""
        if self._resting is None and not self.is_full:
            self._transport.pause_reading()
            self._resting = asyncio.get_running_loop().call_later(_REST_S, self._rested)

    def close(self) -> None:
        """The connection is gone: nothing is to be read any more."""
        if self._resting is not None:
            self._resting.cancel()

    def _rested(self) -> None:
        self._resting = None
        if not self.is_full:
            self._transport.resume_reading()
