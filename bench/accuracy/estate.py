"""Simulated homes as the detectors see them, day after day, and what was wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from bench.accuracy.scoring import Fault
from core.quantities import QUANTITIES, Form, Kind
from detectors.offline.judging import BlockWatch, Homes, Surroundings
from detectors.offline.reach import DAY_MS, Reach
from detectors.offline.samples import PlacedSamples
from detectors.registry import Detectors
from detectors.streaming import DaysTold
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.folder.blocks import Block
from firmware_sim.folder.homes_table import area_id, homes_table
from firmware_sim.heating.codes import CODES
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.sensing.readings import BoilerReadings, RoomReadings, WeatherReadings
from firmware_sim.trace import BoilerTrace

CODE_TEXTS = tuple(code.text for code in CODES)
_AHEAD_DAYS = 1
"""A device's clock may be wrong by up to half a day, so a day is judged when the next has come."""


def watch_of(block: Block, detectors: Detectors, days_told: DaysTold | None = None) -> BlockWatch:
    """The engine over the homes of a block, before their first day."""
    order = block.order
    start_ms = order.first_minute * 60_000
    end_ms = start_ms + order.days * DAY_MS - 60_000
    reach = Reach(start_ms=start_ms, end_ms=end_ms, stray=0)
    area_of, f_rsi_of = _known_of_homes(block)
    homes = Homes(
        rooms=tuple((home, room) for home in block.home_ids for room in ROOMS),
        boilers=tuple((home,) for home in block.home_ids),
        reaches=dict.fromkeys(block.home_ids, reach),
        boiler_last_ms=dict.fromkeys(block.home_ids, end_ms),
    )
    areas = tuple((area_id(number),) for number in range(order.areas))
    weather = _of_places(areas, Kind.WEATHER)
    around = Surroundings(area_of=area_of, f_rsi_of=f_rsi_of, weather=weather)
    return BlockWatch(homes, around, detectors, days_told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What really was on a day: what boilers did, and at its end the mould index of each room."""

    boilers: BoilerTrace
    mould_index: npt.NDArray[np.float64]
    """At the true surface, (homes, rooms)."""


def days_lived(block: Block, watch: BlockWatch) -> Iterator[tuple[int, Lived]]:
    """Let the homes live, and give the watch what their devices report, day after day.

    Gives each day (since 1970) when all of it has come and it can be judged, which is for the
    caller to have done.
    """
    first = block.order.first_minute // MINUTES_A_DAY
    areas = watch.around.weather.places
    weather: list[PlacedSamples] = []
    lived: list[Lived] = []
    for number in range(block.order.days + _AHEAD_DAYS):
        if number < block.order.days:
            stretch = block.simulation.run(MINUTES_A_DAY)
            index = block.simulation.mould.index.copy()
            lived.append(Lived(boilers=stretch.boilers, mould_index=index))
            readings = block.read(stretch)
            watch.add(Kind.ROOM, room_samples(readings.rooms, watch.homes.rooms))
            watch.add(Kind.BOILER, boiler_samples(readings.boilers, watch.homes.boilers))
            weather = [*weather[-1 - _AHEAD_DAYS :], weather_samples(readings.weather, areas)]
            watch.around = watch.around.under(joined(weather))
        if number >= _AHEAD_DAYS:
            yield first + number - _AHEAD_DAYS, lived.pop(0)


def block_faults(block: Block) -> list[Fault]:
    """The faults that have begun in a block that has lived through its run."""
    return [
        Fault(
            home_id=row["home_id"],
            fault=row["fault"],
            place=row["place"],
            began_at=datetime.fromisoformat(row["began_at"]),
            ended_at=_instant(row["ended_at"]),
            noticed_at=_instant(row["noticed_at"]),
            severity=row["severity"],
            parameters=row["parameters"],
        )
        for row in block.truth()
    ]


def room_samples(readings: RoomReadings, places: tuple[tuple[str, ...], ...]) -> PlacedSamples:
    """What room sensors sent, under the rooms as which they are filed."""
    which = np.flatnonzero(readings.sent)
    slots = readings.sent.shape[2]
    home = which // (slots * len(ROOMS))
    return PlacedSamples(
        places=places,
        device_ids=(home * len(ROOMS) + readings.room.ravel()[which]).astype(np.int32),
        times_ms=readings.measured_ms.ravel()[which].astype(np.int64),
        values=_values(readings, Kind.ROOM, which),
    )


def boiler_samples(readings: BoilerReadings, places: tuple[tuple[str, ...], ...]) -> PlacedSamples:
    """What boilers sent."""
    which = np.flatnonzero(readings.sent)
    codes = readings.fault_code.ravel()[which].astype(np.float32)
    codes[codes < 0] = np.nan
    return PlacedSamples(
        places=places,
        device_ids=(which // readings.sent.shape[1]).astype(np.int32),
        times_ms=readings.measured_ms.ravel()[which].astype(np.int64),
        values={**_values(readings, Kind.BOILER, which), "fault_code": codes},
        codes=CODE_TEXTS,
    )


def weather_samples(
    readings: WeatherReadings, places: tuple[tuple[str, ...], ...]
) -> PlacedSamples:
    """What weather stations sent."""
    which = np.flatnonzero(readings.sent)
    return PlacedSamples(
        places=places,
        device_ids=(which // readings.sent.shape[1]).astype(np.int32),
        times_ms=readings.measured_ms.ravel()[which].astype(np.int64),
        values=_values(readings, Kind.WEATHER, which),
    )


def joined(parts: list[PlacedSamples]) -> PlacedSamples:
    """Samples of the same devices in one."""
    return PlacedSamples(
        places=parts[0].places,
        device_ids=np.concatenate([part.device_ids for part in parts]),
        times_ms=np.concatenate([part.times_ms for part in parts]),
        values={
            name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values
        },
    )


def _of_places(places: tuple[tuple[str, ...], ...], kind: Kind) -> PlacedSamples:
    """No samples yet."""
    return PlacedSamples(
        places=places,
        device_ids=np.empty(0, dtype=np.int32),
        times_ms=np.empty(0, dtype=np.int64),
        values={one.name: np.empty(0, dtype=np.float32) for one in QUANTITIES[kind]},
    )


def _values(
    readings: RoomReadings | BoilerReadings | WeatherReadings,
    kind: Kind,
    which: npt.NDArray[np.intp],
) -> dict[str, npt.NDArray[np.float32]]:
    """The numbers of what was sent; NaN for what was not in it, or cannot be true."""
    values: dict[str, npt.NDArray[np.float32]] = {}
    for one in QUANTITIES[kind]:
        if one.form is Form.TEXT:
            continue
        numbers: npt.NDArray[np.float32] = getattr(readings, one.name).ravel()[which]
        numbers = numbers.astype(np.float32, copy=False)
        possible = (numbers >= one.lowest) & (numbers <= one.highest)
        if not possible.all():
            numbers[~possible] = np.nan
        values[one.name] = numbers
    return values


def _known_of_homes(block: Block) -> tuple[dict[str, str], dict[str, float]]:
    table = homes_table(block.homes, block.home_ids, seed=block.order.seed).to_pydict()
    f_rsi = {
        home: value
        for home, value in zip(table["home_id"], table["f_rsi"], strict=True)
        if value is not None
    }
    return dict(zip(table["home_id"], table["area"], strict=True)), f_rsi


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
