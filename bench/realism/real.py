"""Recordings of real homes, as hourly means of their rooms and of the weather outdoors."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FINLAND_FROM, FINLAND_DAYS = datetime(2010, 12, 1, tzinfo=UTC), 180
BELGIUM_FROM, BELGIUM_DAYS = datetime(2016, 1, 12, tzinfo=UTC), 135
_FINNISH_HOUSES = ("R2", "R3", "R4")
_FINNISH_OFFSET = timedelta(hours=2)
_BELGIAN_OFFSET = timedelta(hours=1)  # the recording keeps winter time
_BELGIAN_ROOMS = {
    1: "kitchen",
    2: "living room",
    3: "laundry",
    4: "office",
    5: "bathroom",
    7: "ironing room",
    8: "teenager's room",
    9: "parents' room",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Rooms in one weather, hour by hour; NaN where nothing was measured."""

    rooms: tuple[str, ...]
    start: datetime
    """The first hour, UTC."""
    temp_c: Floats
    """(rooms, hours)"""
    humidity_pct: Floats
    """(rooms, hours)"""
    outdoor_c: Floats
    """(hours,)"""
    outdoor_humidity_pct: Floats
    """(hours,)"""

    def only(self, wanted: list[bool]) -> "Recording":
        """The same weather with some of the rooms."""
        return replace(
            self,
            rooms=tuple(room for room, kept in zip(self.rooms, wanted, strict=True) if kept),
            temp_c=self.temp_c[wanted],
            humidity_pct=self.humidity_pct[wanted],
        )

    def bathrooms(self) -> "Recording":
        """The bathrooms alone, of which there may be none."""
        return self.only(["bathroom" in room for room in self.rooms])

    def without_bathrooms(self) -> "Recording":
        """All other rooms."""
        return self.only(["bathroom" not in room for room in self.rooms])


def finnish_houses(folder: Path) -> list[Recording]:
    """Occupied houses of TRH-1, two sensors each, from December to May. OSError where absent."""
    return [_finnish_house(folder / "trh1_finland", name) for name in _FINNISH_HOUSES]


def _finnish_house(folder: Path, name: str) -> Recording:
    hours = FINLAND_DAYS * 24
    outdoors = _hourly(folder / f"{name}_outdoor.csv", ("Te", "RHe"), hours)
    indoors = [_hourly(folder / f"{name}_indoor{n}.csv", ("T", "RH"), hours) for n in (1, 2)]
    return Recording(
        rooms=(f"{name} 1", f"{name} 2"),
        start=FINLAND_FROM,
        temp_c=np.stack([one[0] for one in indoors]),
        humidity_pct=np.stack([one[1] for one in indoors]),
        outdoor_c=outdoors[0],
        outdoor_humidity_pct=outdoors[1],
    )


def _hourly(path: Path, columns: tuple[str, ...], hours: int) -> Floats:
    """These columns of a table with a row an hour, (columns, hours)."""
    with path.open(newline="") as lines:
        rows = csv.DictReader(lines)
        values = []
        for row in rows:
            local = datetime.fromisoformat(row["t_UTC+2"]).replace(tzinfo=UTC)
            if local - _FINNISH_OFFSET >= FINLAND_FROM:
                values.append([float(row[column] or "nan") for column in columns])
            if len(values) == hours:
                break
    return np.array(values).T


def belgian_house(folder: Path) -> Recording:
    """The low-energy house of the UCI appliances data, eight rooms. OSError where absent."""
    path = folder / "uci_appliances_energy" / "home.csv"
    columns = ["T_out", "RH_out"]
    columns += [f"{quantity}{n}" for quantity in ("T", "RH_") for n in _BELGIAN_ROOMS]
    hours = BELGIUM_DAYS * 24
    with path.open(newline="") as lines:
        rows = [
            [float(row[column]) for column in columns]
            for row in csv.DictReader(lines)
            if _utc(row["time_local"]) >= BELGIUM_FROM
        ]
    means = np.array(rows[: hours * 6]).reshape(hours, 6, -1).mean(axis=1).T
    count = len(_BELGIAN_ROOMS)
    return Recording(
        rooms=tuple(f"Belgian {name}" for name in _BELGIAN_ROOMS.values()),
        start=BELGIUM_FROM,
        temp_c=means[2 : 2 + count],
        humidity_pct=means[2 + count :],
        outdoor_c=means[0],
        outdoor_humidity_pct=means[1],
    )


def _utc(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=UTC) - _BELGIAN_OFFSET
