"""What goes over the air while the homes live on: simulate, sense, say."""

from dataclasses import replace

from firmware_sim.built import Built
from firmware_sim.careless import humidity_said
from firmware_sim.saying import Uttered, utter
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.readings import Readings
from firmware_sim.sensing.sense import sense
from firmware_sim.simulation import Simulation
from firmware_sim.trace import Stretch


def messages_of(
    built: Built, simulation: Simulation, memory: Memory, minutes: int, *, every_min: int = 1
) -> list[Uttered]:
    """Let the homes live the next minutes, all of one day; what their devices say of them.

    `every_min` as for `utter`. `memory` is moved on.
    """
    stretch = simulation.run(minutes)
    readings = readings_of(built, stretch, memory)
    # A sensor that sleeps for longer, or until something changes, is heard whenever it speaks.
    oftener = (built.sensors.every_min < every_min) & ~built.sensors.on_change
    return utter(readings, stretch, built.devices, sampled=oftener, every_min=every_min)


def readings_of(built: Built, stretch: Stretch, memory: Memory) -> Readings:
    """What the devices read, the careless ones included."""
    seed = built.scenario.seed
    readings = sense(stretch, built.homes, built.sensors, memory, seed=seed)
    humidity = humidity_said(
        built.careless,
        readings.rooms.rel_humidity_pct,
        stretch.rooms.minute,
        built.homes,
        seed=seed,
    )
    return replace(readings, rooms=replace(readings.rooms, rel_humidity_pct=humidity))
