"""A landlord's repairs system over real HTTP: the demonstration's own receiver, that may fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from local.receiver import Book, Kept, receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - Standard Webhooks' own example


@dataclass(slots=True)
class Landlord:
    """The demonstration's own receiver, which can be told to fail first."""

    book: Book
    url: str = ""
    failures: list[int] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it has kept, in order."""
        if not self.book.file.exists():
            return []
        return [json.loads(line)["event"] for line in self.book.file.read_text().splitlines()]


@contextmanager
def landlord_system(folder: Path) -> Iterator[Landlord]:
    kept: SimpleQueue[Kept] = SimpleQueue()
    made = Landlord(Book(folder / "received.jsonl"))
    server = receiver(0, SECRET, made.book, kept)
    taking: Any = server.RequestHandlerClass

    class Failing(taking):  # type: ignore[misc]  # the receiver makes its handler at run time
        def do_POST(self) -> None:  # noqa: N802 - http.server calls it so
            made.calls.append({name.lower(): value for name, value in self.headers.items()})
            if made.failures:
                self.send_response(made.failures.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.close_connection = True
                return
            super().do_POST()

    server.RequestHandlerClass = Failing
    with serving(server) as url:
        made.url = url
        yield made


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/repairs"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
