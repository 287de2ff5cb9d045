"""Estate folders made of frames, as Parquet or CSV, for trying the detectors on files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from detectors.frame import BoilerFrame, RoomFrame, Row
from detectors.offline.judging import LANDLORD
from tests.detectors.homes import boilers, rooms, with_values

AREA = "area-1"
DAYS = 25  # of the homes below
FLAGS = ("pump_on",)

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Tables of an estate folder: columns by name, None for absent."""

    tables: Mapping[str, Columns]

    def with_table(self, name: str, columns: Columns | None) -> "Folder":
        """The folder with a table replaced, or without it."""
        tables = {**self.tables, name: columns or {}}
        return replace(self, tables={name: one for name, one in tables.items() if one})

    def rows(self, name: str, order: Sequence[int]) -> "Folder":
        """The folder with the rows of a table in this order, which may repeat or leave out."""
        columns = self.tables[name]
        return self.with_table(
            name, {key: [values[row] for row in order] for key, values in columns.items()}
        )

    def write(self, place: Path, *, form: str = "parquet") -> Path:
        """Write every table as one file."""
        place.mkdir()
        for name, columns in self.tables.items():
            if form == "parquet":
                pq.write_table(arrow(columns), place / f"{name}.parquet")
            else:
                (place / f"{name}.csv").write_text(csv_text(columns), "utf-8")
        return place


def folder_of(rooms: RoomFrame, boilers: BoilerFrame) -> Folder:
    """The folder of homes that are measured as these frames say, all in one area."""
    homes = sorted({row.home_id for row in (*rooms.rows, *boilers.rows)})
    weather = {
        "air_temp_c": rooms.outdoor_temp_c[0].tolist(),
        "rel_humidity_pct": rooms.outdoor_rel_humidity_pct[0].tolist(),
    }
    return Folder(
        tables={
            "homes": {
                "home_id": homes,
                "area": [AREA] * len(homes),
                "f_rsi": [None] * len(homes),
            },
            "room_readings": _readings(rooms, room=[row.place for row in rooms.rows]),
            "boiler_readings": _readings(boilers),
            "weather_readings": {
                "area": [AREA] * rooms.steps,
                "measured_at": rooms.times,
                **weather,
            },
        }
    )


def single(frame: RoomFrame | BoilerFrame) -> Any:
    """The frame as files keep it: in single precision, of homes without a landlord."""
    values = {name: array.astype(np.float32) for name, array in frame.values.items()}
    rows = tuple(Row(LANDLORD, row.home_id, row.place) for row in frame.rows)
    if isinstance(frame, BoilerFrame):
        return replace(frame, values=values, rows=rows)
    return replace(
        frame,
        values=values,
        rows=rows,
        outdoor_temp_c=frame.outdoor_temp_c.astype(np.float32),
        outdoor_rel_humidity_pct=frame.outdoor_rel_humidity_pct.astype(np.float32),
    )


def arrow(columns: Columns) -> pa.Table:
    """Columns with the types of the estate folder."""
    return pa.table({name: _array(name, values) for name, values in columns.items()})


def csv_text(columns: Columns) -> str:
    """Columns as CSV, numbers in full."""
    lines = [",".join(columns)]
    lines += [",".join(map(_text, row)) for row in zip(*columns.values(), strict=True)]
    return "\n".join(lines) + "\n"


def _readings(frame: RoomFrame | BoilerFrame, **words: Sequence[str]) -> Columns:
    count = len(frame.rows)
    columns: dict[str, list[Any]] = {
        "home_id": [row.home_id for row in frame.rows for _ in range(frame.steps)]
    }
    for name, each in words.items():
        columns[name] = [word for word in each for _ in range(frame.steps)]
    columns["measured_at"] = frame.times * count
    for name, array in frame.values.items():
        values = [None if value != value else value for value in array.ravel().tolist()]
        flag = name in FLAGS
        columns[name] = [bool(value) if flag and value is not None else value for value in values]
    heard = [
        any(columns[name][row] is not None for name in frame.values)
        for row in range(count * frame.steps)
    ]
    return {
        name: [value for value, use in zip(values, heard, strict=True) if use]
        for name, values in columns.items()
    }


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    if name == "measured_at":
        return pa.array(values, pa.timestamp("ms", tz="UTC"))
    if name in ("home_id", "area", "room"):
        return pa.array(values, pa.string())
    if name in FLAGS:
        return pa.array(values, pa.bool_())
    return pa.array(values, pa.float32())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else str(value)


def damp_rooms() -> RoomFrame:
    """One room of each home is sound, and those of home-2 are cold and damp."""
    sound, damp = rooms(days=DAYS), rooms(days=DAYS, seed=2, air_temp_c=15.0, excess_pa=1000.0)
    values = {name: array.copy() for name, array in sound.values.items()}
    for name, array in values.items():
        array[1] = damp[name][1]
    return with_values(sound, **values)


def leaking_boilers() -> BoilerFrame:
    """The boiler of home-3 loses water, the others are sound."""
    sound, leaking = boilers(days=DAYS), boilers(days=DAYS, leak_bar_per_day=0.04, leak_from_day=5)
    pressure = sound["pressure_bar"].copy()
    pressure[2] = leaking["pressure_bar"][2]
    return with_values(sound, pressure_bar=pressure)
