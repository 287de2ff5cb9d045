"""Weather that somebody recorded, played again.

A CSV file, or rows of the same columns: `time` (ISO 8601 with its offset), `air_temp_c` and
`rel_humidity_pct` (over water), and where there are any `rain_mm` (since the row before),
`wind_m_s` and `sun` (share of full sun on a south window, 0 to 1). Between rows the weather goes in
straight lines. A run longer than the recording, or of another year, meets it again: by whole years
of 365 days where it is a year or longer, otherwise by its own whole days; at the joint the weather
jumps. Rain that is absent is none, wind 4 m/s, and sun comes from the sun's height under a cloud
judged by how far apart day and night were.
"""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from firmware_sim.climate.day import WeatherDay
from firmware_sim.climate.sun import LATITUDE_DEG, share_of_full_sun
from firmware_sim.clock import MINUTES_A_DAY, day_of_year, minute_of
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import saturation_kg_m3

ROWS_MAX = 5_300_000
"""Ten years of minutes; more is no weather station's file."""
GAP_MAX_MIN = 48 * 60
"""A straight line over more than two days would be no weather."""
_PLAUSIBLE = {
    "air_temp_c": (-60.0, 55.0),
    "rel_humidity_pct": (0.0, 100.0),
    "rain_mm": (0.0, 500.0),
    "wind_m_s": (0.0, 80.0),
    "sun": (0.0, 1.0),
}
_MISSING_MIN = 60  # at the ends of a day that still counts as whole: hourly rows end at 23:00
_NEEDED = ("air_temp_c", "rel_humidity_pct")
_USUAL_WIND_M_S = 4.0
_DAYS_A_YEAR = 365


class UnreadableWeather(Exception):
    """A recording that cannot be played; says which row and why. Headings are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Recorded weather, the same for each of `areas` areas."""

    areas: int
    first_day: int
    days: int
    latitude_deg: float
    _values: Mapping[str, tuple[Floats, Floats]]
    """Of each quantity the minutes at which it was measured, and the values."""

    @classmethod
    def read(cls, path: Path, *, areas: int = 1, latitude_deg: float = LATITUDE_DEG) -> "Recorded":
        """Read a CSV file. UnreadableWeather where it cannot be played, OSError as `open`."""
        with path.open(newline="", encoding="utf-8") as file:
            try:
                return cls.of_rows(csv.DictReader(file), areas=areas, latitude_deg=latitude_deg)
            except (UnreadableWeather, UnicodeDecodeError, csv.Error) as error:
                raise UnreadableWeather(f"{path}: {error}") from error

    @classmethod
    def of_rows(
        cls,
        rows: Iterable[Mapping[str, str | float]],
        *,
        areas: int = 1,
        latitude_deg: float = LATITUDE_DEG,
    ) -> "Recorded":
        """The same from rows in memory; an empty text or NaN is a value not measured."""
        minutes, columns = _columns(rows)
        minute = np.array(minutes)
        first_day = math.ceil((minute[0] - _MISSING_MIN) / MINUTES_A_DAY)
        days = math.floor((minute[-1] + _MISSING_MIN) / MINUTES_A_DAY) - first_day
        if days < 1:
            raise UnreadableWeather("the recording holds no whole day (UTC); give a longer one")
        return cls(
            areas=areas,
            first_day=first_day,
            days=days,
            latitude_deg=latitude_deg,
            _values={name: _measured(name, minute, values) for name, values in columns.items()},
        )

    def day(self, number: int) -> WeatherDay:
        """The weather of a day (days since 1970-01-01 UTC); any day, see the module."""
        again_after = self.days // _DAYS_A_YEAR * _DAYS_A_YEAR or self.days
        day = self.first_day + (number - self.first_day) % again_after
        minute = np.arange(MINUTES_A_DAY, dtype=np.float64) + float(day * MINUTES_A_DAY)
        temp = np.interp(minute, *self._values["air_temp_c"])
        humidity = np.interp(minute, *self._values["rel_humidity_pct"])
        return WeatherDay(
            air_temp_c=self._everywhere(temp),
            vapour_kg_m3=self._everywhere(0.01 * humidity * saturation_kg_m3(temp)),
            sun=self._everywhere(self._sun(day, minute, temp)),
            wind_m_s=self._everywhere(self._or_usual("wind_m_s", minute, _USUAL_WIND_M_S)),
            rain_mm=self._everywhere(self._rain(minute)),
        )

    def _everywhere(self, value: Floats) -> Floats:
        return np.repeat(value[:, None], self.areas, axis=1)

    def _or_usual(self, name: str, minute: Floats, usual: float) -> Floats:
        if name not in self._values:
            return np.full(minute.shape, usual)
        return np.interp(minute, *self._values[name])

    def _rain(self, minute: Floats) -> Floats:
        """Each row's rain, evenly over the time since the row before."""
        if "rain_mm" not in self._values:
            return np.zeros(minute.shape)
        measured, rain = self._values["rain_mm"]
        edges = np.append(minute, minute[-1] + 1.0)
        fallen: Floats = np.diff(np.interp(edges, measured, np.cumsum(rain)))
        return np.maximum(fallen, 0.0)

    def _sun(self, day: int, minute: Floats, temp: Floats) -> Floats:
        if "sun" in self._values:
            return np.interp(minute, *self._values["sun"])
        # Day and night 12 K apart under a clear sky, 2 K under a closed one.
        cloud = float(np.clip(1.0 - (np.ptp(temp) - 2.0) / 10.0, 0.0, 1.0))
        sky = np.full((1, MINUTES_A_DAY), cloud)
        sun = share_of_full_sun(day_of_year(day), sky, latitude_deg=self.latitude_deg)
        return sun.reshape(-1)


