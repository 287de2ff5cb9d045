"""The database and the brokers of this machine, started in order and stopped in reverse."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol


class Server(Protocol):
    """What `PostgresServer` and `MosquittoServer` have in common."""

    name: str

    @property
    def log(self) -> Path:
        """Where it writes what happens to it."""

    def start(self) -> None:
        """Start, or recognise that it runs. Raises ServerFailed."""

    def stop(self) -> None:
        """Stop, if it runs. Raises ServerFailed."""

    def is_running(self) -> bool:
        """Whether it runs."""


@contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Start the servers in this order; on leaving, however that comes, stop them in reverse.

    When one does not start, those before it are stopped. Raises ServerFailed.
    """
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.stop)
            server.start()
        yield
