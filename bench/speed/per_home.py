"""One home after the other, as a script would: the mould index of its rooms and its pressure trend.

Written with pandas, once as it comes and once by one who knows it, and compiled with Numba. All do
less than the detectors: two of their questions, without verdicts. Over a day alone such a script
tells little: the index starts from nothing, and a slow leak does not show. A script that keeps
nothing between its runs looks at all the days that a verdict rests on, each night. Neither library
is one of Homewell's: they come with the extra `peers`, and what is not installed is left out.
"""

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]

F_RSI = 0.75
ROOM_STEPS = 288  # a day
BOILER_STEPS = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDays:
    """Days of a home: rooms (rooms, steps) every five minutes, a boiler (steps,) every minute."""

    rooms: Mapping[str, Singles]
    boiler: Mapping[str, Singles]

    def last_day(self) -> "HomeDays":
        """The last of them alone."""
        return HomeDays(
            rooms={name: array[:, -ROOM_STEPS:] for name, array in self.rooms.items()},
            boiler={name: array[-BOILER_STEPS:] for name, array in self.boiler.items()},
        )


PerHome = Callable[[HomeDays], tuple[float, float]]
"""The worst mould index at the end, and the pressure's trend [bar a day] beside the flow's."""


def with_pandas() -> PerHome | None:
    """Pandas by one who knows it: hours first, `itertuples`; None where it is not installed."""
    pandas = _installed("pandas")
    if pandas is None:
        return None

    def judge(days: HomeDays) -> tuple[float, float]:
        return _mould_by_pandas(pandas, days), _trend_by_pandas(pandas, days)

    return judge


def with_plain_pandas() -> PerHome | None:
    """As one writes it at first: `iterrows`, a rolling median and `polyfit`, day by day."""
    pandas = _installed("pandas")
    if pandas is None:
        return None

    def judge(days: HomeDays) -> tuple[float, float]:
        return _mould_row_by_row(pandas, days), _trend_day_by_day(pandas, days)

    return judge


def with_numba() -> PerHome | None:
    """The Numba version, compiled on its first home; None where Numba is not installed."""
    numba = _installed("numba")
    if numba is None:
        return None
    compiled = numba.njit(_vtt_hour)
    mould = numba.njit(_mould_loop)
    trend = numba.njit(_trend_loop)

    def judge(days: HomeDays) -> tuple[float, float]:
        rooms, boiler = days.rooms, days.boiler
        index = mould(
            rooms["air_temp_c"], rooms["rel_humidity_pct"], rooms["outdoor_temp_c"], compiled
        )
        slope = trend(boiler["pressure_bar"], boiler["flow_temp_c"], boiler["hot_water_demand"])
        return float(index), float(slope)

    return judge


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def _mould_by_pandas(pandas: Any, days: HomeDays) -> float:
    worst = 0.0
    rooms, steps = days.rooms["air_temp_c"].shape
    index = pandas.date_range("2026-01-01", periods=steps, freq="5min")
    for room in range(rooms):
        table = pandas.DataFrame({n: a[room] for n, a in days.rooms.items()}, index=index)
        hours = table.resample("1h").mean()
        state, dry_h = 0.0, 0.0
        for hour in hours.itertuples():
            state, dry_h = _vtt_hour(
                state, dry_h, hour.air_temp_c, hour.rel_humidity_pct, hour.outdoor_temp_c
            )
        worst = max(worst, state)
    return worst


def _trend_by_pandas(pandas: Any, days: HomeDays) -> float:
    minutes = len(days.boiler["pressure_bar"])
    index = pandas.date_range("2026-01-01", periods=minutes, freq="1min")
    table = pandas.DataFrame(dict(days.boiler), index=index)
    hours = table[table.hot_water_demand == 0].resample("1h").mean()
    hours = hours[["pressure_bar", "flow_temp_c"]].dropna()
    if len(hours) < 3:
        return math.nan
    hour = (hours.index - hours.index[0]).total_seconds() / 86_400
    terms = np.column_stack([np.ones(len(hours)), hour, hours.flow_temp_c])
    fit, *_ = np.linalg.lstsq(terms, hours.pressure_bar.to_numpy(), rcond=None)
    return float(fit[1])


def _mould_row_by_row(pandas: Any, days: HomeDays) -> float:
    worst = 0.0
    rooms, steps = days.rooms["air_temp_c"].shape
    index = pandas.date_range("2026-01-01", periods=steps, freq="5min")
    for room in range(rooms):
        table = pandas.DataFrame({n: a[room] for n, a in days.rooms.items()}, index=index)
        state, dry_h = 0.0, 0.0
        for _, hour in table.resample("1h").mean().iterrows():
            state, dry_h = _vtt_hour(
                state, dry_h, hour["air_temp_c"], hour["rel_humidity_pct"], hour["outdoor_temp_c"]
            )
        worst = max(worst, state)
    return worst


