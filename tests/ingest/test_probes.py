"""Whoever asks a worker how it is gets a short answer, and nobody can hold it up by asking."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import pytest

from ingest.probes import NotListening, Page, Probes

HEALTH = Page(HTTPStatus.SERVICE_UNAVAILABLE, "application/json", b'{"ready": false}\n')


@contextlib.asynccontextmanager
async def probes() -> AsyncIterator[int]:
    """A listener with one page; its port."""
    listener = Probes({"/readyz": lambda: HEALTH})
    address = await listener.start("127.0.0.1", 0)
    try:
        yield int(address.rpartition(":")[2])
    finally:
        listener.close()


async def ask(port: int, request: bytes) -> bytes:
    """All that is answered to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def on_loop(test: Callable[[int], Awaitable[None]]) -> None:
    """Run a test against a listener."""

    async def run() -> None:
        async with probes() as port:
            await test(port)

    asyncio.run(run())


def test_a_page_is_answered_with_its_status_type_and_length() -> None:
    async def test(port: int) -> None:
        answer = await ask(port, b"GET /readyz?verbose HTTP/1.1\r\nHost: x\r\n\r\n")

        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.split(b"\r\n") == [
            b"HTTP/1.1 503 Service Unavailable",
            b"Content-Type: application/json",
            b"Content-Length: 17",
            b"Allow: GET, HEAD",
            b"Cache-Control: no-store",
            b"Connection: close",
        ]
        assert body == HEALTH.body

    on_loop(test)


def test_a_head_is_answered_without_the_body() -> None:
    async def test(port: int) -> None:
        whole = await ask(port, b"GET /readyz HTTP/1.0\r\n\r\n")

        assert await ask(port, b"HEAD /readyz HTTP/1.0\r\n\r\n") == whole.removesuffix(HEALTH.body)

    on_loop(test)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"GET /readyz/../readyz HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"POST /readyz HTTP/1.1\r\nContent-Length: 1\r\n\r\n", b"405 Method Not Allowed"),
        (b"GET http://x/readyz HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"GET /readyz HTTP/2\r\n\r\n", b"400 Bad Request"),
        (b"GET /readyz\r\n\r\n", b"400 Bad Request"),
        (b"GET /\xff HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"\r\n\r\n", b"400 Bad Request"),
        (b"GET /readyz HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", b"400 Bad Request"),
        (b"x" * 20_000, b"400 Bad Request"),
    ],
    ids=[
        *("root", "dots", "method", "absolute", "version", "no version", "not ASCII", "empty"),
        *("long header", "no end"),
    ],
)
def test_what_is_no_short_question_for_a_page_is_refused(
    request_bytes: bytes, status: bytes
) -> None:
    async def test(port: int) -> None:
        answer = await ask(port, request_bytes)

        assert answer.partition(b"\r\n")[0] == b"HTTP/1.1 " + status

    on_loop(test)


def test_clients_that_say_nothing_are_few_and_do_not_keep_others_waiting() -> None:
    async def test(port: int) -> None:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(15)]
        answered = await ask(port, b"GET /readyz HTTP/1.1\r\n\r\n")
        silent.append(await asyncio.open_connection("127.0.0.1", port))
        with contextlib.suppress(ConnectionError):
            assert await ask(port, b"GET /readyz HTTP/1.1\r\n\r\n") == b""
        for _, writer in silent:
            writer.close()
            await writer.wait_closed()

        assert answered.endswith(HEALTH.body)

    on_loop(test)


def test_a_client_that_drips_its_question_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.probes._EXCHANGE_WITHIN_S", 0.2)

    async def test(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"G")
                await asyncio.sleep(0.02)
        writer.close()

        assert (await ask(port, b"GET /readyz HTTP/1.1\r\n\r\n")).endswith(HEALTH.body)

    on_loop(test)


def test_a_port_that_is_taken_is_said_with_what_to_do() -> None:
    async def test(port: int) -> None:
        with pytest.raises(NotListening) as refused:
            await Probes({}).start("127.0.0.1", port)

        assert str(refused.value) == (
            f"cannot listen on 127.0.0.1 port {port} (INGEST_HTTP): Address already in use. Every "
            "worker of a machine needs a port of its own"
        )

    on_loop(test)
