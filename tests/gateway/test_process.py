"""The whole gateway between two real brokers: what leaves, what waits, what survives."""

import random
import signal
from functools import partial
from pathlib import Path

import pytest

from core import wire
from core.quantities import Kind
from core.wire import GatewayState, decode_samples
from gateway.spool import Spool
from gateway.window import RECEIPT_TIMEOUT_S
from local.mosquitto import MosquittoServer
from tests.gateway.gateway_process import GatewayProcess
from tests.gateway.homewell_side import WITHIN_S, Peer, until

ROOM_TOPIC = "block/zigbee2mqtt/th-0101"
BOILER_TOPIC = "block/ems-esp-01/boiler_data"
FIRST_MS = 1763712000000


def say(devices: Peer, minute: int, topic: str = ROOM_TOPIC) -> int:
    """A room sensor speaks, with a time of its own; returns that time."""
    seen_ms = FIRST_MS + minute * 60_000
    payload = b'{"temperature":20.1,"humidity":55.3,"last_seen":%d}' % seen_ms
    devices.publish(topic, payload)
    return seen_ms


def heard_ms(homewell: Peer, kind: Kind = Kind.ROOM) -> list[int]:
    """The instants Homewell's side heard of, in order, with repetitions."""
    return [
        instant
        for message in list(homewell.heard)
        if message.topic.endswith(f"/{kind}")
        for instant in decode_samples(kind, bytes(message.payload)).times_ms
    ]


def states(homewell: Peer) -> list[GatewayState]:
    return [
        wire.decode_state(bytes(message.payload))
        for message in list(homewell.heard)
        if message.topic == wire.state_topic("gw-a")
    ]


def test_a_reading_leaves_the_home_and_is_forgotten_on_its_receipt(
    gateway: GatewayProcess, devices: Peer, homewell: Peer
) -> None:
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM])
    gateway.until_connected()

    seen_ms = say(devices, 0)

    until(lambda: heard_ms(homewell) == [seen_ms], "the reading")
    ((spool, seq, payload),) = homewell.readings()
    assert decode_samples(Kind.ROOM, payload) == wire.Samples(
        [seen_ms], {"air_temp_c": [20.1], "rel_humidity_pct": [55.3]}
    )
    gateway.until_counted(accepted_samples=1, waiting_samples=1)
    homewell.receipt("gw-a", spool, seq)
    gateway.until_counted(accepted_samples=1, waiting_samples=0, settled_samples=1)
    status = gateway.status()
    assert (status["spool_id"], status["consent_revision"]) == (spool, 1)


def test_a_gateway_says_that_it_is_there_and_when_it_leaves(
    gateway: GatewayProcess, homewell: Peer
) -> None:
    until(lambda: [state.online for state in states(homewell)] == [True], "the birth")

    left = gateway.end(signal.SIGTERM)

    assert left == 0
    until(lambda: [state.online for state in states(homewell)] == [True, False], "the leave")


def test_the_broker_says_it_for_a_gateway_that_was_killed(
    gateway: GatewayProcess, homewell: Peer
) -> None:
    until(lambda: len(states(homewell)) == 1, "the birth")

    gateway.end(signal.SIGKILL)

    until(lambda: [state.online for state in states(homewell)] == [True, False], "the will")


def test_until_a_document_has_come_nothing_is_kept_and_nothing_lost(
    gateway: GatewayProcess, devices: Peer, homewell: Peer
) -> None:
    gateway.until_connected()
    seen_ms = [say(devices, minute) for minute in range(5)]
    gateway.until_counted(accepted_samples=0)
    before = homewell.readings()

    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM])

    until(lambda: sorted(heard_ms(homewell)) == seen_ms, "what waited")
    assert before == []


def test_a_device_that_may_not_send_sends_nothing(
    gateway: GatewayProcess, devices: Peer, homewell: Peer
) -> None:
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM], boiler_01=[])
    gateway.until_connected()
    until(lambda: gateway.status()["consent_revision"] == 1, "the document")

    devices.publish(BOILER_TOPIC, b'{"syspress":1.3}')
    say(devices, 0, "block/zigbee2mqtt/th-0102")
    seen_ms = say(devices, 1)

    until(lambda: heard_ms(homewell) == [seen_ms], "the reading that is allowed")
    until(lambda: gateway.status()["refused"] == {"not allowed by consent": 2}, "the count")
    assert len(homewell.readings()) == 1
    gateway.until_counted(accepted_samples=1)


def test_a_bridge_that_publishes_at_qos_0_is_heard_as_well(
    gateway: GatewayProcess, devices: Peer, homewell: Peer
) -> None:
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM], boiler_01=[Kind.BOILER])
    gateway.until_connected()

    devices.publish(BOILER_TOPIC, b'{"syspress":1.3}', qos=0)
    until(lambda: len(heard_ms(homewell, Kind.BOILER)) == 1, "the boiler, at QoS 0")
    seen_ms = say(devices, 0)

    until(lambda: heard_ms(homewell) == [seen_ms], "the room, on the same connection")
    assert "trying again" not in gateway.log()


