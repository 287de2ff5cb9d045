"""A scenario: the estate, its weather and what happens in it, as a file that a person writes."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_sim.climate.seasons import Season
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.devices import Choice, UnknownDeviceError, room_of_sensor, sensor_name
from firmware_sim.dialects.table import DialectError
from firmware_sim.faults.kind import FaultRefusedError
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import make_fault
from firmware_sim.homes.homes import OVERRIDABLE
from firmware_sim.homes.household import PEOPLE_MAX
from firmware_sim.installed import MEMBERS as INSTALLED
from firmware_sim.installed import choice_of
from firmware_sim.oddities.table import make_oddity

HOMES_MAX = 1_000  # one live process keeps up with this many with time to spare
HISTORY_DAYS_MAX = 400
SYNTHETIC = "synthetic"
_PLAUSIBLE = {
    "cold_pressure_bar": (0.1, 2.9),  # where the relief valve of a sealed system opens
    "f_rsi": (0.2, 0.99),
    "set_point_c": (10.0, 28.0),
    "people": (0.0, float(PEOPLE_MAX)),
}
"""What a single home may be given: beyond these nobody lives, or the physics does not hold."""
_MEMBERS = {
    "seed": int,
    "homes": int,
    "homes_per_block": int,
    "history_days": int,
    "season": str,
    "weather": str | dict,
    "room_devices": str,
    "boiler_device": str,
    "home": dict,
    "fault": list,
    "oddity": list,
    "oddities": dict,
}


_IN_WORDS = {
    int: "a whole number",
    str: "a text",
    dict: "a table",
    list: "written as [[fault]] or [[oddity]]",
}
_CARELESS = ("impossible_humidity", "missing_humidity")


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
    recorded_weather: Path | None
    """A recording to play; without one the weather is synthetic."""
    overrides: Mapping[int, Mapping[str, float]]
    """Properties of single homes, by home."""
    installed: Mapping[int, Choice]
    """The devices of each home."""
    faults: tuple[Mapping[str, Any], ...]
    happenings: tuple[Mapping[str, Any], ...]
    """Harmless oddities."""
    impossible_humidity: frozenset[tuple[int, int]]
    """Room sensors, as (home, room), that now and then report what cannot be."""
    missing_humidity: frozenset[tuple[int, int]]
    """Room sensors that now and then leave the humidity out."""
    digest: str
    """Tells whether a run directory was made from this very file, and this very weather."""

    def planned(self, *, now_minute: int) -> list[Planned]:
        """Faults and oddities, at their instants, for a first start at `now_minute`."""
        faults = [self._planned("fault", entry, now_minute) for entry in self.faults]
        return faults + [self._planned("oddity", entry, now_minute) for entry in self.happenings]

    def _planned(self, what: str, entry: Mapping[str, Any], now_minute: int) -> Planned:
        if not isinstance(entry, Mapping):
            raise ScenarioError(f"{what} must be written as [[{what}]], with its members below")
        values = dict(entry)
        home, name = str(values.pop("home", "")), str(values.pop(what, ""))
        place = values.pop("place", None)
        make = make_fault if what == "fault" else make_oddity
        try:
            began = self._days(values.pop("began_days_before_now", None), "began_days_before_now")
            ended = values.pop("ended_days_before_now", None)
            if ended is not None:
                ended = self._days(ended, "ended_days_before_now")
            return make(
                home=home_index(home, self.homes),
                name=name,
                place=place,
                began_minute=now_minute - round(began * MINUTES_A_DAY),
                ended_minute=None if ended is None else now_minute - round(ended * MINUTES_A_DAY),
                values={parameter: _number(parameter, v) for parameter, v in values.items()},
            )
        except (FaultRefusedError, ScenarioError) as error:
            raise ScenarioError(
                f"[[{what}]] in {home or 'a home without a name'}: {error}"
            ) from error

    def _days(self, days: object, name: str) -> float:
        if days is None:
            raise ScenarioError(f"{name} is missing; choose 0 to {self.history_days}")
        if 0 <= _number(name, days) <= self.history_days:
            return _number(name, days)
        raise ScenarioError(f"{name} must be 0 to {self.history_days}, the history_days")


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
    except OSError as error:
        raise ScenarioError(f"cannot read the scenario {path}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path.name} is not written as TOML: {error}") from error
    try:
        scenario = _scenario(table, raw, path.parent)
        scenario.planned(now_minute=0)
    except (FaultRefusedError, UnknownDeviceError, DialectError, ScenarioError) as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    return scenario


def _scenario(table: Mapping[str, Any], raw: bytes, folder: Path) -> Scenario:
    _check_members(table)
    homes = _whole(table, "homes", 30, 1, HOMES_MAX)
    odd = table.get("oddities", {})
    for name in odd:
        if name not in _CARELESS:
            raise ScenarioError(f"[oddities] has no {name!r}; it has: {', '.join(_CARELESS)}")
    of_homes = {home_index(name, homes): (name, v) for name, v in table.get("home", {}).items()}
    nothing: tuple[str, Mapping[str, Any]] = ("", {})
    weather = _recording(table.get("weather", SYNTHETIC), folder)
    return Scenario(
        seed=_whole(table, "seed", 1, 0, 2**31),
        homes=homes,
        homes_per_block=_whole(table, "homes_per_block", 10, 1, HOMES_MAX),
        history_days=_whole(table, "history_days", 30, 0, HISTORY_DAYS_MAX),
        season=_season(table.get("season", Season.CALENDAR.value)),
        recorded_weather=weather,
        overrides={home: _override(*about) for home, about in of_homes.items()},
        installed={home: choice_of(table, of_homes.get(home, nothing)[1]) for home in range(homes)},
        faults=tuple(table.get("fault", ())),
        happenings=tuple(table.get("oddity", ())),
        impossible_humidity=_sensors(odd, "impossible_humidity", homes),
        missing_humidity=_sensors(odd, "missing_humidity", homes),
        digest=_digest(raw, weather),
    )


def _digest(raw: bytes, weather: Path | None) -> str:
    try:
        recording = b"" if weather is None else weather.read_bytes()
    except OSError as error:
        raise ScenarioError(
            f"the recorded weather cannot be played: {weather}: {error.strerror}"
        ) from error
    return hashlib.sha256(raw + recording).hexdigest()


def _check_members(table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        expected = _MEMBERS.get(name)
        if expected is None:
            raise ScenarioError(f"unknown {name!r}; a scenario has: {', '.join(_MEMBERS)}")
        if not isinstance(value, expected) or isinstance(value, bool):
            word = _IN_WORDS[expected] if isinstance(expected, type) else "a text or a table"
            raise ScenarioError(f"{name} must be {word}, not {value!r}")


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


def _recording(weather: str | Mapping[str, Any], folder: Path) -> Path | None:
    if weather == SYNTHETIC:
        return None
    if isinstance(weather, Mapping) and set(weather) == {"recorded"}:
        file = weather["recorded"]
        if isinstance(file, str):
            return folder / file
    raise ScenarioError(
        f'weather must be "{SYNTHETIC}", or {{ recorded = "FILE.csv" }} with a file beside this one'
    )


def _override(home: str, values: object) -> Mapping[str, float]:
    if not isinstance(values, Mapping):
        raise ScenarioError(f"{home} must be written as [home.{home}], with its members below")
    possible = (*OVERRIDABLE, *INSTALLED)
    chosen = {}
    for name, value in values.items():
        if name not in possible:
            raise ScenarioError(f"{home} has no {name!r}; choose from: {', '.join(possible)}")
        if name in OVERRIDABLE:
            lowest, highest = _PLAUSIBLE[name]
            chosen[name] = _number(f"{name} of {home}", value)
            if not lowest <= chosen[name] <= highest:
                raise ScenarioError(
                    f"{name} of {home} cannot be {value}: choose {lowest:g} to {highest:g}"
                )
    return chosen


def _number(name: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ScenarioError(f"{name} must be a number, not {value!r}")


def _sensors(odd: Mapping[str, Any], name: str, homes: int) -> frozenset[tuple[int, int]]:
    sensors = odd.get(name, [])
    if not isinstance(sensors, list):
        raise ScenarioError(f'{name} must be a list, such as ["{sensor_name(0, 0)}"]')
    return frozenset(room_of_sensor(sensor, homes) for sensor in sensors)
