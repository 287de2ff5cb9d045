"""The pressure of the sealed system: leaks, filling, relief valve, lockout. Arrays (homes,)."""

import numpy as np

from firmware_sim.faults.effects import BoilerEffects
from firmware_sim.heating.state import STEP_S, Boilers
from firmware_sim.homes.plant import Plant
from firmware_sim.kinds import Floats
from firmware_sim.physics import water

RELIEF_BAR = 3.0
LOCK_BELOW_BAR, UNLOCK_ABOVE_BAR = 0.5, 0.8  # no flame below; released after a top-up
_DAYS_A_STEP = STEP_S / 86_400.0


def carry_on(boilers: Boilers, plant: Plant, effects: BoilerEffects) -> None:
    """Lose and gain water for a minute, and work out the pressure.

    A vessel that loses its gas keeps its cold pressure, since tenants top up as it goes; what shows
    is the swing.
    """
    boilers.gas_l = plant.gas_l * effects.vessel_share
    _seep(boilers, plant, effects)
    swell = water.expansion_l(plant.system_water_l, boilers.water_c) - boilers.missing_l
    still = water.pressure_bar(cold_bar=plant.cold_pressure_bar, gas_l=boilers.gas_l, swell_l=swell)
    # Gauge and relief valve sit in the boiler, where the pump adds its head.
    head = plant.pump_head_bar * effects.pump_share * boilers.pump
    most = RELIEF_BAR - head
    if (still > most).any():
        _relieve(boilers, plant, np.where(still > most, swell, -np.inf), most)
        still = np.minimum(still, most)
    boilers.low_pressure = (still < LOCK_BELOW_BAR) | (
        boilers.low_pressure & (still < UNLOCK_ABOVE_BAR)
    )
    boilers.pressure_bar = still + head


def _seep(boilers: Boilers, plant: Plant, effects: BoilerEffects) -> None:
    per_bar = water.litres_for_one_bar(
        cold_bar=plant.cold_pressure_bar, gas_l=boilers.gas_l, missing_l=boilers.missing_l
    )
    # An empty system has nothing left to lose.
    holds = (boilers.pressure_bar > 0.0) * (per_bar * _DAYS_A_STEP)
    leaked = effects.leak_bar_day * holds
    boilers.escaped_l = boilers.escaped_l + leaked
    filled = effects.fill_bar_day * (per_bar * _DAYS_A_STEP)
    boilers.missing_l = boilers.missing_l + leaked + plant.weep_bar_day * holds - filled


def _relieve(boilers: Boilers, plant: Plant, swell_l: Floats, most_bar: Floats) -> None:
    """Let out what the relief valve lets out until it shuts again at `most_bar`."""
    allowed = water.swell_at_pressure_l(
        cold_bar=plant.cold_pressure_bar, gas_l=boilers.gas_l, at_bar=most_bar
    )
    vented = np.maximum(swell_l - allowed, 0.0)
    boilers.missing_l = boilers.missing_l + vented
    boilers.vented_l = boilers.vented_l + vented
