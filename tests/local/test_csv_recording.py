"""CSV recordings as samples: nothing lost without a word."""

from pathlib import Path

import pytest

from core.quantities import QUANTITIES, Kind
from core.wire import SAMPLES_MAX, Cell, Samples
from local.column_map import (
    ColumnMap,
    MappedDevice,
    NotAColumnMap,
    SourceColumn,
    TimeColumn,
    read_map,
)
from local.csv_recording import Problems, read_csv

CASES = Path(__file__).parents[1] / "cases" / "replay"
START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z

BEDROOM = MappedDevice(
    kind=Kind.ROOM,
    home="home-1",
    room="bedroom",
    columns={"air_temp_c": SourceColumn("T"), "rel_humidity_pct": SourceColumn("RH")},
)
OUTDOORS = MappedDevice(kind=Kind.WEATHER, columns={"air_temp_c": SourceColumn("To")})


def the_map(*, offset: str = "+00:00", **devices: MappedDevice) -> ColumnMap:
    return ColumnMap(
        devices=devices or {"bedroom": BEDROOM}, time=TimeColumn("time"), utc_offset=offset
    )


def read(
    folder: Path, text: str | bytes, column_map: ColumnMap | None = None
) -> tuple[list[tuple[str, Samples]], Problems]:
    path = folder / "home.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems = Problems()
    return list(read_csv(path, column_map or the_map(), problems)), problems


def test_rows_become_samples_with_their_offset_taken_off(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        "time,T,RH\n2026-01-01T01:00:00,20.5,55\n2026-01-01T01:10:00,20.6,54\n",
        the_map(offset="+01:00"),
    )

    columns: dict[str, list[Cell]] = {"air_temp_c": [20.5, 20.6], "rel_humidity_pct": [55.0, 54.0]}
    assert found == [("bedroom", Samples([START_MS, START_MS + 600_000], columns))]
    assert problems == Problems()


@pytest.mark.parametrize("missing", ["", " ", "NA", "nan", "NULL", "None"])
def test_a_missing_cell_is_not_measured_and_no_problem(tmp_path: Path, missing: str) -> None:
    found, problems = read(tmp_path, f"time,T,RH\n2026-01-01T00:00:00,{missing},55\n")

    columns: dict[str, list[Cell]] = {"air_temp_c": [None], "rel_humidity_pct": [55.0]}
    assert found == [("bedroom", Samples([START_MS], columns))]
    assert problems == Problems()


def test_a_row_in_which_a_device_measured_nothing_is_no_sample_of_it(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        "time,T,RH,To\n2026-01-01T00:00:00,,,3.5\n",
        the_map(bedroom=BEDROOM, outdoors=OUTDOORS),
    )

    assert found == [("outdoors", Samples([START_MS], {"air_temp_c": [3.5]}))]


@pytest.mark.parametrize("cell", ["cold", "inf", "1e999", "-"])
def test_an_unreadable_cell_is_noted_with_line_and_column_and_its_row_stands(
    tmp_path: Path, cell: str
) -> None:
    found, problems = read(
        tmp_path, f"time,T,RH\n2026-01-01T00:00:00,20,55\n2026-01-01T00:10:00,{cell},54\n"
    )

    columns: dict[str, list[Cell]] = {"air_temp_c": [20.0, None], "rel_humidity_pct": [55.0, 54.0]}
    assert found == [("bedroom", Samples([START_MS, START_MS + 600_000], columns))]
    assert problems == Problems(1, [f"line 3, column T: {cell!r} is no value"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("yesterday,20,55", "line 2: 'yesterday' is no time"),
        (",20,55", "line 2: '' is no time"),
        ("0001-01-01T00:00:00+10:00,20,55", "line 2: '0001-01-01T00:00:00+10:00' is no time"),
    ],
)
def test_a_row_without_a_time_is_noted_and_left_out(tmp_path: Path, row: str, words: str) -> None:
    found, problems = read(tmp_path, f"time,T,RH\n{row}\n")

    assert found == []
    assert problems == Problems(1, [words])


def test_blank_lines_and_a_byte_order_mark_are_nothing(tmp_path: Path) -> None:
    found, problems = read(tmp_path, "\ufefftime,T,RH\r\n\r\n2026-01-01T00:00:00,20,55\r\n\r\n\r\n")

    assert [len(samples) for _, samples in found] == [1]
    assert problems == Problems()


