"""A few pages over HTTP for probes and scrapes: on the event loop, small and hard to hold up."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

_log = logging.getLogger(__name__)

_REQUEST_BYTES_MAX = 8 * 1024  # request line and headers; a scraper's have a few hundred
_EXCHANGE_WITHIN_S = 5.0  # from connected to answered, however slowly the client speaks or reads
_CLIENTS_MAX = 16  # a scraper and a few probes; more are turned away
_METHODS = ("GET", "HEAD")


class NotListening(RuntimeError):
    """The address for probes cannot be had; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a path answers."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Probes:
    """Serves pages by path to GET and HEAD, one request a connection."""

    def __init__(self, pages: Mapping[str, Callable[[], Page]]) -> None:
        self._pages = pages
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> str:
        """Listen, on any free port where `port` is 0; the address. Raises NotListening."""
        try:
            self._server = await asyncio.start_server(
                self._welcome, host, port, limit=_REQUEST_BYTES_MAX
            )
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise NotListening(
                f"cannot listen on {host} port {port} (INGEST_HTTP): {why}. Every worker of a "
                "machine needs a port of its own"
            ) from error
        address = self._server.sockets[0].getsockname()
        return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"

    def close(self) -> None:
        """Stop listening, and let go of who is being answered."""
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= _CLIENTS_MAX:
            writer.transport.abort()
            return
        client = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_EXCHANGE_WITHIN_S):
                writer.write(self._answer(await _request_line(reader)))
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            _log.debug("a probe was not answered: %s", type(error).__name__)
        finally:
            writer.transport.abort()

    def _answer(self, request: list[str] | None) -> bytes:
        match request:
            case [method, _, _] if method not in _METHODS:
                return _response(_text(HTTPStatus.METHOD_NOT_ALLOWED), whole=True)
            case [method, target, _] if target.startswith("/"):
                make = self._pages.get(target.partition("?")[0])
                page = make() if make else _text(HTTPStatus.NOT_FOUND)
                return _response(page, whole=method != "HEAD")
            case _:
                return _response(_text(HTTPStatus.BAD_REQUEST), whole=True)


async def _request_line(reader: asyncio.StreamReader) -> list[str] | None:
    """Method, target and version; None when it is no request, or one over the limit."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        words = head.partition(b"\r\n")[0].decode("ascii").split(" ")
    except (asyncio.LimitOverrunError, UnicodeDecodeError):
        return None
    return words if len(words) == 3 and words[2].startswith("HTTP/1.") else None


def _text(status: HTTPStatus) -> Page:
    return Page(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())


def _response(page: Page, *, whole: bool) -> bytes:
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\n"
        f"Content-Type: {page.content_type}\r\n"
        f"Content-Length: {len(page.body)}\r\n"
        f"Allow: {', '.join(_METHODS)}\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + (page.body if whole else b"")
