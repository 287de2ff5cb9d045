"""A scenario: the estate, its weather and what goes wrong in it, as a file that a person writes."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_sim.devices import UnknownDeviceError, room_of_sensor
from firmware_sim.faults import Fault, FaultRefusedError, make_fault
from firmware_sim.homes import OVERRIDABLE, Homes, build_homes
from firmware_sim.weather import MINUTES_A_DAY, Season

HOMES_MAX = 1_000  # one live process keeps up with this many with time to spare
HISTORY_DAYS_MAX = 400
_MEMBERS = {
    "seed": int,
    "homes": int,
    "homes_per_block": int,
    "history_days": int,
    "season": str,
    "home": dict,
    "fault": list,
    "oddities": dict,
}


class ScenarioError(ValueError):
    """The scenario file cannot be used; the text says which part, why, and what is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a scenario file says."""

    seed: int
    homes: int
    homes_per_block: int
    history_days: int
    season: Season
    overrides: Mapping[int, Mapping[str, float]]
    faults: tuple[Mapping[str, Any], ...]
    impossible_humidity: frozenset[tuple[int, int]]
    """Room sensors, as (home, room), that now and then report what cannot be."""
    missing_humidity: frozenset[tuple[int, int]]
    """Room sensors that now and then leave the humidity out."""
    digest: str
    """Tells whether a run directory was made from this very file."""

    def build(self) -> Homes:
        """The homes of this scenario."""
        return build_homes(self.homes, seed=self.seed, overrides=self.overrides)

    def planned(self, *, now_minute: int) -> list[Fault]:
        """The faults, at their instants, for a first start at `now_minute`."""
        return [self._fault(entry, now_minute) for entry in self.faults]

    def _fault(self, entry: Mapping[str, Any], now_minute: int) -> Fault:
        values = dict(entry)
        home, name = values.pop("home", ""), values.pop("fault", "")
        place, days = values.pop("place", None), values.pop("began_days_before_now", None)
        if not isinstance(days, int | float) or not 0 <= days <= self.history_days:
            raise ScenarioError(
                f"{name} in {home}: began_days_before_now must be 0 to {self.history_days}"
            )
        try:
            return make_fault(
                home=home_index(home, self.homes),
                name=name,
                place=place,
                began_minute=now_minute - round(days * MINUTES_A_DAY),
                values=values,
            )
        except FaultRefusedError as error:
            raise ScenarioError(
                f"[[fault]] in {home or 'a home without a name'}: {error}"
            ) from error


def home_name(index: int) -> str:
    """The id of a home.

    >>> home_name(11)
    'home-12'
    """
    return f"home-{index + 1}"


def home_index(name: str, count: int) -> int:
    """The index of a home; FaultRefusedError when the estate has none of that name."""
    number = name.removeprefix("home-")
    if name.startswith("home-") and number.isdecimal() and 1 <= int(number) <= count:
        return int(number) - 1
    raise FaultRefusedError(f"there is no home {name!r}; there are home-1 to home-{count}")


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file; ScenarioError when it cannot be used."""
    try:
        raw = path.read_bytes()
        table = tomllib.loads(raw.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"cannot read the scenario {path}: {error}") from error
    try:
        scenario = _scenario(table, hashlib.sha256(raw).hexdigest())
        scenario.planned(now_minute=0)
    except (FaultRefusedError, UnknownDeviceError, ScenarioError) as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    return scenario


def _scenario(table: Mapping[str, Any], digest: str) -> Scenario:
    for name, value in table.items():
        expected = _MEMBERS.get(name)
        if expected is None:
            raise ScenarioError(f"unknown {name!r}; a scenario has: {', '.join(_MEMBERS)}")
        if not isinstance(value, expected) or isinstance(value, bool):
            raise ScenarioError(f"{name!r} must be of type {expected.__name__}")
    homes = _whole(table, "homes", 30, 1, HOMES_MAX)
    odd = table.get("oddities", {})
    return Scenario(
        seed=_whole(table, "seed", 1, 0, 2**31),
        homes=homes,
        homes_per_block=_whole(table, "homes_per_block", 10, 1, HOMES_MAX),
        history_days=_whole(table, "history_days", 30, 0, HISTORY_DAYS_MAX),
        season=_season(table.get("season", Season.CALENDAR.value)),
        overrides={
            home_index(name, homes): _override(name, values)
            for name, values in table.get("home", {}).items()
        },
        faults=tuple(table.get("fault", ())),
        impossible_humidity=_sensors(odd, "impossible_humidity", homes),
        missing_humidity=_sensors(odd, "missing_humidity", homes),
        digest=digest,
    )


def _whole(table: Mapping[str, Any], name: str, default: int, lowest: int, highest: int) -> int:
    value = int(table.get(name, default))
    if not lowest <= value <= highest:
        raise ScenarioError(f"{name} cannot be {value}: choose {lowest} to {highest}")
    return value


def _season(word: str) -> Season:
    try:
        return Season(word)
    except ValueError as error:
        words = ", ".join(season.value for season in Season)
        raise ScenarioError(f"there is no season {word!r}; there are: {words}") from error


def _override(home: str, values: Mapping[str, Any]) -> Mapping[str, float]:
    for name in values:
        if name not in OVERRIDABLE:
            raise ScenarioError(f"{home} has no {name!r}; choose from: {', '.join(OVERRIDABLE)}")
    return {name: float(value) for name, value in values.items()}


def _sensors(odd: Mapping[str, Any], name: str, homes: int) -> frozenset[tuple[int, int]]:
    return frozenset(room_of_sensor(sensor, homes) for sensor in odd.get(name, ()))
