"""Heat and moisture of rooms, one step for every room of the estate: arrays (homes, rooms).

Two nodes a room for heat (air with furniture, fabric) and two for moisture (air, and what walls and
furnishings hold). Air exchange and buffering are taken implicitly, so that a minute is always
stable; every flow leaves one node and enters another, so that both balances close.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.air import HEAT_OF_AIR_J_M3_K, Floats, saturation_kg_m3
from firmware_sim.homes import Homes

STEP_S = 60.0
GLASS_F_RSI = 0.68  # older double glazing, on which vapour condenses first


@dataclass(slots=True, kw_only=True)
class Rooms:
    """The state of every room."""

    air_temp_c: Floats
    fabric_temp_c: Floats
    vapour_kg_m3: Floats
    buffer_humidity: Floats
    """Relative humidity (0 to 1) at which walls and furnishings are in balance."""


@dataclass(frozen=True, slots=True)
class Mixing:
    """Air that rooms exchange with the rest of their home, (homes, rooms)."""

    flow_m3_s: Floats
    share: Floats
    """Each room's part in what the others get; with these weights nothing is lost between them."""

    def gain(self, of_rooms: Floats) -> Floats:
        """What each room gains by the exchange, per second, of a quantity per m³."""
        common: Floats = (self.share * of_rooms).sum(axis=1, keepdims=True)
        return self.flow_m3_s * (common - of_rooms)


def mixing_by(flow_m3_s: Floats) -> Mixing:
    """The exchange by these air flows between each room and the rest of its home."""
    return Mixing(flow_m3_s, flow_m3_s / flow_m3_s.sum(axis=1, keepdims=True))


def at_rest(homes: Homes) -> Rooms:
    """Rooms of a home that is lived in, before its first day."""
    air = np.repeat(homes.set_point_c[:, None] - 1.0, homes.volume_m3.shape[1], axis=1)
    buffer = np.full(air.shape, 0.52)
    return Rooms(
        air_temp_c=air,
        fabric_temp_c=air - 0.8,
        vapour_kg_m3=buffer * saturation_kg_m3(air),
        buffer_humidity=buffer,
    )


def heat_step(
    rooms: Rooms,
    homes: Homes,
    *,
    outdoor_c: float,
    ventilation_m3_s: Floats,
    mixing: Mixing,
    heat_w: Floats,
) -> None:
    """Carry the heat balance on by `STEP_S`. `heat_w`: gains and radiators, into the air node."""
    air, fabric = rooms.air_temp_c, rooms.fabric_temp_c
    stored = homes.air_capacity_j_k / STEP_S
    vent_w_k = HEAT_OF_AIR_J_M3_K * ventilation_m3_s
    exchanged = HEAT_OF_AIR_J_M3_K * mixing.gain(air)
    rooms.air_temp_c = (
        stored * air + homes.air_to_fabric_w_k * fabric + vent_w_k * outdoor_c + heat_w + exchanged
    ) / (stored + homes.air_to_fabric_w_k + vent_w_k)
    into_fabric = homes.air_to_fabric_w_k * (rooms.air_temp_c - fabric)
    lost = homes.fabric_to_outdoors_w_k * (fabric - outdoor_c)
    rooms.fabric_temp_c = fabric + (STEP_S / homes.fabric_capacity_j_k) * (into_fabric - lost)


def moisture_step(
    rooms: Rooms,
    homes: Homes,
    *,
    outdoor_c: float,
    outdoor_kg_m3: float,
    ventilation_m3_s: Floats,
    mixing: Mixing,
    vapour_kg_s: Floats,
) -> Floats:
    """Carry the moisture balance on by `STEP_S`; returns what ran down the windows. [kg]"""
    vapour, buffer = rooms.vapour_kg_m3, rooms.buffer_humidity
    saturated = saturation_kg_m3(rooms.air_temp_c)
    surface = buffer * saturated
    glass_c = outdoor_c + GLASS_F_RSI * (rooms.air_temp_c - outdoor_c)
    wept = homes.glass_m3_s * np.maximum(vapour - saturation_kg_m3(glass_c), 0.0)
    held = homes.volume_m3 / STEP_S
    exchanged = mixing.gain(vapour)
    fresh = (
        held * vapour
        + ventilation_m3_s * outdoor_kg_m3
        + homes.buffer_m3_s * surface
        + vapour_kg_s
        + exchanged
        - wept
    ) / (held + ventilation_m3_s + homes.buffer_m3_s)
    absorbed = homes.buffer_m3_s * (fresh - surface)
    rooms.buffer_humidity = buffer + (STEP_S / homes.buffer_kg) * absorbed
    rooms.vapour_kg_m3 = np.minimum(fresh, saturated)
    return homes.volume_m3 * (fresh - rooms.vapour_kg_m3) + STEP_S * wept
