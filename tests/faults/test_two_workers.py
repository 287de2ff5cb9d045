"""Two workers share the messages, and one of them comes, goes, dies or stalls."""

import signal

import pytest

from tests.faults.conftest import Begin
from tests.faults.runs import Run
from tests.faults.test_worker_faults import stalled_until_given_up
from tests.faults.worker import Worker
from tests.faults.world import World
from tests.ingest.gateway_side import until

pytestmark = pytest.mark.faults

_GROUP = "faults"
_LATEST = 0.3  # of the load's time: what follows takes the rest
_MESSAGES = 12_000  # a worker's start and its first counts come while they are being sent


@pytest.fixture(scope="module")
def first(world: World) -> Worker:
    """The worker that stays."""
    return world.hire(INGEST_SHARED_GROUP=_GROUP, INGEST_CLIENT_ID="ingest-0")


@pytest.fixture(scope="module")
def either(world: World, first: Worker) -> Worker:
    """The other worker, to which things happen."""
    return world.hire(INGEST_SHARED_GROUP=_GROUP, INGEST_CLIENT_ID="ingest-1")


@pytest.fixture
def second(either: Worker) -> Worker:
    """The other worker, at work."""
    if not either.is_running:
        either.has_left = False
        either.start()
        either.until_connected()
    return either


@pytest.fixture
def newcomer(second: Worker) -> Worker:
    """The other worker, not there and not awaited at the broker."""
    leave(second)
    return second


def test_a_worker_that_joins_loses_nothing(begin: Begin, newcomer: Worker) -> None:
    with begin("two workers: one joins", messages=_MESSAGES) as run:
        run.until_some_instant(latest=_LATEST)
        newcomer.has_left = False
        newcomer.start()
        until_it_works(newcomer, run)
        run.over()


def test_a_worker_that_leaves_loses_nothing(begin: Begin, second: Worker) -> None:
    with begin("two workers: one leaves for good", messages=_MESSAGES) as run:
        run.until_some_instant(latest=_LATEST)
        until_it_works(second, run)
        status = leave(second)
        run.over()

    assert status == 0


def test_a_worker_that_dies_and_returns_loses_nothing(begin: Begin, second: Worker) -> None:
    with begin("two workers: one killed, and back", messages=_MESSAGES) as run:
        run.until_some_instant(latest=_LATEST)
        until_it_works(second, run)
        second.end(signal.SIGKILL)
        run.until_unsettled(1)
        second.start()
        run.over()


def test_a_worker_that_stalls_loses_nothing(begin: Begin, world: World, second: Worker) -> None:
    with begin("two workers: one stalls past the keepalive", messages=_MESSAGES) as run:
        run.until_some_instant(latest=_LATEST)
        until_it_works(second, run)
        with stalled_until_given_up(world, second):
            run.until_unsettled(1)
        run.over()


def leave(worker: Worker) -> int:
    """Have the worker leave for good; its exit status."""
    worker.has_left = True
    return worker.end(signal.SIGUSR1)


def until_it_works(worker: Worker, run: Run) -> None:
    """Wait until the worker has taken messages of its share; the load must still be under way."""
    until(lambda: bool(worker.status().get("messages")), "the worker to take messages")
    assert not run.fleet.is_settled()
