"""Shelly Plus H&T and H&T Gen3: an RPC notification on `ID/events/rpc` at each waking.

Form: Shelly's documentation (Gen2 notifications: NotifyFullStatus) and a recorded message of a
Plus H&T. It sleeps in between; it wakes every ten minutes here, the shortest period it allows.
"""

import json
from typing import Any

from firmware_sim.dialects.speech import RoomRow, Said, Speaker, known, plain

EVERY_MIN = 10
SETTINGS = ("plus", "gen3")
"""The first is meant when nothing is chosen."""

_MODELS = {"": "shellyplusht", "plus": "shellyplusht", "gen3": "shellyhtg3"}
_FULL_V, _EMPTY_V = 6.1, 4.5  # four AA cells, new and at their end


def base_topic(speaker: Speaker) -> str:
    """The device's id, which begins all its topics."""
    return f"{_MODELS[speaker.setting]}-{speaker.mac.lower()}"


def messages(speaker: Speaker, row: RoomRow) -> tuple[Said, ...]:
    """All components of the device; a reading that failed is null."""
    name = base_topic(speaker)
    body = {
        "src": name,
        "dst": f"{name}/events",
        "method": "NotifyFullStatus",
        "params": {
            "ts": round(row.measured_s, 2),
            "ble": {},
            "cloud": {"connected": False},
            "devicepower:0": {"id": 0, **_power(row.battery_pct)},
            "ht_ui": {},
            "humidity:0": {"id": 0, "rh": _tenth(row.rel_humidity_pct)},
            "mqtt": {"connected": True},
            "sys": _system(speaker),
            "temperature:0": {"id": 0, **_temperature(row.air_temp_c)},
            "wifi": {"status": "got ip", "rssi": -50 - speaker.number % 35},
        },
    }
    return (Said("events/rpc", json.dumps(body, separators=(",", ":"))),)


def _tenth(value: float) -> float | None:
    return round(plain(value), 1) if known(value) else None


def _temperature(temp_c: float) -> dict[str, float | None]:
    if not known(temp_c):
        return {"tC": None, "tF": None}
    return {"tC": _tenth(temp_c), "tF": _tenth(1.8 * temp_c + 32.0)}


def _power(battery_pct: float) -> dict[str, Any]:
    if not known(battery_pct):
        return {"battery": {"V": None, "percent": None}, "external": {"present": True}}
    volts = _EMPTY_V + (_FULL_V - _EMPTY_V) * battery_pct / 100.0
    battery = {"V": round(volts, 2), "percent": round(battery_pct)}
    return {"battery": battery, "external": {"present": False}}


def _system(speaker: Speaker) -> dict[str, Any]:
    return {
        "mac": speaker.mac,
        "restart_required": False,
        "uptime": 3,
        "wakeup_reason": {"boot": "deepsleep_wake", "cause": "status_update"},
        "wakeup_period": 600,
    }
