"""A scenario built: the homes, their devices, and a simulation of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firmware_sim.devices import Device, Kind, devices_of
from firmware_sim.homes import ROOMS, Homes, Sensors, build_sensors
from firmware_sim.scenario import Scenario
from firmware_sim.sensing import Oddities
from firmware_sim.simulation import Simulation
from firmware_sim.weather import MINUTES_A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What does not change while the simulator runs."""

    scenario: Scenario
    homes: Homes
    sensors: Sensors
    oddities: Oddities
    devices: tuple[Device, ...]

    @property
    def blocks(self) -> int:
        """How many blocks of homes there are, each with a gateway."""
        return 1 + (self.scenario.homes - 1) // self.scenario.homes_per_block

    def start(self, *, now_minute: int) -> Simulation:
        """The estate at the first instant of a history that ends at `now_minute`."""
        return Simulation.settled(
            self.homes,
            seed=self.scenario.seed,
            season=self.scenario.season,
            minute=now_minute - self.scenario.history_days * MINUTES_A_DAY,
            planned=self.scenario.planned(now_minute=now_minute),
        )


def build(scenario: Scenario) -> Estate:
    """Build the estate of a scenario."""
    sensors = build_sensors(scenario.homes, seed=scenario.seed)
    odd = Oddities(
        missing=np.zeros((scenario.homes, len(ROOMS)), dtype=np.bool_),
        impossible=np.zeros((scenario.homes, len(ROOMS)), dtype=np.bool_),
    )
    for home, room in scenario.missing_humidity:
        odd.missing[home, room] = True
    for home, room in scenario.impossible_humidity:
        odd.impossible[home, room] = True
    return Estate(
        scenario=scenario,
        homes=scenario.build(),
        sensors=sensors,
        oddities=odd,
        devices=devices_of(scenario.homes, scenario.homes_per_block, sensors),
    )


def silenced(simulation: Simulation, devices: Iterable[Device]) -> frozenset[str]:
    """The topics of the devices that a fault has silenced."""
    rooms, boilers = simulation.effects.silent_rooms, simulation.effects.silent_boilers
    if not rooms.any() and not boilers.any():
        return frozenset()
    return frozenset(
        device.topic
        for device in devices
        if (device.kind is Kind.ROOM and rooms[device.home, device.room])
        or (device.kind is Kind.BOILER and boilers[device.home])
    )