def test_a_row_that_is_cut_short_keeps_what_it_has(tmp_path: Path) -> None:
    found, problems = read(tmp_path, "time,T,RH\n2026-01-01T00:00:00,20")

    columns: dict[str, list[Cell]] = {"air_temp_c": [20.0], "rel_humidity_pct": [None]}
    assert found == [("bedroom", Samples([START_MS], columns))]
    assert problems == Problems()


def test_bytes_in_another_encoding_spoil_the_cell_they_stand_in(tmp_path: Path) -> None:
    found, problems = read(tmp_path, b"time,T,RH,note\n2026-01-01T00:00:00,20\xb0,55,\xa320\n")

    columns: dict[str, list[Cell]] = {"air_temp_c": [None], "rel_humidity_pct": [55.0]}
    assert found == [("bedroom", Samples([START_MS], columns))]
    assert problems == Problems(1, ["line 2, column T: '20\ufffd' is no value"])


def test_a_quoted_cell_over_two_lines_does_not_shift_the_lines_that_are_noted(
    tmp_path: Path,
) -> None:
    _, problems = read(
        tmp_path,
        'time,T,RH,note\n2026-01-01T00:00:00,20,55,"open\nwindow"\n2026-01-01T00:10:00,x,55,\n',
    )

    assert problems.first == ["line 4, column T: 'x' is no value"]


def test_a_quote_that_is_never_closed_is_told_and_no_crash(tmp_path: Path) -> None:
    endless = 'time,T,RH\n2026-01-01T00:00:00,"20,55\n' + "2026-01-01T00:10:00,20,55\n" * 10_000

    with pytest.raises(NotAColumnMap) as refusal:
        read(tmp_path, endless)

    start = f"{tmp_path / 'home.csv'} is no CSV file from line "
    assert str(refusal.value).startswith(start)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "has no column 'time'; it has: "),
        ("time;T;RH", "has no column 'time'; it has: time;T;RH"),
        ("time,T", "has no column 'RH'; it has: time, T"),
        ("time,T,RH,T", "has 2 columns 'T'"),
    ],
)
def test_a_file_without_the_maps_columns_is_refused(
    tmp_path: Path, header: str, reason: str
) -> None:
    with pytest.raises(NotAColumnMap) as refusal:
        read(tmp_path, f"{header}\n")

    assert str(refusal.value) == f"{tmp_path / 'home.csv'} {reason}"


def test_a_device_without_columns_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    nothing = MappedDevice(kind=Kind.ROOM, home="home-1", room="hall")

    with pytest.raises(NotAColumnMap) as refusal:
        read(tmp_path, "time,T,RH\n", the_map(bedroom=BEDROOM, hall=nothing))

    assert str(refusal.value) == "the map names no columns of hall"


def test_devices_go_forward_together_in_messages_of_their_size(tmp_path: Path) -> None:
    rows = "".join(
        f"2026-01-{1 + number // 144:02}T{number // 6 % 24:02}:{number % 6}0:00,20,55,3\n"
        for number in range(SAMPLES_MAX + 1)
    )

    found, _ = read(tmp_path, f"time,T,RH,To\n{rows}", the_map(bedroom=BEDROOM, outdoors=OUTDOORS))

    assert [(device, len(samples)) for device, samples in found] == [
        ("bedroom", SAMPLES_MAX),
        ("outdoors", SAMPLES_MAX),
        ("bedroom", 1),
        ("outdoors", 1),
    ]


def test_only_the_first_problems_are_kept_in_words(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "time,T,RH\n" + "never,20,55\n" * 1000)

    assert problems.count == 1000
    assert len(problems.first) == 20


def test_the_case_with_ten_impossible_values_holds_just_these() -> None:
    column_map = read_map(CASES / "ten_impossible.toml")
    problems = Problems()

    found = list(read_csv(CASES / "ten_impossible.csv", column_map, problems))

    impossible = [
        (device, one.name)
        for device, samples in found
        for one in QUANTITIES[column_map.devices[device].kind]
        for cell in samples.columns.get(one.name, ())
        if cell is not None and one.impossible(cell)
    ]
    assert problems == Problems()
    assert [(device, len(samples)) for device, samples in found] == [
        ("living", 200),
        ("bedroom", 200),
        ("outdoors", 200),
    ]
    assert sorted(impossible) == [
        *[("bedroom", "air_temp_c")] * 2,
        *[("bedroom", "rel_humidity_pct")] * 2,
        *[("living", "air_temp_c")] * 2,
        *[("living", "rel_humidity_pct")] * 2,
        ("outdoors", "air_temp_c"),
        ("outdoors", "rel_humidity_pct"),
    ]
