"""The same homes again: whatever they are simulated beside, and however their time is cut."""

import hashlib
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.checkpoint import StateMismatchError, Tally, load, save
from firmware_sim.climate.seasons import Season
from firmware_sim.climate.synthetic import Synthetic
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS, make_fault
from firmware_sim.homes.homes import build_homes
from firmware_sim.oddities.table import ODDITIES, make_oddity
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.sense import sense
from firmware_sim.sensing.sensors import build_sensors
from firmware_sim.simulation import Simulation
from tests.firmware_sim.alive import (
    SEED,
    START,
    arrays_of,
    assert_same_rows,
    assert_same_state,
    awake,
    days_of,
)


def everything_that_can_be(homes: range) -> list[Planned]:
    """Every fault and every oddity, one a home in turn, begun at odd minutes of the first day."""
    names = [*FAULTS, *ODDITIES]
    planned = []
    for index, name in enumerate(names):
        make = make_fault if name in FAULTS else make_oddity
        planned.append(
            make(
                home=homes[index % len(homes)],
                name=name,
                place=None,
                began_minute=START + 61 + 17 * index,
                ended_minute=START + 1301 + 31 * index,
                values={},
            )
        )
    return planned


def memory_of(simulation: Simulation) -> Memory:
    """What devices remember that have said nothing."""
    count, rooms = simulation.homes.fabric.volume_m3.shape
    return Memory.empty(homes=count, rooms=rooms, areas=1)


def soaked(simulation: Simulation) -> Simulation:
    """The same homes with walls so damp that mould grows from the first hour."""
    simulation.rooms.surface_humidity[:] = simulation.rooms.deep_humidity[:] = 0.97
    return simulation


def test_a_home_comes_out_the_same_whichever_homes_are_beside_it() -> None:
    planned = everything_that_can_be(range(50, 56))
    whole = days_of(awake(range(56), planned=planned), 2)
    few = days_of(awake(range(50, 56), planned=planned), 2)

    for all_homes, last_homes in zip(whole, few, strict=True):
        assert_same_rows(all_homes, last_homes, homes=slice(50, 56))


def test_a_day_lived_in_pieces_is_the_same_day() -> None:
    planned = everything_that_can_be(range(6))
    whole, pieces = (awake(range(6), planned=planned) for _ in range(2))
    day = whole.run(MINUTES_A_DAY)

    parts = [pieces.run(minutes) for minutes in (1, 6, 53, 440, 2, 938)]

    assert_same_state(pieces, whole)
    for index, (name, rows) in enumerate(arrays_of(day)):
        joined = np.concatenate([list(arrays_of(part))[index][1] for part in parts])
        assert_array_equal(joined, rows, err_msg=name)


def test_living_unwatched_is_the_same_life() -> None:
    watched, unwatched = (awake(range(3)) for _ in range(2))

    watched.run(700)
    unwatched.advance(START + 700)

    assert_same_state(watched, unwatched)


@pytest.mark.parametrize("stop", [0, 437, 1439, MINUTES_A_DAY], ids=lambda at: f"minute {at}")
def test_a_stop_and_a_new_start_change_nothing(tmp_path: Path, stop: int) -> None:
    planned = everything_that_can_be(range(6))
    whole, halves = (soaked(awake(range(6), planned=planned)) for _ in range(2))
    whole.advance(START + MINUTES_A_DAY + 400)
    assert (whole.mould.index > 0.0).any()

    halves.advance(START + stop)
    tally = Tally(samples_history=5, recordings=("one", "two"))
    memory = memory_of(halves)
    memory.temp_c[1, 2] = 18.25
    path = tmp_path / "state.npz"
    save(path, digest="this one", simulation=halves, memory=memory, tally=tally)
    resumed, remembered = awake(range(6), minute=0), memory_of(halves)
    counted = load(path, digest="this one", simulation=resumed, memory=remembered)
    resumed.advance(START + MINUTES_A_DAY + 400)

    assert_same_state(resumed, whole)
    assert counted == tally
    assert_array_equal(remembered.temp_c, memory.temp_c)


