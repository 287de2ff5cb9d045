"""What each kind of room sensor says, read back by the gateway or by its documented form."""

import base64
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices import Choice, Device, devices_of
from firmware_sim.dialects.speech import RoomRow, Said
from firmware_sim.dialects.table import ROOM_DIALECTS
from gateway.adapters.reading import Reading
from gateway.adapters.zigbee2mqtt import Zigbee2Mqtt

NAN = math.nan
AT_S = 1_794_000_187.25  # 2026-11-06T21:23:07.25Z
ROOM = RoomRow(AT_S, 20.1, 55.3, NAN, NAN, 87.0)


def room(dialect: str, setting: str = "", home: int = 0, place: int = 1) -> Device:
    """A bedroom sensor that speaks this dialect."""
    choice = Choice(room_dialect=dialect, room_setting=setting)
    return devices_of(home + 1, 10, areas=1, choices={home: choice}).rooms[home][place]


def only(said: tuple[Said, ...]) -> tuple[str, dict[str, Any]]:
    """Topic and members of the one JSON message there is."""
    [one] = said
    assert not one.retain
    return one.topic, json.loads(one.payload)


def gateway_reading(said: tuple[Said, ...]) -> Reading:
    """What the gateway makes of a message that arrives at once."""
    adapter = Zigbee2Mqtt(base_topic="block-1/zigbee2mqtt")
    [one] = said
    read = adapter.read(one.topic, one.payload, round(AT_S * 1000))
    assert isinstance(read, list)
    return read[0]


def test_a_zigbee_sensor_is_read_back_as_it_measured() -> None:
    device = room("zigbee2mqtt")

    reading = gateway_reading(device.says(ROOM))

    assert reading.device == "th-0102"
    assert (reading.measured_ms, reading.timed) == (1_794_000_187_250, True)
    assert reading.cells == {"air_temp_c": 20.1, "rel_humidity_pct": 55.3, "battery_pct": 87}
    assert reading.flaws == ()


@given(
    temp_c=st.floats(-30, 60, width=32),
    humidity_pct=st.floats(0, 100, width=32),
    co2_ppm=st.integers(300, 9999),
)
def test_whatever_a_zigbee_sensor_measures_survives_its_words(
    temp_c: float, humidity_pct: float, co2_ppm: int
) -> None:
    row = RoomRow(AT_S, round(temp_c, 2), round(humidity_pct, 2), co2_ppm, NAN, 100.0)

    reading = gateway_reading(room("zigbee2mqtt").says(row))

    assert reading.cells == {
        "air_temp_c": round(temp_c, 2),
        "rel_humidity_pct": round(humidity_pct, 2),
        "co2_ppm": co2_ppm,
        "battery_pct": 100,
    }


@pytest.mark.parametrize("dialect", ROOM_DIALECTS)
def test_what_a_room_sensor_did_not_measure_is_no_number(dialect: str) -> None:
    nothing = RoomRow(AT_S, NAN, NAN, NAN, NAN, NAN)

    _, members = only(room(dialect).says(nothing))

    assert "NaN" not in json.dumps(members)


def test_a_shelly_reports_all_its_components_when_it_wakes() -> None:
    topic, members = only(room("shelly").says(ROOM))

    assert topic == "block-1/shellyplusht-a2c0de000001/events/rpc"
    assert members["src"] == "shellyplusht-a2c0de000001"
    assert members["method"] == "NotifyFullStatus"
    params = members["params"]
    assert params["ts"] == AT_S
    assert params["humidity:0"] == {"id": 0, "rh": 55.3}
    assert params["temperature:0"] == {"id": 0, "tC": 20.1, "tF": 68.2}
    assert params["devicepower:0"]["battery"]["percent"] == 87
    assert params["sys"]["wakeup_period"] == 600
    assert params["sys"]["mac"] == "A2C0DE000001"


def test_the_third_generation_of_shelly_has_a_name_of_its_own() -> None:
    topic, _ = only(room("shelly", "gen3").says(ROOM))

    assert topic == "block-1/shellyhtg3-a2c0de000001/events/rpc"


def tasmota_reading(members: dict[str, Any]) -> tuple[float, float]:
    """Temperature [°C] and humidity [%] of a SENSOR message, whatever its chip and unit."""
    [values] = [value for value in members.values() if isinstance(value, dict)]
    temp = values["Temperature"]
    in_celsius = (temp - 32) / 1.8 if members["TempUnit"] == "F" else temp
    return in_celsius, values["Humidity"]


@pytest.mark.parametrize("unit", ["", "C", "F"])
def test_a_tasmota_sensor_is_read_back_in_either_unit(unit: str) -> None:
    topic, members = only(room("tasmota", unit).says(ROOM))

    assert topic == "block-1/tele/th-0102/SENSOR"
    assert list(members) == ["Time", "SHT3X", "TempUnit"]
    assert members["Time"] == "2026-11-06T21:23:07"
    assert members["TempUnit"] == (unit or "C")
    assert tasmota_reading(members) == pytest.approx((20.1, 55.3), abs=0.03)


