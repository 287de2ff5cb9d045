"""What ingest is told by its environment."""

from pathlib import Path

import pytest

from ingest.patience import backoff_s
from ingest.settings import NotSet, Settings, parse_broker

NEEDED = {"DATABASE_URL": "postgresql://db", "MQTT_URL": "mqtt://ingest:p%40ss@broker.example:1884"}


def test_two_variables_are_enough() -> None:
    settings = Settings.from_environment(NEEDED)

    assert (settings.broker.host, settings.broker.port) == ("broker.example", 1884)
    assert (settings.broker.username, settings.broker.password) == ("ingest", "p@ss")
    assert settings.broker.tls is None
    assert (settings.client_id, settings.status_file) == ("ingest-0", None)
    assert settings.patterns() == [
        "homewell/v1/+/+/room",
        "homewell/v1/+/+/boiler",
        "homewell/v1/+/+/weather",
    ]


def test_workers_of_a_group_share_the_messages() -> None:
    named = {"INGEST_CLIENT_ID": "ingest-7", "INGEST_SHARED_GROUP": "ingest"}

    settings = Settings.from_environment({**NEEDED, **named, "INGEST_STATUS_FILE": "/run/i.json"})

    assert (settings.client_id, settings.status_file) == ("ingest-7", Path("/run/i.json"))
    assert settings.patterns()[0] == "$share/ingest/homewell/v1/+/+/room"


def test_mqtts_is_tls_on_its_own_port_and_checks_the_brokers_name() -> None:
    broker = parse_broker("mqtts://broker.example")

    assert broker.port == 8883
    assert broker.tls is not None
    assert broker.tls.check_hostname


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"DATABASE_URL": ""},
            "DATABASE_URL is not set; it is of the form postgresql://user:password@host/db",
        ),
        (
            {"MQTT_URL": ""},
            "MQTT_URL is not set; it is of the form mqtt://user:password@host:port",
        ),
        (
            {"MQTT_URL": "http://u:secret@h"},
            "MQTT_URL must be mqtt://user:password@host:port, or mqtts:// for TLS",
        ),
        (
            {"MQTT_URL": "mqtt://u:secret@h:port"},
            "MQTT_URL cannot be read; it is mqtt://user:password@host:port",
        ),
        (
            {"INGEST_CLIENT_ID": "in/gest"},
            "INGEST_CLIENT_ID is 'in/gest'; it must be 1 to 63 of a-z, 0-9, _ and -",
        ),
    ],
    ids=["no database", "no broker", "no MQTT", "no port", "client id"],
)
def test_an_unfit_setting_is_named_without_its_secret(change: dict[str, str], reason: str) -> None:
    with pytest.raises(NotSet) as refused:
        Settings.from_environment({**NEEDED, **change})

    assert str(refused.value) == reason


def test_pauses_grow_and_are_bounded() -> None:
    assert 0.1 <= backoff_s(0) <= 0.2
    assert 5.0 <= backoff_s(1_000) <= 10.0
