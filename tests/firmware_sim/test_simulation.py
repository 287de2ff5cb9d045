"""The estate in motion: what is kept of it, what befalls its homes, and who does what about it."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.clock import MINUTES_A_DAY, MINUTES_AN_HOUR
from firmware_sim.faults.episodes import NEVER
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS, make_fault
from firmware_sim.homes.fabric import BEDROOM, LIVING
from firmware_sim.oddities.table import make_oddity
from firmware_sim.physics.rooms import at_rest
from firmware_sim.physics.water import pressure_bar
from firmware_sim.settling import live_simply
from firmware_sim.simulation import Simulation, StretchError
from firmware_sim.trace import Stretch
from tests.firmware_sim.alive import SEED, START, arrays_of, awake, days_of

ILL = 1
"""The home in the middle of three, to which things happen."""
HOMES = range(3)


def fault(name: str, *, after_min: int = 0, place: str | None = None, **values: float) -> Planned:
    """That fault in the home in the middle."""
    return make_fault(
        home=ILL, name=name, place=place, began_minute=START + after_min, values=values
    )


def oddity(name: str, *, after_min: int, lasts_min: int, place: str | None = None) -> Planned:
    """That oddity in the home in the middle."""
    began = START + after_min
    return make_oddity(
        home=ILL,
        name=name,
        place=place,
        began_minute=began,
        ended_minute=began + lasts_min,
        values={},
    )


def lived(planned: Iterable[Planned], days: float) -> Simulation:
    """Three homes after some days of it."""
    simulation = awake(HOMES, planned=planned)
    simulation.advance(START + round(days * MINUTES_A_DAY))
    return simulation


@pytest.fixture(scope="module")
def sound() -> list[Stretch]:
    """Two days of homes in which everything is as built."""
    return days_of(awake(HOMES), 2)


def test_a_stretch_has_a_row_a_minute_and_a_row_of_rooms_a_slot() -> None:
    homes = awake(HOMES, minute=START + 3)

    stretch = homes.run(9)

    assert stretch.boilers.minute.tolist() == list(range(START + 3, START + 12))
    assert stretch.boilers.flow_temp_c.shape == (9, 3)
    assert stretch.rooms.minute.tolist() == [START + 5, START + 10]
    assert stretch.rooms.air_temp_c.shape == (2, 3, 3)
    assert stretch.outdoors.air_temp_c.shape == (9, 1)
    assert homes.minute == START + 12


def test_rooms_are_there_every_minute_for_who_asks() -> None:
    stretch = awake(HOMES).run(7, rooms_every=1)

    assert stretch.rooms.minute.tolist() == stretch.boilers.minute.tolist()
    assert np.isfinite(stretch.rooms.surface_temp_c).all()


@pytest.mark.parametrize("minutes", [0, -5, 62])
def test_a_stretch_over_midnight_is_refused(minutes: int) -> None:
    homes = awake(HOMES, minute=START + MINUTES_A_DAY - 61)

    with pytest.raises(StretchError, match=f"ask for 1 to 61 minutes, not {minutes}"):
        homes.run(minutes)

    assert homes.run(61).boilers.minute[-1] == START + MINUTES_A_DAY - 1


def test_a_day_of_sound_homes_has_no_gaps_and_no_codes(sound: list[Stretch]) -> None:
    for day in sound:
        assert all(np.isfinite(rows).all() for _, rows in arrays_of(day))
        assert (day.boilers.fault_code == -1).all()
    starts = sound[1].boilers.burner_starts
    assert (np.diff(starts, axis=0) >= 0).all()
    assert (starts[-1] > starts[0]).all()


def test_faults_change_their_own_homes_and_no_neighbour_s() -> None:
    homes = range(2 * len(FAULTS))
    planned = [
        make_fault(home=2 * index + 1, name=name, place=None, began_minute=START, values={})
        for index, name in enumerate(FAULTS)
    ]

    ill = awake(homes, planned=planned).run(MINUTES_A_DAY)

    well = awake(homes).run(MINUTES_A_DAY)
    for (name, ill_rows), (_, rows) in zip(arrays_of(ill), arrays_of(well), strict=True):
        if rows.ndim > 1:
            assert_array_equal(ill_rows[:, ::2], rows[:, ::2], err_msg=name)
    leaking, bridged = (2 * list(FAULTS).index(name) + 1 for name in ("fast_leak", "cold_bridge"))
    assert (ill.boilers.pressure_bar < well.boilers.pressure_bar)[-1, leaking]
    assert (ill.rooms.surface_temp_c < well.rooms.surface_temp_c)[:, bridged].any()


def test_effects_are_given_from_the_minute_at_which_they_change() -> None:
    silence = fault("silent", after_min=130, place="bedroom")

    stretch = awake(HOMES, planned=[silence]).run(200)

    minutes = [minute - START for minute, _ in stretch.effects]
    silent = [bool(effects.devices.room_silent[ILL, BEDROOM]) for _, effects in stretch.effects]
    assert minutes == [0, 60, 120, 130, 180]
    assert silent == [False, False, False, True, True]


def test_a_slow_leak_takes_its_rate_from_the_cold_pressure() -> None:
    homes = lived([fault("slow_leak", rate=0.1)], 4.0)
    plant = homes.homes.plant

    left_bar = pressure_bar(
        cold_bar=plant.cold_pressure_bar, gas_l=plant.gas_l, swell_l=-homes.boilers.missing_l
    )
    fall_bar = plant.cold_pressure_bar - left_bar

    assert fall_bar[ILL] == pytest.approx(0.4, abs=0.02)
    assert (np.delete(fall_bar, ILL) < 0.01).all()


def test_low_pressure_comes_at_once_and_is_no_leak() -> None:
    homes = lived([fault("low_pressure", after_min=30, to=0.4)], 31 / MINUTES_A_DAY)

    assert homes.boilers.low_pressure.tolist() == [False, True, False]
    assert homes.boilers.escaped_l[ILL] == 0.0


def test_a_leak_that_locks_the_boiler_is_noticed_and_repaired_within_days() -> None:
    homes = awake(HOMES, planned=[fault("fast_leak", rate=8.0)])

    days = days_of(homes, 7)

    noticed, ended = (
        int(minutes[0]) for minutes in (homes.episodes.noticed_minute, homes.episodes.ended_minute)
    )
    assert START < noticed < START + 3 * MINUTES_A_DAY
    assert MINUTES_A_DAY // 2 <= ended - noticed <= 4 * MINUTES_A_DAY
    codes = np.concatenate([day.boilers.fault_code[:, ILL] for day in days])
    warmth_c = np.concatenate([day.rooms.air_temp_c[:, ILL, LIVING] for day in days])
    repaired = ended - START
    assert codes[repaired - 1] >= 0
    assert (codes[repaired:] == -1).all()
    assert warmth_c[: repaired // 5].min() < 16.0
    assert homes.boilers.pressure_bar[ILL] > 1.0


def test_whoever_is_at_home_resets_a_locked_boiler_at_seven() -> None:
    away = oddity("holiday", after_min=0, lasts_min=7 * MINUTES_A_DAY)
    homes = awake(HOMES, planned=[away])
    homes.advance(START + 7 * MINUTES_AN_HOUR)
    homes.boilers.ignition_locked[:] = True

    homes.advance(START + 7 * MINUTES_AN_HOUR + 1)

    assert homes.boilers.ignition_locked.tolist() == [False, True, False]


def test_an_under_heated_home_is_cold(sound: list[Stretch]) -> None:
    homes = lived([fault("under_heated", set_point=14.0)], 4.0)

    assert homes.rooms.air_temp_c[ILL].max() < 17.0
    assert sound[1].rooms.air_temp_c[:, ILL, LIVING].max() > 18.0


def test_a_moist_room_is_moister(sound: list[Stretch]) -> None:
    homes = awake(HOMES, planned=[fault("high_moisture", place="bedroom")])

    moist = days_of(homes, 2)[1].rooms.vapour_kg_m3[:, ILL, BEDROOM]

    assert moist.mean() > 1.1 * sound[1].rooms.vapour_kg_m3[:, ILL, BEDROOM].mean()


def test_a_cold_bridge_cools_the_surface_and_not_the_air(sound: list[Stretch]) -> None:
    homes = awake(HOMES, planned=[fault("cold_bridge", place="bedroom", f_rsi=0.5)])

    rooms = homes.run(MINUTES_A_DAY).rooms

    assert (rooms.surface_temp_c < sound[0].rooms.surface_temp_c)[:, ILL, BEDROOM].all()
    assert_array_equal(rooms.air_temp_c, sound[0].rooms.air_temp_c)


def test_an_open_window_cools_its_room_until_it_is_shut(sound: list[Stretch]) -> None:
    opened = oddity("window_left_open", after_min=600, lasts_min=300, place="bedroom")

    colder_k = sound[0].rooms.air_temp_c - (
        awake(HOMES, planned=[opened]).run(MINUTES_A_DAY).rooms.air_temp_c
    )

    bedroom = colder_k[:, ILL, BEDROOM]
    assert_array_equal(bedroom[: 600 // 5], 0.0)
    assert bedroom[895 // 5] > 1.0
    assert bedroom[-1] < 0.5 * bedroom[895 // 5]


def test_guests_bring_breath_and_warmth(sound: list[Stretch]) -> None:
    party = oddity("party", after_min=18 * 60, lasts_min=5 * 60)

    rooms = awake(HOMES, planned=[party]).run(MINUTES_A_DAY).rooms

    evening = slice(19 * 12, 23 * 12)
    more_ppm = rooms.carbon_dioxide_ppm - sound[0].rooms.carbon_dioxide_ppm
    warmer_k = rooms.air_temp_c - sound[0].rooms.air_temp_c
    assert more_ppm[evening, ILL, LIVING].min() > 300.0
    assert warmer_k[evening, ILL, LIVING].mean() > 0.2


def test_nothing_begins_in_the_past() -> None:
    homes = lived([], 0.1)

    with pytest.raises(ValueError, match="slow_leak cannot begin in the past"):
        homes.begin(fault("slow_leak"))

    assert len(homes.episodes) == 0


def test_what_nobody_feels_is_never_noticed() -> None:
    homes = lived([fault("silent"), fault("drifting")], 2.0)

    assert_array_equal(homes.episodes.noticed_minute, NEVER)


def test_walls_forget_in_a_few_weeks_how_they_began() -> None:
    homes = awake(HOMES)
    dry, damp = at_rest(homes.homes), at_rest(homes.homes)
    for state, humidity in ((dry, 0.35), (damp, 0.70)):
        state.deep_humidity[:] = humidity
        state.fabric_temp_c += 10.0 * humidity
    first = START // MINUTES_A_DAY

    for state in (dry, damp):
        days = range(first - 16, first)
        live_simply(state, homes.homes, days, seed=SEED, climate=homes.climate)

    assert abs(damp.deep_humidity - dry.deep_humidity).max() < 0.3 * 0.35
    assert abs(damp.fabric_temp_c - dry.fabric_temp_c).max() < 0.1