def test_tasmota_gives_the_dew_point_in_the_same_unit() -> None:
    _, celsius = only(room("tasmota").says(ROOM))
    _, fahrenheit = only(room("tasmota", "F").says(ROOM))

    # 20.1 °C at 55.3 %: 10.85 °C by Magnus.
    assert celsius["SHT3X"]["DewPoint"] == 10.9
    assert fahrenheit["SHT3X"]["DewPoint"] == 51.5


def milesight(data: str) -> dict[str, float]:
    """A frame decoded as the maker's published decoder does it."""
    frame, found, at = base64.b64decode(data), dict[str, float](), 0
    while at < len(frame):
        channel = (frame[at], frame[at + 1])
        value = frame[at + 2 :]
        if channel == (0x01, 0x75):
            found["battery"], at = value[0], at + 3
        elif channel == (0x03, 0x67):
            found["temperature"] = int.from_bytes(value[:2], "little", signed=True) / 10
            at += 4
        elif channel == (0x04, 0x68):
            found["humidity"], at = value[0] / 2, at + 3
        else:
            assert channel == (0x05, 0x7D)
            found["co2"], at = int.from_bytes(value[:2], "little"), at + 4
    return found


def test_a_frame_is_the_one_a_real_sensor_sent() -> None:
    # 0367AD00046873: 17.3 °C and 57.5 %, from an owner's report to the maker.
    row = RoomRow(AT_S, 17.3, 57.5, NAN, NAN, 87.0)

    _, members = only(room("chirpstack").says(row))

    assert base64.b64decode(members["data"]).hex() == "0367ad00046873"


@pytest.mark.parametrize(
    ("dialect", "topic", "data", "decoded"),
    [
        ("chirpstack", "event/up", ("data",), ("object",)),
        (
            "things_stack",
            "up",
            ("uplink_message", "frm_payload"),
            ("uplink_message", "decoded_payload"),
        ),
    ],
)
def test_a_frame_and_what_the_network_decoded_say_the_same(
    dialect: str, topic: str, data: tuple[str, ...], decoded: tuple[str, ...]
) -> None:
    row = RoomRow(1_794_009_600.0 + 5.0, -3.4, 99.5, 912.0, NAN, 41.0)  # midnight UTC

    said_on, members = only(room(dialect).says(row))

    assert said_on.endswith(f"/{topic}")
    assert member(members, decoded) == milesight(member(members, data))
    assert member(members, decoded) == {
        "battery": 41,
        "temperature": -3.4,
        "humidity": 99.5,
        "co2": 912,
    }


def member(members: dict[str, Any], path: tuple[str, ...]) -> Any:
    """A member within members."""
    found: Any = members
    for name in path:
        found = found[name]
    return found


def test_a_battery_is_told_every_six_hours_only() -> None:
    told = [
        "battery" in only(room("chirpstack").says(ROOM._replace(measured_s=at)))[1]["object"]
        for at in range(1_794_009_600, 1_794_009_600 + 86_400, 600)
    ]

    assert sum(told) == 4


def test_chirpstack_names_the_device_and_leaves_out_what_is_nought() -> None:
    topic, members = only(room("chirpstack", home=1, place=2).says(ROOM))  # number 6: SF12

    assert topic == (
        f"block-1/application/{members['deviceInfo']['applicationId']}"
        "/device/a2c0defffe000006/event/up"
    )
    assert members["deviceInfo"]["deviceName"] == "th-0203"
    assert members["deviceInfo"]["devEui"] == "a2c0defffe000006"
    assert members["time"] == "2026-11-06T21:23:07.250000+00:00"
    assert "dr" not in members
    assert members["txInfo"]["modulation"]["lora"]["spreadingFactor"] == 12
    assert isinstance(members["rxInfo"][0]["rssi"], int)


@pytest.mark.parametrize(
    ("dialect", "counter"),
    [("chirpstack", ("fCnt",)), ("things_stack", ("uplink_message", "f_cnt"))],
)
def test_the_first_frame_of_a_session_has_no_counter(
    dialect: str, counter: tuple[str, ...]
) -> None:
    device = room(dialect, place=0)  # number 0: its counter is the time alone
    wrapped_s = 600.0 * 65_536 * 45 + 1.0

    _, first = only(device.says(ROOM._replace(measured_s=wrapped_s)))
    _, second = only(device.says(ROOM._replace(measured_s=wrapped_s + 600.0)))

    assert counter[-1] not in member(first, counter[:-1])
    assert member(second, counter) == 1


def test_the_things_stack_normalises_what_it_decoded() -> None:
    topic, members = only(room("things_stack").says(ROOM))

    assert topic == "block-1/v3/homes@ttn/devices/th-0102/up"
    assert members["end_device_ids"]["device_id"] == "th-0102"
    assert members["end_device_ids"]["dev_eui"] == "A2C0DEFFFE000001"
    uplink = members["uplink_message"]
    assert uplink["decoded_payload"] == {"temperature": 20.1, "humidity": 55.5}
    assert uplink["normalized_payload"] == [
        {"air": {"temperature": 20.1, "relativeHumidity": 55.5}}
    ]
    assert uplink["rx_metadata"][0]["time"] == "2026-11-06T21:23:07.250Z"