def _trend_day_by_day(pandas: Any, days: HomeDays) -> float:
    """The mean of the days' slopes; the flow temperature is left to a rolling median."""
    minutes = len(days.boiler["pressure_bar"])
    index = pandas.date_range("2026-01-01", periods=minutes, freq="1min")
    table = pandas.DataFrame(dict(days.boiler), index=index)
    quiet = table[table["hot_water_demand"] == 0]["pressure_bar"].rolling("1h").median().dropna()
    slopes = []
    for _, day in quiet.groupby(quiet.index.floor("1D")):
        if len(day) >= 3:
            at = (day.index - day.index[0]).total_seconds() / 86_400
            slopes.append(np.polyfit(at, day.to_numpy(), 1)[0])
    return float(np.mean(slopes)) if slopes else math.nan


def _vtt_hour(
    index: float, dry_h: float, temp_c: float, humidity_pct: float, outdoor_c: float
) -> tuple[float, float]:
    """One hour of the VTT model at the coldest surface; an hour that is not known changes nothing.

    `detectors.mould` has the model's source.
    """
    surface_c = outdoor_c + F_RSI * (temp_c - outdoor_c)
    if surface_c != surface_c or humidity_pct != humidity_pct:
        return index, dry_h
    lift = 17.269 * temp_c / (237.3 + temp_c) - 17.269 * surface_c / (237.3 + surface_c)
    humidity = min(humidity_pct * math.exp(lift), 100.0)
    t = surface_c
    critical = 100.0 if t <= 0 else max(((-0.00267 * t + 0.160) * t - 3.13) * t + 100.0, 80.0)
    if critical < 100.0 and humidity >= critical and t < 50.0:
        weeks = math.exp(-0.68 * math.log(t) - 13.9 * math.log(humidity) + 66.02)
        x = (critical - humidity) / (critical - 100.0)
        limit = max(0.3 + 6.0 * x - x * x, 0.0)
        speed = 0.578 if index < 1.0 else 0.386
        slowing = max(1.0 - math.exp(2.3 * (index - limit)), 0.0)
        return index + speed * slowing / (7.0 * 24.0 * weeks), 0.0
    dry_h += 1.0
    fall = 0.032 if dry_h <= 6.0 else 0.0 if dry_h <= 24.0 else 0.016
    return max(index - fall * 0.25 / 24.0, 0.0), dry_h


def _mould_loop(temp: Singles, humidity: Singles, outdoor: Singles, vtt_hour: Any) -> float:
    worst = 0.0
    for room in range(temp.shape[0]):
        index, dry_h = 0.0, 0.0
        for hour in range(temp.shape[1] // 12):
            sums = [0.0, 0.0, 0.0]
            known = [0, 0, 0]
            for step in range(hour * 12, hour * 12 + 12):
                if temp[room, step] == temp[room, step]:
                    sums[0] += temp[room, step]
                    known[0] += 1
                if humidity[room, step] == humidity[room, step]:
                    sums[1] += humidity[room, step]
                    known[1] += 1
                if outdoor[room, step] == outdoor[room, step]:
                    sums[2] += outdoor[room, step]
                    known[2] += 1
            if known[0] and known[1] and known[2]:
                index, dry_h = vtt_hour(
                    index, dry_h, sums[0] / known[0], sums[1] / known[1], sums[2] / known[2]
                )
        worst = max(worst, index)
    return worst


def _trend_loop(pressure: Singles, flow: Singles, draw: Singles) -> float:
    """Least squares by hours on time and flow temperature: the normal equations of centred sums."""
    n = 0
    hours = len(pressure) // 60
    x, f, p = np.zeros(hours), np.zeros(hours), np.zeros(hours)
    for hour in range(hours):
        known, flows, pressures = 0, 0.0, 0.0
        for step in range(hour * 60, hour * 60 + 60):
            if draw[step] == 0 and pressure[step] == pressure[step] and flow[step] == flow[step]:
                known += 1
                flows += flow[step]
                pressures += pressure[step]
        if known:
            x[n], f[n], p[n] = hour / 24.0, flows / known, pressures / known
            n += 1
    if n < 3:
        return math.nan
    x, f, p = x[:n] - x[:n].mean(), f[:n] - f[:n].mean(), p[:n] - p[:n].mean()
    determinant = (x * x).sum() * (f * f).sum() - (x * f).sum() ** 2
    if determinant <= 0.0:
        return math.nan
    slope: float = ((x * p).sum() * (f * f).sum() - (f * p).sum() * (x * f).sum()) / determinant
    return slope
