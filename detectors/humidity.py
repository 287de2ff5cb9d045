"""How much water the air holds, and how damp that makes a cold surface.

One formula for each relation, with the constants of ISO 13788. A sensor's relative humidity is
over liquid water at every temperature, so everything that starts from a sensor uses the water
branch below 0 °C too; the ice branch is a function of its own, for frost on a surface.

Arrays of any one shape (or shapes that broadcast), usually (rows, times); NaN in, NaN out, element
by element. float32 stays float32.
"""

import numpy as np

from detectors.arrays import Floats

SATURATION_AT_0_C_PA = 610.5  # ISO 13788, equations E.7 to E.10
WATER = (17.269, 237.3)  # the same: exponent, and the temperature that goes with it [K]
ICE = (21.875, 265.5)
GAS_CONSTANT_WATER_J_KG_K = 461.5  # specific gas constant of water vapour
KELVIN_AT_0_C = 273.15


def saturation_pressure_pa(temp_c: Floats) -> Floats:
    """Saturation vapour pressure over liquid water, at every temperature [Pa].

    Source: ISO 13788, the branch for 0 °C and above, carried on below it.

    >>> saturation_pressure_pa(np.array([20.0])).round(2)
    array([2336.95])
    """
    return _saturation(temp_c, *WATER)


def saturation_pressure_over_ice_pa(temp_c: Floats) -> Floats:
    """Saturation vapour pressure over ice [Pa]; meant for temperatures below 0 °C.

    Source: ISO 13788, the branch below 0 °C.

    >>> saturation_pressure_over_ice_pa(np.array([-10.0])).round(2)
    array([259.33])
    """
    return _saturation(temp_c, *ICE)


def vapour_pressure_pa(air_temp_c: Floats, rel_humidity_pct: Floats) -> Floats:
    """Partial pressure of the water vapour in air [Pa]; the humidity is over water.

    >>> vapour_pressure_pa(np.array([20.0]), np.array([70.0])).round(2)
    array([1635.87])
    """
    return rel_humidity_pct / 100.0 * saturation_pressure_pa(air_temp_c)


def dew_point_c(air_temp_c: Floats, rel_humidity_pct: Floats) -> Floats:
    """The temperature at which the air would be saturated over water [°C].

    The exact inverse of `vapour_pressure_pa`. NaN also where the humidity is not above 0: air
    without water has no dew point.

    >>> dew_point_c(np.array([20.0]), np.array([50.0])).round(3)
    array([9.269])
    """
    ratio = np.asarray(vapour_pressure_pa(air_temp_c, rel_humidity_pct) / SATURATION_AT_0_C_PA)
    exponent, offset = WATER
    logarithm = np.log(ratio, where=ratio > 0, out=np.full_like(ratio, np.nan))
    return offset * logarithm / (exponent - logarithm)


def rel_humidity_pct(air_temp_c: Floats, vapour_pressure: Floats) -> Floats:
    """Relative humidity over water [%] of air that holds `vapour_pressure` [Pa]; not clipped.

    >>> rel_humidity_pct(np.array([20.0]), np.array([1168.5])).round(1)
    array([50.])
    """
    return 100.0 * vapour_pressure / saturation_pressure_pa(air_temp_c)


def absolute_humidity_g_m3(air_temp_c: Floats, rel_humidity_pct: Floats) -> Floats:
    """Mass of water vapour in a cubic metre of air [g/m³], by the ideal gas law.

    >>> absolute_humidity_g_m3(np.array([20.0]), np.array([50.0])).round(3)
    array([8.637])
    """
    pressure = vapour_pressure_pa(air_temp_c, rel_humidity_pct)
    return 1000.0 * pressure / (GAS_CONSTANT_WATER_J_KG_K * (air_temp_c + KELVIN_AT_0_C))


def surface_temp_c(air_temp_c: Floats, outdoor_temp_c: Floats, f_rsi: Floats) -> Floats:
    """Temperature of the indoor surface [°C] whose temperature factor is `f_rsi` (0 to 1).

    Source: ISO 13788, definition of fRsi = (surface - outdoor) / (air - outdoor).

    >>> surface_temp_c(np.array([20.0]), np.array([0.0]), np.array([0.75]))
    array([15.])
    """
    return outdoor_temp_c + f_rsi * (air_temp_c - outdoor_temp_c)


def surface_humidity_pct(
    air_temp_c: Floats, rel_humidity_pct: Floats, outdoor_temp_c: Floats, f_rsi: Floats
) -> Floats:
    """Relative humidity of the room's air once it has cooled to the surface [%].

    Over water; 100 and above means condensation, so it is not clipped. Source: ISO 13788.

    >>> surface_humidity_pct(
    ...     np.array([20.0]), np.array([50.0]), np.array([0.0]), np.array([0.75])
    ... ).round(2)
    array([68.56])
    """
    surface_c = surface_temp_c(air_temp_c, outdoor_temp_c, f_rsi)
    return humidity_at_pct(surface_c, air_temp_c, rel_humidity_pct)


def humidity_at_pct(surface_c: Floats, air_temp_c: Floats, rel_humidity_pct: Floats) -> Floats:
    """The same where the surface's temperature [°C] is measured: relative humidity there [%]."""
    pressure = vapour_pressure_pa(air_temp_c, rel_humidity_pct)
    return 100.0 * pressure / saturation_pressure_pa(surface_c)


def _saturation(temp_c: Floats, exponent: float, offset: float) -> Floats:
    return SATURATION_AT_0_C_PA * np.exp(exponent * temp_c / (offset + temp_c))
