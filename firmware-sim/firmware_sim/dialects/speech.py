"""What every dialect is given and gives: one device's reading in, its messages out."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from firmware_sim.clock import MINUTES_A_DAY


class RoomRow(NamedTuple):
    """One reading of a room sensor or a weather station; NaN where it was not measured.

    A tuple and not a dataclass: a month of history is half a million of them.
    """

    measured_s: float
    """Seconds since 1970-01-01 UTC, by the device's own clock."""
    air_temp_c: float
    rel_humidity_pct: float
    co2_ppm: float
    surface_temp_c: float
    battery_pct: float


class BoilerRow(NamedTuple):
    """One reading of a boiler; NaN where it was not measured, -1 for an unknown flag or counter."""

    measured_s: float
    flow_temp_c: float
    return_temp_c: float
    hot_water_temp_c: float
    flow_target_c: float
    hot_water_target_c: float
    pressure_bar: float
    modulation_pct: float
    flame_current_ua: float
    flame_on: int
    pump_on: int
    heat_demand: int
    hot_water_demand: int
    burner_starts: int
    ignition_failures: int
    fault: int
    """Index of the code present now in `heating.codes.CODES`; -1 for none."""


class Said(NamedTuple):
    """One message of a device, its topic below the device's own."""

    topic: str
    payload: str
    retain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A device as its dialect sees it."""

    name: str
    """As the installer called it, such as `th-0103`."""
    number: int
    """Unlike that of any other device of the estate, from 0 on: makes addresses and variety."""
    setting: str = ""
    """What the installer chose among the dialect's settings; empty for its default."""

    @property
    def mac(self) -> str:
        """A hardware address within a locally administered range, twelve hex digits."""
        return f"A2C0DE{self.number:06X}"

    @property
    def eui(self) -> str:
        """An EUI-64 made from the address, sixteen hex digits."""
        return f"{self.mac[:6]}FFFE{self.mac[6:]}"


def known(value: float) -> bool:
    """Whether a number was measured."""
    return not math.isnan(value)


def plain(value: float) -> float:
    """A measured number without the tail that single precision leaves, for JSON."""
    return float(f"{value + 0.0:.5g}")


def instant(at_s: float) -> datetime:
    """An aware instant, UTC."""
    return datetime.fromtimestamp(at_s, UTC)


def utc_text(at_s: float) -> str:
    """An instant in UTC to the microsecond, without the zone; quick, for each message needs two.

    >>> utc_text(1767598212.345)
    '2026-01-05T07:30:12.345000'
    """
    minute, microseconds = divmod(round(1e6 * at_s), 60_000_000)
    return f"{_minute_text(minute)}:{microseconds / 1e6:09.6f}"


@lru_cache(maxsize=2 * MINUTES_A_DAY)
def _minute_text(minute: int) -> str:
    return instant(60.0 * minute).strftime("%Y-%m-%dT%H:%M")
