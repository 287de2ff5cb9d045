"""The broker dies, and what it held is gone."""

import time

import pytest

from tests.faults.conftest import Begin
from tests.faults.world import World

pytestmark = pytest.mark.faults

_AWAY_S = 0.5
_QUEUED = 500


@pytest.fixture(scope="module", autouse=True)
def worker(world: World) -> None:
    """The one worker of this module."""
    world.hire()


def test_a_broker_killed_with_its_queue_lost_loses_nothing(begin: Begin, world: World) -> None:
    with begin("broker: kill -9, queue lost") as run:
        run.until_some_instant()
        world.to_broker.partition()  # so that there is a queue to lose
        run.until_unsettled(_QUEUED)
        world.kill_broker_with_its_queue()
        time.sleep(_AWAY_S)
        world.broker.start()
        world.to_broker.heal()
        run.over()


def test_a_broker_killed_as_it_works_loses_nothing(begin: Begin, world: World) -> None:
    with begin("broker: kill -9") as run:
        run.until_some_instant()
        world.broker.kill()
        run.until_unsettled(1)
        time.sleep(_AWAY_S)
        world.broker.start()
        run.over()
