"""A scenario built: its homes, their devices, and the weather that they live in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from firmware_sim.careless import Careless, careless_sensors
from firmware_sim.climate.day import Climate
from firmware_sim.climate.recorded import Recorded, UnreadableWeather
from firmware_sim.climate.synthetic import Synthetic
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.devices import Choice, Devices, devices_of
from firmware_sim.dialects.table import ROOM_DIALECTS
from firmware_sim.homes.homes import HOMES_AN_AREA, Homes, build_homes
from firmware_sim.scenario import Scenario, ScenarioError
from firmware_sim.sensing.adapters import ADAPTERS, NAMES
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.sensors import Sensors, build_sensors
from firmware_sim.simulation import Simulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What does not change while the simulator runs."""

    scenario: Scenario
    homes: Homes
    climate: Climate
    sensors: Sensors
    careless: Careless
    devices: Devices

    @property
    def blocks(self) -> int:
        """How many blocks of homes there are, each with a gateway."""
        return 1 + (self.scenario.homes - 1) // self.scenario.homes_per_block

    def start(self, *, now_minute: int) -> Simulation:
        """The homes at the first instant of a history that ends at `now_minute`."""
        return Simulation.settled(
            self.homes,
            seed=self.scenario.seed,
            climate=self.climate,
            minute=now_minute - self.scenario.history_days * MINUTES_A_DAY,
            planned=self.scenario.planned(now_minute=now_minute),
        )

    def at_rest(self, *, minute: int) -> Simulation:
        """The homes before they have lived a minute, to be put into a saved state."""
        return Simulation(self.homes, seed=self.scenario.seed, climate=self.climate, minute=minute)

    def no_memory(self) -> Memory:
        """The memory of devices that have said nothing yet."""
        count, rooms = self.homes.fabric.volume_m3.shape
        return Memory.empty(homes=count, rooms=rooms, areas=self.climate.areas)


def build(scenario: Scenario) -> Built:
    """Build what a scenario describes; ScenarioError when its weather cannot be read."""
    homes = build_homes(range(scenario.homes), seed=scenario.seed, overrides=scenario.overrides)
    areas = 1 + (scenario.homes - 1) // HOMES_AN_AREA
    return Built(
        scenario=scenario,
        homes=homes,
        climate=_climate(scenario, areas),
        sensors=_as_installed(build_sensors(homes, seed=scenario.seed), scenario.installed),
        careless=careless_sensors(
            homes, missing=scenario.missing_humidity, impossible=scenario.impossible_humidity
        ),
        devices=devices_of(
            scenario.homes, scenario.homes_per_block, areas=areas, choices=scenario.installed
        ),
    )


def _climate(scenario: Scenario, areas: int) -> Climate:
    path = scenario.recorded_weather
    if path is None:
        return Synthetic(seed=scenario.seed, season=scenario.season, areas=areas)
    try:
        return Recorded.read(path, areas=areas)
    except (OSError, UnreadableWeather) as error:
        raise ScenarioError(f"the recorded weather cannot be played: {error}") from error


def _as_installed(sensors: Sensors, installed: Mapping[int, Choice]) -> Sensors:
    """The sensors as drawn, but for what follows from the dialect that each home speaks."""
    adapter, steps = sensors.adapter.copy(), sensors.pressure_steps_bar.copy()
    every_min, on_change = sensors.every_min.copy(), sensors.on_change.copy()
    for home, choice in installed.items():
        adapter[home] = NAMES.index(choice.boiler_dialect)
        steps[home] = ADAPTERS[adapter[home]].pressure_steps_bar
        own = ROOM_DIALECTS[choice.room_dialect].every_min
        if own is not None:
            every_min[home], on_change[home] = own, False
    return replace(
        sensors,
        adapter=adapter,
        pressure_steps_bar=steps.astype(np.float32),
        every_min=every_min,
        on_change=on_change,
        phase_s=sensors.phase_s % (60 * every_min),
    )
