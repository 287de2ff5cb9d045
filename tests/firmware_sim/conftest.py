"""A month of the demo's estate, simulated once for all the tests that look at it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_sim.built import Built, build
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.kinds import Bools, Ints, Singles
from firmware_sim.listening import readings_of
from firmware_sim.scenario import load_scenario
from firmware_sim.sensing.readings import Readings
from firmware_sim.simulation import Simulation
from firmware_sim.trace import Stretch

DEMO = Path(__file__).parents[2] / "firmware-sim/scenarios/demo.toml"
NOW_MINUTE = 29_900_003  # 2026-11-06T21:23Z; any minute would do
EVERY_MIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What the devices of the demo measured in a month, every ten minutes; time comes first."""

    built: Built
    simulation: Simulation
    minute: Ints
    outdoor_c: Singles
    temp_c: Singles
    humidity_pct: Singles
    flow_c: Singles
    pressure_bar: Singles
    still_bar: Singles
    """Pressure before noise and rounding, NaN while the pump runs."""
    water_c: Singles
    pump: Bools
    starts: NDArray[np.int32]


@pytest.fixture(scope="session")
def month() -> Month:
    """The demo's history as it would be written at `NOW_MINUTE`."""
    built = build(load_scenario(DEMO))
    simulation = built.start(now_minute=NOW_MINUTE)
    memory = built.no_memory()
    parts = []
    while simulation.minute < NOW_MINUTE:
        left = MINUTES_A_DAY - simulation.minute % MINUTES_A_DAY
        stretch = simulation.run(min(left, NOW_MINUTE - simulation.minute))
        parts.append(sampled(stretch, readings_of(built, stretch, memory)))
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Month(built=built, simulation=simulation, **whole)


def sampled(stretch: Stretch, readings: Readings) -> dict[str, NDArray[np.generic]]:
    """The columns of `Month` over one stretch."""
    boilers, trace = readings.boilers, stretch.boilers
    at = np.flatnonzero(trace.minute % EVERY_MIN == 0)
    slots = np.flatnonzero(stretch.rooms.minute % EVERY_MIN == 0)
    pump = trace.pump_on[at]
    return {
        "minute": trace.minute[at],
        "outdoor_c": readings.weather.air_temp_c[0],
        "temp_c": readings.rooms.air_temp_c[..., slots].transpose(2, 0, 1),
        "humidity_pct": readings.rooms.rel_humidity_pct[..., slots].transpose(2, 0, 1),
        "flow_c": boilers.flow_temp_c[:, at].T,
        "pressure_bar": boilers.pressure_bar[:, at].T,
        "still_bar": np.where(pump, np.float32(np.nan), trace.pressure_bar[at]),
        "water_c": (trace.flow_temp_c[at] + trace.return_temp_c[at]) / 2,
        "pump": pump,
        "starts": trace.burner_starts[at],
    }


SMALL = """
seed = 3
homes = 3
homes_per_block = 2
history_days = 2
season = "winter"

[oddities]
missing_humidity = ["th-0201"]
impossible_humidity = ["th-0302"]

[[fault]]
home = "home-2"
fault = "slow_leak"
began_days_before_now = 1
rate = 0.1
"""
"""Three homes in two blocks with two days of history."""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenario `SMALL` as a file."""
    path = tmp_path_factory.mktemp("scenario") / "small.toml"
    path.write_text(SMALL)
    return path
