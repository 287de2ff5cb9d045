"""Rooms: their state, the air that leaks in, and the heat balance; arrays (homes, rooms).

Two nodes a room for heat, after the simple hourly method of EN ISO 13790: the air with the
furniture, and the fabric. Windows and air lose straight from the air node, walls from the fabric.
What a step adds to a node it takes from another, so that the balance closes to rounding.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.homes.fabric import Fabric
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import (
    HEAT_OF_AIR_J_M3_K,
    OUTDOOR_CARBON_DIOXIDE_PPM,
    saturation_kg_m3,
)
from firmware_sim.physics.mixing import Mixing, exchange

STEP_S = 60.0
CONVECTIVE_SHARE = 0.5  # of radiators, people and sun together; the rest falls on surfaces
LEAK_WIND_M_S, LEAK_DIFFERENCE_K = 4.0, 10.0  # at which a home leaks what its fabric says
STILL_AIR_M2_S2 = 0.5  # gusts and doors move some air in the stillest hour


@dataclass(slots=True, kw_only=True)
class Rooms:
    """The state of every room, (homes, rooms) unless said."""

    air_temp_c: Floats
    fabric_temp_c: Floats
    vapour_kg_m3: Floats
    surface_humidity: Floats
    """Relative humidity (0 to 1) with which the skin of walls and furnishings is in balance."""
    deep_humidity: Floats
    """The same for what lies deeper and takes days."""
    wall_water_kg: Floats
    """Liquid water in the walls: leaks, rain, condensation on the coldest surface."""
    film_kg: Floats
    """Water that stands on window panes and tiles."""
    carbon_dioxide_ppm: Floats
    outdoor_felt_c: Floats
    """Outdoor temperature as walls pass it on, hours late, (homes,)."""


def at_rest(homes: Homes) -> Rooms:
    """Rooms of homes that are lived in, before their first day; two or three weeks settle them."""
    shape = homes.fabric.volume_m3.shape
    air = np.repeat(homes.household.set_point_c[:, None] - 1.0, shape[1], axis=1)
    humidity = np.full(shape, 0.52)
    return Rooms(
        air_temp_c=air,
        fabric_temp_c=air - 0.8,
        vapour_kg_m3=humidity * saturation_kg_m3(air),
        surface_humidity=humidity,
        deep_humidity=humidity.copy(),
        wall_water_kg=np.zeros(shape),
        film_kg=np.zeros(shape),
        carbon_dioxide_ppm=np.full(shape, OUTDOOR_CARBON_DIOXIDE_PPM + 300.0),
        outdoor_felt_c=np.full(shape[0], 8.0),
    )


def infiltration_m3_s(
    fabric: Fabric, *, wind_m_s: Floats, indoor_c: Floats, outdoor_c: Floats
) -> Floats:
    """Air that wind and warmth drive through the cracks of each room, (homes, rooms).

    `wind_m_s` and `outdoor_c` (homes,), `indoor_c` (homes, rooms). Wind and stack add in
    quadrature, as in Sherman and Grimsrud (1980); `Fabric.infiltration_m3_s` holds at 4 m/s, 10 K.
    """
    wind = (wind_m_s**2 + STILL_AIR_M2_S2) / (LEAK_WIND_M_S**2 + STILL_AIR_M2_S2)
    stack = np.abs(indoor_c - outdoor_c[:, None]) / LEAK_DIFFERENCE_K
    share = fabric.stack_share[:, None]
    return fabric.infiltration_m3_s * np.sqrt((1.0 - share) * wind[:, None] + share * stack)


def heat_step(
    rooms: Rooms,
    fabric: Fabric,
    *,
    outdoor_c: Floats,
    air_m3_s: Floats,
    mixing: Mixing,
    loss_factor: Floats,
    heat_w: Floats,
    step_s: float = STEP_S,
) -> Floats:
    """Carry the heat balance on by a step; returns the heat that went outdoors. [J]

    `outdoor_c` (homes,); `air_m3_s` from outdoors, `loss_factor` on walls and windows, and `heat_w`
    from radiators, people, appliances and sun (homes, rooms). The air node is taken implicitly.
    """
    air, mass, outdoor = rooms.air_temp_c, rooms.fabric_temp_c, outdoor_c[:, None]
    coupling = fabric.air_to_fabric_w_k
    held = fabric.air_capacity_j_k / step_s
    direct = HEAT_OF_AIR_J_M3_K * air_m3_s + fabric.glass_w_k * loss_factor
    into_air = CONVECTIVE_SHARE * heat_w
    fed = held * air + coupling * mass + direct * outdoor + into_air
    fed += HEAT_OF_AIR_J_M3_K * mixing.gain(air)
    air = fed / (held + coupling + direct)
    lost = fabric.fabric_to_outdoors_w_k * loss_factor * (mass - outdoor)
    kept = coupling * (air - mass) + (heat_w - into_air) - lost
    kept += exchange(mass, fabric.partition_w_k, fabric.partition_share)
    rooms.air_temp_c = air
    rooms.fabric_temp_c = mass + step_s / fabric.fabric_capacity_j_k * kept
    return step_s * (direct * (air - outdoor) + lost)


def stored_heat_j(rooms: Rooms, fabric: Fabric) -> Floats:
    """Heat that each home holds above 0 °C, (homes,). [J]"""
    held = fabric.air_capacity_j_k * rooms.air_temp_c
    heat: Floats = (held + fabric.fabric_capacity_j_k * rooms.fabric_temp_c).sum(axis=1)
    return heat


def surface_temp_c(rooms: Rooms, f_rsi: Floats) -> Floats:
    """Temperature of each room's coldest surface, (homes, rooms). [°C]

    Source: the temperature factor of ISO 10211, with outdoors as the wall passes it on.
    """
    felt = rooms.outdoor_felt_c[:, None]
    return felt + f_rsi * (rooms.air_temp_c - felt)