def test_readings_are_the_same_after_a_new_start(tmp_path: Path) -> None:
    planned = everything_that_can_be(range(6))
    whole, halves, resumed = (awake(range(6), planned=planned) for _ in range(3))
    memory, remembered = memory_of(whole), memory_of(whole)
    sensors, path = build_sensors(whole.homes, seed=SEED), tmp_path / "state.npz"

    day = sense(whole.run(MINUTES_A_DAY), whole.homes, sensors, memory, seed=SEED)
    memory = memory_of(halves)
    sense(halves.run(995), whole.homes, sensors, memory, seed=SEED)
    tally = Tally()
    save(path, digest="", simulation=halves, memory=memory, tally=tally)
    load(path, digest="", simulation=resumed, memory=remembered)
    rest = sense(resumed.run(445), whole.homes, sensors, remembered, seed=SEED)

    for kind, since in (("boilers", 995), ("rooms", 199)):
        for field in fields(getattr(day, kind)):
            assert_array_equal(
                getattr(getattr(rest, kind), field.name),
                getattr(getattr(day, kind), field.name)[..., since:],
                err_msg=f"{kind}.{field.name}",
            )


def test_a_fault_put_in_by_hand_is_the_planned_one(tmp_path: Path) -> None:
    leak = make_fault(
        home=1, name="low_pressure", place=None, began_minute=START + 603, values={"to": 0.4}
    )
    planned, broken = awake(range(3), planned=[leak]), awake(range(3))

    planned.advance(START + 900)
    broken.advance(START + 603)
    broken.begin(leak)
    path = tmp_path / "state.npz"
    save(path, digest="", simulation=broken, memory=memory_of(broken), tally=Tally())
    resumed = awake(range(3), minute=0)
    load(path, digest="", simulation=resumed, memory=memory_of(broken))
    for simulation in (broken, resumed):
        simulation.advance(START + 900)
        assert_same_state(simulation, planned)


def test_a_state_of_another_estate_is_refused(tmp_path: Path) -> None:
    simulation = awake(range(3))
    memory, path = memory_of(simulation), tmp_path / "state.npz"
    save(path, digest="one", simulation=simulation, memory=memory, tally=Tally())

    with pytest.raises(StateMismatchError, match="begun with another scenario"):
        load(path, digest="another", simulation=simulation, memory=memory)


def test_a_state_that_lacks_what_is_kept_now_is_refused(tmp_path: Path) -> None:
    simulation = awake(range(3))
    memory, path = memory_of(simulation), tmp_path / "state.npz"
    save(path, digest="one", simulation=simulation, memory=memory, tally=Tally())
    with np.load(path) as saved:
        older = {name: saved[name] for name in saved.files if name != "boilers.pressure_bar"}
    assert len(older) < len(saved.files)
    np.savez(path, **older)

    with pytest.raises(StateMismatchError, match="begun with another scenario or version"):
        load(path, digest="one", simulation=simulation, memory=memory)


def test_another_seed_gives_other_homes_and_another_life() -> None:
    one, other = awake(range(3)).run(60), awake(range(3), seed=SEED + 1).run(60)

    assert abs(one.rooms.air_temp_c - other.rooms.air_temp_c).max() > 0.2


_DIGEST = """
from tests.firmware_sim.test_determinism import digest
print(digest())
"""


def digest() -> str:
    """Of all that three homes and every kind of trouble come to in a day."""
    simulation = Simulation.settled(
        build_homes(range(3), seed=SEED),
        seed=SEED,
        climate=Synthetic(SEED, Season.CALENDAR, 1),
        minute=START,
        planned=everything_that_can_be(range(3)),
    )
    told = hashlib.sha256()
    for _, rows in arrays_of(simulation.run(MINUTES_A_DAY)):
        told.update(np.ascontiguousarray(rows).tobytes())
    return told.hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env={**os.environ, "PYTHONHASHSEED": str(order)},
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for order in (1, 2)
    }

    assert len(said) == 1
    assert len(said.pop()) == 65
