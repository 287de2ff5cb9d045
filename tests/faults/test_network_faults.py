"""The network fails on each of its ways: to the database, to the broker, from the gateways."""

import time

import pytest

from tests.faults.conftest import Begin
from tests.faults.keepalive import KEEPALIVE_S
from tests.faults.proxy import FaultProxy
from tests.faults.trigger import Direction
from tests.faults.world import World
from tests.ingest.gateway_side import WITHIN_S

pytestmark = pytest.mark.faults

_AWAY_S = 1.0
_HALF_OPEN_S = KEEPALIVE_S * 1.5 + 1.5  # longer than a silence goes unnoticed
_BYTES_PER_S = 1.0
_TRICKLE_S = 3.0
_DELAY_S = 0.3
_DELAYED_S = 1.0
_DELAYED = 500  # messages under way at once, more than a way without delay has
_RESET_WITHIN_BYTES = 2_000  # acknowledgements are small

ways = pytest.mark.parametrize("way", ["to_database", "to_broker", "from_gateways"])


@pytest.fixture(scope="module", autouse=True)
def worker(world: World) -> None:
    """The one worker of this module."""
    world.hire()


@ways
def test_a_partition_loses_nothing(begin: Begin, world: World, way: str) -> None:
    with begin(f"{way}: partition") as run:
        run.until_some_instant()
        proxy_on(world, way).partition()
        time.sleep(_AWAY_S)
        proxy_on(world, way).heal()
        run.over()

    assert run.unsettled > 0


@ways
def test_connections_that_die_without_a_word_lose_nothing(
    begin: Begin, world: World, way: str
) -> None:
    with begin(f"{way}: half-open") as run:
        run.until_some_instant()
        proxy_on(world, way).half_open()
        time.sleep(_HALF_OPEN_S)
        proxy_on(world, way).heal()
        run.over()

    assert run.unsettled > 0
    assert proxy_on(world, way).bytes_swallowed > 0


@ways
@pytest.mark.parametrize("direction", list(Direction), ids=lambda direction: direction.value)
def test_a_reset_in_the_midst_of_a_packet_loses_nothing(
    begin: Begin, world: World, way: str, direction: Direction
) -> None:
    with begin(f"{way}: reset mid-packet, {direction.value}") as run:
        run.until_some_instant()
        after_bytes = run.chance.randint(1, _RESET_WITHIN_BYTES)
        reset = proxy_on(world, way).reset_after(direction, after_bytes)
        assert reset.wait(WITHIN_S)
        run.over()


@ways
def test_a_byte_a_second_loses_nothing(begin: Begin, world: World, way: str) -> None:
    with begin(f"{way}: 1 byte/s") as run:
        run.until_some_instant()
        proxy_on(world, way).trickle(_BYTES_PER_S)
        time.sleep(_TRICKLE_S)
        proxy_on(world, way).heal()
        run.over()

    assert run.unsettled > 0


@ways
def test_a_slow_way_loses_nothing(begin: Begin, world: World, way: str) -> None:
    with begin(f"{way}: {_DELAY_S} s late") as run:
        run.until_some_instant()
        proxy_on(world, way).delay(_DELAY_S)
        run.until_unsettled(_DELAYED)
        time.sleep(_DELAYED_S)
        proxy_on(world, way).heal()
        run.over()


def proxy_on(world: World, way: str) -> FaultProxy:
    """The proxy on this way."""
    proxy: FaultProxy = getattr(world, way)
    return proxy
