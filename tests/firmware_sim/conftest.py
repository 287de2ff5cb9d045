"""A month of the demo's estate, simulated once for all the tests that look at it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_sim.estate import Estate, build
from firmware_sim.scenario import load_scenario
from firmware_sim.sensing import sense
from firmware_sim.simulation import Simulation

DEMO = Path(__file__).parents[2] / "firmware-sim/scenarios/demo.toml"
NOW_MINUTE = 29_900_003  # 2026-11-06T21:23Z; any minute would do


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What the devices of the demo measured in a month, every ten minutes; time comes first."""

    estate: Estate
    simulation: Simulation
    minute: NDArray[np.int64]
    outdoor_c: NDArray[np.float64]
    temp_c: NDArray[np.float64]
    humidity_pct: NDArray[np.float64]
    flow_c: NDArray[np.float64]
    pressure_bar: NDArray[np.float64]
    still_bar: NDArray[np.float64]
    """Pressure before noise and rounding, NaN while the pump runs."""
    water_c: NDArray[np.float64]
    pump: NDArray[np.bool_]
    starts: NDArray[np.float64]


@pytest.fixture(scope="session")
def month() -> Month:
    """The demo's history as it would be written at `NOW_MINUTE`."""
    estate = build(load_scenario(DEMO))
    simulation = estate.start(now_minute=NOW_MINUTE)
    rows = []
    for _ in simulation.every(10, until=NOW_MINUTE):
        now = sense(simulation, estate.sensors, estate.oddities)
        boilers = simulation.boilers
        still = np.where(boilers.pump, np.nan, boilers.pressure_bar)
        rows.append((now, still, boilers.water_c, boilers.starts))
    sensed = [row[0] for row in rows]
    return Month(
        estate=estate,
        simulation=simulation,
        minute=np.array([one.minute for one in sensed]),
        outdoor_c=np.array([one.outdoor_temp_c for one in sensed]),
        temp_c=np.array([one.temp_c for one in sensed]),
        humidity_pct=np.array([one.humidity_pct for one in sensed]),
        flow_c=np.array([one.flow_c for one in sensed]),
        pressure_bar=np.array([one.pressure_bar for one in sensed]),
        still_bar=np.array([row[1] for row in rows]),
        water_c=np.array([row[2] for row in rows]),
        pump=np.array([one.pump for one in sensed]),
        starts=np.array([row[3] for row in rows]),
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A scenario of three homes in two blocks with two days of history."""
    path = tmp_path / "small.toml"
    path.write_text(
        "seed = 3\nhomes = 3\nhomes_per_block = 2\nhistory_days = 2\nseason = 'winter'\n"
        "[oddities]\nmissing_humidity = ['th-0201']\nimpossible_humidity = ['th-0302']\n"
        "[[fault]]\nhome = 'home-2'\nfault = 'slow_leak'\nbegan_days_before_now = 1\nrate = 0.1\n"
    )
    return path
