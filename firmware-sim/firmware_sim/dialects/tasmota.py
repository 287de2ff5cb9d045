"""Tasmota: `tele/TOPIC/SENSOR` every five minutes, the values under the name of the sensor chip.

Form: Tasmota's documentation (docs/AM2301.md, JSON-Status-Responses.md). `Time` is the device's
local time without an offset; these devices are set to UTC. All temperatures of a message are in
the unit that `TempUnit` names.
"""

import json
import math

from firmware_sim.dialects.speech import RoomRow, Said, Speaker, instant, known, plain

EVERY_MIN = 5  # its TelePeriod as delivered, 300 s
SETTINGS = ("C", "F")
"""TempUnit; the first is meant when nothing is chosen."""

_CHIPS = ("AM2301", "SHT3X", "SI7021")


def base_topic(speaker: Speaker) -> str:
    """Tasmota's FullTopic as delivered, `%prefix%/%topic%`."""
    return f"tele/{speaker.name}"


def messages(speaker: Speaker, row: RoomRow) -> tuple[Said, ...]:
    """The chip's values; a value that could not be read is null."""
    unit = speaker.setting or "C"
    values: dict[str, float | None] = {
        "Temperature": _in_unit(row.air_temp_c, unit),
        "Humidity": round(plain(row.rel_humidity_pct), 1) if known(row.rel_humidity_pct) else None,
        "DewPoint": _in_unit(_dew_point_c(row.air_temp_c, row.rel_humidity_pct), unit),
    }
    body = {
        "Time": instant(row.measured_s).strftime("%Y-%m-%dT%H:%M:%S"),
        _CHIPS[speaker.number % len(_CHIPS)]: values,
        "TempUnit": unit,
    }
    return (Said("SENSOR", json.dumps(body, separators=(",", ":"))),)


def _in_unit(temp_c: float, unit: str) -> float | None:
    if not known(temp_c):
        return None
    return round(plain(1.8 * temp_c + 32.0 if unit == "F" else temp_c), 1)


def _dew_point_c(temp_c: float, humidity_pct: float) -> float:
    """Magnus, as Tasmota's CalcTempHumToDew has it; NaN where the air has no dew point."""
    if not known(temp_c) or not known(humidity_pct) or humidity_pct <= 0.0 or temp_c < -90.0:
        return math.nan
    share = math.log(humidity_pct / 100.0) + 17.625 * temp_c / (243.04 + temp_c)
    return 243.04 * share / (17.625 - share)
