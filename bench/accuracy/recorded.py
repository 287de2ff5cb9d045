"""Recordings of real rooms, home by home, as estate folders that the detectors can read.

Nothing of a recording is kept: folders stand as long as they are judged.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.quantities import QUANTITIES, Kind
from core.wire import Cell
from local.column_map import ColumnMap, MappedDevice, SourceColumn, TimeColumn, read_map
from local.csv_recording import Problems, read_csv
from local.place import REPOSITORY

UCI_COLUMNS = REPOSITORY / "local" / "columns" / "uci_appliances_energy.toml"

_ROOMS_OF_FINNISH_HOUSES = {"R1": 1, "R2": 2, "R3": 2, "R4": 2}
_EMPTY_HOUSE = "R1"
_OFFICES = ("917810", "925038", "999169")
_OFFICE_SENSORS = {"building": "bms", "co2 meter": "CO2-meter-SCD4x"}

Columns = Mapping[str, tuple[str, str | None]]
"""Our quantity: the column of the file, and its unit where that is another than ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedHome:
    """A home, or a room that is none, and the files in which it is; `words` say what it is."""

    home: str
    words: str
    parts: tuple[tuple[Path, ColumnMap], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of a home was judged."""

    rooms: int
    days: float


def recorded_homes(data: Path, scratch: Path) -> Iterator[RecordedHome]:
    """The recordings that are there; `scratch` takes what has to be unpacked. OSError."""
    uci = data / "uci_appliances_energy" / "home.csv"
    if uci.exists():
        yield RecordedHome(
            home="stambruges",
            words="low-energy house in Belgium, lived in, read every 10 minutes (UCI)",
            parts=((uci, read_map(UCI_COLUMNS)),),
        )
    if (finland := data / "trh1_finland").exists():
        for house, rooms in _ROOMS_OF_FINNISH_HOUSES.items():
            yield _finnish_house(finland, house, rooms)
    offices = data / "b4b_windesheim" / "b4b_preprocess_properties.zip"
    if offices.exists():
        for office in _OFFICES:
            yield _office(offices, office, scratch)


def write_folder(recorded: RecordedHome, folder: Path) -> Extent:
    """Write a home as an estate folder; it stands alone in its area. OSError.

    Raises local.column_map.NotAColumnMap where a file is not what the map says.
    """
    first_ms, last_ms, rooms = [], [], set()
    with (
        (folder / "room_readings.csv").open("w", newline="", encoding="utf-8") as room_file,
        (folder / "weather_readings.csv").open("w", newline="", encoding="utf-8") as weather_file,
    ):
        writers = {Kind.ROOM: csv.writer(room_file), Kind.WEATHER: csv.writer(weather_file)}
        heads = {Kind.ROOM: ["home_id", "room"], Kind.WEATHER: ["area"]}
        for kind, writer in writers.items():
            writer.writerow([*heads[kind], "measured_at", *(one.name for one in QUANTITIES[kind])])
        for path, column_map in recorded.parts:
            for name, samples in read_csv(path, column_map, Problems()):
                device = column_map.devices[name]
                place = [recorded.home]
                if device.room is not None:
                    place.append(device.room)
                    rooms.add(device.room)
                    first_ms.append(min(samples.times_ms))
                    last_ms.append(max(samples.times_ms))
                columns = [samples.columns.get(one.name) for one in QUANTITIES[device.kind]]
                writers[device.kind].writerows(
                    [*place, _instant(time_ms), *(_cell(column, row) for column in columns)]
                    for row, time_ms in enumerate(samples.times_ms)
                )
    (folder / "homes.csv").write_text(f"home_id,area\n{recorded.home},{recorded.home}\n", "utf-8")
    return Extent(rooms=len(rooms), days=(max(last_ms) - min(first_ms)) / 86_400_000)


def _finnish_house(folder: Path, house: str, rooms: int) -> RecordedHome:
    empty = house == _EMPTY_HOUSE
    weather: Columns = {"air_temp_c": ("Te", None), "rel_humidity_pct": ("RHe", None)}
    weather = {**weather, "rain_mm": ("precip", None)}
    if empty:
        weather = {"air_temp_c": ("T", None), "rel_humidity_pct": ("RH", None)}
    air: Columns = {"air_temp_c": ("T", None), "rel_humidity_pct": ("RH", None)}
    return RecordedHome(
        home=house,
        words=(
            "house in Finland, empty and half heated, being renovated (TRH-1)"
            if empty
            else "house in Finland, lived in, read every hour (TRH-1)"
        ),
        parts=(
            *(
                (
                    folder / f"{house}_indoor{number}.csv",
                    _map("t_UTC+2", {f"indoor {number}": air}, "+02:00"),
                )
                for number in range(1, rooms + 1)
            ),
            (folder / f"{house}_outdoor.csv", _map("t_UTC+2", {None: weather}, "+02:00")),
        ),
    )


def _office(archive: Path, office: str, scratch: Path) -> RecordedHome:
    path = scratch / f"{office}.csv"
    with zipfile.ZipFile(archive) as packed, packed.open(archive.stem + ".csv") as file:
        rows = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
        header = next(rows)
        mine = [row for row in rows if row[header.index("id")] == office]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *mine])
    rooms: dict[str | None, Columns] = {
        f"office, {name}": {
            "air_temp_c": (f"{source}_temp_in__degC", None),
            "rel_humidity_pct": (f"{source}_rel_humidity__0", "fraction"),
            "co2_ppm": (f"{source}_co2__ppm", None),
        }
        for name, source in _OFFICE_SENSORS.items()
    }
    weather: Columns = {"air_temp_c": ("temp_out__degC", None)}
    return RecordedHome(
        home=f"office {office}",
        words="room of an office in the Netherlands, with two sensors, no home (Brains4Buildings)",
        parts=((path, _map("timestamp", {**rooms, None: weather})),),
    )


def _map(
    time: str, devices: Mapping[str | None, Columns], utc_offset: str | None = None
) -> ColumnMap:
    """A map of rooms by name, None being the weather."""
    return ColumnMap(
        time=TimeColumn(column=time),
        utc_offset=utc_offset,
        devices={
            room or "weather": MappedDevice(
                kind=Kind.WEATHER if room is None else Kind.ROOM,
                home=None if room is None else "recorded",
                room=room,
                columns={
                    quantity: SourceColumn(column=column, unit=unit)
                    for quantity, (column, unit) in columns.items()
                },
            )
            for room, columns in devices.items()
        },
    )


def _instant(time_ms: int) -> str:
    at = datetime.fromtimestamp(time_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cell(column: Sequence[Cell] | None, row: int) -> Cell:
    return None if column is None else column[row]
