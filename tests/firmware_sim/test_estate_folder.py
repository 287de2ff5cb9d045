"""The estate folder: what stands in it, in which order, and that it is whole or not there."""

import argparse
import hashlib
import json
import resource
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.faults.effects import none_at_work
from firmware_sim.faults.kind import FaultRefusedError
from firmware_sim.folder import tables
from firmware_sim.folder.blocks import EstateRefusedError, Order, blocks
from firmware_sim.folder.commands import add_estate
from firmware_sim.folder.homes_table import SURVEY_ERROR, surveyed_f_rsi
from firmware_sim.folder.rows import InOrder, rows_of
from firmware_sim.folder.write import Form, write_estate
from firmware_sim.homes.homes import build_homes
from firmware_sim.oddities.table import ODDITIES
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.sense import sense
from firmware_sim.sensing.sensors import build_sensors
from tests.firmware_sim.stretches import DAY, made_up

ORDER = Order(homes=60, days=2, seed=7, first_day=date(2026, 1, 10), block_homes=100)
HOME_TABLES = {"room_readings": tables.ROOM_READINGS, "boiler_readings": tables.BOILER_READINGS}
READINGS = {**HOME_TABLES, "weather_readings": tables.WEATHER_READINGS}


def quietly(_home_days: int) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty homes for two days."""
    out = tmp_path_factory.mktemp("estate") / "out"
    write_estate(ORDER, out, say=quietly)
    return out


def table(folder: Path, name: str) -> pa.Table:
    """One table of a folder, its parts by name."""
    return pyarrow.dataset.dataset(folder / name, format="parquet").to_table()


def plain(schema: pa.Schema) -> pa.Schema:
    """The schema as it is read back: words are strings."""
    kinds = [
        (each.name, each.type.value_type if pa.types.is_dictionary(each.type) else each.type)
        for each in schema
    ]
    return pa.schema(kinds)


def test_the_folder_has_every_table_with_its_columns(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "boiler_readings",
        "homes.parquet",
        "oddities.jsonl",
        "room_readings",
        "truth.jsonl",
        "truth.parquet",
        "weather_readings",
    ]
    assert pq.read_schema(folder / "homes.parquet").equals(tables.HOMES)
    assert pq.read_schema(folder / "truth.parquet").equals(tables.TRUTH)
    for name, schema in READINGS.items():
        parts = list((folder / name).iterdir())
        assert {pq.read_schema(part).equals(plain(schema)) for part in parts} == {True}


def test_each_home_has_its_own_part_and_its_rows_in_order(folder: Path) -> None:
    for name in HOME_TABLES:
        parts = sorted((folder / name).iterdir())
        assert len(parts) == ORDER.homes
        for number, part in enumerate(parts, start=1):
            rows = pq.read_table(part)
            instants = rows["measured_at"].cast(pa.int64()).to_numpy()
            assert set(rows["home_id"].unique().to_pylist()) <= {f"home-{number}"}
            assert (np.diff(instants) >= 0).all()


def test_a_day_of_a_home_has_a_boiler_reading_a_minute_and_no_reading_twice(folder: Path) -> None:
    boilers, rooms = table(folder, "boiler_readings"), table(folder, "room_readings")

    a_home = boilers.num_rows / ORDER.homes / ORDER.days
    assert 1250 < a_home < 1440  # some adapters are silent, some clouds away
    a_room = rooms.num_rows / ORDER.homes / ORDER.days / 3
    assert 200 < a_room < 288  # some speak on change, or every ten or thirty minutes
    keys = rooms.group_by(["home_id", "room", "measured_at"]).aggregate([([], "count_all")])
    assert pc.max(keys["count_all"]).as_py() == 1


def test_what_was_not_measured_is_null(folder: Path) -> None:
    rooms, boilers = table(folder, "room_readings"), table(folder, "boiler_readings")

    bathrooms = rooms.filter(pc.equal(rooms["room"], "bathroom"))
    assert bathrooms["co2_ppm"].null_count > 0.95 * bathrooms.num_rows  # some sensors were moved
    assert pc.any(pc.is_nan(rooms["air_temp_c"])).as_py() is False
    assert 0 < boilers["pump_on"].null_count < boilers.num_rows
    assert pc.min(boilers["burner_starts"]).as_py() >= 0


def test_the_lines_of_the_truth_are_the_rows_of_its_table(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    rows = pq.read_table(folder / "truth.parquet").to_pylist()

    assert [(row["home_id"], row["fault"], row["place"]) for row in rows] == [
        (line["home_id"], line["fault"], line["place"]) for line in lines
    ]
    assert [row["began_at"].strftime("%Y-%m-%dT%H:%M:%SZ") for row in rows] == [
        line["began_at"] for line in lines
    ]
    assert 20 <= len(lines) <= 40  # about half of sixty homes
    assert all(line["severity_over_time"] for line in lines)


def test_healthy_homes_have_their_oddities_too(folder: Path) -> None:
    faulty, odd = (
        {json.loads(line)["home_id"] for line in (folder / name).read_text().splitlines()}
        for name in ("truth.jsonl", "oddities.jsonl")
    )

    assert odd - faulty


def test_the_same_seed_gives_the_same_bytes_in_whatever_blocks(
    folder: Path, tmp_path: Path
) -> None:
    write_estate(replace(ORDER, block_homes=50), tmp_path / "out", say=quietly)

    assert _digests(tmp_path / "out") == _digests(folder)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_csv_says_the_same_as_parquet(folder: Path, tmp_path: Path) -> None:
    write_estate(ORDER, tmp_path / "out", form=Form.CSV, say=quietly)

    for name, schema in READINGS.items():
        path = tmp_path / "out" / f"{name}.csv"
        options = pyarrow.csv.ConvertOptions(column_types=plain(schema), strings_can_be_null=True)
        assert pyarrow.csv.read_csv(path, convert_options=options).equals(table(folder, name))
    weather = (tmp_path / "out/weather_readings.csv").read_text().splitlines()
    assert weather[0] == "area,measured_at,air_temp_c,rel_humidity_pct,rain_mm"
    assert weather[1].startswith("area-1,2026-01-10T00:00:30.000Z,")
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [
        *[".csv"] * 5,
        *[".jsonl"] * 2,
    ]


def test_a_code_that_means_two_things_is_one_word_in_the_table() -> None:
    schema = pa.schema([("fault_code", pa.dictionary(pa.int32(), pa.string()))])
    numbers = {"fault_code": np.array([2, -1, 0, 1], dtype=np.int8)}

    rows = tables.table_of(schema, numbers, {"fault_code": ("L1", "L1", "F4")})

    assert rows["fault_code"].to_pylist() == ["F4", None, "L1", "L1"]
    assert rows["fault_code"].chunk(0).dictionary.to_pylist() == ["L1", "F4"]


def test_a_third_of_the_homes_has_been_surveyed_to_within_a_twentieth() -> None:
    homes = build_homes(range(1000), seed=3)

    found = surveyed_f_rsi(homes, seed=3)

    known = np.isfinite(found)
    off = found[known] - homes.fabric.f_rsi.mean(axis=1)[known]
    assert 0.26 < known.mean() < 0.34
    assert np.abs(off).max() <= SURVEY_ERROR + 1e-9
    assert off.std() > 0.02


def test_rows_of_a_home_come_in_order_though_one_clock_is_hours_behind() -> None:
    homes = build_homes(range(1), seed=7)
    sensors = build_sensors(homes, seed=7)
    memory = Memory.empty(homes=1, rooms=3, areas=1)
    effects = none_at_work(homes)
    effects.devices.clock_ahead_s[0, 1] = -6 * 3600.0
    order, written = InOrder(), []

    for day in range(3):
        stretch = made_up(homes, first=(DAY + day) * 1440, effects=effects)
        rooms = sense(stretch, homes, sensors, memory, seed=7).rooms
        midnight_ms = (DAY + day + 1) * 86_400_000
        rows = rows_of(tables.ROOM_READINGS, [rooms], 0)
        upto_ms = None if day == 2 else midnight_ms - 12 * 3_600_000
        written.append(order.add(rows, upto_ms=upto_ms)["measured_at"])

    instants = np.concatenate(written)
    assert [len(part) > 0 for part in written] == [True, True, True]
    assert (np.diff(instants) >= 0).all()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/kept.txt").write_text("mine")

    with pytest.raises(EstateRefusedError, match="is there already"):
        write_estate(ORDER, tmp_path / "out", say=quietly)

    assert [path.name for path in tmp_path.rglob("*")] == ["out", "kept.txt"]


def test_a_run_that_was_killed_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.part").mkdir()

    with pytest.raises(EstateRefusedError, match="one was killed"):
        write_estate(ORDER, tmp_path / "out", say=quietly)


def test_a_run_broken_off_leaves_nothing(tmp_path: Path) -> None:
    def break_off(_home_days: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_estate(replace(ORDER, homes=1, days=1), tmp_path / "out", say=break_off)

    assert list(tmp_path.iterdir()) == []


def test_blocks_shrink_to_the_files_that_may_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (100, 100))

    with pytest.raises(EstateRefusedError, match="ulimit -n"):
        write_estate(ORDER, tmp_path / "out", say=quietly)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"homes": 0}, "homes must be 1 or more, not 0"),
        ({"days": -1}, "days must be 1 or more, not -1"),
        ({"seed": -1}, "a seed is a whole number from 0 on, not -1"),
        ({"block_homes": 70}, "a block is a multiple of 50 homes, not 70"),
    ],
)
def test_an_estate_that_cannot_be_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(EstateRefusedError, match=reason):
        replace(ORDER, **change)


def test_a_block_gives_its_readings_by_the_day_or_all_at_once() -> None:
    by_day = list(next(blocks(homes=2, days=2, seed=7)).days())
    whole = next(blocks(homes=2, days=2, seed=7)).whole()

    assert [day.boilers.sent.shape for day in by_day] == [(2, 1440), (2, 1440)]
    for part in ("rooms", "boilers", "weather"):
        for one in fields(getattr(whole, part)):
            days = [getattr(getattr(day, part), one.name) for day in by_day]
            together = getattr(getattr(whole, part), one.name)
            assert_array_equal(np.concatenate(days, axis=-1), together, one.name)


def test_a_healthy_estate_has_oddities_only() -> None:
    healthy = replace(ORDER, healthy=True, days=365)

    assert {one.name for one in healthy.planned(range(50))} <= set(ODDITIES)
    assert len(healthy.planned(range(50))) > 50


def test_only_the_faults_that_were_named_are_put_in() -> None:
    chosen = replace(ORDER, faults=("slow_leak", "cold_bridge"), days=365)

    found = {one.name for one in chosen.planned(range(50))} - set(ODDITIES)

    assert found == {"slow_leak", "cold_bridge"}
    with pytest.raises(FaultRefusedError, match="did you mean slow_leak"):
        replace(ORDER, faults=("slow_leek",)).planned(range(50))


@pytest.fixture
def command() -> Callable[..., int]:
    """The command line with `estate` alone."""

    def run(*words: str) -> int:
        parser = argparse.ArgumentParser()
        add_estate(parser.add_subparsers())
        chosen = parser.parse_args(["estate", *words])
        return int(chosen.run(chosen))

    return run


def test_the_command_writes_a_folder_and_says_how_far_it_is(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    status = command(*f"--homes 1 --days 1 --seed 7 --from 2026-01-10 --out {out}".split())

    said = capsys.readouterr()
    assert status == 0
    assert said.out == ""
    assert said.err.splitlines() == [
        "firmware-sim: 100 %: 1 of 1 home-days, about 0 s left",
        f"firmware-sim: {out} is written",
    ]
    first = pq.read_table(out / "weather_readings")["measured_at"][0].as_py()
    assert first.isoformat() == "2026-01-10T00:00:30+00:00"
