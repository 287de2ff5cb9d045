"""Ingest is killed, stalled and stopped while messages flow."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.conftest import Begin
from tests.faults.runs import Run
from tests.faults.trigger import COMMIT_ASKED, COMMIT_DONE
from tests.faults.worker import Worker
from tests.faults.world import World
from tests.ingest.gateway_side import WITHIN_S, until

pytestmark = pytest.mark.faults

_COMMITS = 4  # of the first commits of a run one is met, at random
_TRIES = 5  # what an earlier run sent twice may be all there is in a batch
_RECEIPTS_S = 0.2  # by then the receipts of earlier batches have come


@pytest.fixture(scope="module")
def worker(world: World) -> Worker:
    """The one worker of this module, which is killed and comes again."""
    return world.hire()


def test_a_kill_at_any_instant_loses_nothing(begin: Begin, worker: Worker) -> None:
    with begin("ingest: kill -9") as run:
        run.until_some_instant()
        worker.end(signal.SIGKILL)
        run.until_unsettled(1)
        worker.start()
        run.over()


def test_a_kill_between_copy_and_commit_loses_nothing(
    begin: Begin, world: World, worker: Worker
) -> None:
    with begin("ingest: kill -9 after COPY, before commit") as run:
        held = world.to_database.hold_at(COMMIT_ASKED, nth=run.chance.randint(1, _COMMITS))
        assert held.wait(WITHIN_S)
        until(lambda: run.stored_without_receipt() == 0, "receipts for what was committed")
        assert world.ingest_backends("state = 'idle in transaction'") == 1

        worker.end(signal.SIGKILL)
        world.to_database.drop_held()
        until(lambda: world.ingest_backends() == 0, "the database to give up the dead worker")

        assert run.stored_without_receipt() == 0
        run.until_unsettled(1)
        worker.start()
        run.over()


def test_a_kill_between_commit_and_acknowledgement_doubles_nothing(
    begin: Begin, world: World, worker: Worker
) -> None:
    with begin("ingest: kill -9 after commit, before ack") as run:
        hold_a_commit_that_nobody_knows_of(world, run)

        worker.end(signal.SIGKILL)
        world.to_database.drop_held()
        worker.start()
        run.over()


def test_a_worker_that_stalls_until_the_broker_gives_it_up_does_no_harm(
    begin: Begin, world: World, worker: Worker
) -> None:
    with begin("ingest: SIGSTOP past the keepalive") as run:
        run.until_some_instant()
        with stalled_until_given_up(world, worker):
            run.until_unsettled(1)
        run.over()


def test_acknowledgements_of_a_worker_that_the_broker_gave_up_do_no_harm(
    begin: Begin, world: World, worker: Worker
) -> None:
    with begin("ingest: SIGSTOP after commit, before ack") as run:
        hold_a_commit_that_nobody_knows_of(world, run)

        with stalled_until_given_up(world, worker):
            world.to_database.let_go()
        run.over()


def test_a_stop_in_the_midst_of_work_acknowledges_what_it_committed(
    begin: Begin, worker: Worker
) -> None:
    with begin("ingest: SIGTERM") as run:
        run.until_some_instant()
        status = worker.end(signal.SIGTERM)
        run.until_unsettled(1)
        worker.start()
        run.over()

    assert status == 0


def hold_a_commit_that_nobody_knows_of(world: World, run: Run) -> None:
    """Hold the database's word that it has committed a batch with something new in it."""
    for _ in range(_TRIES):
        held = world.to_database.hold_at(COMMIT_DONE, nth=run.chance.randint(1, _COMMITS))
        assert held.wait(WITHIN_S)
        time.sleep(_RECEIPTS_S)
        if run.stored_without_receipt() > 0:
            return
        world.to_database.let_go()
    raise AssertionError(f"none of {_TRIES} commits held anything new")


@contextmanager
def stalled_until_given_up(world: World, worker: Worker) -> Iterator[None]:
    """Let the worker do nothing until the broker has cut it off for its silence, and longer."""
    until(lambda: bool(worker.status()["connected"]), "the worker to be connected")
    before = world.times_given_up(worker)
    worker.stall()
    try:
        until(lambda: world.times_given_up(worker) > before, "the broker to give the worker up")
        yield
    finally:
        worker.go_on()
