"""Moisture: air, walls and furnishings at two depths, wet walls, wet panes; (homes, rooms).

The air exchanges vapour with outdoors, with the other rooms, with the skin of walls and
furnishings (hours) and through it with what lies deeper (days). Vapour condenses on panes and on
the coldest surface, and dries off again; a wall that a leak or rain has wetted dries into the room.
What a step adds to a store it takes from another, so that the balance closes to rounding.
"""

import numpy as np

from firmware_sim.clock import SLOT_MIN
from firmware_sim.homes.fabric import Fabric
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import saturation_kg_m3
from firmware_sim.physics.mixing import Mixing
from firmware_sim.physics.rooms import Rooms, surface_temp_c

STEP_S = 60.0 * SLOT_MIN
FELT_S = 5 * 3600.0  # a brick wall passes a change outdoors on within hours
WALL_DEFICIT_KG_M3 = 0.006  # of the air before a wet wall at which it dries in its usual days
WALL_FASTEST = 3.0  # times as fast in the driest air


def moisture_step(
    rooms: Rooms,
    fabric: Fabric,
    *,
    outdoor_c: Floats,
    outdoor_kg_m3: Floats,
    air_m3_s: Floats,
    mixing: Mixing,
    vapour_kg_s: Floats,
    wall_leak_kg_s: Floats,
    rain_kg_s: Floats,
    f_rsi: Floats,
    step_s: float = STEP_S,
) -> Floats:
    """Carry the moisture balance on by a step; returns the water that left the home. [kg]

    `outdoor_c` and `outdoor_kg_m3` (homes,), all else (homes, rooms). `vapour_kg_s` goes into the
    air, `wall_leak_kg_s` and `rain_kg_s` into the walls. What leaves: vapour with the air, less
    what came with it, and what runs off the panes.
    """
    rooms.outdoor_felt_c += step_s / FELT_S * (outdoor_c - rooms.outdoor_felt_c)
    saturated = saturation_kg_m3(rooms.air_temp_c)
    dried = _from_walls(rooms, fabric, surface_temp_c(rooms, f_rsi))
    settled = _onto_panes(rooms, fabric, outdoor_c[:, None], step_s)
    fresh = _air_after(
        rooms,
        fabric,
        saturated,
        incoming_kg_s=vapour_kg_s + air_m3_s * outdoor_kg_m3[:, None] + dried - settled,
        air_m3_s=air_m3_s,
        mixing=mixing,
        step_s=step_s,
    )
    _soak(rooms, fabric, fabric.buffer_m3_s * (fresh - rooms.surface_humidity * saturated), step_s)
    rooms.vapour_kg_m3 = np.minimum(fresh, saturated)
    misted = fabric.volume_m3 * (fresh - rooms.vapour_kg_m3)
    film = rooms.film_kg + step_s * settled + misted
    rooms.film_kg = np.clip(film, 0.0, fabric.film_max_kg)  # below 0 by rounding alone
    rooms.wall_water_kg = rooms.wall_water_kg + step_s * (wall_leak_kg_s + rain_kg_s - dried)
    return step_s * air_m3_s * (fresh - outdoor_kg_m3[:, None]) + (film - rooms.film_kg)


def _from_walls(rooms: Rooms, fabric: Fabric, surface_c: Floats) -> Floats:
    """Vapour from wet walls into the air; below 0 where it condenses on the cold surface. [kg/s]

    Water spreads in plaster, so a wet wall is half as cold as its coldest place.
    """
    wall_c = 0.5 * (rooms.fabric_temp_c + surface_c)
    deficit = (saturation_kg_m3(wall_c) - rooms.vapour_kg_m3) / WALL_DEFICIT_KG_M3
    pace = np.clip(deficit, 0.0, WALL_FASTEST) / fabric.wall_drying_s
    condensing = np.maximum(rooms.vapour_kg_m3 - saturation_kg_m3(surface_c), 0.0)
    return rooms.wall_water_kg * pace - fabric.cold_surface_m3_s * condensing


def _onto_panes(rooms: Rooms, fabric: Fabric, outdoor_c: Floats, step_s: float) -> Floats:
    """Vapour that settles on panes; below 0 where a film on them dries. [kg/s]"""
    pane_c = outdoor_c + fabric.pane_f_rsi * (rooms.air_temp_c - outdoor_c)
    settling = fabric.pane_m3_s * (rooms.vapour_kg_m3 - saturation_kg_m3(pane_c))
    return np.maximum(settling, -rooms.film_kg / step_s)


def _air_after(
    rooms: Rooms,
    fabric: Fabric,
    saturated: Floats,
    *,
    incoming_kg_s: Floats,
    air_m3_s: Floats,
    mixing: Mixing,
    step_s: float,
) -> Floats:
    """Vapour content after the step, before what the air cannot hold falls out. [kg/m³]"""
    held = fabric.volume_m3 / step_s
    fed = held * rooms.vapour_kg_m3 + incoming_kg_s + mixing.gain(rooms.vapour_kg_m3)
    fed += fabric.buffer_m3_s * rooms.surface_humidity * saturated
    return fed / (held + air_m3_s + fabric.buffer_m3_s)


def _soak(rooms: Rooms, fabric: Fabric, absorbed_kg_s: Floats, step_s: float) -> None:
    """Let the skin take up so much, and pass on what the depth draws from it."""
    deeper = fabric.deep_kg_s * (rooms.surface_humidity - rooms.deep_humidity)
    rooms.surface_humidity = rooms.surface_humidity + step_s / fabric.surface_buffer_kg * (
        absorbed_kg_s - deeper
    )
    rooms.deep_humidity = rooms.deep_humidity + step_s / fabric.deep_buffer_kg * deeper


def stored_water_kg(rooms: Rooms, fabric: Fabric) -> Floats:
    """Water that each home holds: air, furnishings, walls and panes, (homes,). [kg]"""
    held = fabric.volume_m3 * rooms.vapour_kg_m3 + rooms.wall_water_kg + rooms.film_kg
    held = held + fabric.surface_buffer_kg * rooms.surface_humidity
    water: Floats = (held + fabric.deep_buffer_kg * rooms.deep_humidity).sum(axis=1)
    return water
