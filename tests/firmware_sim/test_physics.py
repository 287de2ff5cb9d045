"""Air, leaks, damp walls and mould: the formulas against reference values, rooms against sense."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from firmware_sim.homes.ages import AGES
from firmware_sim.homes.fabric import BATHROOM, BEDROOM, LIVING
from firmware_sim.homes.homes import Homes, build_homes
from firmware_sim.kinds import Floats
from firmware_sim.physics import air, carbon_dioxide, mixing, moisture, rooms
from firmware_sim.physics.mould import grow_for_an_hour, none_yet

CASES = Path(__file__).parents[1] / "cases" / "vtt"  # its SOURCE.txt says where they are from
HOMES = build_homes(range(20), seed=1)
FABRIC = HOMES.fabric
SHAPE = FABRIC.volume_m3.shape
SLOT_S = 300.0


def table(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["class"] == "s"]


def outdoors(temp_c: float) -> Floats:
    return np.full(SHAPE[0], temp_c)


def live(state: rooms.Rooms, *, hours: float, **changed: Floats) -> Floats:
    """Hold rooms so long in one weather (5 °C, 80 %); returns the vapour contents by slots."""
    still = {
        "outdoor_c": outdoors(5.0),
        "air_m3_s": FABRIC.infiltration_m3_s,
        "heat_w": np.zeros(SHAPE),
        "vapour_kg_s": np.zeros(SHAPE),
        "wall_leak_kg_s": np.zeros(SHAPE),
        "exhaled_m3_s": np.zeros(SHAPE),
        "temp_c": np.full(SHAPE, np.nan),
    } | changed
    doors = mixing.mixing_by(FABRIC.mixing_m3_s)
    vapour = []
    for _ in range(round(3600 * hours / SLOT_S)):
        rooms.heat_step(
            state,
            FABRIC,
            outdoor_c=still["outdoor_c"],
            air_m3_s=still["air_m3_s"],
            mixing=doors,
            loss_factor=np.ones(SHAPE),
            heat_w=still["heat_w"],
            step_s=SLOT_S,
        )
        held = np.isfinite(still["temp_c"])
        state.air_temp_c = np.where(held, still["temp_c"], state.air_temp_c)
        state.fabric_temp_c = np.where(held, still["temp_c"], state.fabric_temp_c)
        moisture.moisture_step(
            state,
            FABRIC,
            outdoor_c=still["outdoor_c"],
            outdoor_kg_m3=0.8 * air.saturation_kg_m3(still["outdoor_c"]),
            air_m3_s=still["air_m3_s"],
            mixing=doors,
            vapour_kg_s=still["vapour_kg_s"],
            wall_leak_kg_s=still["wall_leak_kg_s"],
            rain_kg_s=np.zeros(SHAPE),
            f_rsi=FABRIC.f_rsi,
        )
        carbon_dioxide.carbon_dioxide_step(
            state,
            FABRIC,
            air_m3_s=still["air_m3_s"],
            mixing=doors,
            exhaled_m3_s=still["exhaled_m3_s"],
            step_s=SLOT_S,
        )
        vapour.append(state.vapour_kg_m3)
    return np.array(vapour)


def test_saturated_air_holds_what_the_standard_says() -> None:
    # ISO 13788 at 0, 10, 20 and 30 °C.
    pressures = air.saturation_pressure_pa(np.array([0.0, 10.0, 20.0, 30.0]))
    contents = 1000 * air.saturation_kg_m3(np.array([0.0, 10.0, 20.0, 30.0]))

    assert_allclose(pressures, [610.50, 1227.31, 2336.95, 4240.51], rtol=1e-5)
    assert_allclose(contents, [4.843, 9.392, 17.274, 30.310], rtol=1e-4)


@pytest.mark.parametrize(
    ("temp_c", "humidity", "outdoor_c", "f_rsi", "surface_c", "surface_pct"),
    [
        (20.0, 0.50, 0.0, 0.75, 15.00, 68.56),
        (20.0, 0.60, 0.0, 0.75, 15.00, 82.27),
        (18.0, 0.65, 5.0, 0.60, 12.80, 90.75),
        (16.0, 0.70, 2.0, 0.727, 12.18, 89.69),
    ],
)
def test_a_cold_surface_is_as_humid_as_the_published_vectors_say(
    temp_c: float,
    humidity: float,
    outdoor_c: float,
    f_rsi: float,
    surface_c: float,
    surface_pct: float,
) -> None:
    state = rooms.at_rest(HOMES)
    state.air_temp_c = np.full(SHAPE, temp_c)
    state.vapour_kg_m3 = humidity * air.saturation_kg_m3(state.air_temp_c)
    state.outdoor_felt_c = outdoors(outdoor_c)

    surface = rooms.surface_temp_c(state, np.full(SHAPE, f_rsi))

    assert_allclose(surface, np.full(SHAPE, surface_c), atol=0.005)
    pressure = air.vapour_pressure_pa(state.air_temp_c, state.vapour_kg_m3)
    assert_allclose(air.surface_humidity_pct(surface, pressure), surface_pct, atol=0.005)


def test_mould_grows_in_every_constant_climate_as_the_reference_says() -> None:
    cases = table("vtt_constant.csv")
    temp = np.array([[float(row["T_C"])] for row in cases])
    humidity = np.array([[float(row["RH_pct"])] for row in cases])
    weeks = [int(name.removeprefix("M_wk")) for name in cases[0] if name.startswith("M_wk")]
    mould, grown = none_yet(temp.shape), []

    for hour in range(1, 52 * 168 + 1):
        grow_for_an_hour(mould, temp, humidity)
        if hour % 168 == 0 and hour // 168 in weeks:
            grown.append(mould.index[:, 0])

    expected = [[float(row[f"M_wk{week}"]) for row in cases] for week in weeks]
    assert_allclose(grown, expected, atol=0.001)


def pattern(name: str, hour: int) -> tuple[float, float]:
    """Temperature and humidity of a pattern of vtt_dynamic.csv, as its SOURCE.txt says."""
    day, of_day = divmod(hour, 24)
    if name == "cyc_12h95_12h70_20C":
        return 20.0, 95.0 if of_day < 12 else 70.0
    if name == "day_in_day_out_97_60":
        return 20.0, 97.0 if day % 2 == 0 else 60.0
    wave = float(np.sin(2 * np.pi * (of_day - 15) / 24))
    return 12 + 2 * wave, 85 - 7 * wave


@pytest.mark.parametrize(
    "case",
    [row for row in table("vtt_dynamic.csv") if float(row["Cmat"]) == 0.25],
    ids=lambda row: row["pattern"],
)
def test_mould_grows_and_dries_as_the_reference_says(case: dict[str, str]) -> None:
    days = [int(name.removeprefix("M_day")) for name in case if name.startswith("M_day")]
    mould, grown = none_yet((1, 1)), []

    for hour in range(max(days) * 24):
        temp, humidity = pattern(case["pattern"], hour)
        grow_for_an_hour(mould, np.array([[temp]]), np.array([[humidity]]))
        if hour + 1 in [24 * day for day in days]:
            grown.append(mould.index[0, 0])

    assert_allclose(grown, [float(case[f"M_day{day}"]) for day in days], atol=0.001)


def test_a_home_leaks_what_its_fabric_says_at_four_metres_a_second_and_ten_kelvin() -> None:
    indoor = np.full(SHAPE, 20.0)

    leaks = rooms.infiltration_m3_s(
        FABRIC, wind_m_s=outdoors(4.0), indoor_c=indoor, outdoor_c=outdoors(10.0)
    )

    assert_allclose(leaks, FABRIC.infiltration_m3_s)


def test_a_gale_and_a_frost_each_draw_more_air_through_every_crack() -> None:
    indoor = np.full(SHAPE, 20.0)

    usual, gale, frost = (
        rooms.infiltration_m3_s(
            FABRIC, wind_m_s=outdoors(wind), indoor_c=indoor, outdoor_c=outdoors(cold)
        )
        for wind, cold in ((4.0, 10.0), (12.0, 10.0), (4.0, -5.0))
    )

    assert (gale > 1.5 * usual).all()
    assert (frost > 1.1 * usual).all()


def test_a_home_left_unheated_cools_within_the_time_constants_of_real_ones() -> None:
    state = rooms.at_rest(HOMES)
    live(state, hours=24 * 10, temp_c=np.full(SHAPE, 20.0), outdoor_c=outdoors(0.0))
    volume = FABRIC.volume_m3 / FABRIC.volume_m3.sum(axis=1, keepdims=True)
    live(state, hours=6, outdoor_c=outdoors(0.0))
    after_6_h = (volume * state.air_temp_c).sum(axis=1)

    live(state, hours=24, outdoor_c=outdoors(0.0))

    after_30_h = (volume * state.air_temp_c).sum(axis=1)
    hours = 24.0 / np.log(after_6_h / after_30_h)
    assert (hours > 18.0).all()  # furniture and cold rooms leave it a shade apart from 20 to 60 h
    assert (hours < 70.0).all()
    assert_allclose(hours, FABRIC.time_constant_h, rtol=0.2)


def test_steady_vapour_ends_at_the_excess_that_ventilation_leaves() -> None:
    state = rooms.at_rest(HOMES)
    made = np.full(SHAPE, 0.1 / 3600.0)

    live(state, hours=24 * 50, temp_c=np.full(SHAPE, 21.0), vapour_kg_s=made)

    fresh = FABRIC.infiltration_m3_s
    carried = fresh * (state.vapour_kg_m3 - 0.8 * air.saturation_kg_m3(np.array(5.0)))
    dry = (state.film_kg == 0.0).all(axis=1) & (state.wall_water_kg < 1e-6).all(axis=1)
    assert dry.any()
    assert_allclose(carried.sum(axis=1)[dry], made.sum(axis=1)[dry], rtol=0.02)


def test_walls_and_furnishings_halve_the_peak_of_a_shower() -> None:
    made = np.zeros(SHAPE)
    made[:, BEDROOM] = 0.6 / 3600.0
    state = rooms.at_rest(HOMES)
    live(state, hours=24 * 20, temp_c=np.full(SHAPE, 20.0))
    before = state.vapour_kg_m3[:, BEDROOM]

    rise = live(state, hours=1, vapour_kg_s=made)[-1][:, BEDROOM] - before

    unbuffered = 0.6 / FABRIC.volume_m3[:, BEDROOM]
    assert (rise < 0.75 * unbuffered).all()
    assert (rise > 0.15 * unbuffered).all()


def test_a_wall_that_a_leak_has_wetted_dries_into_its_room_over_days() -> None:
    leak = np.zeros(SHAPE)
    leak[:, LIVING] = 2.0 / 86400.0
    state, sound = rooms.at_rest(HOMES), rooms.at_rest(HOMES)
    warm = np.full(SHAPE, 20.0)
    live(sound, hours=24 * 14, temp_c=warm)
    live(state, hours=24 * 14, temp_c=warm, wall_leak_kg_s=leak)
    wet = state.wall_water_kg[:, LIVING]
    excess = 1000 * (state.vapour_kg_m3 - sound.vapour_kg_m3)[:, LIVING]

    live(state, hours=24 * 5, temp_c=warm)

    left = state.wall_water_kg[:, LIVING] / wet
    assert (excess > 0.3).all()  # g/m³: what a damp detector has to see
    assert (wet > 2.0).all()
    assert (left < 0.55).all()
    assert (left > 0.02).all()


def test_a_frosty_night_wets_the_panes_and_a_mild_day_dries_them() -> None:
    state = rooms.at_rest(HOMES)
    warm = np.full(SHAPE, 19.0)
    made = np.zeros(SHAPE)
    made[:, BEDROOM] = 0.3 / 3600.0
    live(state, hours=12, temp_c=warm, vapour_kg_s=made, outdoor_c=outdoors(-6.0))
    wet = state.film_kg[:, BEDROOM]

    live(state, hours=24, temp_c=warm, outdoor_c=outdoors(10.0))

    assert (wet > 0.0).mean() > 0.7
    assert_array_equal(state.film_kg[:, BEDROOM], 0.0)


def test_two_sleepers_behind_a_closed_door_breathe_the_bedroom_stale() -> None:
    state = rooms.at_rest(HOMES)
    exhaled = np.zeros(SHAPE)
    exhaled[:, BEDROOM] = 2 * 3.3e-6  # m³/s, asleep

    live(state, hours=8, exhaled_m3_s=exhaled)

    assert (state.carbon_dioxide_ppm[:, BEDROOM] > state.carbon_dioxide_ppm[:, LIVING]).all()
    assert 700 < np.median(state.carbon_dioxide_ppm[:, BEDROOM]) < 2500
    assert (state.carbon_dioxide_ppm >= air.OUTDOOR_CARBON_DIOXIDE_PPM).all()


def test_a_home_is_the_same_whichever_homes_are_drawn_beside_it() -> None:
    alone, among = build_homes(range(50, 60), seed=9), build_homes(range(150), seed=9)

    for name in type(FABRIC).__slots__:
        assert_array_equal(
            getattr(among.fabric, name)[50:60], getattr(alone.fabric, name), err_msg=name
        )


def estate() -> Homes:
    return build_homes(range(1000), seed=3)


def test_an_estate_has_the_variety_of_real_ones() -> None:
    fabric = estate().fabric

    changes = 3600 * fabric.infiltration_m3_s.sum(axis=1) / fabric.volume_m3.sum(axis=1)
    hours = fabric.time_constant_h
    assert set(fabric.age) == set(range(len(AGES)))
    assert ((fabric.floor_area_m2 >= 35) & (fabric.floor_area_m2 <= 110)).all()
    assert ((fabric.f_rsi >= 0.5) & (fabric.f_rsi <= 0.95)).all()
    assert ((changes >= 0.3 - 1e-9) & (changes <= 1.4)).all()
    assert ((hours >= 20 - 1e-9) & (hours <= 60 + 1e-9)).all()


def test_old_solid_walls_lose_more_than_new_ones_and_have_colder_corners() -> None:
    fabric = estate().fabric
    old, new = fabric.age == 0, fabric.age == len(AGES) - 1
    loss_w_m2_k = fabric.heat_loss_w_k.sum(axis=1) / fabric.floor_area_m2

    assert np.median(loss_w_m2_k[old]) > 1.8 * np.median(loss_w_m2_k[new])
    assert fabric.f_rsi[old].mean() < fabric.f_rsi[new].mean() - 0.1


def test_the_rooms_of_a_bathroom_without_a_window_still_add_up_to_the_home() -> None:
    assert_allclose(FABRIC.volume_m3.sum(axis=1), 2.4 * FABRIC.floor_area_m2)
    assert (FABRIC.volume_m3[:, BATHROOM] < FABRIC.volume_m3[:, BEDROOM]).all()
