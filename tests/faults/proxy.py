"""A TCP proxy on loopback that can be told to fail as networks do."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from tests.faults.background import Background
from tests.faults.trigger import Direction, Step, Watch

_CHUNK_BYTES = 65_536
_REACH_S = 0.05  # what was sent before a reset is to arrive before it


Translate = Callable[[Direction, bytes], bytes]


class Mode(Enum):
    """How bytes are treated on their way."""

    THROUGH = "through"
    HALF_OPEN = "half-open"  # swallowed, and nobody is told
    TRICKLE = "trickle"  # a few bytes a second
    DELAY = "delay"


class FaultProxy:
    """Carries every connection made to `port` on to the server, as long as it is told to.

    A connection that bytes were swallowed of never carries any again, and is never closed by the
    proxy: as when the other end has gone without a word. Use it as a context manager.
    """

    def __init__(
        self, background: Background, port_of_server: int, first_words: Translate | None = None
    ) -> None:
        """`first_words` may change what each end says first on a connection."""
        self._background = background
        self._first_words = first_words
        self._port_of_server = port_of_server
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None
        self._mode = Mode.THROUGH
        self._pace = 0.0
        self._changed = asyncio.Event()
        self._trap: _Trap | None = None
        self._cut: _Cut | None = None
        self.port = 0
        self.bytes_swallowed = 0

    def __enter__(self) -> Self:
        self._background.wait_for(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._background.wait_for(self._close())

    # Faults: each lasts until `heal`.

    def partition(self) -> None:
        """Reset every connection and accept none."""
        self._background.wait_for(self._close())

    def half_open(self) -> None:
        """Swallow what comes, both ways, on connections old and new; close nothing."""
        self._set_mode(Mode.HALF_OPEN)

    def trickle(self, bytes_per_s: float) -> None:
        """Carry that many bytes a second in each direction of each connection."""
        self._set_mode(Mode.TRICKLE, 1.0 / bytes_per_s)

    def delay(self, seconds: float) -> None:
        """Carry everything that much later."""
        self._set_mode(Mode.DELAY, seconds)

    def heal(self) -> None:
        """Carry everything again, on connections of which nothing is missing and on new ones."""
        self._set_mode(Mode.THROUGH)
        self._background.wait_for(self._listen())

    # Instants.

    def reset_after(self, direction: Direction, count: int) -> threading.Event:
        """Reset the connection on which the next `count` bytes have passed in this direction, in
        the midst of whatever they belong to; the event says when."""
        cut = _Cut(direction, count)
        self._background.call(setattr, self, "_cut", cut)
        return cut.done

    def hold_at(self, steps: Sequence[Step], *, nth: int) -> threading.Event:
        """Hold the connection where the steps have passed for the nth time, before the last step
        goes on; the event says when. `let_go` or `drop_held` end it."""
        trap = _Trap(steps, nth)
        self._background.call(setattr, self, "_trap", trap)
        return trap.sprung

    def let_go(self) -> None:
        """Send on what is held, and carry everything again."""
        self._background.call(self._release, False)

    def drop_held(self) -> None:
        """Reset the held connection; what was held never arrives."""
        self._background.call(self._release, True)

    @property
    def connections(self) -> int:
        """How many connections live."""
        return self._background.call(lambda: len(self._links))

    # In the loop.

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in list(self._links):
            link.reset()
        self._links.clear()

    def _set_mode(self, mode: Mode, pace: float = 0.0) -> None:
        def _set() -> None:
            self._mode, self._pace = mode, pace
            self._changed.set()
            self._changed = asyncio.Event()

        self._background.call(_set)

    def _release(self, drop: bool) -> None:
        trap, self._trap = self._trap, None
        if trap is not None and trap.held is not None:
            if drop:
                trap.held.reset()
            trap.released.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode is Mode.HALF_OPEN:
            await self._swallow(reader, writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self._port_of_server
            )
        except OSError:
            _reset(writer)
            return
        link = _Link(writer, far_writer)
        if self._server is None:  # partitioned meanwhile
            link.reset()
            return
        self._links.add(link)
        pumps = {
            asyncio.create_task(self._pump(link, Direction.UP, reader, far_writer)),
            asyncio.create_task(self._pump(link, Direction.DOWN, far_reader, writer)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if link.is_dead:  # the other end is not told
                await asyncio.wait(pumps)
        finally:
            self._links.discard(link)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            link.close()

    async def _swallow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(writer, writer)
        self._links.add(link)
        with contextlib.suppress(OSError):  # its own end
            while chunk := await reader.read(_CHUNK_BYTES):
                self.bytes_swallowed += len(chunk)
        self._links.discard(link)
        link.close()

    async def _pump(
        self,
        link: "_Link",
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(OSError):  # either end may go at any time
            first_words = self._first_words
            while chunk := await reader.read(_CHUNK_BYTES):
                if first_words is not None:
                    chunk, first_words = first_words(direction, chunk), None
                await self._forward(link, direction, chunk, writer)

    async def _forward(
        self, link: "_Link", direction: Direction, chunk: bytes, writer: asyncio.StreamWriter
    ) -> None:
        if self._trap is not None:
            chunk = await self._until_released(self._trap, link, direction, chunk, writer)
        if self._cut is not None and self._cut.direction is direction:
            await self._cut_at(self._cut, link, chunk, writer)
        while chunk:
            if link.is_dead or self._mode is Mode.HALF_OPEN:
                link.is_dead = True
                self.bytes_swallowed += len(chunk)
                return
            if self._mode is Mode.TRICKLE:
                part, chunk = chunk[:1], chunk[1:]
                await self._wait(self._pace)
            else:
                part, chunk = chunk, b""
                if self._mode is Mode.DELAY:
                    await self._wait(self._pace)
            writer.write(part)
            await writer.drain()

    async def _until_released(
        self,
        trap: "_Trap",
        link: "_Link",
        direction: Direction,
        chunk: bytes,
        writer: asyncio.StreamWriter,
    ) -> bytes:
        """What is left of the chunk once the trap does not hold it (any longer)."""
        if trap.held is None:
            before = trap.feed(link, direction, chunk)
            if before is None:
                return chunk
            writer.write(chunk[:before])
            chunk = chunk[before:]
        if trap.held is link:
            await trap.released.wait()
        return chunk

    async def _cut_at(
        self, cut: "_Cut", link: "_Link", chunk: bytes, writer: asyncio.StreamWriter
    ) -> None:
        if len(chunk) < cut.count:
            cut.count -= len(chunk)
            return
        self._cut = None
        writer.write(chunk[: cut.count])
        await writer.drain()
        await asyncio.sleep(_REACH_S)
        link.reset()
        cut.done.set()
        raise ConnectionResetError

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until the mode has changed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()


@dataclass(slots=True, eq=False)
class _Link:
    """The two halves of a carried connection."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    is_dead: bool = False

    def close(self) -> None:
        for writer in (self.near, self.far):
            writer.close()

    def reset(self) -> None:
        for writer in (self.near, self.far):
            _reset(writer)


@dataclass(slots=True)
class _Trap:
    steps: Sequence[Step]
    nth: int
    sprung: threading.Event = field(default_factory=threading.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    held: _Link | None = None
    watches: dict[_Link, Watch] = field(default_factory=dict)

    def feed(self, link: _Link, direction: Direction, chunk: bytes) -> int | None:
        """How many bytes go on before the link is held; None when it is not."""
        watch = self.watches.setdefault(link, Watch(self.steps))
        for before in watch.feed(direction, chunk):
            self.nth -= 1
            if self.nth == 0:
                self.held = link
                self.sprung.set()
                return before
        return None


@dataclass(slots=True)
class _Cut:
    direction: Direction
    count: int
    done: threading.Event = field(default_factory=threading.Event)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    if sock is not None and not writer.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
