"""Captured device messages, one per file in tests/messages: what goes in and what must come out."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adapters.ems_esp import EmsEsp, load_faults
from gateway.adapters.reading import Ignored, Reading, Refused
from gateway.adapters.zigbee2mqtt import Zigbee2Mqtt
from gateway.sources import Sources

MESSAGES = sorted((Path(__file__).parents[1] / "messages").glob("*.json"))
SOURCES = Sources(
    [
        Zigbee2Mqtt("zigbee2mqtt", frozenset({"garden"}), {"Living room": "living-room-1"}),
        EmsEsp("ems-esp", "boiler", load_faults()),
    ]
)
TOPICS = ("zigbee2mqtt/bedroom-1", "zigbee2mqtt/garden", "ems-esp/boiler_data")

texts = st.text("aE0.-:+T\x00\ud800é\U0001f525", max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=5,
)
KEYS = [
    "temperature", "humidity", "co2", "battery", "last_seen", "heatingactive", "selflowtemp",
    "heatingpumpmod", "curflowtemp", "burngas", "burnstarts", "servicecode",
    "servicecodenumber", "dhw", "ww", "wwcurtemp",
]  # fmt: skip


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_captured_message_becomes_what_it_says(path: Path) -> None:
    case: dict[str, Any] = json.loads(path.read_text("utf-8"))

    found = SOURCES.read(case["topic"], case["payload"].encode(), case["arrived_ms"])

    if "readings" in case:
        assert found == msgspec.convert(case["readings"], list[Reading])
    elif "refused" in case:
        assert isinstance(found, Refused)
        assert found.reason == case["refused"]
    else:
        assert isinstance(found, Ignored)


@pytest.mark.parametrize("topic", TOPICS)
@given(payload=st.binary())
def test_no_bytes_a_device_could_send_stop_the_gateway(topic: str, payload: bytes) -> None:
    found = SOURCES.read(topic, payload, 1)

    assert isinstance(found, list | Ignored | Refused)


@pytest.mark.parametrize("topic", TOPICS)
@given(members=st.dictionaries(st.sampled_from(KEYS), json_values))
def test_no_value_in_a_known_member_stops_the_gateway(topic: str, members: dict[str, Any]) -> None:
    payload = json.dumps(members).encode("utf-8", "surrogatepass")

    found = SOURCES.read(topic, payload, 1)

    assert isinstance(found, list | Ignored | Refused)


def test_a_message_that_waited_in_a_broker_needs_a_time_of_its_own() -> None:
    boiler = SOURCES.read("ems-esp/boiler_data", b'{"syspress":1.3}', None)
    untimed = SOURCES.read("zigbee2mqtt/bedroom-1", b'{"temperature":20.1}', None)
    timed = SOURCES.read(
        "zigbee2mqtt/bedroom-1", b'{"temperature":20.1,"last_seen":1763711910250}', None
    )

    assert isinstance(boiler, Refused)
    assert isinstance(untimed, Refused)
    assert (boiler.reason, untimed.reason) == ("time unknown", "time unknown")
    assert isinstance(timed, list)
    assert timed[0].measured_ms == 1763711910250


def test_a_message_longer_than_any_device_writes_is_refused() -> None:
    payload = b'{"temperature":20.1,"note":"' + b"x" * 70_000 + b'"}'

    found = SOURCES.read("zigbee2mqtt/bedroom-1", payload, 1)

    assert isinstance(found, Refused)
    assert found.reason == "message too long"


def test_a_topic_of_no_source_is_ignored() -> None:
    assert isinstance(SOURCES.read("shellies/door", b"{}", 1), Ignored)


def test_the_fault_table_tells_normal_states_from_faults() -> None:
    faults = load_faults()

    # 200 to 204 and 270: normal states (EMS-ESP docs/Home-Assistant.md); 207, 227: faults.
    assert [faults[number] for number in (200, 201, 202, 203, 204, 270)] == [False] * 6
    assert [faults[number] for number in (207, 227)] == [True] * 2
