"""The committed healthy year, its devices one by one, and what the detectors tell of homes of such.

Any number of homes are judged side by side, each of them home-1 of the folder with something done
to its devices, by the code of `python -m detectors analyse`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np

from core.findings import Episode
from core.quantities import Kind
from detectors.arrays import Booleans, Floats, Integers
from detectors.offline.judging import BlockWatch, Homes, Surroundings
from detectors.offline.parts import stored_table
from detectors.offline.reach import DAY_MS, Reach
from detectors.offline.samples import PlacedSamples, placed_samples
from detectors.offline.tables import BOILER_READINGS, ROOM_READINGS, WEATHER_READINGS
from detectors.registry import DETECTORS

HEALTHY_YEAR = Path(__file__).parents[2] / "cases" / "healthy_year"
HOME = "home-1"
AREA = "area-1"
BOILER = "boiler"
BATHROOM, BEDROOM, LIVING_ROOM = "bathroom", "bedroom", "living room"
ROOMS = (BATHROOM, BEDROOM, LIVING_ROOM)
PLACES = (*ROOMS, BOILER)

FIRST, DAYS = date(2026, 1, 5), 64
"""The stretch most tests take: winter, with a service visit, a top-up and an open window in it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Device:
    """What the device of a room, or of the boiler, told: (readings,) arrays in order of time."""

    place: str
    times_ms: Integers
    values: Mapping[str, Floats]

    def with_values(self, **values: Floats) -> "Device":
        """The device with other values in these columns."""
        return replace(self, values={**self.values, **values})

    def where(self, use: Booleans) -> "Device":
        """These readings alone."""
        values = {name: column[use] for name, column in self.values.items()}
        return replace(self, times_ms=self.times_ms[use], values=values)

    def days_since(self, day: float) -> Floats:
        """Days from the stretch's day `day` to each reading, less than 0 before it."""
        days: Floats = (self.times_ms - day_ms(FIRST)) / DAY_MS - day
        return days

    def between(self, begin: float, end: float) -> Booleans:
        """The readings of the stretch's days [begin, end)."""
        since = self.days_since(begin)
        inside: Booleans = (since >= 0) & (since < end - begin)
        return inside


Home = Mapping[str, Device]
"""The devices of a home by their place."""


def day_ms(day: date) -> int:
    """Midnight (UTC) before a day, in milliseconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def home(first: date = FIRST, days: int = DAYS) -> dict[str, Device]:
    """The healthy home's devices over some days."""
    begin_ms = day_ms(first)
    found = {}
    for kind in (Kind.ROOM, Kind.BOILER):
        samples = _year(kind).between(begin_ms, begin_ms + days * DAY_MS)
        for number, names in enumerate(samples.places):
            if names[0] == HOME:
                place = names[-1] if kind is Kind.ROOM else BOILER
                one = samples.where(samples.device_ids == number)
                found[place] = Device(place=place, times_ms=one.times_ms, values=one.values)
    return found


def told(homes: Mapping[str, Home], *, copies: int = 1) -> list[Episode]:
    """All alerts about homes that live side by side, in order of home, place and time.

    Every reading comes `copies` times. A fault code must not be among them.
    """
    samples = {kind: _samples(homes, kind) for kind in (Kind.ROOM, Kind.BOILER)}
    start_ms = min(int(one.times_ms.min(initial=2**62)) for one in samples.values())
    reaches = {name: _reach(devices, start_ms) for name, devices in homes.items()}
    watch = BlockWatch(
        Homes(
            rooms=samples[Kind.ROOM].places,
            boilers=samples[Kind.BOILER].places,
            reaches=reaches,
            boiler_last_ms={name: int(one[BOILER].times_ms.max()) for name, one in homes.items()},
        ),
        Surroundings(area_of=dict.fromkeys(homes, AREA), f_rsi_of={}, weather=_year(Kind.WEATHER)),
        DETECTORS,
    )
    for _ in range(copies):
        for kind, one in samples.items():
            watch.add(kind, one)
    for day in watch.homes.days:
        watch.judge(day)
    return sorted(
        watch.episodes(), key=lambda one: (one.home_id, one.place, one.detector, one.raised_at)
    )


def detectors_by_home(homes: Mapping[str, Home]) -> dict[str, dict[str, set[str]]]:
    """By home and detector the places of all alerts, of whatever severity."""
    found: dict[str, dict[str, set[str]]] = {name: {} for name in homes}
    for one in told(homes):
        found[one.home_id].setdefault(one.detector, set()).add(one.place)
    return found


@cache
def _year(kind: Kind) -> PlacedSamples:
    table, keys = {
        Kind.ROOM: (ROOM_READINGS, ("home_id", "room")),
        Kind.BOILER: (BOILER_READINGS, ("home_id",)),
        Kind.WEATHER: (WEATHER_READINGS, ("area",)),
    }[kind]
    stored = stored_table(HEALTHY_YEAR, table)
    parts = [stored.read(piece) for piece in range(len(stored.pieces))]
    return placed_samples(kind, parts, keys)


def _samples(homes: Mapping[str, Home], kind: Kind) -> PlacedSamples:
    devices = [
        (name, device)
        for name, of_home in homes.items()
        for device in of_home.values()
        if (device.place == BOILER) is (kind is Kind.BOILER)
    ]
    numbers = [np.full(len(one.times_ms), number) for number, (_, one) in enumerate(devices)]
    return PlacedSamples(
        places=tuple((name, one.place) if kind is Kind.ROOM else (name,) for name, one in devices),
        device_ids=np.concatenate(numbers).astype(np.int32),
        times_ms=np.concatenate([one.times_ms for _, one in devices]),
        values={
            name: np.concatenate([one.values[name] for _, one in devices]).astype(np.float32)
            for name in devices[0][1].values
        },
    )


def _reach(devices: Home, start_ms: int) -> Reach:
    ends = _newest(list(devices.values()))
    return Reach(start_ms=start_ms // DAY_MS * DAY_MS, end_ms=ends, stray=0)


def _newest(devices: Sequence[Device]) -> int:
    return max(int(one.times_ms.max()) for one in devices)
