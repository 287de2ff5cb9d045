"""Moist air. Temperatures in °C, pressures in Pa, vapour contents in kg of water per m³."""

import numpy as np

from firmware_sim.kinds import Floats

VAPOUR_GAS_CONSTANT_J_KG_K = 461.5
ZERO_C_K = 273.15
HEAT_OF_AIR_J_M3_K = 1206.0  # 1.2 kg/m³ at 1005 J/(kg K)
OUTDOOR_CARBON_DIOXIDE_PPM = 425.0  # about, of the 2020s


def saturation_pressure_pa(temp_c: Floats) -> Floats:
    """Saturation vapour pressure over water at any temperature, any shape. [Pa]

    Over water below freezing too, because that is what a humidity sensor refers to.
    Source: ISO 13788, annex E. NaN in, NaN out.
    """
    return 610.5 * np.exp(17.269 * temp_c / (237.3 + temp_c))


def saturation_kg_m3(temp_c: Floats) -> Floats:
    """Vapour content of saturated air, any shape. [kg/m³]"""
    return saturation_pressure_pa(temp_c) / (VAPOUR_GAS_CONSTANT_J_KG_K * (temp_c + ZERO_C_K))


def rel_humidity_pct(temp_c: Floats, vapour_kg_m3: Floats) -> Floats:
    """Relative humidity over water of air that holds so much vapour, any shape. [%]"""
    return 100.0 * vapour_kg_m3 / saturation_kg_m3(temp_c)


def vapour_pressure_pa(temp_c: Floats, vapour_kg_m3: Floats) -> Floats:
    """Partial pressure of the vapour, any shape. [Pa]"""
    return vapour_kg_m3 * VAPOUR_GAS_CONSTANT_J_KG_K * (temp_c + ZERO_C_K)


def surface_humidity_pct(surface_c: Floats, pressure_pa: Floats) -> Floats:
    """Relative humidity where air of this vapour pressure touches a surface; above 100 it is wet.

    Any shape. Source: ISO 13788; the vapour pressure is the same through a room.
    """
    return 100.0 * pressure_pa / saturation_pressure_pa(surface_c)
