"""The boilers and radiators of an estate: as varied as a landlord's, the same in every block."""

from dataclasses import fields

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from firmware_sim.heating.codes import CODES, Condition, index_of
from firmware_sim.homes.homes import build_homes
from firmware_sim.homes.plant import (
    COMBI_SHARE,
    MAKES,
    PRESSURE_RISE_BAR_K,
    RADIATOR_EXCESS_K,
    Plant,
)
from firmware_sim.physics import water
from firmware_sim.physics.air import HEAT_OF_AIR_J_M3_K

HOMES = build_homes(range(1000), seed=7)
PLANT = HOMES.plant


def test_seven_in_ten_are_combis_and_every_make_is_there() -> None:
    makes = np.bincount(PLANT.make, minlength=len(MAKES)) / HOMES.count

    assert abs(PLANT.combi.mean() - COMBI_SHARE) <= 0.04
    assert makes.min() >= 0.1
    assert set(np.unique(PLANT.ignition_tries)) == {3, 4, 5}


def test_burners_turn_down_to_a_fifth_or_a_sixth() -> None:
    turn_down = PLANT.power_max_w / PLANT.power_min_w

    assert turn_down.min() >= 5.0
    assert turn_down.max() <= 6.0


def test_boilers_are_several_times_as_strong_as_their_homes_need() -> None:
    # A plant-size ratio of 8.5 is the British median (10.1177/0143624420927352).
    fabric = HOMES.fabric
    through = fabric.fabric_to_outdoors_w_k + fabric.glass_w_k
    loss_w_k = (through + HEAT_OF_AIR_J_M3_K * fabric.infiltration_m3_s).sum(axis=1)

    ratio = PLANT.power_max_w / (23.0 * loss_w_k)

    assert 5.0 <= np.median(ratio) <= 12.0
    assert np.quantile(ratio, 0.02) >= 2.0


def test_radiators_warm_every_home_on_the_coldest_day() -> None:
    fabric = HOMES.fabric
    through = fabric.fabric_to_outdoors_w_k + fabric.glass_w_k
    design_w = 23.0 * (through + HEAT_OF_AIR_J_M3_K * fabric.infiltration_m3_s)

    assert (RADIATOR_EXCESS_K * PLANT.radiator_w_k >= 1.3 * design_w * 0.999).all()


def test_cold_pressures_are_normal_and_vessels_those_that_are_sold() -> None:
    hot = water.pressure_bar(
        cold_bar=PLANT.cold_pressure_bar,
        gas_l=PLANT.gas_l,
        swell_l=water.expansion_l(PLANT.system_water_l, np.full(HOMES.count, 60.0)),
    )

    # Normal is 1.0 to 1.5 bar cold and 0.3 to 0.5 more when hot (detection.md, 3.2).
    assert PLANT.cold_pressure_bar.min() >= 1.0
    assert PLANT.cold_pressure_bar.max() <= 1.6
    rise = (hot - PLANT.cold_pressure_bar) / 40.0
    assert_allclose(rise, PRESSURE_RISE_BAR_K, rtol=0.081)
    assert PLANT.gas_l.min() >= 4.0
    assert PLANT.gas_l.max() <= 12.0


def test_a_home_has_the_same_boiler_in_every_block() -> None:
    block = build_homes(range(950, 1000), seed=7).plant

    for field in fields(Plant):
        whole = getattr(PLANT, field.name)[950:]
        assert_array_equal(getattr(block, field.name), whole, err_msg=field.name)


def test_a_chosen_cold_pressure_changes_that_home_alone() -> None:
    chosen = build_homes(range(50), seed=7, overrides={3: {"cold_pressure_bar": 0.9}}).plant

    assert chosen.cold_pressure_bar[3] == 0.9
    others = np.delete(chosen.cold_pressure_bar, 3)
    assert_array_equal(others, np.delete(PLANT.cold_pressure_bar[:50], 3))


def test_every_make_has_a_code_for_everything_that_can_be_wrong() -> None:
    for row, make in enumerate(MAKES):
        own = [CODES[index_of(row, condition)] for condition in Condition]
        assert [(code.make, code.condition) for code in own] == [
            (make, condition) for condition in Condition
        ]
    assert len(CODES) == len(MAKES) * len(Condition)
