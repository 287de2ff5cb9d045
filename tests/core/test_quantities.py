"""What can be true of a home, and the words for what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import COUNTER_MAX, QUANTITIES, TEXT_LENGTH_MAX, Form, Kind, Quantity


def quantity(kind: Kind, name: str) -> Quantity:
    return next(one for one in QUANTITIES[kind] if one.name == name)


# The columns of docs and wire: interfaces that gateways, tables and files rely on.
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            Kind.ROOM,
            ["air_temp_c", "rel_humidity_pct", "co2_ppm", "surface_temp_c", "battery_pct"],
        ),
        (
            Kind.BOILER,
            [
                "flow_temp_c",
                "return_temp_c",
                "hot_water_temp_c",
                "flow_target_c",
                "hot_water_target_c",
                "pressure_bar",
                "modulation_pct",
                "flame_current_ua",
                "flame_on",
                "pump_on",
                "heat_demand",
                "hot_water_demand",
                "burner_starts",
                "ignition_failures",
                "fault_code",
            ],
        ),
        (Kind.WEATHER, ["air_temp_c", "rel_humidity_pct", "rain_mm"]),
    ],
)
def test_the_names_of_the_quantities_are_a_contract(kind: Kind, names: list[str]) -> None:
    assert [one.name for one in QUANTITIES[kind]] == names


@pytest.mark.parametrize(
    ("kind", "name", "value", "reason"),
    [
        (
            Kind.ROOM,
            "rel_humidity_pct",
            140.0,
            "relative humidity cannot be 140 % (possible: 0 to 100 %)",
        ),
        (
            Kind.ROOM,
            "air_temp_c",
            -40.5,
            "air temperature cannot be -40.5 °C (possible: -40 to 60 °C)",
        ),
        (
            Kind.ROOM,
            "air_temp_c",
            float("nan"),
            "air temperature cannot be nan °C (possible: -40 to 60 °C)",
        ),
        (
            Kind.BOILER,
            "pressure_bar",
            float("inf"),
            "water pressure cannot be inf bar (possible: 0 to 6 bar)",
        ),
        (
            Kind.BOILER,
            "burner_starts",
            COUNTER_MAX + 1,
            "count of burner starts cannot be 2.14748e+09 (possible: 0 to 2.14748e+09)",
        ),
        (
            Kind.BOILER,
            "ignition_failures",
            -(10**350),
            "count of failed ignitions cannot be a number of 351 digits "
            "(possible: 0 to 2.14748e+09)",
        ),
        (Kind.BOILER, "fault_code", "A\x00", "fault code holds a NUL character"),
        (
            Kind.BOILER,
            "fault_code",
            "x" * 65,
            "fault code is 65 characters long (at most 64)",
        ),
    ],
)
def test_an_impossible_value_is_refused_in_words(
    kind: Kind, name: str, value: float | str, reason: str
) -> None:
    assert quantity(kind, name).impossible(value) == reason


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Kind.ROOM, "air_temp_c", -40.0),
        (Kind.ROOM, "air_temp_c", 60.0),
        (Kind.ROOM, "rel_humidity_pct", 0.0),
        (Kind.ROOM, "rel_humidity_pct", 100.0),
        (Kind.BOILER, "flow_temp_c", 127.0),
        (Kind.BOILER, "burner_starts", COUNTER_MAX),
        (Kind.BOILER, "fault_code", "x" * TEXT_LENGTH_MAX),
        (Kind.BOILER, "flame_on", False),
    ],
)
def test_what_stands_at_the_edge_is_possible(
    kind: Kind, name: str, value: float | bool | str
) -> None:
    assert quantity(kind, name).impossible(value) is None


@given(value=st.floats() | st.integers(), kind=st.sampled_from(Kind))
def test_every_number_is_possible_or_refused_with_the_range_it_missed(
    value: float, kind: Kind
) -> None:
    for one in QUANTITIES[kind]:
        if one.form in (Form.REAL, Form.COUNTER):
            reason = one.impossible(value)
            assert (reason is None) == (one.lowest <= value <= one.highest)
