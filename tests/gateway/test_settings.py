"""The configuration file and what is said when it is wrong."""

from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.endpoint import EndpointWrong, parse_endpoint
from gateway.settings import SettingsWrong, load

EXAMPLE = Path(__file__).parents[2] / "gateway" / "example.toml"


def test_the_example_is_a_configuration() -> None:
    settings = load(EXAMPLE)

    assert settings.sources().subscriptions == [
        "zigbee2mqtt/+",
        "ems-esp/boiler_data",
        "ems-esp/boiler_data_ww",
        "ems-esp/boiler_data_dhw",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gateway_id = 7", "Expected `str`, got `int` - at `$.gateway_id`"),
        ("gateway_id = 'gw 1'", "'gw 1' is no name (a-z, 0-9, _ and -, at most 63)"),
        ("gateway_id = 'gw-1'", "names no source: add a [[zigbee2mqtt]] or [[ems_esp]] table"),
        ("gateway_id = 'gw-1'\nspol = 'x'", "Object contains unknown field `spol`"),
        ("gateway_id =", "Invalid value (at end of document)"),
        (
            "gateway_id = 'gw-1'\n[[zigbee2mqtt]]\nbase_topic = 'a/#'",
            "base_topic 'a/#' is no topic (no + or #, no / at an end)",
        ),
        (
            "gateway_id = 'gw-1'\n[[ems_esp]]\ndevice = 'b'\n[[ems_esp]]\ndevice = 'b'",
            "two devices are called 'b'",
        ),
        (
            "gateway_id = 'gw-1'\n[[ems_esp]]\ndevice = 'a'\n[[ems_esp]]\ndevice = 'b'",
            "two sources have the base_topic 'ems-esp'",
        ),
    ],
)
def test_a_wrong_configuration_says_what_is_expected(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(SettingsWrong) as caught:
        load(path)

    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith(words)


def test_a_broker_address_is_read_with_its_password_decoded() -> None:
    endpoint = parse_endpoint("mqtts://gw-1:p%40ss@broker.example")

    assert (endpoint.host, endpoint.port, endpoint.tls) == ("broker.example", 8883, True)
    assert (endpoint.username, endpoint.password) == ("gw-1", "p@ss")
    assert "p@ss" not in f"{endpoint!r} {endpoint}"


@pytest.mark.parametrize(
    "url", ["http://broker", "mqtt://", "mqtt://broker:port", "mqtt://broker/topic", "broker:1883"]
)
def test_a_wrong_broker_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(EndpointWrong) as caught:
        parse_endpoint(url)

    assert str(caught.value) == (
        "an MQTT address reads mqtt://user:password@host:port (or mqtts://…)"
    )


def test_without_a_broker_the_gateway_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MQTT_URL", raising=False)

    status = main([str(EXAMPLE)])

    assert status == 2
    assert capsys.readouterr().err == (
        "gateway: set MQTT_URL to Homewell's broker: mqtt://user:password@host:port\n"
    )
