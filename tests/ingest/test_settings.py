"""What ingest is told by its environment."""

from pathlib import Path

import pytest

from ingest.patience import backoff_s
from ingest.settings import HttpAddress, NotSet, Settings, parse_broker

NEEDED = {"DATABASE_URL": "postgresql://db", "MQTT_URL": "mqtt://ingest:p%40ss@broker.example:1884"}


def test_two_variables_are_enough() -> None:
    settings = Settings.from_environment(NEEDED)

    assert (settings.broker.host, settings.broker.port) == ("broker.example", 1884)
    assert (settings.broker.username, settings.broker.password) == ("ingest", "p@ss")
    assert settings.broker.tls is None
    assert (settings.client_id, settings.status_file) == ("ingest-0", None)
    assert settings.shared_group is None


def test_a_worker_of_a_group_has_a_client_id_of_its_own() -> None:
    named = {"INGEST_CLIENT_ID": "ingest-7", "INGEST_SHARED_GROUP": "ingest"}

    settings = Settings.from_environment({**NEEDED, **named, "INGEST_STATUS_FILE": "/run/i.json"})

    assert (settings.client_id, settings.status_file) == ("ingest-7", Path("/run/i.json"))
    assert settings.shared_group == "ingest"


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
            {"DATABASE_URL": "postgres//ingest:secret@db/homewell"},
            "DATABASE_URL: the database's URL cannot be read; it is "
            "postgresql://user:password@host/db, with what is special in a password "
            "percent-encoded",
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
    ids=["no database", "no address", "no broker", "no MQTT", "no port", "client id"],
)
def test_an_unfit_setting_is_named_without_its_secret(change: dict[str, str], reason: str) -> None:
    with pytest.raises(NotSet) as refused:
        Settings.from_environment({**NEEDED, **change})

    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("127.0.0.1:9464", HttpAddress("127.0.0.1", 9464)),
        ("[::1]:0", HttpAddress("::1", 0)),
        (":9464", HttpAddress("127.0.0.1", 9464)),
        ("9464", HttpAddress("127.0.0.1", 9464)),
        ("0.0.0.0:9464", HttpAddress("0.0.0.0", 9464)),  # noqa: S104 - read, not listened on
        ("", None),
    ],
)
def test_health_is_told_on_loopback_unless_told_otherwise(
    value: str, address: HttpAddress | None
) -> None:
    assert Settings.from_environment({**NEEDED, "INGEST_HTTP": value}).http == address


@pytest.mark.parametrize("value", ["127.0.0.1", "example.org:9464", "[::1]", ":99999", ":-1", ":"])
def test_an_address_for_health_that_is_none_is_named(value: str) -> None:
    with pytest.raises(NotSet) as refused:
        Settings.from_environment({**NEEDED, "INGEST_HTTP": value})

    assert str(refused.value) == (
        f"INGEST_HTTP is {value!r}; it must be an address of this machine and a port, such as "
        "127.0.0.1:9464"
    )


def test_pauses_grow_and_are_bounded() -> None:
    assert 0.1 <= backoff_s(0) <= 0.2
    assert 5.0 <= backoff_s(1_000) <= 10.0


def test_workers_that_lost_one_broker_do_not_all_come_back_at_one_instant() -> None:
    pauses = {backoff_s(3) for _ in range(100)}

    assert len(pauses) > 90
