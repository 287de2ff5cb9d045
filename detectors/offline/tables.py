"""The tables of an estate folder, their columns, and rows of them as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.quantities import QUANTITIES, Form, Kind

ABSENT = -1
"""Stands for no word."""
NO_INSTANT_MS = int(np.iinfo(np.int64).min)
"""Stands for no instant; what NumPy calls NaT."""


class FolderUnreadable(ValueError):
    """The estate folder, or something in it, cannot be read; the text says what and why."""


class ColumnForm(StrEnum):
    """What a column holds, in words for a person."""

    WORD = "text"
    INSTANT = "an instant with its zone"
    NUMBER = "a number"
    FLAG = "true or false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table by its name: the columns that rows mean nothing without, and all that are read."""

    name: str
    keys: tuple[str, ...]
    columns: Mapping[str, ColumnForm]


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: (rows,) places in `words`, ABSENT where there is none."""

    places: npt.NDArray[np.int32]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a table by column, all (rows,); a column that the table lacks is left out.

    `instants` are milliseconds since 1970-01-01 UTC, NO_INSTANT_MS where there is none; `numbers`
    NaN where there is none, flags 0 and 1.
    """

    count: int
    words: Mapping[str, Words]
    instants: Mapping[str, npt.NDArray[np.int64]]
    numbers: Mapping[str, npt.NDArray[np.float32]]


def _measured(kind: Kind) -> dict[str, ColumnForm]:
    forms = {
        Form.REAL: ColumnForm.NUMBER,
        Form.COUNTER: ColumnForm.NUMBER,
        Form.TEXT: ColumnForm.WORD,
    }
    return {one.name: forms.get(one.form, ColumnForm.FLAG) for one in QUANTITIES[kind]}


def _readings(kind: Kind, *words: str) -> Table:
    return Table(
        name=f"{kind.value}_readings",
        keys=(*words, "measured_at"),
        columns={
            **dict.fromkeys(words, ColumnForm.WORD),
            "measured_at": ColumnForm.INSTANT,
            **_measured(kind),
        },
    )


HOMES = Table(
    name="homes",
    keys=("home_id",),
    columns={
        "home_id": ColumnForm.WORD,
        "area": ColumnForm.WORD,
        "f_rsi": ColumnForm.NUMBER,
    },
)
ROOM_READINGS = _readings(Kind.ROOM, "home_id", "room")
BOILER_READINGS = _readings(Kind.BOILER, "home_id")
WEATHER_READINGS = _readings(Kind.WEATHER, "area")
