"""What each kind of boiler adapter says, read back by the gateway or by its documented form."""

import json
import math
from typing import Any

import pytest

from firmware_sim.devices import Choice, Device, devices_of
from firmware_sim.dialects.speech import BoilerRow, Said
from firmware_sim.dialects.table import BOILER_DIALECTS
from firmware_sim.heating.codes import CODES, Condition
from gateway.adapters.ems_esp import EmsEsp, load_faults
from gateway.adapters.reading import Reading

NAN = math.nan
AT_S = 1_794_000_187.25  # 2026-11-06T21:23:07.25Z
BOILER = BoilerRow(
    AT_S, 57.5, 45.1, 48.2, 55.0, 50.0, 1.3, 42.0, 23.5, 1, 1, 1, 0, 394_602, 7, -1
)  # the example in EMS-ESP's documentation, as near as can be
SILENT_BOILER = BoilerRow(AT_S, *(NAN,) * 8, *(-1,) * 7)


def boiler(dialect: str, setting: str = "") -> Device:
    """A boiler whose adapter speaks this dialect."""
    choice = Choice(boiler_dialect=dialect, boiler_setting=setting)
    return devices_of(1, 10, areas=1, choices={0: choice}).boilers[0]


def only(said: tuple[Said, ...]) -> tuple[str, dict[str, Any]]:
    """Topic and members of the one JSON message there is."""
    [one] = said
    assert not one.retain
    return one.topic, json.loads(one.payload)


def scalars(device: Device, row: BoilerRow) -> dict[str, str]:
    """Payloads by topic below the device's own."""
    return {one.topic.removeprefix(f"{device.topic}/"): one.payload for one in device.says(row)}


def gateway_reading(device: Device, said: tuple[Said, ...]) -> Reading:
    """What the gateway makes of a message that arrives at once."""
    adapter = EmsEsp(base_topic=device.topic, device="boiler-01", faults=load_faults())
    [one] = said
    read = adapter.read(one.topic, one.payload, round(AT_S * 1000))
    assert isinstance(read, list)
    return read[0]


@pytest.mark.parametrize("setting", ["", *BOILER_DIALECTS["ems_esp"].settings])
def test_an_ems_boiler_is_read_back_in_each_of_its_words_for_yes_and_no(setting: str) -> None:
    device = boiler("ems_esp", setting)
    said = device.says(BOILER)

    reading = gateway_reading(device, said)

    assert said[0].topic == "block-1/ems-esp-01/boiler_data"
    assert reading.flaws == ()
    assert reading.cells == {
        "flow_temp_c": 57.5,
        "return_temp_c": 45.1,
        "flow_target_c": 55.0,
        "pressure_bar": 1.3,
        "modulation_pct": 42.0,
        "flame_current_ua": 23.5,
        "hot_water_temp_c": 48.2,
        "hot_water_target_c": 50.0,
        "burner_starts": 394_602,
        "flame_on": True,
        "pump_on": True,
        "heat_demand": True,
        "hot_water_demand": False,
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ("-H", 200)),
        ({"hot_water_demand": 1}, ("=H", 201)),
        ({"flame_on": 0, "flow_temp_c": 40.0}, ("0A", 202)),
        ({"flame_on": 0}, ("0Y", 204)),
        ({"flame_on": 0, "heat_demand": 0}, ("0H", 203)),
    ],
    ids=["heating", "hot water", "waiting", "warm enough", "resting"],
)
def test_an_ems_boiler_shows_its_state(changed: dict[str, Any], code: tuple[str, int]) -> None:
    device = boiler("ems_esp")

    _, members = only(device.says(BOILER._replace(**changed)))

    assert (members["servicecode"], members["servicecodenumber"]) == code
    assert gateway_reading(device, device.says(BOILER._replace(**changed))).flaws == ()


@pytest.mark.parametrize("fault", range(len(CODES)), ids=lambda fault: CODES[fault].text)
def test_an_ems_boiler_shows_every_fault_in_a_code_that_the_gateway_knows(fault: int) -> None:
    device = boiler("ems_esp")

    reading = gateway_reading(device, device.says(BOILER._replace(flame_on=0, fault=fault)))

    shown = next(
        code
        for code in CODES
        if code.make == "Worcester" and code.condition is CODES[fault].condition
    )
    assert reading.cells["fault_code"] == f"{shown.text.partition('(')[0]} {shown.number}"


