import os
import signal
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from local.mosquitto import MosquittoServer
from local.processes import ServerFailed
from tests.local.mqtt_user import MqttUser
from tests.servers import Broker, MakeBroker

NOT_ALLOWED = "Not authorized"
# Mosquitto's answer to an allowed publish says whether anybody was listening.
ALLOWED = {"Success", "No matching subscribers"}


@pytest.fixture(scope="module")
def own(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    with make_broker("own-broker") as server:
        yield server


@pytest.fixture
def own_running(own: MosquittoServer) -> MosquittoServer:
    own.start()
    return own


@pytest.fixture
def quiet_broker(broker: Broker) -> Broker:
    """The broker of the whole run without the consent documents that other tests left retained."""
    with MqttUser(broker.url("ingest")) as ingest:
        for gateway in ("gw-a", "gw-b"):
            ingest.publish(f"homewell/v1/{gateway}/consent", "", retain=True)
    return broker


@pytest.mark.parametrize(
    "topic",
    [
        "homewell/v1/gw-a/th-0103/room",
        "homewell/v1/gw-a/boiler-01/boiler",
        "homewell/v1/gw-a/weather-1/weather",
        "homewell/v1/gw-a/state",
    ],
)
def test_a_gateway_says_what_its_own_homes_measure(broker: Broker, topic: str) -> None:
    with MqttUser(broker.url("gw-a")) as gateway, MqttUser(broker.url("ingest")) as ingest:
        assert ingest.subscribe(topic) == "Granted QoS 1"
        assert gateway.publish(topic, "{}") in ALLOWED
        assert ingest.next_message() == (topic, "{}")


@pytest.mark.parametrize(
    "topic",
    [
        "homewell/v1/gw-b/th-0103/room",
        "homewell/v1/gw-b/state",
        "homewell/v1/gw-a/consent",
        "homewell/v1/gw-b/consent",
        "homewell/v1/gw-a/receipt",
        "homewell/v1/gw-b/receipt",
        "homewell/v1/gw-a/th-0103/anything",
        "homewell/v1/gw-a/th-0103/deeper/room",
        "homewell/v2/gw-a/th-0103/room",
        "anything",
    ],
)
def test_a_gateway_may_say_nothing_else(broker: Broker, topic: str) -> None:
    with MqttUser(broker.url("gw-a")) as gateway:
        assert gateway.publish(topic, "{}") == NOT_ALLOWED


@pytest.mark.parametrize("kind", ["consent", "receipt"])
def test_a_gateway_hears_what_is_meant_for_it_and_nothing_of_its_neighbour(
    quiet_broker: Broker, kind: str
) -> None:
    with (
        MqttUser(quiet_broker.url("gw-a")) as gateway,
        MqttUser(quiet_broker.url("ingest")) as ingest,
    ):
        gateway.subscribe("homewell/#")
        assert ingest.publish(f"homewell/v1/gw-b/{kind}", "for b") in ALLOWED
        assert ingest.publish(f"homewell/v1/gw-a/{kind}", "for a") in ALLOWED
        # One subscriber gets one connection's messages in order: b's would have come first.
        assert gateway.next_message() == (f"homewell/v1/gw-a/{kind}", "for a")


def test_a_gateway_does_not_hear_its_neighbours_homes(quiet_broker: Broker) -> None:
    with (
        MqttUser(quiet_broker.url("gw-a")) as listener,
        MqttUser(quiet_broker.url("gw-b")) as neighbour,
        MqttUser(quiet_broker.url("ingest")) as ingest,
    ):
        listener.subscribe("#")
        assert neighbour.publish("homewell/v1/gw-b/th-0203/room", "{}") in ALLOWED
        assert ingest.publish("homewell/v1/gw-a/receipt", "{}") in ALLOWED
        assert listener.next_message() == ("homewell/v1/gw-a/receipt", "{}")


@pytest.mark.parametrize("topic", ["homewell/v1/gw-a/th-0103/room", "homewell/v1/gw-a/state", "x"])
def test_ingest_cannot_speak_as_a_gateway(broker: Broker, topic: str) -> None:
    with MqttUser(broker.url("ingest")) as ingest:
        assert ingest.publish(topic, "{}") == NOT_ALLOWED


def test_several_ingest_workers_may_share_the_readings(broker: Broker) -> None:
    with MqttUser(broker.url("ingest")) as worker, MqttUser(broker.url("gw-a")) as gateway:
        assert worker.subscribe("$share/ingest/homewell/v1/+/+/room") == "Granted QoS 1"
        assert gateway.publish("homewell/v1/gw-a/th-0103/room", "{}") == "Success"
        assert worker.next_message() == ("homewell/v1/gw-a/th-0103/room", "{}")


@pytest.mark.parametrize("user", ["", "gw-a", "stranger"])
def test_nobody_gets_in_without_the_right_password(broker: Broker, user: str) -> None:
    port = urlsplit(broker.url("gw-a")).port
    login = f"{user}:guess@" if user else ""
    visitor = MqttUser(f"mqtt://{login}127.0.0.1:{port}")
    assert visitor.connect() == NOT_ALLOWED
    visitor.close()


def test_a_new_gateway_gets_in_while_the_others_stay_connected(
    own_running: MosquittoServer,
) -> None:
    with MqttUser(own_running.url("gw-a")) as settled:
        own_running.admit({"gw-new": "its password"})
        assert own_running.url("gw-new").startswith("mqtt://gw-new:its%20password@127.0.0.1:")
        newcomer = MqttUser(own_running.url("gw-new"))
        while newcomer.connect() != "Success":  # the broker reads the file in its own time
            newcomer.close()
        assert newcomer.publish("homewell/v1/gw-new/state", "{}") in ALLOWED
        newcomer.close()
        assert settled.publish("homewell/v1/gw-a/state", "{}") in ALLOWED
        assert settled.disconnected == []


def test_what_is_retained_survives_a_stop(own_running: MosquittoServer) -> None:
    with MqttUser(own_running.url("ingest")) as ingest:
        ingest.publish("homewell/v1/gw-a/consent", '{"revision":17}', retain=True)

    own_running.stop()
    assert not own_running.is_running()
    own_running.start()

    with MqttUser(own_running.url("gw-a")) as gateway:
        gateway.subscribe("homewell/v1/gw-a/consent")
        assert gateway.next_message() == ("homewell/v1/gw-a/consent", '{"revision":17}')


def test_a_killed_broker_comes_back_at_the_same_address(own_running: MosquittoServer) -> None:
    address = own_running.url("gw-a")
    own_running.kill()
    assert not own_running.is_running()
    own_running.start()
    assert own_running.url("gw-a") == address
    with MqttUser(address):
        pass


def test_a_gateway_that_another_process_admitted_gets_in_after_a_crash_too(
    make_broker: MakeBroker,
) -> None:
    with make_broker("shared-broker") as server:
        from_another_process = make_broker("shared-broker")
        from_another_process.admit({"gw-new": "its password"})
        os.kill(int((server.log.parent / "pid").read_text("ascii")), signal.SIGKILL)
        while server.is_running():
            time.sleep(0.02)

        server.start()

        with MqttUser(from_another_process.url("gw-new")):
            pass


def test_a_broker_that_cannot_start_says_why_in_its_own_words(make_broker: MakeBroker) -> None:
    server = make_broker("spoilt-broker")
    server.start()
    server.stop()
    (server.log.parent / "mosquitto.db").write_text("not what Mosquitto wrote")
    with pytest.raises(
        ServerFailed,
        match=r"(?s)Mosquitto \(spoilt-broker\) ended while starting.*Unrecognised file format",
    ):
        server.start()
    assert not server.is_running()


@pytest.mark.parametrize("user", ["+", "gw/a", "#", "gw:a", "gw a", ""])
def test_a_user_name_that_could_widen_the_access_list_is_refused(
    own: MosquittoServer, user: str
) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        own.admit({user: "password"})
