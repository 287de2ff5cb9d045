"""Rooms that follow the rain: moister for days after wet weather, and drier again in a dry spell.

Water that comes through an outer wall dries into the room over days, so what the wall holds is
taken as a sum of the rain of the last days that forgets. The room's night excess beside the home's
other rooms is held against it by least squares. `docs/detectors/mould_risk.md` gives the figures.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import mean_of_others
from detectors.daily import without_lead
from detectors.frame import Frame, RoomFrame
from detectors.regression import scatter
from detectors.windows import delayed, ratio, trailing_sum

DAY_MAX_MM = 400.0  # the wettest day of Britain had 341 (Met Office, Honister 2015): more is a sum
TOLD_HOURS_MIN = 18  # with fewer hours told, a day's rain is not known: a front takes some (own)

DRYING_DAYS = 3.0  # a wetted plaster wall gives its water off within days (own)
RAIN_DAYS = 10  # older rain has dried: e^(-10/3) of it is left
RAIN_KNOWN_SHARE = 0.8  # of the weight of these days
WINDOW_DAYS = 33  # with RAIN_DAYS before them no more than an engine keeps
DAYS_MIN = 20
MILD_DAY_C = 18.0  # warmer days say nothing: windows stand open
SWING_MIN_MM = 1.0  # a month without wet and dry spells tells nothing (own)
SCATTER_MIN_PA = 10.0  # nights of a room differ by that at least (own)

FOLLOWS_T = 6.0  # nights resemble those before them, so that 2 or 3 would be chance (own)
TOLD_T = 7.0  # one sound home in thirteen a year comes to 6, one in fifty to 7 (own)
FOLLOWS_PA = 50.0  # between wet and dry spells: 0.4 g/m³ (own)
STRONGLY_T = 8.0  # no sound home in tuning came so far (own)
STRONGLY_PA = 120.0  # 0.9 g/m³


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WetWeather:
    """(rows, days): whether a room follows the rain, surely enough to tell, strongly; by how much.

    `wetter_pa` is by how much more moist wet spells find it than dry ones, NaN where rain or room
    are too little known.
    """

    follows: Booleans
    told: Booleans
    strong: Booleans
    wetter_pa: Floats


def rain_day(frame: RoomFrame) -> Floats:
    """The rain of a day [mm], (rows,); NaN where fewer than TOLD_HOURS_MIN of its hours told any.

    The other hours count as dry. More than DAY_MAX_MM is not known either: such a station tells
    what fell since last year, not since its last reading. Raises NotHourly.
    """
    told = without_lead(frame.rain_mm, frame)
    size = frame.steps_per_hour
    known = ~np.isnan(told[:, : told.shape[1] // size * size])
    hours = known.reshape(len(frame.rows), -1, size).any(axis=2).sum(axis=1)
    total = np.where(np.isnan(told), 0.0, told).sum(axis=1, dtype=np.float64)
    return np.where((hours >= TOLD_HOURS_MIN) & (total <= DAY_MAX_MM), total, np.nan)


def wet_weather(frame: Frame, home: Integers) -> WetWeather:
    """Rooms against the rain; False where it is not known, and in homes of one room."""
    rain_mm = frame["damp_rain_mm"].astype(np.float64)
    if np.isnan(rain_mm).all():
        nowhere = np.zeros(frame.shape, dtype=np.bool_)
        return WetWeather(follows=nowhere, told=nowhere, strong=nowhere, wetter_pa=rain_mm)
    wet_mm = _held_by_walls(rain_mm)
    night_pa = frame["damp_night_excess_pa"].astype(np.float64)
    own_pa = night_pa - mean_of_others(night_pa, home)
    use = ~(np.isnan(wet_mm) | np.isnan(own_pa))
    use &= np.nan_to_num(frame["damp_outdoor_temp_c"], nan=MILD_DAY_C) < MILD_DAY_C
    days = scatter(wet_mm, own_pa, use, lambda a: trailing_sum(a, WINDOW_DAYS), least=DAYS_MIN)
    swing_mm = 2.0 * np.sqrt(days.xx / np.maximum(days.n, 1.0))
    slope = ratio(days.xy, days.xx, where=swing_mm >= SWING_MIN_MM)
    spread = np.sqrt(days.left(slope) / np.maximum(days.n - 2.0, 1.0))
    times = slope * np.sqrt(days.xx) / np.maximum(spread, SCATTER_MIN_PA)
    wetter_pa = slope * swing_mm
    follows = (times >= FOLLOWS_T) & (wetter_pa >= FOLLOWS_PA)
    return WetWeather(
        follows=follows,
        told=follows & (times >= TOLD_T),
        strong=(times >= STRONGLY_T) & (wetter_pa >= STRONGLY_PA),
        wetter_pa=wetter_pa,
    )


def _held_by_walls(rain_mm: Floats) -> Floats:
    """Rain of the days before each day, forgotten over DRYING_DAYS; NaN where too little is known.

    A day's own rain has hardly come through by the night before it.
    """
    held_mm, known = np.zeros(rain_mm.shape), np.zeros(rain_mm.shape)
    weights = np.exp(-np.arange(1, RAIN_DAYS + 1) / DRYING_DAYS)
    for ago, weight in enumerate(weights, start=1):
        rain = delayed(rain_mm, ago)
        held_mm += weight * np.nan_to_num(rain)
        known += weight * ~np.isnan(rain)
    return np.where(known >= RAIN_KNOWN_SHARE * weights.sum(), held_mm, np.nan)