def test_when_consent_ends_what_waits_is_deleted_and_counted(
    gateway: GatewayProcess, devices: Peer, homewell: Peer
) -> None:
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM], boiler_01=[Kind.BOILER])
    gateway.until_connected()
    until(lambda: gateway.status()["consent_revision"] == 1, "the document")
    say(devices, 0)
    devices.publish(BOILER_TOPIC, b'{"syspress":1.3}')
    gateway.until_counted(waiting_samples=2)

    homewell.allow("gw-a", 2, boiler_01=[Kind.BOILER])

    gateway.until_counted(accepted_samples=2, waiting_samples=1, withheld_samples=1)


def test_what_is_outstanding_is_sent_again_as_it_was_when_the_broker_comes_back(
    gateway: GatewayProcess, devices: Peer, homewell: Peer, central: MosquittoServer
) -> None:
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM])
    gateway.until_connected()
    for minute in range(3):
        say(devices, minute)
        until(partial(heard_number, homewell, minute + 1), "a message of its own")
    once = homewell.readings()
    homewell.receipt("gw-a", once[0][0], once[0][1])
    gateway.until_counted(waiting_messages=2)

    central.kill()
    central.start()

    # A killed broker may have lost our subscription: what came before it is back comes once more.
    again = "the two without a receipt, again"
    until(lambda: {*homewell.readings_again()} >= {*once[1:]}, again, RECEIPT_TIMEOUT_S + WITHIN_S)
    assert {*homewell.readings_again()} == {*once[1:]}


def heard_number(homewell: Peer, number: int) -> bool:
    return len(homewell.readings()) == number


def test_kill_at_any_instant_under_traffic_loses_nothing(
    gateway: GatewayProcess, devices: Peer, homewell: Peer
) -> None:
    chance = random.Random(7)  # noqa: S311 - a test's own dice
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM])
    gateway.until_connected()
    said_ms: list[int] = []

    for _ in range(4):
        for _ in range(50):
            said_ms.append(say(devices, len(said_ms)))
            settle_some(homewell, chance)
        gateway.end(signal.SIGKILL)
        said_ms += [say(devices, len(said_ms)) for _ in range(10)]
        gateway.start()

    until(lambda: settle_all(homewell) >= set(said_ms), "every reading at least once")
    assert set(heard_ms(homewell)) == set(said_ms)
    by_number: dict[tuple[str, int], set[bytes]] = {}
    for spool, seq, payload in homewell.readings():
        by_number.setdefault((spool, seq), set()).add(payload)
    assert {len(payloads) for payloads in by_number.values()} == {1}
    until(lambda: bool(settle_all(homewell)) and spool_is_empty(gateway), "an empty spool")


def settle_some(homewell: Peer, chance: random.Random) -> None:
    """Receipts for some of what was heard, as an ingest that comes and goes gives them."""
    heard = homewell.readings()
    if heard and chance.random() < 0.2:
        spool, seq, _ = chance.choice(heard)
        homewell.receipt("gw-a", spool, seq)


def settle_all(homewell: Peer) -> set[int]:
    """Receipts for all that was heard; returns the instants."""
    heard = homewell.readings()
    for spool in {spool for spool, _, _ in heard}:
        homewell.receipt("gw-a", spool, *[seq for of, seq, _ in heard if of == spool])
    return set(heard_ms(homewell))


def spool_is_empty(gateway: GatewayProcess) -> bool:
    counters: dict[str, int] = gateway.status()["spool"]
    return counters.get("waiting_messages") == 0


@pytest.mark.parametrize(
    ("away_ms", "refused", "kept"), [(60 * 60 * 1000, 3, 1), (30_000, 0, 4)], ids=["long", "short"]
)
def test_boiler_messages_that_waited_long_have_no_known_time(
    tmp_path: Path,
    central: MosquittoServer,
    block: MosquittoServer,
    devices: Peer,
    homewell: Peer,
    away_ms: int,
    refused: int,
    kept: int,
) -> None:
    homewell.allow("gw-a", 1, th_0101=[Kind.ROOM], boiler_01=[Kind.BOILER])
    with GatewayProcess(tmp_path, central.url("gw-a"), block.url("gw-a")) as gateway:
        gateway.until_connected()
        say(devices, 0)
        gateway.until_counted(accepted_samples=1)
        gateway.end(signal.SIGTERM)
        for pressure in (b"1.3", b"1.2", b"1.1"):
            devices.publish(BOILER_TOPIC, b'{"syspress":%b}' % pressure)
        say(devices, 1)
        make_older(gateway.spool, away_ms)

        gateway.start()

        gateway.until_counted(accepted_samples=1 + kept)
        assert gateway.status()["refused"].get("time unknown", 0) == refused
        until(lambda: len(set(heard_ms(homewell))) == 2, "both of the room's")
        boiler_ms = heard_ms(homewell, Kind.BOILER)
        assert len(set(boiler_ms)) == kept - 1


def make_older(path: Path, away_ms: int) -> None:
    """As if the gateway had last heard a device so long before."""
    spool = Spool(path)
    heard = spool.heard_ms()
    assert heard is not None
    spool.append_all([], heard_ms=heard - away_ms)
    spool.close()
