"""The detectors on files: an estate folder in, alerts out, whatever state the folder is in."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from detectors.__main__ import main
from detectors.arrays import Floats
from detectors.daily import RUN_UP
from detectors.frame import BoilerFrame, FrameT, RoomFrame
from detectors.offline import contents
from detectors.offline.alert_lines import alert_lines
from detectors.offline.samples import PlacedSamples
from detectors.placing import Stay, boiler_frame, epoch_ms, room_frame
from detectors.streaming import HomesWatch
from tests.detectors.homes import AUTUMN
from tests.detectors.offline_folders import (
    AREA,
    DAYS,
    Folder,
    damp_rooms,
    folder_of,
    leaking_boilers,
    single,
)
from tests.detectors.run.simple import SIMPLE

pytestmark = pytest.mark.usefixtures("simple_detectors")

TABLES = ("homes", "room_readings", "boiler_readings", "weather_readings")


ROOMS, BOILERS = damp_rooms(), leaking_boilers()


@pytest.fixture(scope="module")
def estate() -> Folder:
    return folder_of(ROOMS, BOILERS)


@pytest.fixture(scope="module")
def expected(
    simple_detectors: None, estate: Folder, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    """The alerts of the sound folder."""
    out = tmp_path_factory.mktemp("expected") / "alerts.jsonl"
    assert main(["analyse", str(estate.write(out.parent / "estate")), "--out", str(out)]) == 0
    return out.read_bytes()


def test_the_alerts_are_those_that_the_engine_tells_of_frames_of_all_the_time(
    expected: bytes,
) -> None:
    rooms_whole, boilers_whole = whole_frames(single(ROOMS), single(BOILERS))
    watch = HomesWatch(SIMPLE)
    nights = DAYS - 1  # the last day is not over: nothing was heard after its midnight
    for day in range(DAYS):
        settled = 288 * (day < nights) or 286  # the last reading is of 23:50
        watch.take(
            day_of(rooms_whole, day),
            day_of(boilers_whole, day),
            rooms_over=np.full(3, day < nights),
            boilers_over=np.full(3, day < nights),
            settled=np.tile(np.arange(288) < settled, (3, 1)),
        )

    assert expected.decode() == "".join(alert_lines(watch.episodes()))
    told_of = {(one["home_id"], one["detector"]) for one in map(json.loads, expected.splitlines())}
    assert told_of == {
        ("home-2", "mould_risk"),
        ("home-3", "slow_leak"),
        ("home-3", "low_pressure"),
    }


def whole_frames(rooms: RoomFrame, boilers: BoilerFrame) -> tuple[RoomFrame, BoilerFrame]:
    """Samples of every ten minutes put on the detectors' grids at once, RUN_UP before the first."""
    start = rooms.start - RUN_UP
    weather = samples(
        {
            "air_temp_c": rooms.outdoor_temp_c[:1],
            "rel_humidity_pct": rooms.outdoor_rel_humidity_pct[:1],
        },
        rooms,
    )
    span_s = int(RUN_UP.total_seconds()) + DAYS * 86_400
    room = room_frame(
        stays(rooms), samples(rooms.values, rooms), weather, start, span_s // 300, step_s=300
    )
    boiler = boiler_frame(
        stays(boilers),
        samples(boilers.values, boilers),
        start,
        span_s // 60,
        step_s=60,
        weather=weather,
        rooms=room,
    )
    return room, boiler


def stays(frame: RoomFrame | BoilerFrame) -> list[Stay]:
    return [
        Stay(
            row=row,
            device_id=number,
            weather_device_id=0,
            f_rsi=None,
            since=AUTUMN - timedelta(days=1),
            until=None,
        )
        for number, row in enumerate(frame.rows)
    ]


def samples(values: Mapping[str, Floats], frame: RoomFrame | BoilerFrame) -> PlacedSamples:
    count = len(next(iter(values.values())))
    times = epoch_ms(frame.start) + np.arange(frame.steps) * frame.step_s * 1000
    return PlacedSamples(
        places=tuple((f"{number}",) for number in range(count)),
        device_ids=np.repeat(np.arange(count, dtype=np.int32), frame.steps),
        times_ms=np.tile(times, count),
        values={name: array.ravel().astype(np.float32) for name, array in values.items()},
    )


def day_of(frame: FrameT, day: int) -> FrameT:
    """A day with RUN_UP before it, of a frame that begins RUN_UP before its first."""
    per_day, before = 86_400 // frame.step_s, int(RUN_UP.total_seconds()) // frame.step_s
    return frame.part(steps=slice(day * per_day, (day + 1) * per_day + before))


