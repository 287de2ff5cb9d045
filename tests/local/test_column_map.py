"""Column maps: what they say of a file, and what is refused in which words."""

from pathlib import Path

import pytest

from core.quantities import Kind
from local.column_map import (
    ColumnMap,
    MappedDevice,
    NotAColumnMap,
    SourceColumn,
    TimeColumn,
    cell_reader,
    instant_reader,
    read_map,
)

WHOLE = """
utc_offset = "+01:00"
time = { column = "when" }

[devices.bedroom-1]
home = "home-1"
room = "bedroom"
kind = "room"
[devices.bedroom-1.columns]
air_temp_c = { column = "T1" }
rel_humidity_pct = { column = "RH1", unit = "fraction" }

[devices.outdoors]
kind = "weather"
columns = { air_temp_c = { column = "To", scale = 0.1 } }
"""
COLUMNS = Path(__file__).parents[2] / "local" / "columns"
NOON_UTC_MS = 1_767_268_800_000  # 2026-01-01T12:00:00Z


def written(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_map_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = read_map(written(tmp_path, WHOLE))

    assert found == ColumnMap(
        utc_offset="+01:00",
        time=TimeColumn("when"),
        devices={
            "bedroom-1": MappedDevice(
                home="home-1",
                room="bedroom",
                kind=Kind.ROOM,
                columns={
                    "air_temp_c": SourceColumn("T1"),
                    "rel_humidity_pct": SourceColumn("RH1", unit="fraction"),
                },
            ),
            "outdoors": MappedDevice(
                kind=Kind.WEATHER, columns={"air_temp_c": SourceColumn("To", scale=0.1)}
            ),
        },
    )


@pytest.mark.parametrize("path", sorted(COLUMNS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_maps_that_ship_are_maps(path: Path) -> None:
    assert read_map(path).devices


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            'kind = "room"',
            'kind = "cellar"',
            "is not a column map: Invalid enum value 'cellar' - at `$.devices[...].kind`",
        ),
        ('home = "home-1"\n', "", "device 'bedroom-1' of kind room needs a home and a room"),
        (
            'home = "home-1"',
            'home = "Home 1"',
            "device 'bedroom-1': home 'Home 1' is no name (a-z, 0-9, _ and -)",
        ),
        (
            'room = "bedroom"',
            'room = "boiler"',
            "device 'bedroom-1': a room cannot be called 'boiler'",
        ),
        (
            'kind = "weather"',
            'kind = "weather"\nhome = "home-1"',
            "device 'outdoors' of kind weather stands in no home and no room",
        ),
        (
            'air_temp_c = { column = "T1" }',
            'temp = { column = "T1" }',
            "device 'bedroom-1': no quantity 'temp'; known: air_temp_c, battery_pct, co2_ppm, "
            "rel_humidity_pct, surface_temp_c",
        ),
        (
            'unit = "fraction"',
            'unit = "kelvin"',
            "device 'bedroom-1': rel_humidity_pct: no unit 'kelvin'; known: fraction, percent",
        ),
        (
            'unit = "fraction"',
            'unit = "fraction", scale = 100.0',
            "device 'bedroom-1': rel_humidity_pct: give a unit or a scale, not both",
        ),
        (
            "scale = 0.1",
            "scale = 0.0",
            "device 'outdoors': air_temp_c: a scale of 0 leaves nothing of the value",
        ),
        ('utc_offset = "+01:00"', 'utc_offset = "1"', "utc_offset '1' is not of the form '+01:00'"),
        (
            'utc_offset = "+01:00"',
            'utc_offset = "+01:00"\ntime_zone = "Europe/London"',
            "give utc_offset or time_zone, not both",
        ),
        (
            'utc_offset = "+01:00"',
            "f_rsi = 70.0",
            "f_rsi 70 is not between 0 and 1",
        ),
    ],
)
def test_a_mistake_in_a_map_is_refused_in_words(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert WHOLE.count(old) == 1
    path = written(tmp_path, WHOLE.replace(old, new))

    with pytest.raises(NotAColumnMap) as refusal:
        read_map(path)

    said = str(refusal.value)
    assert said in (f"{path}: {reason}", f"{path} {reason}")


def test_a_device_must_have_a_name_fit_for_the_wire(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE.replace("bedroom-1", '"Bedroom 1"'))

    with pytest.raises(NotAColumnMap) as refusal:
        read_map(path)

    assert str(refusal.value) == f"{path}: device 'Bedroom 1' is no name (a-z, 0-9, _ and -)"


@pytest.mark.parametrize("zone", ["Atlantis/Nowhere", "Europe", "../etc/passwd", ""])
def test_a_time_zone_that_is_none_is_refused(tmp_path: Path, zone: str) -> None:
    path = written(tmp_path, WHOLE.replace('utc_offset = "+01:00"', f'time_zone = "{zone}"'))

    with pytest.raises(NotAColumnMap):
        read_map(path)


def test_two_weathers_are_one_too_many(tmp_path: Path) -> None:
    more = '\n[devices.roof]\nkind = "weather"\ncolumns = { air_temp_c = { column = "Tr" } }\n'

    with pytest.raises(NotAColumnMap):
        read_map(written(tmp_path, WHOLE + more))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_map_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAColumnMap):
        read_map(tmp_path / name)


