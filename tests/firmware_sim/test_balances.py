"""What rooms keep of heat, water and carbon dioxide is what came in less what went out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from firmware_sim.homes.homes import build_homes
from firmware_sim.kinds import Floats
from firmware_sim.physics import air, carbon_dioxide, mixing, moisture, rooms

HOMES = build_homes(range(10), seed=1)
FABRIC = HOMES.fabric
SHAPE = FABRIC.volume_m3.shape
DOORS = mixing.mixing_by(FABRIC.mixing_m3_s)
SLOT_S = 300.0
DAYS = 90

seeds = st.integers(0, 2**32 - 1)


def scattered(seed: int, lowest: float, highest: float) -> Floats:
    """An even spread over the rooms."""
    return np.random.default_rng(seed).uniform(lowest, highest, SHAPE)


@given(seeds, st.floats(-15, 35), st.floats(0, 1))
def test_the_heat_that_rooms_keep_is_what_came_in_less_what_went_out(
    seed: int, outdoor_c: float, open_share: float
) -> None:
    state = rooms.at_rest(HOMES)
    state.air_temp_c = scattered(seed, 5, 30)
    state.fabric_temp_c = scattered(seed + 1, 5, 30)
    before = rooms.stored_heat_j(state, FABRIC)
    heat_w = scattered(seed + 2, 0, 3000)

    lost = rooms.heat_step(
        state,
        FABRIC,
        outdoor_c=np.full(SHAPE[0], outdoor_c),
        air_m3_s=open_share * scattered(seed + 3, 0, 0.5),
        mixing=DOORS,
        loss_factor=scattered(seed + 4, 1, 2),
        heat_w=heat_w,
    )

    kept = rooms.stored_heat_j(state, FABRIC) - before
    assert_allclose(kept, (60.0 * heat_w - lost).sum(axis=1), rtol=1e-6, atol=50.0)


@given(seeds, st.floats(-15, 35), st.floats(0.2, 1.0), st.sampled_from([60.0, 300.0]))
def test_the_water_that_rooms_keep_is_what_came_in_less_what_went_out(
    seed: int, outdoor_c: float, outdoor_humidity: float, step_s: float
) -> None:
    state = rooms.at_rest(HOMES)
    state.air_temp_c = scattered(seed, 5, 30)
    state.vapour_kg_m3 = scattered(seed + 1, 0.3, 1.0) * air.saturation_kg_m3(state.air_temp_c)
    state.wall_water_kg = scattered(seed + 2, 0, 20)
    state.film_kg = FABRIC.film_max_kg * scattered(seed + 3, 0, 1)
    before = moisture.stored_water_kg(state, FABRIC)
    made, leak, rain = (scattered(seed + n, 0, 5e-4) for n in (4, 5, 6))
    outdoor = np.full(SHAPE[0], outdoor_c)

    left = moisture.moisture_step(
        state,
        FABRIC,
        outdoor_c=outdoor,
        outdoor_kg_m3=outdoor_humidity * air.saturation_kg_m3(outdoor),
        air_m3_s=scattered(seed + 7, 0, 0.2),
        mixing=DOORS,
        vapour_kg_s=made,
        wall_leak_kg_s=leak,
        rain_kg_s=rain,
        f_rsi=FABRIC.f_rsi,
        step_s=step_s,
    )

    kept = moisture.stored_water_kg(state, FABRIC) - before
    came = step_s * (made + leak + rain)
    assert_allclose(kept, (came - left).sum(axis=1), rtol=1e-9, atol=1e-10)
    assert (state.wall_water_kg >= 0.0).all()
    assert (state.film_kg >= 0.0).all()
    assert (state.vapour_kg_m3 > 0.0).all()


@given(seeds)
def test_the_carbon_dioxide_that_rooms_keep_is_what_was_breathed_out_less_what_left(
    seed: int,
) -> None:
    state = rooms.at_rest(HOMES)
    state.carbon_dioxide_ppm = scattered(seed, 400, 5000)
    before = FABRIC.volume_m3 * state.carbon_dioxide_ppm
    exhaled = scattered(seed + 1, 0, 2e-5)

    left = carbon_dioxide.carbon_dioxide_step(
        state,
        FABRIC,
        air_m3_s=scattered(seed + 2, 0, 0.2),
        mixing=DOORS,
        exhaled_m3_s=exhaled,
        step_s=SLOT_S,
    )

    kept = (FABRIC.volume_m3 * state.carbon_dioxide_ppm - before).sum(axis=1) / 1e6
    assert_allclose(kept, (SLOT_S * exhaled - left).sum(axis=1), rtol=1e-9, atol=1e-12)


@given(seeds)
def test_rooms_between_which_doors_stand_only_share_what_they_have(seed: int) -> None:
    gained = DOORS.gain(scattered(seed, 0, 30))

    assert_allclose(gained.sum(axis=1), 0.0, atol=1e-12)


def test_both_ledgers_close_over_a_winter_and_a_spring() -> None:
    random = np.random.default_rng(5)
    state = rooms.at_rest(HOMES)
    heat_0 = rooms.stored_heat_j(state, FABRIC)
    water_0 = moisture.stored_water_kg(state, FABRIC)
    heat_in, heat_out, water_in, water_out = (np.zeros(SHAPE[0]) for _ in range(4))

    for slot in range(DAYS * 288):
        hour = slot / 12
        outdoor = np.full(SHAPE[0], 4 + hour / 300 + 4 * np.sin(2 * np.pi * (hour - 9) / 24))
        fresh = FABRIC.infiltration_m3_s * random.uniform(0.5, 1.5, SHAPE)
        heat_w = FABRIC.heat_loss_w_k * 15.0 * random.uniform(0.0, 2.0, SHAPE)
        made = random.exponential(3e-5, SHAPE)
        leak = np.full(SHAPE, 1e-6)
        lost = rooms.heat_step(
            state,
            FABRIC,
            outdoor_c=outdoor,
            air_m3_s=fresh,
            mixing=DOORS,
            loss_factor=np.ones(SHAPE),
            heat_w=heat_w,
            step_s=SLOT_S,
        )
        left = moisture.moisture_step(
            state,
            FABRIC,
            outdoor_c=outdoor,
            outdoor_kg_m3=0.85 * air.saturation_kg_m3(outdoor),
            air_m3_s=fresh,
            mixing=DOORS,
            vapour_kg_s=made,
            wall_leak_kg_s=leak,
            rain_kg_s=np.zeros(SHAPE),
            f_rsi=FABRIC.f_rsi,
        )
        heat_in += SLOT_S * heat_w.sum(axis=1)
        heat_out += lost.sum(axis=1)
        water_in += SLOT_S * (made + leak).sum(axis=1)
        water_out += left.sum(axis=1)

    heat_kept = rooms.stored_heat_j(state, FABRIC) - heat_0
    water_kept = moisture.stored_water_kg(state, FABRIC) - water_0
    assert_allclose(heat_in, heat_out + heat_kept, rtol=1e-6)
    assert_allclose(water_in, water_out + water_kept, rtol=1e-6)
