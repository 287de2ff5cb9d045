"""Rooms that have become moister than they were, and homes that have become colder.

What a fault does to one room it does to the others less, by open doors; what a visit, a season or
a holiday does it does to all alike. So a room is held against its own past and against the home's
other rooms, by day and by night. `docs/detectors/mould_risk.md` gives the figures.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import home_least, home_sum, mean_of_others
from detectors.damp.change import BASE_DAYS, RECENT_DAYS, Change, change
from detectors.damp.vapour import CLOSED_UPTO_C, COLD_DAY_C, SLOPE_WEIGHT_K2
from detectors.frame import Frame
from detectors.humidity import rel_humidity_pct, saturation_pressure_pa
from detectors.windows import delayed, ratio, trailing_mean

DAYS_BEYOND = 0.6  # of the recent days, by day and by night: a visit lasts a few days (own)
BEYOND_PA = 25.0  # less than a humidity sensor resolves is no excess (1 % at 20 °C: 23 Pa)
OWN_RISE_PA = 60.0  # against the other rooms: 0.45 g/m³ (own)
NIGHT_OWN_RISE_PA = 50.0
RISE_PA = 60.0  # against its own past, more than its warmth explains; faults add 0.5 g/m³ (own)
SURE_DAYS_BEYOND = 0.8
SURE_RISE_PA = 85.0  # 0.6 g/m³
STRONG_OWN_RISE_PA = 170.0  # 1.25 g/m³: hardly a sound home in tuning did that for a week (own)
STRONG_RISE_PA = 220.0
# Of two sensors that change places one falls by what the other rises; a source in one room of
# three lets either of the others fall behind by half of that (own).
OTHER_FALLS_SHARE = 0.85

COLDER_K = 2.0  # by so much a home is heated less, not aired more (own)
COLDER_BEYOND_K = 0.7
COLDER_DAYS = 0.8
COLD_C = 18.0  # WHO, HHSRS: the least that is healthy
DRIER_PA = 100.0  # a home whose vapour goes with its warmth is empty: people are away (own)
LIVED_IN_PA = 60.0  # with less beside outdoors nobody is there; half-heated and empty: 115 in frost


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moister:
    """(rows, days): whether a room has become moister, how surely, much so, and by what [Pa].

    `own_rise_pa` is beside the home's other rooms, `rise_pa` beyond what its warmth explains.
    """

    told: Booleans
    sure: Booleans
    strong: Booleans
    own_rise_pa: Floats
    rise_pa: Floats
    night_rise_pa: Floats
    certainty: Floats
    """0 to 1: the rise against what days of this room vary by."""


def moister(frame: Frame, home: Integers) -> Moister:
    """Rooms against their past and the home's others; False where too little is known.

    Only days below CLOSED_UPTO_C count: when it is milder windows decide. A home of one room has
    nothing to be held against.
    """
    outdoor_c = frame["damp_outdoor_temp_c"].astype(np.float64)
    shut = np.nan_to_num(outdoor_c, nan=CLOSED_UPTO_C) < CLOSED_UPTO_C
    day, night = (
        np.where(shut, frame[name], np.nan) for name in ("damp_excess_pa", "damp_night_excess_pa")
    )
    rises = [_rise(values, outdoor_c) for values in (day, night)]
    owns = [_own(values, outdoor_c, home) for values in (day, night)]
    own, own_night = owns[0].size, owns[1].size
    rise = rises[0].size - _by_warmth(frame, shut)
    share = np.minimum(owns[0].share, owns[1].share)
    exchanged = home_least(own, home) <= -OTHER_FALLS_SHARE * own
    told = (share >= DAYS_BEYOND) & (rise >= RISE_PA) & ~exchanged
    told &= (own >= OWN_RISE_PA) & (own_night >= NIGHT_OWN_RISE_PA)
    sure = told & (share >= SURE_DAYS_BEYOND)
    square = (own / np.maximum(owns[0].spread, BEYOND_PA)) ** 2
    return Moister(
        told=told,
        sure=sure & (rise >= SURE_RISE_PA),
        strong=sure & (own >= STRONG_OWN_RISE_PA) & (rise >= STRONG_RISE_PA),
        own_rise_pa=own,
        rise_pa=rise,
        night_rise_pa=rises[1].size,
        certainty=np.nan_to_num(square / (square + 1.0)),
    )


def colder(frame: Frame, home: Integers) -> tuple[Booleans, Floats]:
    """Homes in which every room has become colder, though somebody lives there; and the fall [K].

    (rows, days) both. People show by their vapour: an empty home has none, or dries as it cools.
    """
    outdoor_c = frame["damp_outdoor_temp_c"].astype(np.float64)
    shut = np.nan_to_num(outdoor_c, nan=CLOSED_UPTO_C) < COLD_DAY_C
    air_c = np.where(shut, frame["damp_air_temp_c"], np.nan)
    fall = change(
        -air_c,
        outdoor_c,
        least=COLDER_BEYOND_K,
        slope_weight=SLOPE_WEIGHT_K2,
        usual_slope=USUAL_AIR_SLOPE,
    )
    excess = np.where(shut, frame["damp_excess_pa"], np.nan)
    vapour = trailing_mean(excess, RECENT_DAYS)
    known = ~np.isnan(vapour)
    empty = home_sum(np.nan_to_num(vapour), home) < LIVED_IN_PA * home_sum(known, home)
    dry = (_rise(excess, outdoor_c).size < -DRIER_PA) | empty
    warm = (trailing_mean(air_c, RECENT_DAYS) >= COLD_C) | ~(
        (fall.size >= COLDER_K) & (fall.share >= COLDER_DAYS)
    )
    somewhere_else = home_sum((warm & ~np.isnan(fall.size)) | dry, home) > 0.5
    return ~warm & ~somewhere_else, fall.size


def _by_warmth(frame: Frame, shut: Booleans) -> Floats:
    """What a warmer room holds more at the humidity it had [Pa]; 0 where it is no warmer.

    Furnishings and plaster keep the air at a humidity, not at a vapour pressure: a room that is
    heated more gives water off for weeks, and its surfaces are no damper for it.
    """
    air_c, vapour_pa = (
        np.where(shut, frame[f"damp_{name}"], np.nan) for name in ("air_temp_c", "vapour_pa")
    )
    now_c = trailing_mean(air_c, RECENT_DAYS)
    before_c, before_pa = (
        delayed(trailing_mean(array, BASE_DAYS), RECENT_DAYS) for array in (air_c, vapour_pa)
    )
    warmer_pa = saturation_pressure_pa(now_c) - saturation_pressure_pa(before_c)
    share = rel_humidity_pct(before_c, before_pa) / 100.0
    return np.maximum(np.nan_to_num(share * warmer_pa), 0.0)


USUAL_AIR_SLOPE = -0.05  # K a kelvin: a home is a little colder in the cold (own)


def _rise(excess_pa: Floats, outdoor_c: Floats) -> Change:
    """Against the room's own past; windows open as it gets milder, as humidity classes have it."""
    before_pa = delayed(trailing_mean(excess_pa, BASE_DAYS), RECENT_DAYS)
    before_c = delayed(trailing_mean(outdoor_c, BASE_DAYS), RECENT_DAYS)
    room = np.maximum(CLOSED_UPTO_C - before_c, CLOSED_UPTO_C - COLD_DAY_C)
    usual = -ratio(np.maximum(before_pa, 0.0), room, where=~np.isnan(before_pa) & ~np.isnan(room))
    return change(
        excess_pa,
        outdoor_c,
        least=BEYOND_PA,
        slope_weight=SLOPE_WEIGHT_K2,
        usual_slope=np.nan_to_num(usual),
    )


def _own(excess_pa: Floats, outdoor_c: Floats, home: Integers) -> Change:
    """Against the home's other rooms, which feel season, weather and visitors as well."""
    return change(
        excess_pa - mean_of_others(excess_pa, home),
        outdoor_c,
        least=BEYOND_PA,
        slope_weight=SLOPE_WEIGHT_K2,
        usual_slope=0.0,
    )
