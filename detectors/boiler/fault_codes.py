"""Fault codes: what a boiler's display says is wrong, by make; `docs/detectors/fault-codes.md`.

The dictionary is `fault_codes.toml` beside this module. A code that it does not hold is never
dropped: it is `Unknown`, and told as a code that we do not know.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from detectors.arrays import Booleans, Integers
from detectors.frame import BoilerFrame

SEVERAL = "several makes"
"""The make of a code that several makes write and mean different things by."""

CODE_CHARACTERS_MAX = 64  # a longer text is no code of a display, and is not looked through

REMEMBERED = 1024  # codes looked up again for every frame: more than the makers of an estate have


class CodeClass(Enum):
    """How grave a code is."""

    LOCKOUT = "lockout"
    """Stays off until it is reset or put right."""
    ERROR = "error"
    """Stops, and may start again by itself."""
    MAINTENANCE = "maintenance"
    """Works, and asks for a visit."""
    INFORMATION = "information"


class Condition(IntEnum):
    """What is wrong, whatever the make. The numbers stand in alerts: never give one another sense.

    NONE: no code; AMBIGUOUS: makes differ in what they mean by it.
    """

    NONE = 0
    UNKNOWN = 1
    AMBIGUOUS = 2
    LOW_PRESSURE = 3
    HIGH_PRESSURE = 4
    NO_FLAME = 5
    FLAME_LOST = 6
    FALSE_FLAME = 7
    IGNITION_DEVICE = 8
    OVERHEATED = 9
    POOR_CIRCULATION = 10
    OVERHEATED_OR_NO_FLOW = 11
    PUMP = 12
    FLOW_SENSOR = 13
    RETURN_SENSOR = 14
    HOT_WATER_SENSOR = 15
    OUTDOOR_SENSOR = 16
    PRESSURE_SENSOR = 17
    FAN = 18
    FLUE = 19
    GAS_VALVE = 20
    CONTROL = 21
    CONDENSATE = 22
    POWER = 23
    SWITCHED_OFF = 24
    COMMUNICATION = 25
    MAINTENANCE = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of the dictionary; `words` say in plain English what it stands for."""

    make: str
    code: str
    code_class: CodeClass
    condition: Condition
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A code that the dictionary does not hold, as it came."""

    code: str


class DictionaryRefused(ValueError):
    """The data file is not as it should be; the text says where."""


@lru_cache(maxsize=REMEMBERED)
def lookup(code: str, make: str | None = None) -> Code | Unknown:
    """What a code stands for, however an adapter spells it: `F.28`, `F28`, `2E(207)`, `2E 207`.

    Without a make, a code that makes disagree on is AMBIGUOUS, as grave as the gravest of them.

    >>> lookup("2E(207)").words
    'water pressure too low'
    >>> lookup("X99")
    Unknown(code='X99')
    """
    meant = [one for one in _by_spelling().get(_plain(code), ()) if make in (None, one.make)]
    if not meant:
        return Unknown(code=code)
    if len({one.condition for one in meant}) == 1:
        return min(meant, key=_gravity)
    gravest = min(meant, key=_gravity)
    return Code(
        make=SEVERAL,
        code=gravest.code,
        code_class=gravest.code_class,
        condition=Condition.AMBIGUOUS,
        words=" or ".join(dict.fromkeys(f"{one.words} ({one.make})" for one in meant)),
        source=", ".join(dict.fromkeys(one.source for one in meant)),
    )


def every_code() -> tuple[Code, ...]:
    """The whole dictionary, in the order of the file."""
    return tuple(code for code, _ in _dictionary())


def words_of(condition: Condition) -> str:
    """A condition in plain words, for a sentence."""
    return _WORDS.get(condition, condition.name.lower().replace("_", " "))


def conditions_of(texts: Iterable[str]) -> Integers:
    """The `Condition` of each text, (texts,); UNKNOWN where the dictionary does not hold it."""
    found = [lookup(text) for text in texts]
    numbers = [one.condition if isinstance(one, Code) else Condition.UNKNOWN for one in found]
    return np.array(numbers, dtype=np.int16).reshape(len(found))


def are_of_class(texts: Iterable[str], wanted: Collection[CodeClass]) -> Booleans:
    """Whether each text is a code of these classes, (texts,); unknown ones are of none."""
    found = [lookup(text) for text in texts]
    chosen = [isinstance(one, Code) and one.code_class in wanted for one in found]
    return np.array(chosen, dtype=np.bool_).reshape(len(found))


def shown(frame: BoilerFrame, wanted: Booleans) -> Booleans:
    """Where a code is present of those of `frame.codes` that are `wanted`, (rows, steps)."""
    present = np.zeros(frame.shape, dtype=np.bool_)
    if wanted.any():
        coded, places = _places(frame)
        present[coded] = np.append(wanted, False)[places]
    return present


def conditions_shown(frame: BoilerFrame) -> Integers:
    """The `Condition` of the code present at each row and step, NONE where there is none."""
    present = np.full(frame.shape, Condition.NONE, dtype=np.int16)
    coded, places = _places(frame)
    present[coded] = np.append(conditions_of(frame.codes), Condition.NONE)[places]
    return present


def _places(frame: BoilerFrame) -> tuple[Integers, Integers]:
    """The few rows that show any code, and the place of it in `frame.codes` at each of their steps.

    One past the last where there is none.
    """
    codes = frame["fault_code"]
    coded = np.flatnonzero((codes >= 0).any(axis=1))
    some = codes[coded]
    return coded, np.where(np.isnan(some), len(frame.codes), some).astype(np.intp)


_GRAVEST_FIRST = tuple(CodeClass)

_WORDS = {
    Condition.UNKNOWN: "one that we do not know",
    Condition.AMBIGUOUS: "one that makers use for different things",
    Condition.LOW_PRESSURE: "the water pressure is too low",
    Condition.HIGH_PRESSURE: "the water pressure is too high",
    Condition.NO_FLAME: "the burner did not light",
    Condition.FLAME_LOST: "the flame went out",
    Condition.FALSE_FLAME: "it sees a flame where there is none",
    Condition.IGNITION_DEVICE: "the igniter needs looking at",
    Condition.OVERHEATED: "it became too hot",
    Condition.POOR_CIRCULATION: "the water hardly flows",
    Condition.OVERHEATED_OR_NO_FLOW: "it became too hot, or the water does not flow",
    Condition.PUMP: "the pump needs looking at",
    Condition.FLOW_SENSOR: "a sensor in the boiler has no contact",
    Condition.RETURN_SENSOR: "a sensor in the boiler has no contact",
    Condition.HOT_WATER_SENSOR: "the hot-water sensor needs looking at",
    Condition.OUTDOOR_SENSOR: "the outdoor sensor needs looking at",
    Condition.PRESSURE_SENSOR: "the pressure sensor needs looking at",
    Condition.FAN: "the fan needs looking at",
    Condition.FLUE: "the flue needs looking at",
    Condition.GAS_VALVE: "the gas valve needs looking at",
    Condition.CONTROL: "its control unit needs looking at",
    Condition.CONDENSATE: "its drain pipe is blocked or frozen",
    Condition.POWER: "its electricity supply was interrupted",
    Condition.SWITCHED_OFF: "it has been switched off",
    Condition.COMMUNICATION: "its controls do not hear each other",
    Condition.MAINTENANCE: "it asks for its service",
}


def _gravity(code: Code) -> int:
    return _GRAVEST_FIRST.index(code.code_class)


def _plain(code: str) -> str:
    """A code without the dots, brackets and spaces in which adapters differ."""
    return "".join(each for each in code[:CODE_CHARACTERS_MAX].upper() if each.isalnum())


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, tuple[Code, ...]]:
    found: dict[str, tuple[Code, ...]] = {}
    for code, spellings in _dictionary():
        for plain in {_plain(each) for each in spellings}:
            found[plain] = (*found.get(plain, ()), code)
    return found


@lru_cache(maxsize=1)
def _dictionary() -> tuple[tuple[Code, tuple[str, ...]], ...]:
    """Every code with all its spellings; DictionaryRefused."""
    text = files("detectors.boiler").joinpath("fault_codes.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return tuple(_read(entry, data["sources"]) for entry in data["code"])


def _read(entry: dict[str, Any], sources: dict[str, str]) -> tuple[Code, tuple[str, ...]]:
    try:
        code = Code(
            make=entry["make"],
            code=entry["code"],
            code_class=CodeClass(entry["class"]),
            condition=Condition[entry["condition"].upper()],
            words=entry["words"],
            source=sources[entry["source"]],
        )
    except (KeyError, ValueError) as error:
        raise DictionaryRefused(f"fault_codes.toml, {entry}: {error!r}") from error
    return code, (code.code, *entry.get("also", ()))
