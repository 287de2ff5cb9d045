"""The published wire contract says what the code does."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from core import wire
from core.quantities import QUANTITIES, Form, Kind

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs/wire.asyncapi.yaml").read_text("utf-8")
)
MESSAGES = DOCUMENT["components"]["messages"]
SCHEMAS = DOCUMENT["components"]["schemas"]
ARRAYS = {
    Form.REAL: "reals",
    Form.BOOLEAN: "booleans",
    Form.COUNTER: "counts",
    Form.TEXT: "texts",
}


def example(message: str) -> bytes:
    """The document's own example of a message, as it would travel."""
    return msgspec.json.encode(MESSAGES[message]["examples"][0]["payload"])


@pytest.mark.parametrize("kind", list(Kind))
def test_every_quantity_stands_in_the_document_with_its_form(kind: Kind) -> None:
    columns = {
        quantity.name: {"$ref": f"#/components/schemas/{ARRAYS[quantity.form]}"}
        for quantity in QUANTITIES[kind]
    }

    assert SCHEMAS[kind.value]["properties"] == {
        "t": {"$ref": "#/components/schemas/instants"},
        **columns,
    }
    assert SCHEMAS["instants"]["maxItems"] == wire.SAMPLES_MAX


@pytest.mark.parametrize("kind", list(Kind))
def test_the_documents_example_of_readings_can_be_read(kind: Kind) -> None:
    samples = wire.decode_samples(kind, example(kind.value))

    assert list(samples.times_ms) == MESSAGES[kind.value]["examples"][0]["payload"]["t"]


def test_the_documents_other_examples_can_be_read() -> None:
    receipt = wire.decode_receipt(example("receipt"))
    consent = wire.decode_consent(example("consent"))
    state = wire.decode_state(example("state"))

    assert receipt.seq == [(1, 40), (42, 42)]
    assert consent.allows("bedroom-1", Kind.ROOM)
    assert state == wire.GatewayState(online=True, version="0.1.0", spool_depth=0)


def test_the_documents_user_properties_are_those_that_the_code_writes() -> None:
    properties = SCHEMAS["userProperties"]["properties"]

    assert list(properties) == [wire.SPOOL_PROPERTY, wire.SEQ_PROPERTY, wire.AGAIN_PROPERTY]
    assert properties[wire.AGAIN_PROPERTY]["const"] == wire.AGAIN


def test_the_documents_addresses_are_the_codes_topics() -> None:
    addresses = {name: one["address"] for name, one in DOCUMENT["channels"].items()}

    assert addresses == {
        "readings": wire.readings_topic(wire.Address("{gateway}", "{device}", Kind.ROOM)).replace(
            "/room", "/{kind}"
        ),
        "receipt": wire.receipt_topic("{gateway}"),
        "consent": wire.consent_topic("{gateway}"),
        "state": wire.state_topic("{gateway}"),
    }