def _columns(
    rows: Iterable[Mapping[str, str | float]],
) -> tuple[list[float], dict[str, list[float]]]:
    minutes: list[float] = []
    columns: dict[str, list[float]] = {}
    for number, row in enumerate(rows, start=1):
        if number > ROWS_MAX:
            raise UnreadableWeather(f"more than {ROWS_MAX} rows; thin the recording out")
        if number == 1:
            columns = {name: [] for name in _present(row)}
        minute = _minute(row, number)
        if minutes and minute <= minutes[-1]:
            raise UnreadableWeather(
                f"data row {number}: {row['time']} does not come after the one before; sort them"
            )
        minutes.append(minute)
        for name, values in columns.items():
            values.append(_value(row, name, number))
    if not minutes:
        raise UnreadableWeather("there are no rows")
    return minutes, columns


def _present(row: Mapping[str, str | float]) -> list[str]:
    for name in ("time", *_NEEDED):
        if name not in row:
            raise UnreadableWeather(
                f"there is no column {name}; there are {', '.join(map(str, row))}"
            )
    return [name for name in _PLAUSIBLE if name in row]


def _minute(row: Mapping[str, str | float], number: int) -> float:
    try:
        instant = datetime.fromisoformat(str(row["time"]))
    except ValueError:
        raise UnreadableWeather(
            f"data row {number}: the time {row['time']!r} is not like 2026-01-31T12:00:00Z"
        ) from None
    if instant.tzinfo is None:
        raise UnreadableWeather(
            f"data row {number}: the time {row['time']!r} has no offset from UTC; add Z or +01:00"
        )
    whole = instant.replace(second=0, microsecond=0)
    return minute_of(whole) + (instant - whole) / timedelta(minutes=1)


def _value(row: Mapping[str, str | float], name: str, number: int) -> float:
    """A cell's value, NaN where it is empty."""
    cell = row.get(name)
    if cell is None or cell == "":
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        raise UnreadableWeather(f"data row {number}: {name} {cell!r} is not a number") from None
    lowest, highest = _PLAUSIBLE[name]
    if value < lowest or value > highest:
        raise UnreadableWeather(
            f"data row {number}: {name} {value:g} is not between {lowest:g} and {highest:g}"
        )
    return value


def _measured(name: str, minute: Floats, values: list[float]) -> tuple[Floats, Floats]:
    value = np.array(values)
    there = np.isfinite(value)
    measured = minute[there]
    if not measured.size:
        raise UnreadableWeather(f"the column {name} is empty; fill it or leave it out")
    edges = np.concatenate((minute[:1], measured, minute[-1:]))
    gap = float(np.diff(edges).max())
    if name in _NEEDED and gap > GAP_MAX_MIN:
        after = int(np.searchsorted(minute, edges[int(np.diff(edges).argmax())])) + 1
        raise UnreadableWeather(
            f"after data row {after} {name} is missing for {gap / 60.0:.0f} h; the most that can be"
            f" bridged is {GAP_MAX_MIN // 60} h"
        )
    return measured, value[there]
