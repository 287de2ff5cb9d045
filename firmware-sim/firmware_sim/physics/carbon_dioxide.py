"""Carbon dioxide in the air of rooms; arrays (homes, rooms)."""

from firmware_sim.homes.fabric import Fabric
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import OUTDOOR_CARBON_DIOXIDE_PPM
from firmware_sim.physics.mixing import Mixing
from firmware_sim.physics.rooms import Rooms

PPM = 1e6


def carbon_dioxide_step(
    rooms: Rooms,
    fabric: Fabric,
    *,
    air_m3_s: Floats,
    mixing: Mixing,
    exhaled_m3_s: Floats,
    step_s: float,
) -> Floats:
    """Carry the balance on by a step; returns what went outdoors above what came in. [m³]

    `air_m3_s` from outdoors and `exhaled_m3_s` (homes, rooms).
    """
    held = fabric.volume_m3 / step_s
    fed = (
        held * rooms.carbon_dioxide_ppm + air_m3_s * OUTDOOR_CARBON_DIOXIDE_PPM + PPM * exhaled_m3_s
    )
    fed += mixing.gain(rooms.carbon_dioxide_ppm)
    rooms.carbon_dioxide_ppm = fed / (held + air_m3_s)
    return step_s / PPM * air_m3_s * (rooms.carbon_dioxide_ppm - OUTDOOR_CARBON_DIOXIDE_PPM)