def test_a_line_is_an_episode_as_the_interfaces_have_it(expected: bytes) -> None:
    lines = [json.loads(line) for line in expected.splitlines()]

    comes_and_goes = [line.pop("flapping") for line in lines if "flapping" in line]
    assert set(comes_and_goes) == {True}
    assert {tuple(line) for line in lines} == {
        (
            "home_id",
            "detector",
            "place",
            "began_at",
            "raised_at",
            "cleared_at",
            "severity",
            "confidence",
            "evidence",
            "sentence",
            "causes",
            "group",
        )
    }
    leak = next(line for line in lines if line["detector"] == "slow_leak")
    assert leak["cleared_at"] is None
    assert leak["severity"] in ("medium", "high")
    assert leak["raised_at"].endswith("Z")
    order = [(one["raised_at"], one["home_id"], one["detector"], one["place"]) for one in lines]
    assert order == sorted(order)


def test_csv_gives_what_parquet_gives(
    estate: Folder, expected: bytes, analysed: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detectors.offline.csv_parts.PIECE_BYTES", 100_000)

    assert analysed(estate, "csv") == expected


def test_csv_as_a_spreadsheet_writes_it_is_read(
    estate: Folder, expected: bytes, tmp_path: Path
) -> None:
    place, out = estate.write(tmp_path / "estate", form="csv"), tmp_path / "alerts.jsonl"
    for name in TABLES:
        text = (place / f"{name}.csv").read_text("utf-8")
        as_windows = "\N{ZERO WIDTH NO-BREAK SPACE}" + text.replace("\n", "\r\n") + "\r\n"
        (place / f"{name}.csv").write_bytes(as_windows.encode())

    assert main(["analyse", str(place), "--out", str(out)]) == 0

    assert out.read_bytes() == expected


def test_csv_needs_no_pyarrow(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "detectors.offline.parquet_parts")

    assert analysed(estate, "csv") == expected


def test_parquet_without_pyarrow_says_what_to_install(
    estate: Folder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = estate.write(tmp_path / "estate")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "detectors.offline.parquet_parts")

    assert main(["analyse", str(place), "--out", str(tmp_path / "alerts.jsonl")]) == 1

    assert capsys.readouterr().err == (
        f"analyse: {place}/homes.parquet is Parquet, and pyarrow, which reads it, is not "
        "installed: pip install 'homewell[analyse]', or give the tables as CSV\n"
    )


@pytest.mark.parametrize("rows_at_once", [1, 10_000])
def test_a_block_at_a_time_gives_what_all_at_once_gives(
    rows_at_once: int,
    estate: Folder,
    expected: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place, out = estate.write(tmp_path / "estate"), tmp_path / "alerts.jsonl"
    monkeypatch.setattr(contents, "BLOCK_ROWS", rows_at_once)

    main(["analyse", str(place), "--out", str(out)])

    assert out.read_bytes() == expected
    assert "analyse: 1 of 3 homes judged" in capsys.readouterr().err


def test_a_table_in_many_files_is_one_table(
    estate: Folder, expected: bytes, tmp_path: Path
) -> None:
    place, out = estate.write(tmp_path / "estate"), tmp_path / "alerts.jsonl"
    whole = pq.read_table(place / "room_readings.parquet")
    (place / "room_readings.parquet").unlink()
    (place / "room_readings").mkdir()
    for number in range(3):
        part = whole.slice(number * len(whole) // 3, -(-len(whole) // 3))
        pq.write_table(part, place / "room_readings" / f"{number}.parquet", row_group_size=1000)

    assert main(["analyse", str(place), "--out", str(out)]) == 0

    assert out.read_bytes() == expected


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_rows_in_no_order_give_the_same_alerts(
    form: str, estate: Folder, expected: bytes, analysed: Callable[..., bytes]
) -> None:
    rng = np.random.default_rng(3)
    for name in TABLES:
        count = len(next(iter(estate.tables[name].values())))
        estate = estate.rows(name, rng.permutation(count).tolist())

    assert analysed(estate, form) == expected


def test_homes_that_lie_mixed_are_read_at_once_and_that_is_said(
    estate: Folder,
    expected: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    count = len(estate.tables["room_readings"]["home_id"])
    mixed = estate.rows("room_readings", np.random.default_rng(3).permutation(count).tolist())
    place, out = mixed.write(tmp_path / "estate"), tmp_path / "alerts.jsonl"
    for name in ("room_readings", "boiler_readings"):
        table = pq.read_table(place / f"{name}.parquet")
        pq.write_table(table, place / f"{name}.parquet", row_group_size=100)
    monkeypatch.setattr("detectors.offline.parquet_parts.PIECE_ROWS", 100)
    monkeypatch.setattr(contents, "BLOCK_ROWS", 1)
    monkeypatch.setattr(contents, "READ_AGAIN_MAX", 1)

    main(["analyse", str(place), "--out", str(out)])

    assert out.read_bytes() == expected
    assert (
        "analyse: homes lie too mixed to be read apart (group rows by home, some 100,000 in a row "
        "group): all are read at once, which takes more memory\n"
    ) in capsys.readouterr().err


def test_rows_that_came_twice_count_once_and_that_is_said(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    count = len(estate.tables["boiler_readings"]["home_id"])

    doubled = estate.rows("boiler_readings", [*range(count), *range(100)])

    assert analysed(doubled) == expected
    assert "analyse: 100 rows came twice, and count once\n" in capsys.readouterr().err


def test_a_device_that_thinks_it_is_1970_changes_nothing_and_that_is_said(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    readings = estate.tables["room_readings"]
    lost = {name: [values[0]] for name, values in readings.items()}
    lost["measured_at"] = [readings["measured_at"][0].replace(year=1970)]
    more = {name: [*values, *lost[name]] for name, values in readings.items()}

    assert analysed(estate.with_table("room_readings", more)) == expected
    assert "analyse: 1 rows are left out: " in capsys.readouterr().err


def test_a_value_that_cannot_be_true_is_none(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    readings = {name: list(values) for name, values in estate.tables["boiler_readings"].items()}
    readings["hot_water_temp_c"] = [999.0] * len(readings["home_id"])

    assert analysed(estate.with_table("boiler_readings", readings)) == expected
    assert "values cannot be true" in capsys.readouterr().err


def test_without_weather_there_is_no_damp_and_the_boilers_are_judged_as_before(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    boiler_lines = [line for line in expected.splitlines() if json.loads(line)["place"] == "boiler"]

    assert analysed(estate.with_table("weather_readings", None)).splitlines() == boiler_lines
    assert "analyse: there is no table weather_readings: " in capsys.readouterr().err


def test_a_home_without_readings_is_said_to_be_unknown(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    homes: dict[str, list[object]] = {"home_id": ["home-7"], "area": [AREA], "f_rsi": [0.8]}
    more = {name: [*estate.tables["homes"][name], *homes[name]] for name in homes}

    assert analysed(estate.with_table("homes", more)) == expected
    assert (
        "analyse: 1 homes have no readings, such as home-7: nothing is known\n"
    ) in capsys.readouterr().err


def test_a_missing_column_is_said_and_the_rest_is_judged(
    estate: Folder,
    expected: bytes,
    analysed: Callable[..., bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    readings = dict(estate.tables["boiler_readings"])
    del readings["pressure_bar"]
    room_lines = [line for line in expected.splitlines() if json.loads(line)["place"] != "boiler"]

    assert analysed(estate.with_table("boiler_readings", readings)).splitlines() == room_lines
    assert "boiler_readings: not (everywhere) there: return_temp_c" in capsys.readouterr().err


def test_a_home_that_was_recorded_years_later_is_judged_as_by_itself(
    estate: Folder, expected: bytes, analysed: Callable[..., bytes]
) -> None:
    later = timedelta(days=3 * 365)
    moved = estate
    for name in TABLES:
        table = {key: list(values) for key, values in estate.tables[name].items()}
        homes = table.get("home_id", table.get("area", []))
        again = [row for row, home in enumerate(homes) if home in ("home-3", AREA)]
        for key, values in table.items():
            values += [values[row] for row in again]
            if key == "home_id":
                values[-len(again) :] = ["home-9"] * len(again)
            if key == "measured_at":
                values[-len(again) :] = [at + later for at in values[-len(again) :]]
        moved = moved.with_table(name, table)

    lines = [json.loads(line) for line in analysed(moved).splitlines()]

    alone = [json.loads(line) for line in expected.splitlines()]
    assert [one for one in lines if one["home_id"] != "home-9"] == alone
    as_before = [one for one in alone if one["home_id"] == "home-3"]
    assert as_before != []
    for one in as_before:
        one["home_id"] = "home-9"
        for instant in ("began_at", "raised_at", "cleared_at"):
            if one[instant]:
                at = datetime.fromisoformat(one[instant]) + later
                one[instant] = at.isoformat().replace("+00:00", "Z")
    assert [one for one in lines if one["home_id"] == "home-9"] == as_before


@pytest.mark.parametrize("name", ["room_readings", "weather_readings", "homes"])
def test_a_table_without_rows_is_read(
    name: str, estate: Folder, expected: bytes, tmp_path: Path
) -> None:
    place, out = estate.write(tmp_path / "estate"), tmp_path / "alerts.jsonl"
    whole = pq.read_table(place / f"{name}.parquet")
    pq.write_table(whole.slice(0, 0), place / f"{name}.parquet")

    assert main(["analyse", str(place), "--out", str(out)]) == 0

    boiler_lines = [one for one in expected.splitlines() if json.loads(one)["place"] == "boiler"]
    assert out.read_bytes().splitlines() == boiler_lines
