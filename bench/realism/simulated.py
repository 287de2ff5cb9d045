"""Simulated homes in the weather of a recording, as hourly means of their rooms."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from bench.realism.real import Floats, Recording
from firmware_sim.climate.day import WeatherDay
from firmware_sim.climate.recorded import Recorded
from firmware_sim.clock import MINUTES_A_DAY, minute_of
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.homes.homes import Homes, build_homes
from firmware_sim.homes.household import Heating
from firmware_sim.kinds import Singles
from firmware_sim.physics.air import rel_humidity_pct
from firmware_sim.simulation import Simulation

SEED = 7
BRITISH_COLDEST_C = -2.0
ROOM_C = 21.0
RECORDED_SET_POINTS_C = (20.5, 22.5)  # rooms where they are warmest, as the recordings show them
RECORDED_NIGHT_K = 1.5  # a day's swing in them


def simulate(
    recording: Recording, *, homes: int, latitude_deg: float, coldest_c: float, as_recorded: bool
) -> Recording:
    """So many sound homes through the recording's days.

    Their radiators are sized for `coldest_c` outdoors, as they would be where the recording was
    made. `as_recorded` heats them as the recorded homes seem to be heated; otherwise as British
    people do. The weeks in which they settle see the first day again and again.
    """
    built = _equipped(_heated_as_recorded(homes) if as_recorded else _british(homes), coldest_c)
    climate = _climate(recording, latitude_deg)
    first = minute_of(recording.start)
    held = _Settling(climate, first // MINUTES_A_DAY)
    simulation = Simulation.settled(built, seed=SEED, climate=held, minute=first)
    days = [_day(simulation) for _ in range(recording.outdoor_c.size // 24)]
    temp, vapour = (np.concatenate(kind, axis=1) for kind in zip(*days, strict=True))
    return replace(
        recording,
        rooms=tuple(f"{room} {home}" for home in range(homes) for room in ROOMS),
        temp_c=temp,
        humidity_pct=rel_humidity_pct(temp, vapour),
    )


def _british(homes: int) -> Homes:
    return build_homes(range(homes), seed=SEED)


def _heated_as_recorded(homes: int) -> Homes:
    """The same homes, warm from morning to bedtime and little cooler at night."""
    lowest, highest = RECORDED_SET_POINTS_C
    set_points = np.linspace(lowest, highest, homes)
    chosen = {home: {"set_point_c": float(wanted)} for home, wanted in enumerate(set_points)}
    built = build_homes(range(homes), seed=SEED, overrides=chosen)
    household = replace(
        built.household,
        heating=np.full(homes, Heating.ALL_DAY, dtype=np.int64),
        set_back_c=set_points - RECORDED_NIGHT_K,
    )
    return replace(built, household=household)


@dataclass(frozen=True, slots=True)
class _Settling:
    """A recording before whose first day lies that day, over and over."""

    recorded: Recorded
    first_day: int

    @property
    def areas(self) -> int:
        """One, as recorded."""
        return self.recorded.areas

    def day(self, number: int) -> WeatherDay:
        """The weather of a day (days since 1970-01-01 UTC)."""
        return self.recorded.day(max(number, self.first_day))


def _climate(recording: Recording, latitude_deg: float) -> Recorded:
    """The recording's hourly means, at the middle of each hour and at both ends."""
    hours = recording.outdoor_c.size
    instants = [0.0, *(np.arange(hours) + 0.5), float(hours)]
    temp, humidity = (
        np.concatenate((means[:1], means, means[-1:]))
        for means in (recording.outdoor_c, recording.outdoor_humidity_pct)
    )
    rows: list[dict[str, str | float]] = [
        {
            "time": (recording.start + timedelta(hours=hour)).isoformat(),
            "air_temp_c": float(warm),
            "rel_humidity_pct": float(min(humid, 100.0)),
        }
        for hour, warm, humid in zip(instants, temp, humidity, strict=True)
    ]
    return Recorded.of_rows(rows, latitude_deg=latitude_deg)


def _equipped(homes: Homes, coldest_c: float) -> Homes:
    larger = (ROOM_C - coldest_c) / (ROOM_C - BRITISH_COLDEST_C)
    plant = replace(homes.plant, radiator_w_k=larger * homes.plant.radiator_w_k)
    return replace(homes, plant=plant)


def _day(simulation: Simulation) -> tuple[Floats, Floats]:
    """Hourly means of temperature and vapour content, (rooms, 24) with all rooms of all homes."""
    rooms = simulation.run(MINUTES_A_DAY).rooms
    return _by_hours(rooms.air_temp_c), _by_hours(rooms.vapour_kg_m3)


def _by_hours(by_slots: Singles) -> Floats:
    """From (slots, homes, rooms)."""
    hourly = by_slots.reshape(24, by_slots.shape[0] // 24, -1)
    means: Floats = hourly.mean(axis=1, dtype=np.float64).T
    return means
