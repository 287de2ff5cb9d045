"""The water of a sealed heating system, which expands against the gas of a vessel.

Shapes are (homes,) throughout; pressures are gauge, in bar; NaN in gives NaN out. `gas_l` is the
gas in the vessel when the system is cold and full, `missing_l` the water lost since (negative: more
than was filled in).
"""

import numpy as np

from firmware_sim.kinds import Floats

ATMOSPHERE_BAR = 1.013
FILL_TEMP_C = 20.0
HOT_C = 60.0  # between here and the fill temperature the mean pressure rise per kelvin holds
HEAT_OF_WATER_J_L_K = 4186.0
_GAS_LEFT_SHARE = 0.05  # the membrane stops the water before the last gas is squeezed away


def density_kg_m3(temp_c: Floats) -> Floats:
    """Density of water from 0 to 100 °C. [kg/m³]

    Source: McCutcheon, Martin and Barnwell (1993), in the Handbook of Hydrology.
    """
    return 1000.0 * (
        1.0 - (temp_c + 288.9414) / (508_929.2 * (temp_c + 68.12963)) * (temp_c - 3.9863) ** 2
    )


_FILL_DENSITY_KG_M3 = float(density_kg_m3(np.array(FILL_TEMP_C)))


def expansion_l(system_water_l: Floats, temp_c: Floats) -> Floats:
    """How much more room the water takes than when the system was filled. [l]"""
    # Squares by hand: a power costs as much as all the rest.
    above = temp_c - 3.9863
    lighter = (temp_c + 288.9414) * above
    lighter *= above
    lighter /= 508_929.2 * (temp_c + 68.12963)
    return system_water_l * ((_FILL_DENSITY_KG_M3 / 1000.0) / (1.0 - lighter) - 1.0)


def gas_volume_l(*, system_water_l: Floats, cold_bar: Floats, rise_bar_k: Floats) -> Floats:
    """Gas a vessel must hold for the pressure to rise so much a kelvin, 20 to 60 °C. [l]"""
    swing_bar = rise_bar_k * (HOT_C - FILL_TEMP_C)
    swell = expansion_l(system_water_l, np.full_like(system_water_l, HOT_C))
    return swell * (1.0 + (cold_bar + ATMOSPHERE_BAR) / swing_bar)


def pressure_bar(*, cold_bar: Floats, gas_l: Floats, swell_l: Floats) -> Floats:
    """Pressure at rest after the water has grown by `swell_l` (negative: lost). [bar]

    Source: Boyle's law. Never below zero: an empty system shows the atmosphere.
    """
    room_l = np.maximum(gas_l - swell_l, _GAS_LEFT_SHARE * gas_l)
    return np.maximum((cold_bar + ATMOSPHERE_BAR) * gas_l / room_l - ATMOSPHERE_BAR, 0.0)


def swell_at_pressure_l(*, cold_bar: Floats, gas_l: Floats, at_bar: Floats) -> Floats:
    """By how much the water must have grown for the system to stand at `at_bar`. [l]"""
    return gas_l * (1.0 - (cold_bar + ATMOSPHERE_BAR) / (at_bar + ATMOSPHERE_BAR))


def litres_for_one_bar(*, cold_bar: Floats, gas_l: Floats, missing_l: Floats) -> Floats:
    """Water that takes one bar of cold pressure with it, at the present filling. [l/bar]"""
    gas_now = np.maximum(gas_l + missing_l, _GAS_LEFT_SHARE * gas_l)
    return gas_now**2 / ((cold_bar + ATMOSPHERE_BAR) * gas_l)
