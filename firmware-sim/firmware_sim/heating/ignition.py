"""Lighting the burner: attempts, lockout, flame current, frozen condensate. Arrays (homes,)."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.faults.effects import BoilerEffects
from firmware_sim.heating.state import Boilers
from firmware_sim.homes.plant import Plant
from firmware_sim.kinds import Bools, Floats

ATTEMPT_SHARE = 0.2  # of a minute, lost with each attempt to light that fails
FLAME_UA, FLAME_UA_MIN = 22.0, 4.0  # with less the control does not believe in the flame
FLAME_AT_LOWEST_SHARE = 0.85
FROST_MIN = 6 * 60.0  # a condensate pipe outdoors freezes in six hours below 0 °C
THAW_C = 2.0


def freeze(boilers: Boilers, effects: BoilerEffects, outdoor_c: Floats) -> None:
    """Freeze condensate pipes that run outdoors, and thaw them; a thaw lifts its own lockout."""
    boilers.frost_min = (boilers.frost_min + 1.0) * (outdoor_c < 0.0)
    if not (effects.condensate_exposed.any() or boilers.frozen.any()):
        return
    stays = boilers.frozen & (outdoor_c <= THAW_C)
    frozen = effects.condensate_exposed & (stays | (boilers.frost_min >= FROST_MIN))
    boilers.ignition_locked = boilers.ignition_locked & ~(boilers.frozen & ~frozen)
    boilers.burning = boilers.burning & ~frozen  # the water backs up and drowns the flame
    boilers.frozen = frozen


def light(
    boilers: Boilers, plant: Plant, effects: BoilerEffects, wants: Bools, lit: Floats
) -> tuple[Bools, Floats]:
    """Light what does not burn yet: which burn, and the part of the minute left for it.

    `lit` is a uniform draw from 0 to 1 that settles how many attempts in a row fail.
    """
    share = np.ones(lit.size)
    new = np.flatnonzero(wants & ~boilers.burning)
    if not new.size:
        return wants, share
    failed = _failures(boilers, plant, effects, new, lit[new])
    given_up = failed >= plant.ignition_tries[new]
    boilers.ignition_failures[new] += failed
    boilers.starts[new] += ~given_up
    boilers.ignition_locked[new] |= given_up
    share[new] = np.maximum(1.0 - ATTEMPT_SHARE * failed, ATTEMPT_SHARE)
    fires = wants.copy()
    fires[new] = ~given_up
    return fires, share


def flame_current_ua(boilers: Boilers, plant: Plant, effects: BoilerEffects) -> Floats:
    """What the flame conducts; 0 where there is none. A small flame conducts a little less."""
    full = boilers.power_w / plant.power_max_w
    size = FLAME_AT_LOWEST_SHARE + (1.0 - FLAME_AT_LOWEST_SHARE) * full
    return FLAME_UA * effects.flame_current_factor * size * boilers.flame_seen


def _failures(
    boilers: Boilers, plant: Plant, effects: BoilerEffects, new: NDArray[np.intp], lit: Floats
) -> Floats:
    """Attempts in a row that fail: as many as powers of the share lie above the draw."""
    dark = boilers.frozen[new] | (FLAME_UA * effects.flame_current_factor[new] < FLAME_UA_MIN)
    fail_share = np.where(dark, 1.0, effects.ignition_fail_share[new])
    tries = plant.ignition_tries[new]
    failed = np.zeros(new.size)
    left = fail_share.copy()
    for attempt in range(int(tries.max())):
        failed += (lit < left) & (attempt < tries)
        left *= fail_share
    return failed
