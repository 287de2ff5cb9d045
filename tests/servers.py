"""What tests say about the servers they run against."""

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from local.mosquitto import MosquittoServer
from local.postgres import PostgresServer

BROKER_USERS = ("ingest", "gw-a", "gw-b", "gw-c")

NewDatabase = Callable[[], str]
MakePostgres = Callable[[str], PostgresServer]


class MakeBroker(Protocol):
    """Makes a broker of this name, not yet started; `settings` come last in its configuration."""

    def __call__(self, name: str, *, settings: str = "") -> MosquittoServer: ...


class Broker(Protocol):
    """A central broker, as far as a test needs it."""

    def url(self, user: str) -> str:
        """The broker's address for one of BROKER_USERS, with the password in it."""


class OwnBroker:
    """The broker that MQTT_URL names: it has BROKER_USERS, all with the password of that URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, user: str) -> str:
        """The broker's address for this user."""
        parts = urlsplit(self._url)
        address = f"{parts.hostname}:{parts.port or 1883}"
        return urlunsplit((parts.scheme, f"{user}:{parts.password}@{address}", "", "", ""))


def with_database(url: str, name: str) -> str:
    """The same server and user, another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