def clock(form: str = "iso", *, offset: str | None = None, zone: str | None = None) -> ColumnMap:
    return ColumnMap(devices={}, time=TimeColumn("when", form), utc_offset=offset, time_zone=zone)


@pytest.mark.parametrize(
    ("column_map", "text"),
    [
        (clock(), "2026-01-01 12:00:00"),
        (clock(offset="+01:00"), "2026-01-01 13:00"),
        (clock(offset="-05:30"), "2026-01-01T06:30:00"),
        (clock(offset="+01:00"), "2026-01-01T12:00:00Z"),
        (clock("%d/%m/%Y %H.%M", offset="+02:00"), "01/01/2026 14.00"),
        (clock("epoch_s"), "1767268800"),
        (clock("epoch_ms"), "1767268800000"),
        (clock(zone="Europe/London"), "2026-01-01 12:00"),
    ],
)
def test_an_instant_is_the_same_however_it_is_written(column_map: ColumnMap, text: str) -> None:
    assert instant_reader(column_map)(text) == NOON_UTC_MS


def test_a_time_zone_has_its_summer() -> None:
    read = instant_reader(clock(zone="Europe/London"))

    winter_to_summer_h = (read("2026-03-29 03:00") - read("2026-03-29 00:00")) / 3_600_000
    assert winter_to_summer_h == 2


@pytest.mark.parametrize("form", ["iso", "%Y-%m-%d", "epoch_s", "epoch_ms"])
@pytest.mark.parametrize("text", ["", "yesterday", "inf", "nan", "-1e300", "9" * 400])
def test_what_is_no_time_is_refused_as_a_value(form: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        instant_reader(clock(form))(text)


def test_a_time_before_the_calendar_is_refused_as_a_value() -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        instant_reader(clock(offset="+01:00"))("0001-01-01T00:00:00")


@pytest.mark.parametrize(
    ("quantity", "kind", "source", "text", "value"),
    [
        ("air_temp_c", Kind.ROOM, SourceColumn("x"), "20.1", 20.1),
        # 0 °C is 32 °F is 273.15 K; 1 psi is 6,894.76 Pa (NIST SP 811)
        ("air_temp_c", Kind.ROOM, SourceColumn("x", unit="fahrenheit"), "32", 0.0),
        ("air_temp_c", Kind.ROOM, SourceColumn("x", unit="fahrenheit"), "212", 100.0),
        ("air_temp_c", Kind.ROOM, SourceColumn("x", unit="kelvin"), "273.15", 0.0),
        ("rel_humidity_pct", Kind.ROOM, SourceColumn("x", unit="fraction"), "0.55", 55.0),
        ("pressure_bar", Kind.BOILER, SourceColumn("x", unit="kilopascal"), "150", 1.5),
        ("pressure_bar", Kind.BOILER, SourceColumn("x", unit="pascal"), "150000", 1.5),
        ("pressure_bar", Kind.BOILER, SourceColumn("x", unit="psi"), "14.5038", 1.0),
        ("air_temp_c", Kind.ROOM, SourceColumn("x", scale=0.1), "201", 20.1),
        ("burner_starts", Kind.BOILER, SourceColumn("x"), "1024", 1024),
        ("flame_on", Kind.BOILER, SourceColumn("x"), "ON", True),
        ("flame_on", Kind.BOILER, SourceColumn("x"), "0", False),
        ("fault_code", Kind.BOILER, SourceColumn("x"), "F.22", "F.22"),
    ],
)
def test_a_cell_becomes_our_unit(
    quantity: str, kind: Kind, source: SourceColumn, text: str, value: float | bool | str
) -> None:
    found = cell_reader(quantity, kind, source)(text)

    assert found == (pytest.approx(value, rel=1e-5, abs=1e-9) if type(value) is float else value)


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [
        ("air_temp_c", Kind.ROOM),
        ("burner_starts", Kind.BOILER),
        ("flame_on", Kind.BOILER),
    ],
)
@pytest.mark.parametrize("text", ["cold", "inf", "-Infinity", "1e999", "nan", "12,5"])
def test_what_is_no_value_is_refused_as_one(quantity: str, kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        cell_reader(quantity, kind, SourceColumn("x"))(text)
