"""What all the devices of a block of homes report over a stretch of time."""

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN
from firmware_sim.homes.homes import Homes
from firmware_sim.sensing.boiler_sensors import sense_boilers
from firmware_sim.sensing.inforce import InForce
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.readings import Readings
from firmware_sim.sensing.room_rows import Rows
from firmware_sim.sensing.room_sensors import sense_rooms
from firmware_sim.sensing.sensors import Sensors
from firmware_sim.sensing.stations import sense_weather
from firmware_sim.trace import Stretch


def sense(
    stretch: Stretch,
    homes: Homes,
    sensors: Sensors,
    memory: Memory,
    *,
    seed: int,
    rooms_every: int = SLOT_MIN,
) -> Readings:
    """The readings of a stretch of at least a minute within one day.

    `memory` is moved on to the end of the stretch. `rooms_every`: how many minutes each row of the
    rooms stands for. A minute's readings do not depend on how the run is cut into stretches.
    """
    minutes = stretch.boilers.minute
    rows = Rows(
        day=int(minutes[0]) // MINUTES_A_DAY,
        minute=np.asarray(stretch.rooms.minute, dtype=np.int64),
        every_min=rooms_every,
        seed=seed,
        in_force=InForce.over(stretch.rooms.minute, stretch.effects),
    )
    in_force = InForce.over(minutes, stretch.effects)
    return Readings(
        rooms=sense_rooms(stretch.rooms, homes, sensors, memory, rows),
        boilers=sense_boilers(stretch.boilers, homes, sensors, memory, in_force, seed=seed),
        weather=sense_weather(stretch.outdoors, memory, seed=seed),
    )
