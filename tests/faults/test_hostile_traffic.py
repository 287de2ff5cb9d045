"""What gateways send is out of order, doubled and in good part poison."""

import pytest

from tests.faults.conftest import Begin
from tests.faults.world import World

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module", autouse=True)
def worker(world: World) -> None:
    """The one worker of this module."""
    world.hire()


def test_traffic_of_which_a_third_is_poison_keeps_the_rest(begin: Begin) -> None:
    with begin("traffic: duplicates, reordering, a third poison", poison_every=3) as run:
        run.until_some_instant()
        run.over()
