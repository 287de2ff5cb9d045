"""How far mould has grown on the true surface of each room: the yardstick for `noticed_at`.

The improved VTT model (Ojanen, Viitanen and others, 2010), material class sensitive, decline 0.25.
Arrays (homes, rooms), one step an hour.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.kinds import Floats

NOTICED_INDEX = 3.0  # visible growth
_FIRST_PACE, _LATER_PACE = 0.578, 0.386  # k1 below and from index 1
_A, _B, _C = 0.3, 6.0, 1.0
_HUMIDITY_MIN_PCT = 80.0
_DECLINE = 0.25
_STEP_DAYS = 1.0 / 24.0


@dataclass(slots=True, kw_only=True)
class Mould:
    """Mould index, and for how many hours the surface has been too dry to grow."""

    index: Floats
    dry_h: Floats


def none_yet(shape: tuple[int, ...]) -> Mould:
    """Clean, dry surfaces."""
    return Mould(index=np.zeros(shape), dry_h=np.zeros(shape))


def grow_for_an_hour(mould: Mould, surface_c: Floats, surface_humidity_pct: Floats) -> None:
    """Carry every index on by an hour at this surface."""
    humidity = np.minimum(surface_humidity_pct, 100.0)
    temp = np.clip(surface_c, 0.1, 50.0)
    curve = -0.00267 * temp**3 + 0.160 * temp**2 - 3.13 * temp + 100.0
    limit = np.where(surface_c > 0.0, np.maximum(curve, _HUMIDITY_MIN_PCT), 100.0)
    grows = (humidity >= limit) & (surface_c > 0.0) & (surface_c < 50.0)
    over = np.where(grows, (limit - humidity) / np.minimum(limit - 100.0, -1e-9), 0.0)
    highest = np.maximum(_A + _B * over - _C * over**2, 0.0)
    slowing = np.maximum(1.0 - np.exp(2.3 * (mould.index - highest)), 0.0)
    weeks = np.exp(-0.68 * np.log(temp) - 13.9 * np.log(np.maximum(humidity, 1.0)) + 66.02)
    pace = np.where(mould.index < 1.0, _FIRST_PACE, _LATER_PACE)
    growth = pace * slowing / (7.0 * weeks)
    mould.dry_h = np.where(grows, 0.0, mould.dry_h + 1.0)
    decline = np.where(mould.dry_h <= 6.0, -0.032, np.where(mould.dry_h <= 24.0, 0.0, -0.016))
    change = np.where(grows, growth, _DECLINE * decline)
    mould.index = np.maximum(mould.index + _STEP_DAYS * change, 0.0)
