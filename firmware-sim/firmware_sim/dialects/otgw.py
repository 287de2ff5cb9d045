"""OTGW-firmware: each OpenTherm value on a retained topic of its own, as a bare word or number.

Form: OTGW-firmware's documentation (docs/api/MQTT.md, legacy labels). Numbers came over the bus as
signed 8.8 fixed point; the gateway's hardware address stands in its topics.
"""

from firmware_sim.dialects.boiler_words import condition_of
from firmware_sim.dialects.speech import BoilerRow, Said, Speaker, known
from firmware_sim.heating.codes import CODES, Condition

SETTINGS: tuple[str, ...] = ()

# Application-specific fault flags, OpenTherm 4.2, data id 5; the lowest bit first.
_FLAGS: tuple[tuple[str, frozenset[Condition]], ...] = (
    ("service_request", frozenset()),
    ("lockout_reset", frozenset({Condition.NO_FLAME, Condition.OVERHEATED})),
    ("low_water_pressure", frozenset({Condition.LOW_PRESSURE})),
    ("gas_flame_fault", frozenset({Condition.NO_FLAME})),
    ("air_pressure_fault", frozenset()),
    ("water_over_temperature", frozenset({Condition.OVERHEATED})),
)


def base_topic(speaker: Speaker) -> str:
    """The gateway's name space."""
    return f"OTGW/value/otgw-{speaker.mac}"


def messages(_speaker: Speaker, row: BoilerRow) -> tuple[Said, ...]:
    """What boiler and thermostat exchanged, a topic a value; what was not measured is missing."""
    words = {"": "online", "boiler_connected": "ON"}
    words |= {label: _fixed_point(value) for label, value in _numbers(row) if known(value)}
    words |= {label: _on_off(flag) for label, flag in _states(row) if flag >= 0}
    words |= _fault(row.fault)
    return tuple(Said(label, word, retain=True) for label, word in words.items())


def _numbers(row: BoilerRow) -> tuple[tuple[str, float], ...]:
    return (
        ("controlsetpoint", row.flow_target_c),
        ("relmodlvl", row.modulation_pct),
        ("chwaterpressure", row.pressure_bar),
        ("boilertemperature", row.flow_temp_c),
        ("dhwtemperature", row.hot_water_temp_c),
        ("returnwatertemperature", row.return_temp_c),
        ("electrical_current_burner_flame", row.flame_current_ua),
        ("dhwsetpoint", row.hot_water_target_c),
    )


def _states(row: BoilerRow) -> tuple[tuple[str, int], ...]:
    """OpenTherm has no word on the pump; a boiler works for hot water or for heating, not both."""
    for_heating = row.heat_demand if row.hot_water_demand <= 0 else 0
    return (
        ("chenable", row.heat_demand),
        ("chmodus", for_heating),
        ("dhwmode", row.hot_water_demand),
        ("flamestatus", row.flame_on),
    )


def _fault(fault: int) -> dict[str, str]:
    condition = condition_of(fault)
    flags = [condition in meant for _, meant in _FLAGS]
    bits = "".join("1" if flag else "0" for flag in reversed(flags))
    words = {
        "faultindicator": _on_off(fault >= 0),
        "ASF_flags": f"{bits:0>8}",
        "OEMFaultCode": str(CODES[fault].number if fault >= 0 else 0),
    }
    return words | {label: _on_off(flag) for (label, _), flag in zip(_FLAGS, flags, strict=True)}


def _fixed_point(value: float) -> str:
    return f"{round(256.0 * value) / 256.0 + 0.0:.2f}"


def _on_off(flag: int) -> str:
    return "ON" if flag else "OFF"
