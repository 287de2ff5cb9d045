"""The database stops, is full, read-only, locked or has no connection to spare."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from store.roles import Role
from tests.faults.conftest import Begin
from tests.faults.trigger import COPY_DATA
from tests.faults.worker import Worker
from tests.faults.world import World
from tests.ingest.gateway_side import WITHIN_S, until

pytestmark = pytest.mark.faults

_AWAY_S = 1.0
_COPIES = 6  # of the first ones of a run one is met, at random
_HOGS_MOST = 200  # more than any server of ours has connections


@pytest.fixture(scope="module", autouse=True)
def worker(world: World) -> Worker:
    """The one worker of this module; it lives through everything."""
    return world.hire()


@pytest.fixture(autouse=True)
def still_at_work(worker: Worker) -> Iterator[None]:
    """No fault of the database ends a worker."""
    pid = worker.pid
    yield
    assert worker.is_running
    assert worker.pid == pid


def test_a_database_stopped_at_once_loses_nothing(begin: Begin, world: World) -> None:
    with begin("database: immediate stop") as run:
        run.until_some_instant()
        world.stop_database_at_once()
        run.until_unsettled(1)
        time.sleep(_AWAY_S)
        world.postgres.start()
        run.over()


def test_a_database_killed_loses_nothing(begin: Begin, world: World) -> None:
    with begin("database: kill -9 of every process") as run:
        run.until_some_instant()
        world.postgres.kill()
        run.until_unsettled(1)
        time.sleep(_AWAY_S)
        world.postgres.start()
        run.over()


def test_a_connection_terminated_in_the_midst_of_copy_loses_nothing(
    begin: Begin, world: World
) -> None:
    with begin("database: pg_terminate_backend mid-COPY") as run:
        held = world.to_database.hold_at(COPY_DATA, nth=run.chance.randint(1, _COPIES))
        assert held.wait(WITHIN_S)
        assert world.ingest_backends("state = 'active' AND query LIKE 'COPY%%'") == 1
        run.until_unsettled(1)

        assert world.cut_off_ingest() >= 1

        world.to_database.let_go()
        run.over()


def test_a_read_only_database_loses_nothing(begin: Begin, world: World) -> None:
    with begin("database: read-only") as run:
        run.until_some_instant()
        world.set_read_only(True)
        run.until_unsettled(500)
        time.sleep(_AWAY_S)
        world.set_read_only(False)
        run.over()


def test_a_locked_table_loses_nothing(begin: Begin, world: World) -> None:
    with begin("database: table locked") as run, world.administrator() as admin:
        run.until_some_instant()
        with admin.transaction():
            admin.execute("LOCK TABLE room_readings, boiler_readings IN ACCESS EXCLUSIVE MODE")
            until(lambda: world.ingest_backends("wait_event_type = 'Lock'") == 1, "a wait")
            time.sleep(_AWAY_S)
        run.over()

    assert run.unsettled > 0


def test_exhausted_connections_lose_nothing(begin: Begin, world: World) -> None:
    with ExitStack() as hogs:
        take_every_connection(world, hogs)
        exhaust(begin, world, hogs)


def exhaust(begin: Begin, world: World, hogs: ExitStack) -> None:
    """Cut ingest off where others have taken every connection."""
    with begin("database: connections exhausted") as run:
        run.until_some_instant()
        world.cut_off_ingest()
        take_every_connection(world, hogs)
        assert world.ingest_backends() == 0
        run.until_unsettled(500)
        time.sleep(_AWAY_S)
        hogs.close()
        run.over()


def take_every_connection(world: World, hogs: ExitStack) -> None:
    """Open connections as an ordinary role until the server has no more to give."""
    for _ in range(_HOGS_MOST):
        try:
            hogs.enter_context(world.database.connect(Role.OBSERVER))
        except psycopg.OperationalError:
            return
    raise AssertionError(f"the server had more than {_HOGS_MOST} connections to give")
