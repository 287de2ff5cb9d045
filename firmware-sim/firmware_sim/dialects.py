"""How the devices say it: zigbee2mqtt's and EMS-ESP's own JSON.

Written by hand and not through `json`, because a month of history is half a million messages; the
tests read every form back.
"""

from datetime import timedelta

from firmware_sim.boiler import HOT_WATER_C, Doing
from firmware_sim.devices import Device, Kind
from firmware_sim.homes import Sensors
from firmware_sim.sensing import Sensed
from firmware_sim.weather import EPOCH

_SERVICE = {
    Doing.RESTING: ("0H", 203),
    Doing.HEATING: ("-H", 200),
    Doing.HOT_WATER: ("=H", 201),
    Doing.WAITING: ("0A", 202),
    Doing.WARM_ENOUGH: ("0Y", 204),
    Doing.LOCKED: ("2E", 207),
}
"""EMS service codes: all but the last name a normal state. 2E(207): too little water pressure."""

_OLD_FAULTS = (
    "--(0) no error",
    "2E(207) 14.01.2024 06:52 (41 min)",
    "--(0) no error",
    "6A(227) 03.02.2025 07:15 (3 min)",
)
_MINUTE = timedelta(minutes=1)
_ON_OFF = ("off", "on")


def minute_text(minute: int) -> str:
    """An instant up to its minute, ISO 8601 without seconds (minutes since 1970-01-01 UTC).

    >>> minute_text(29_900_000)
    '2026-11-06T21:20'
    """
    return (EPOCH + _MINUTE * minute).strftime("%Y-%m-%dT%H:%M")


def payload_of(device: Device, sensed: Sensed, sensors: Sensors, stamp: str) -> str:
    """What `device` publishes; `stamp` is the minute as `minute_text` writes it."""
    if device.kind is Kind.BOILER:
        return _boiler_data(device.home, sensed)
    seen = f"{stamp}:{device.second:02d}.000Z"
    if device.kind is Kind.WEATHER:
        humidity = f'"humidity":{sensed.outdoor_humidity_pct:.4g},'
        return _zigbee(100, humidity, seen, 120, sensed.outdoor_temp_c)
    home, room = device.home, device.room
    humidity = f'"humidity":{sensed.humidity_pct[home][room]:.4g},'
    return _zigbee(
        int(sensors.battery_pct[home, room]),
        "" if sensed.missing[home][room] else humidity,
        seen,
        sensed.linkquality[home][room],
        sensed.temp_c[home][room],
    )


def _zigbee(battery_pct: int, humidity: str, seen: str, linkquality: int, temp_c: float) -> str:
    return (
        f'{{"battery":{battery_pct},{humidity}"last_seen":"{seen}",'
        f'"linkquality":{linkquality},"temperature":{temp_c:.4g},'
        f'"voltage":{2500 + 5 * battery_pct}}}'
    )


def _boiler_data(home: int, sensed: Sensed) -> str:
    at = sensed.doing[home]
    code, number = _SERVICE[at]
    last = _OLD_FAULTS[home % len(_OLD_FAULTS)]
    if at is Doing.LOCKED:
        since = EPOCH + _MINUTE * (sensed.minute - sensed.locked_min[home])
        last = f"2E(207) {since:%d.%m.%Y %H:%M} - now"
    heating = sensed.demand[home] and not sensed.drawing[home] and at is not Doing.LOCKED
    pump = sensed.pump[home]
    return (
        f'{{"heatingactive":"{_ON_OFF[heating]}","tapwateractive":"{_ON_OFF[sensed.drawing[home]]}",'
        f'"selflowtemp":{sensed.flow_target_c[home]},"heatingpump":"{_ON_OFF[pump]}",'
        f'"heatingpumpmod":{70 if pump else 0},"curflowtemp":{sensed.flow_c[home]:.4g},'
        f'"rettemp":{sensed.return_c[home]:.4g},"syspress":{sensed.pressure_bar[home]:.2g},'
        f'"burngas":"{_ON_OFF[sensed.burning[home]]}","flamecurr":{sensed.flame_current_ua[home]:.4g},'
        f'"curburnpow":{sensed.power_pct[home]},"burnstarts":{sensed.burn_starts[home]},'
        f'"burnworkmin":{sensed.burn_min[home]},"servicecode":"{code}","servicecodenumber":{number},'
        f'"lastcode":"{last}","dhw":{{"seltemp":{HOT_WATER_C:.4g},'
        f'"curtemp":{sensed.hot_water_c[home]:.4g}}}}}'
    )
