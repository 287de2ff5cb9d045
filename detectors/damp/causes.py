"""What may lie behind a damp room, as weights that say how much speaks for each cause.

First what would take the damp away (warmth, less vapour, a warmer wall) shares the weight out; then
what vapour has its own shares by where and when it comes. A step within days speaks for a pipe, a
room that follows the rain for a wall that lets it in. Without either a leak, rain and rising damp
are not told apart: these come as a group, and somebody has to look.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.findings import Cause
from detectors.arrays import Floats

CAUSES = (
    "under_heated",
    "under_ventilated",
    "high_moisture",
    "cold_bridge",
    "plumbing_leak",
    "penetrating_damp",
    "persistent_moisture",
    "sensor_fault",
)
PREFIX = "cause_"
WEIGHT_MIN = 0.05  # less is not worth naming (own)

DRY_AIR_PCT = 60.0  # at 20 °C: moister air is not only cold (detection.md 2)
POINTS_A_KELVIN = 3.0  # of surface humidity: 1 K colder air makes 20 °C and 75 % into 79 % (ISO)
SLOWER = 0.4  # a decay slower by that share of itself speaks for less air alone (own)
SOURCE_POINTS = 10.0  # of surface humidity for each 100 Pa of rise at a 13 °C surface (ISO 13788)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signs:
    """What speaks for one cause or another, arrays of one shape; NaN speaks for nothing."""

    warmer_gain_pct: Floats
    """By how much the surface would be drier at 18 °C."""
    wall_gain_pct: Floats
    """By how much with an fRsi as it should be."""
    above_class_pct: Floats
    """By how much with the vapour of a usual home."""
    humidity_at_20_c_pct: Floats
    fall_k: Floats
    rise_pa: Floats
    own_share: Floats
    """Of the rise, what the other rooms do not share: 0 to 1."""
    night_share: Floats
    """The rise by night over that by day."""
    decay_share: Floats
    """How fast vapour leaves now, as a share of how fast it did."""
    step_pa: Floats
    """By how much the room suddenly became moister beside its home."""
    rain_pa: Floats
    """By how much it is moister after rain than in dry spells."""
    known_bridge: Floats
    """1 where fRsi was fitted or surveyed, else 0."""


def weights(signs: Signs) -> dict[str, Floats]:
    """A weight for each of CAUSES, adding up to 1 where anything speaks; named cause_*."""
    no = {name: np.nan_to_num(getattr(signs, name)) for name in Signs.__dataclass_fields__}
    dry = 1.0 - np.clip((no["humidity_at_20_c_pct"] - DRY_AIR_PCT) / 10.0, 0.0, 1.0)
    cold = np.maximum(no["warmer_gain_pct"], 0.0) * (0.5 + 0.5 * dry)
    cold = cold + POINTS_A_KELVIN * np.maximum(no["fall_k"], 0.0) * (no["rise_pa"] < 0.0)
    wall = np.maximum(no["wall_gain_pct"], 0.0) * no["known_bridge"]
    rise = SOURCE_POINTS * np.maximum(no["rise_pa"], 0.0) / 100.0
    moist = rise + np.maximum(no["above_class_pct"], 0.0)
    local = np.clip(no["own_share"], 0.0, 1.0) * (rise > 0.0)
    slow = np.clip((1.0 - no["decay_share"]) / SLOWER, 0.0, 1.0)
    slow = np.where(np.isnan(signs.decay_share), 0.5, slow)
    by_night = np.clip(2.0 * no["night_share"] - 1.0, 0.0, 1.0) * local
    built = moist * 0.6 * by_night
    piped, rained = (
        SOURCE_POINTS * np.maximum(no[name], 0.0) / 100.0 for name in ("step_pa", "rain_pa")
    )
    lived = moist - built
    raw = {
        "under_heated": cold,
        "under_ventilated": lived * (0.25 + 0.5 * slow),
        "high_moisture": lived * (0.75 - 0.5 * slow),
        "cold_bridge": wall,
        "plumbing_leak": built * 0.40 + piped,
        "penetrating_damp": built * 0.32 + rained,
        "persistent_moisture": built * 0.28,
        "sensor_fault": np.where(no["rise_pa"] > 0.0, 0.05, 0.0) * moist,
    }
    total = np.sum(list(raw.values()), axis=0)
    return {
        PREFIX + name: np.divide(raw[name], total, where=total > 0, out=np.zeros(total.shape))
        for name in CAUSES
    }


def ranked(evidence: Mapping[str, float]) -> tuple[Cause, ...]:
    """The causes that an alert's numbers speak for, strongest first."""
    found = [
        Cause(cause=name, weight=round(evidence[PREFIX + name], 2))
        for name in CAUSES
        if evidence.get(PREFIX + name, 0.0) >= WEIGHT_MIN
    ]
    return tuple(sorted(found, key=lambda one: -one.weight))
