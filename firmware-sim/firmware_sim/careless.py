"""Room sensors that misbehave in small ways, as a scenario asks for.

They do so by the seed, the sensor and the slot alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN, SLOTS_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Ints, Singles

MISSING_SHARE = 0.02  # of a careless sensor's messages
IMPOSSIBLE_SHARE = 0.02  # about three a day at a reading every ten minutes
IMPOSSIBLE_HUMIDITY_PCT = 120.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless:
    """The sensors that do so, (homes, rooms)."""

    missing: Bools
    """Now and then they leave the humidity out."""
    impossible: Bools
    """Now and then they report a humidity that cannot be."""


def careless_sensors(
    homes: Homes,
    *,
    missing: Iterable[tuple[int, int]],
    impossible: Iterable[tuple[int, int]],
) -> Careless:
    """The careless ones by (home, room)."""
    found = Careless(
        missing=np.zeros(homes.fabric.volume_m3.shape, dtype=np.bool_),
        impossible=np.zeros(homes.fabric.volume_m3.shape, dtype=np.bool_),
    )
    for home, room in missing:
        found.missing[home, room] = True
    for home, room in impossible:
        found.impossible[home, room] = True
    return found


def humidity_said(
    careless: Careless, humidity_pct: Singles, minutes: Ints, homes: Homes, *, seed: int
) -> Singles:
    """What the sensors say instead of `humidity_pct`, (homes, rooms, slots) at `minutes` (slots,).

    The minutes lie within one day. NaN is "left out".
    """
    if not minutes.size or not (careless.missing.any() or careless.impossible.any()):
        return humidity_pct
    day = int(minutes[0]) // MINUTES_A_DAY
    each = (humidity_pct.shape[1], SLOTS_A_DAY)
    chance = shares(seed, Subject.CARELESS_SENSORS, homes.indices, each, day=day)
    chance = chance[..., minutes % MINUTES_A_DAY // SLOT_MIN]
    impossible = careless.impossible[..., None] & (chance < IMPOSSIBLE_SHARE)
    missing = careless.missing[..., None] & (chance > 1.0 - MISSING_SHARE)
    said = np.where(impossible, np.float32(IMPOSSIBLE_HUMIDITY_PCT), humidity_pct)
    return np.where(missing, np.float32(np.nan), said)
