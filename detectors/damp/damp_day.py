"""What a day of a room comes to for damp: its air, its water, its coldest surface, its mould."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.daily import Features
from detectors.damp.decay import decay_1_h
from detectors.damp.hours import RoomHours, room_hours
from detectors.damp.score import DAYS_REMEMBERED, score
from detectors.damp.wet_weather import rain_day
from detectors.frame import RoomFrame
from detectors.mould import SENSITIVITIES, MouldState, grow, growing
from detectors.windows import ratio

MATERIAL = "sensitive"  # wallpaper and gypsum board, the usual inner surface of a home
DECLINE = 0.25  # the same: relatively low decline
CONDENSES_PCT = 100.0  # ISO 13788: water forms where the surface is at the dew point
NIGHT_H = slice(1, 6)  # UTC: nobody cooks, showers or airs; what is left is the room's own
NIGHT_KNOWN_H = 3
DAY_KNOWN_H = 12  # with less a mean is not the day's
PEAK_ABOVE_PA = 250.0  # a smaller excess drowns in what people breathe (own)


def damp_day(frame: RoomFrame, before: Features) -> Features:
    """A day's features of every room; `before` gives the mould that the day began with.

    Means are NaN with fewer than DAY_KNOWN_H hours. Hours without values leave the mould as it
    was, a day without them also its pace and the surface humidity that is remembered. Raises
    NotHourly.
    """
    hours = room_hours(frame)
    began = _carried(before, "mould_index", len(frame.rows))
    state = _mould(hours, began, _carried(before, "mould_dry_h", len(frame.rows)))
    known = ~np.isnan(hours.surface_pct)
    grows = growing(
        hours.surface_c,
        hours.surface_pct,
        humidity_min_pct=SENSITIVITIES[MATERIAL].humidity_min_pct,
    )
    surface_pct = _mean(hours.surface_pct, DAY_KNOWN_H)
    pace_day = _remembered(
        _carried(before, "mould_pace_day", len(frame.rows)),
        np.where(known.any(axis=1), state.index - began, np.nan),
    )
    remembered_pct = _remembered(before.get("damp_fortnight_pct", surface_pct), surface_pct)
    return {
        "damp_air_temp_c": _mean(hours.air_c, DAY_KNOWN_H),
        "damp_vapour_pa": _mean(hours.vapour_pa, DAY_KNOWN_H),
        "damp_excess_pa": _mean(hours.excess_pa, DAY_KNOWN_H),
        "damp_night_excess_pa": _mean(hours.excess_pa[:, NIGHT_H], NIGHT_KNOWN_H),
        "damp_outdoor_temp_c": _mean(hours.outdoor_c, DAY_KNOWN_H),
        "damp_surface_pct": surface_pct,
        "damp_surface_temp_c": _mean(hours.surface_c, DAY_KNOWN_H),
        "damp_known_h": known.sum(axis=1, dtype=np.float64),
        "damp_wet_h": _hours_where(known & (hours.surface_pct >= CONDENSES_PCT), known),
        "damp_growth_h": _hours_where(grows, known),
        "damp_decay_1_h": decay_1_h(hours.excess_pa, peak_above=PEAK_ABOVE_PA),
        "mould_index": state.index,
        "mould_dry_h": state.dry_h,
        "mould_pace_day": pace_day,
        "damp_fortnight_pct": remembered_pct,
        "damp_score": score(state.index, pace_day, remembered_pct),
        "damp_rain_mm": rain_day(frame),
        **_wall(hours),
    }


def _carried(before: Features, name: str, rows: int) -> Floats:
    """What the day before left; 0 where there was none: a clean surface at rest."""
    return np.nan_to_num(before.get(name, np.zeros(rows)).astype(np.float64))


def _remembered(before: Floats, today: Floats) -> Floats:
    """A mean that forgets over DAYS_REMEMBERED; an unknown day leaves it as it was."""
    start = np.where(np.isnan(before), today, before)
    return np.where(np.isnan(today), start, start + (today - start) / DAYS_REMEMBERED)


def _mould(hours: RoomHours, index: Floats, dry_h: Floats) -> MouldState:
    _, after = grow(
        MouldState(index=index, dry_h=dry_h),
        hours.surface_c,
        hours.surface_pct,
        step_h=1.0,
        sensitivity=MATERIAL,
        decline=DECLINE,
    )
    return after


def _wall(hours: RoomHours) -> Features:
    """Sums over the hours of a wall sensor, from which fRsi is fitted over days."""
    warmer_k = np.where(hours.walled, hours.air_c - hours.outdoor_c, 0.0)
    wall_k = np.where(hours.walled, hours.wall_c - hours.outdoor_c, 0.0)
    known = hours.walled & ~np.isnan(hours.outdoor_c)
    warmer_k, wall_k = np.where(known, warmer_k, 0.0), np.where(known, wall_k, 0.0)
    return {
        "damp_wall_h": known.sum(axis=1, dtype=np.float64),
        "damp_wall_xx_k2": (warmer_k * warmer_k).sum(axis=1),
        "damp_wall_xy_k2": (warmer_k * wall_k).sum(axis=1),
        "damp_wall_yy_k2": (wall_k * wall_k).sum(axis=1),
    }


def _mean(hours: Floats, least: int) -> Floats:
    known = ~np.isnan(hours)
    counts = known.sum(axis=1)
    sums = np.where(known, hours, 0.0).sum(axis=1)
    return ratio(sums, counts, where=counts >= least)


def _hours_where(mask: Booleans, known: Booleans) -> Floats:
    """Hours in which it is so; NaN for a day of which nothing is known."""
    return np.where(known.any(axis=1), mask.sum(axis=1), np.nan)
