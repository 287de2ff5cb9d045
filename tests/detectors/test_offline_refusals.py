"""Estate folders that cannot be read: one plain line, and nothing left behind."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detectors.__main__ import main
from tests.detectors.homes import boilers, rooms
from tests.detectors.offline_folders import Folder, folder_of


@pytest.fixture(scope="module")
def estate() -> Folder:
    return folder_of(rooms(homes=1, days=2), boilers(homes=1, days=2))


def _wrong_type(place: Path) -> None:
    table = pq.read_table(place / "room_readings.parquet")
    words = table.column("air_temp_c").cast(pa.string())
    position = table.schema.get_field_index("air_temp_c")
    pq.write_table(table.set_column(position, "air_temp_c", words), place / "room_readings.parquet")


def _no_zone(place: Path) -> None:
    table = pq.read_table(place / "boiler_readings.parquet")
    naive = table.column("measured_at").cast(pa.timestamp("ms"))
    position = table.schema.get_field_index("measured_at")
    pq.write_table(
        table.set_column(position, "measured_at", naive), place / "boiler_readings.parquet"
    )


def _not_parquet(place: Path) -> None:
    (place / "homes.parquet").write_text("home_id\n", "utf-8")


def _no_key(place: Path) -> None:
    table = pq.read_table(place / "room_readings.parquet")
    pq.write_table(table.drop_columns(["room"]), place / "room_readings.parquet")


def _twice(place: Path) -> None:
    (place / "homes.csv").write_text("home_id\n", "utf-8")


def _no_readings(place: Path) -> None:
    (place / "room_readings.parquet").unlink()
    (place / "boiler_readings.parquet").unlink()


def _wrong_csv_number(place: Path) -> None:
    (place / "weather_readings.parquet").unlink()
    (place / "weather_readings.csv").write_text(
        "area,measured_at,air_temp_c\narea-1,2026-01-01T00:00:00Z,cold\n", "utf-8"
    )


def _wrong_csv_instant(place: Path) -> None:
    (place / "weather_readings.parquet").unlink()
    (place / "weather_readings.csv").write_text(
        "area,measured_at,air_temp_c\narea-1,2026-01-01T00:00:00,3.5\n", "utf-8"
    )


def _short_csv_line(place: Path) -> None:
    (place / "weather_readings.parquet").unlink()
    (place / "weather_readings.csv").write_text("area,measured_at\narea-1\n", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_wrong_type, "room_readings: column air_temp_c is of type string, not a number"),
        (
            _no_zone,
            "boiler_readings: column measured_at is of type timestamp[ms], not an instant with "
            "its zone",
        ),
        (
            _no_key,
            "room_readings has no column room, without which its rows mean nothing",
        ),
        (_twice, "homes is there twice, as homes.parquet and as homes.csv: keep one of them"),
        (
            _no_readings,
            "{place} has neither room_readings nor boiler_readings: there is nothing to judge",
        ),
        (
            _wrong_csv_number,
            "weather_readings: column air_temp_c holds 'cold' in line 2 of weather_readings.csv, "
            "not a number",
        ),
        (
            _wrong_csv_instant,
            "weather_readings: column measured_at holds '2026-01-01T00:00:00' in line 2 of "
            "weather_readings.csv, not an instant with its zone",
        ),
        (
            _short_csv_line,
            "{place}/weather_readings.csv: line 2 has 1 fields, and the header 2",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line_and_nothing_is_left_behind(
    spoil: Callable[[Path], None],
    said: str,
    estate: Folder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place, out = estate.write(tmp_path / "estate"), tmp_path / "alerts.jsonl"
    spoil(place)

    assert main(["analyse", str(place), "--out", str(out)]) == 1

    assert capsys.readouterr().err.splitlines()[-1] == f"analyse: {said.format(place=place)}"
    assert [one.name for one in tmp_path.iterdir()] == ["estate"]


def test_a_file_that_is_no_parquet_is_named(
    estate: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = estate.write(tmp_path / "estate")
    _not_parquet(place)

    assert main(["analyse", str(place), "--out", str(tmp_path / "alerts.jsonl")]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"analyse: {place}/homes.parquet cannot be read: ")


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "nowhere"

    assert main(["analyse", str(place), "--out", str(tmp_path / "alerts.jsonl")]) == 1

    assert capsys.readouterr().err == (
        f"analyse: {place} is not there, or no folder: name an estate folder\n"
    )


@pytest.mark.parametrize("words", [["analyse"], ["analyse", "estate"]])
def test_wrong_words_end_with_status_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze"]) == 2
    assert capsys.readouterr().err == "python -m detectors: 'analyze' is none of: analyse, run\n"
