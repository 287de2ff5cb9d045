"""A forecast service of our own, a broker of this test's own, and Homewell's side of it."""

import secrets
from collections.abc import Iterator

import pytest

from local.mosquitto import MosquittoServer
from tests.gateway.homewell_side import Peer
from tests.servers import MakeBroker
from tests.weather.answers import Service, running


@pytest.fixture
def service() -> Iterator[Service]:
    """A forecast service on loopback."""
    with running() as one:
        yield one


@pytest.fixture
def central(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    """A central broker of this test's own."""
    with make_broker(f"central-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def homewell(central: MosquittoServer) -> Iterator[Peer]:
    """Homewell's side: hears all weather, publishes receipts and consent."""
    with Peer(central.url("ingest"), "ingest-0", "homewell/v1/+/+/weather") as peer:
        yield peer
