"""Sessions in a database of a module's own, and a new home in it for every test."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.detectors.run.recorded import RecordedHome, Sessions, sessions
from tests.fixtures_database import HomewellDatabase

_LANDLORDS = count(1)


@pytest.fixture(scope="module")
def desk(homewell_db: HomewellDatabase) -> Iterator[Sessions]:
    """Sessions in this module's own database."""
    with sessions(homewell_db) as opened:
        yield opened


@pytest.fixture
def home(desk: Sessions) -> Iterator[RecordedHome]:
    """A home of a landlord of its own, with another like it beside."""
    home = RecordedHome.register(desk, f"landlord-{next(_LANDLORDS)}", homes=2)
    yield home
    home.sweep()  # what a failed test left behind is no news for the next
