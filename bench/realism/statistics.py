"""What is compared: one number for each room, from its hours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.realism.real import Recording

Floats = NDArray[np.float64]

COLD_C = 5.0
_HOURS_A_DAY = 24
_FALLING_K_H = 0.04  # an hour of cooling, not of noise
_FALLING_HOURS = 4
_STRETCHES_MIN = 5  # fewer say nothing of a room
_UNHEATED = 0.1  # the fastest: a room that is still heated a little cools more slowly
_EXCESS_MIN_K = 3.0
_PEAK_HOURS = 6
_SHARPEST = 0.98  # hours in which more vapour comes than in so many of the others
_A_THIRD = 1.0 / np.e


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One way to describe a room; `of` gives one number a room, (rooms,)."""

    name: str
    unit: str
    of: Callable[[Recording], Floats]


def vapour_pressure_pa(temp_c: Floats, humidity_pct: Floats) -> Floats:
    """ISO 13788, over water."""
    return 0.01 * humidity_pct * 610.5 * np.exp(17.269 * temp_c / (237.3 + temp_c))


def _excess_pa(home: Recording) -> Floats:
    outdoors = vapour_pressure_pa(home.outdoor_c, home.outdoor_humidity_pct)
    return vapour_pressure_pa(home.temp_c, home.humidity_pct) - outdoors


def _days(hourly: Floats) -> Floats:
    """(rooms, days, 24)"""
    return hourly.reshape(*hourly.shape[:-1], -1, _HOURS_A_DAY)


def _correlation(hourly: Floats, lag: int) -> Floats:
    early, late = hourly[:, :-lag], hourly[:, lag:]
    early = early - early.mean(axis=1, keepdims=True)
    late = late - late.mean(axis=1, keepdims=True)
    spread = np.sqrt((early**2).mean(axis=1) * (late**2).mean(axis=1))
    correlation: Floats = (early * late).mean(axis=1) / spread
    return correlation


def _excess_when_cold(home: Recording, share: float) -> Floats:
    cold = home.outdoor_c <= COLD_C
    return np.quantile(_excess_pa(home)[:, cold], share, axis=1)


def _excess_at_5(home: Recording) -> Floats:
    """Daily excess regressed on outdoor temperature below 15 °C, at 5 °C (Oreszczyn 2006)."""
    outdoor = _days(home.outdoor_c).mean(axis=-1)
    excess = _days(_excess_pa(home)).mean(axis=-1)
    cool = outdoor < 15.0
    return np.array([np.polyval(np.polyfit(outdoor[cool], one[cool], 1), 5.0) for one in excess])


def _rise_g_m3(home: Recording) -> Floats:
    """How far vapour rises in the strongest hour of a usual day. [g/m³]"""
    content = (
        1000.0
        * vapour_pressure_pa(home.temp_c, home.humidity_pct)
        / (461.5 * (home.temp_c + 273.15))
    )
    highest: Floats = np.median(np.diff(_days(content), axis=-1).max(axis=-1), axis=1)
    return highest


def _cooling_hours(home: Recording) -> Floats:
    """Time constant of the fastest tenth of stretches in which a room cools for four hours. [h]

    Mean excess over outdoors, divided by the pace at which the room cools; NaN where it hardly
    ever cools so.
    """
    return np.array([_cooling_of(one, home.outdoor_c) for one in home.temp_c])


def _cooling_of(temp: Floats, outdoor: Floats) -> float:
    found = []
    for began, ended in _runs(np.diff(temp) < -_FALLING_K_H):
        excess = float((temp[began : ended + 1] - outdoor[began : ended + 1]).mean())
        if ended - began >= _FALLING_HOURS and excess > _EXCESS_MIN_K:
            found.append(excess * (ended - began) / float(temp[began] - temp[ended]))
    return float(np.quantile(found, _UNHEATED)) if len(found) >= _STRETCHES_MIN else float("nan")


def _runs(true: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Each stretch of true values, from its first to just after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False]))))
    return [(int(began), int(ended)) for began, ended in edges.reshape(-1, 2)]


def _after_a_peak(home: Recording) -> Floats:
    """Median time in which the sharpest moisture peaks fall to a third. [h]

    Their height is counted from the lowest value of the six hours after; NaN without a peak.
    """
    return np.array([_decay_of(one) for one in _excess_pa(home)])


def _decay_of(excess: Floats) -> float:
    rise = np.diff(excess[:-_PEAK_HOURS])
    found = []
    for peak in np.flatnonzero(rise >= np.quantile(rise, _SHARPEST)) + 1:
        after = excess[peak : peak + _PEAK_HOURS + 1]
        if after.argmax() > 0:
            continue  # it still rises: the peak comes later
        left = (after - after.min()) / np.ptp(after)
        low = int(np.flatnonzero(left < _A_THIRD)[0])
        found.append(low - (_A_THIRD - left[low]) / (left[low - 1] - left[low]))
    return float(np.median(found)) if found else float("nan")


STATISTICS = (
    Statistic(name="temperature, mean", unit="°C", of=lambda home: home.temp_c.mean(axis=1)),
    Statistic(
        name="temperature, coldest 5 % of hours",
        unit="°C",
        of=lambda home: np.quantile(home.temp_c, 0.05, axis=1),
    ),
    Statistic(
        name="temperature, swing of a day",
        unit="K",
        of=lambda home: np.median(np.ptp(_days(home.temp_c), axis=-1), axis=1),
    ),
    Statistic(
        name="temperature, from day to day",
        unit="K",
        of=lambda home: np.diff(_days(home.temp_c).mean(axis=-1), axis=1).std(axis=1),
    ),
    Statistic(
        name="temperature, correlation over 1 h",
        unit="",
        of=lambda home: _correlation(home.temp_c, 1),
    ),
    Statistic(
        name="temperature, correlation over 24 h",
        unit="",
        of=lambda home: _correlation(home.temp_c, 24),
    ),
    Statistic(name="cooling time constant, fastest tenth", unit="h", of=_cooling_hours),
    Statistic(name="humidity, mean", unit="%", of=lambda home: home.humidity_pct.mean(axis=1)),
    Statistic(
        name="humidity, highest 5 % of hours",
        unit="%",
        of=lambda home: np.quantile(home.humidity_pct, 0.95, axis=1),
    ),
    Statistic(
        name="humidity, swing of a day",
        unit="%",
        of=lambda home: np.median(np.ptp(_days(home.humidity_pct), axis=-1), axis=1),
    ),
    Statistic(
        name="vapour-pressure excess at cold, median",
        unit="Pa",
        of=lambda home: _excess_when_cold(home, 0.5),
    ),
    Statistic(
        name="vapour-pressure excess at cold, highest 10 %",
        unit="Pa",
        of=lambda home: _excess_when_cold(home, 0.9),
    ),
    Statistic(name="vapour-pressure excess at 5 °C, standardised", unit="Pa", of=_excess_at_5),
    Statistic(
        name="vapour-pressure excess, correlation over 1 h",
        unit="",
        of=lambda home: _correlation(_excess_pa(home), 1),
    ),
    Statistic(
        name="vapour-pressure excess, correlation over 24 h",
        unit="",
        of=lambda home: _correlation(_excess_pa(home), 24),
    ),
    Statistic(name="moisture peak, strongest hour of a day", unit="g/m³", of=_rise_g_m3),
    Statistic(name="moisture peak, hours to a third", unit="h", of=_after_a_peak),
)
