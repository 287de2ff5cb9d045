"""What simulated homes cost: home-days a CPU-second, with and without Parquet, and memory."""

import resource
import shutil
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from firmware_sim.chance import TILE
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.folder.blocks import BLOCK_HOMES, Order, blocks_of
from firmware_sim.folder.write import write_estate
from firmware_sim.ledger import open_ledger
from firmware_sim.physics.moisture import stored_water_kg
from firmware_sim.physics.rooms import stored_heat_j

SEED = 7
HOMES, DAYS = 1000, 16
MEMORY_HOMES, MEMORY_DAYS = 50, (16, 48)  # peak memory should be the same for both lengths
BALANCE_HOMES, BALANCE_DAYS = 50, 28
PHYSICS_GOAL, FOLDER_GOAL = 400, 150  # home-days a CPU-second

_Figures = dict[str, float]


def add_options(parser: ArgumentParser) -> None:
    """How much to simulate."""
    parser.add_argument("--homes", type=int, default=HOMES, help=f"homes ({HOMES})")
    parser.add_argument("--days", type=int, default=DAYS, help=f"days ({DAYS})")
    parser.add_argument(
        "--balance-days",
        type=int,
        default=BALANCE_DAYS,
        help=f"days over which heat and water are balanced ({BALANCE_DAYS}; a year: ten minutes)",
    )


def measure(options: Namespace) -> dict[str, Any]:
    """Physics with noise, the folder, and the folder at two lengths; each in a fresh process."""
    block = min(options.homes, HOMES)
    return {
        "homes": options.homes,
        "days": options.days,
        "physics": _apart(_physics, block, options.days),
        "folder": _apart(_folder, options.homes, options.days),
        "lengths": [_apart(_folder, MEMORY_HOMES, days) for days in MEMORY_DAYS],
        "balances": _apart(_balances, BALANCE_HOMES, options.balance_days),
    }


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result for a person."""
    physics, folder = result["physics"], result["folder"]
    yield (
        f"{result['homes']} homes for {result['days']} days: boilers by the minute, rooms by "
        f"five, seed {SEED}"
    )
    yield (
        f"physics with noise: {physics['home_days_per_cpu_s']:,.0f} home-days a CPU-second (goal "
        f"{PHYSICS_GOAL}); physics {physics['physics_s_per_1000']:.2f} s, noise "
        f"{physics['noise_s_per_1000']:.2f} s for 1,000 home-days; "
        f"{physics['peak_mb']:,.0f} MB at most"
    )
    yield (
        f"with Parquet, in blocks of {BLOCK_HOMES}, settling and all: "
        f"{folder['home_days_per_cpu_s']:,.0f} home-days a CPU-second (goal {FOLDER_GOAL}); "
        f"{folder['kb_per_home_day']:.1f} kB a home-day; {folder['peak_mb']:,.0f} MB at most"
    )
    for length in result["lengths"]:
        yield (
            f"{length['homes']:.0f} homes for {length['days']:.0f} days: "
            f"{length['peak_mb']:,.0f} MB at most"
        )
    balances = result["balances"]
    yield (
        f"{balances['homes']:.0f} homes for {balances['days']:.0f} days: of what went in, the "
        f"worst home misses {balances['heat_missing_share']:.1e} of its heat and "
        f"{balances['water_missing_share']:.1e} of its water"
    )


def _apart(work: Callable[[int, int], _Figures], homes: int, days: int) -> _Figures:
    """What one fresh process measures, so that its peak of memory is its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, homes, days).result()


def _physics(homes: int, days: int) -> _Figures:
    """One block: CPU seconds of the physics and of the devices, without settling."""
    block = next(
        blocks_of(Order(homes=homes, days=days, seed=SEED, block_homes=_whole_tiles(homes)))
    )
    physics_s = noise_s = 0.0
    for _ in range(days):
        began = time.process_time()
        stretch = block.simulation.run(MINUTES_A_DAY)
        lived = time.process_time()
        block.read(stretch)
        physics_s, noise_s = physics_s + lived - began, noise_s + time.process_time() - lived
    thousands = homes * days / 1000
    return {
        "home_days_per_cpu_s": homes * days / (physics_s + noise_s),
        "physics_s_per_1000": physics_s / thousands,
        "noise_s_per_1000": noise_s / thousands,
        "peak_mb": _peak_mb(),
    }


def _folder(homes: int, days: int) -> _Figures:
    """A whole estate into a folder: CPU seconds of everything, bytes written, peak memory."""
    place = Path(tempfile.mkdtemp(prefix="homewell-bench-"))
    began = time.process_time()
    try:
        order = Order(homes=homes, days=days, seed=SEED)
        write_estate(order, place / "estate", say=lambda _done: None)
        cpu_s = time.process_time() - began
        written = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
    finally:
        shutil.rmtree(place)
    return {
        "homes": homes,
        "days": days,
        "home_days_per_cpu_s": homes * days / cpu_s,
        "kb_per_home_day": written / 1000 / (homes * days),
        "peak_mb": _peak_mb(),
    }


def _balances(homes: int, days: int) -> _Figures:
    """Of what went into each home with its faults and oddities, the share that cannot be found."""
    block = next(blocks_of(Order(homes=homes, days=days, seed=SEED)))
    living, fabric = block.simulation, block.homes.fabric
    living.ledger = ledger = open_ledger(homes)
    heat_j, water_kg = stored_heat_j(living.rooms, fabric), stored_water_kg(living.rooms, fabric)
    living.advance(living.minute + days * MINUTES_A_DAY)
    heat_j = stored_heat_j(living.rooms, fabric) - heat_j
    water_kg = stored_water_kg(living.rooms, fabric) - water_kg
    heat_lost = ledger.heat_in_j - ledger.heat_out_j - heat_j
    water_lost = ledger.water_in_kg - ledger.water_out_kg - water_kg
    return {
        "homes": homes,
        "days": days,
        "heat_missing_share": float(np.abs(heat_lost / ledger.heat_in_j).max()),
        "water_missing_share": float(np.abs(water_lost / ledger.water_in_kg).max()),
    }


def _whole_tiles(homes: int) -> int:
    return -(-homes // TILE) * TILE


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