def test_an_ems_boiler_without_a_call_for_heat_asks_for_five_degrees() -> None:
    device = boiler("ems_esp")

    reading = gateway_reading(device, device.says(BOILER._replace(flame_on=0, heat_demand=0)))

    assert reading.cells["flow_target_c"] == 5.0
    assert reading.cells["heat_demand"] is False


def test_an_opentherm_gateway_says_each_value_on_a_retained_topic() -> None:
    device = boiler("otgw")

    said = device.says(BOILER)

    assert device.topic == "block-1/OTGW/value/otgw-A2C0DE000003"
    assert all(one.retain for one in said)
    assert said[0] == Said(device.topic, "online", retain=True)
    assert scalars(device, BOILER) | {device.topic: ""} == {
        device.topic: "",
        "boiler_connected": "ON",
        "controlsetpoint": "55.00",
        "relmodlvl": "42.00",
        "chwaterpressure": "1.30",
        "boilertemperature": "57.50",
        "dhwtemperature": "48.20",
        "returnwatertemperature": "45.10",
        "electrical_current_burner_flame": "23.50",
        "dhwsetpoint": "50.00",
        "chenable": "ON",
        "chmodus": "ON",
        "dhwmode": "OFF",
        "flamestatus": "ON",
        "faultindicator": "OFF",
        "ASF_flags": "00000000",
        "OEMFaultCode": "0",
        "service_request": "OFF",
        "lockout_reset": "OFF",
        "low_water_pressure": "OFF",
        "gas_flame_fault": "OFF",
        "air_pressure_fault": "OFF",
        "water_over_temperature": "OFF",
    }


def test_an_opentherm_value_comes_in_steps_of_a_256th() -> None:
    said = scalars(boiler("otgw"), BOILER._replace(pressure_bar=1.306))

    assert said["chwaterpressure"] == "1.30"  # 334/256 is 1.3047, and 1.306 lies nearest to it


def test_an_opentherm_fault_sets_its_flag_and_the_makers_number() -> None:
    fault = next(
        number
        for number, code in enumerate(CODES)
        if (code.make, code.condition) == ("Vaillant", Condition.LOW_PRESSURE)
    )

    said = scalars(boiler("otgw"), BOILER._replace(flame_on=0, fault=fault))

    # BC0050416 in a frame: bit 2 of the flags and the number 22.
    assert (said["ASF_flags"], said["OEMFaultCode"]) == ("00000100", "22")
    assert (said["faultindicator"], said["low_water_pressure"]) == ("ON", "ON")


def test_ebusd_says_each_message_with_its_fields_between_semicolons() -> None:
    device = boiler("ebusd")

    assert device.topic == "block-1/ebusd-01/bai"
    assert scalars(device, BOILER) == {
        "FlowTemp": "57.50;ok",
        "ReturnTemp": "45.10;64813;ok",
        "HwcTemp": "48.20;ok",
        "FlowTempDesired": "55.00",
        "HwcTempDesired": "50.00",
        "WaterPressure": "1.300;ok",
        "ModulationTempDesired": "42.0",
        "Flame": "on",
        "Gasvalve": "on",
        "WP": "on",
        "DCRoomthermostat": "on",
        "HwcDemand": "no",
        "PositionValveSet": "0",
        "HcStarts": "394600",
        "CounterStartattempts1": "7",
        "currenterror": "-;-;-;-;-",
    }


def test_ebusd_shows_a_present_error_by_its_number() -> None:
    low_pressure = 0  # Worcester's 2E(207): a Vaillant would show F.22

    said = scalars(boiler("ebusd"), BOILER._replace(fault=low_pressure))

    assert said["currenterror"] == "22;-;-;-;-"


@pytest.mark.parametrize("dialect", BOILER_DIALECTS)
def test_what_a_boiler_did_not_measure_is_not_said(dialect: str) -> None:
    said = " ".join(one.payload for one in boiler(dialect).says(SILENT_BOILER))

    assert "nan" not in said.lower()
    assert "-1" not in said
