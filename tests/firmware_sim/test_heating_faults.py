"""What each fault does to a boiler: every home is set beside itself without the fault."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from firmware_sim.faults.effects import BoilerEffects, none_at_work
from firmware_sim.heating import service
from firmware_sim.heating.boiler import Boilers, at_rest
from firmware_sim.heating.burner import LIMITER_C
from firmware_sim.heating.codes import CODES, Condition
from firmware_sim.homes.homes import build_homes
from firmware_sim.homes.plant import MAKES
from firmware_sim.kinds import Bools, Floats
from tests.firmware_sim.warmed import DAY_MIN, Lived, burns_min, live, stored_j

HOMES = build_homes(range(50), seed=4)
COMBIS = np.flatnonzero(HOMES.plant.combi)
CYLINDERS = np.flatnonzero(~HOMES.plant.combi)
EVERY = np.arange(HOMES.count)
DAYS = 1
WORST = {
    "leak_bar_day": 1.0,
    "fill_bar_day": 0.5,
    "vessel_share": 0.05,
    "pump_share": 0.0,
    "ignition_fail_share": 0.5,
    "flame_current_factor": 0.3,
    "power_share": 0.1,
    "scale_k": 30.0,
    "lowest_power_factor": 4.0,
    "bypass_share": 0.9,
    "flow_target_up_k": 20.0,
    "kettling": 1.0,
    "flow_sensor_bias_k": -8.0,
    "return_sensor_bias_k": 8.0,
}
"""The harshest value of each effect that is a number."""


@pytest.fixture(scope="module")
def sound() -> Lived:
    """The homes as built, a day at 3 °C."""
    return live(HOMES, days=DAYS)


def ill(change: Callable[[BoilerEffects], None], *, days: float = DAYS, at_c: float = 3.0) -> Lived:
    """The same homes with something at work in all of them."""
    effects = none_at_work(HOMES).boiler
    change(effects)
    return live(HOMES, days=days, effects=effects, outdoor_c=at_c)


def setting(**values: float) -> Callable[[BoilerEffects], None]:
    """A change of whole arrays of `BoilerEffects`, by name."""

    def change(effects: BoilerEffects) -> None:
        for name, value in values.items():
            getattr(effects, name)[:] = value

    return change


def conditions(lived: Lived, minutes: slice = slice(None)) -> NDArray[np.object_]:
    """The conditions that each home's code stood for."""
    shown = [
        frozenset(CODES[code].condition for code in np.unique(codes).tolist() if code >= 0)
        for codes in lived.rows["fault_code"][minutes].T
    ]
    return np.array(shown, dtype=object)


def a_day(lived: Lived, name: str) -> Floats:
    """How far a counter went in a day."""
    counted: Floats = (lived.rows[name][-1] - lived.rows[name][0]) / (
        len(lived.rows[name]) / DAY_MIN
    )
    return counted


def third_minutes(lived: Lived) -> Bools:
    """Minutes that are the third or a later one of a draw."""
    runs = lived.tap_l_min > 0
    late = np.zeros_like(runs)
    late[2:] = runs[2:] & runs[1:-1] & runs[:-2]
    return late


def coldest_draw_c(lived: Lived) -> Floats:
    """The coldest hot water two minutes into a draw, of each home."""
    water = np.where(third_minutes(lived), lived.rows["hot_water_temp_c"], np.inf)
    coldest: Floats = water.min(axis=0)
    return coldest


def heating_burn(lived: Lived) -> Bools:
    """Minutes with a flame for heating."""
    burn: Bools = lived.rows["flame_on"] & ~lived.rows["hot_water_demand"]
    return burn


def evening_c(lived: Lived) -> Floats:
    """Mean of the living room on the last evening."""
    mean: Floats = lived.room_c[-240:-90].mean(axis=0)
    return mean


def test_a_home_without_pump_stays_cold_and_its_boiler_burns_a_minute_or_two(sound: Lived) -> None:
    still = ill(setting(pump_share=0.0))

    flame = still.rows["flame_on"]
    longest = max(burns_min(flame[:, home]).max(initial=0) for home in range(HOMES.count))
    assert longest <= 2
    assert (evening_c(still) < evening_c(sound) - 4.0).all()
    assert (conditions(still) == frozenset({Condition.POOR_CIRCULATION})).all()
    assert (coldest_draw_c(still)[COMBIS] < 38.0).all()
    # After the fifth trip the code stays until somebody resets it.
    assert still.boilers.overheat_locked.mean() >= 0.6


def test_a_weak_pump_spreads_flow_and_return_and_hardly_moves_the_gauge(sound: Lived) -> None:
    weak = ill(setting(pump_share=0.25))

    for home in range(HOMES.count):
        apart = [
            np.median((run["flow_temp_c"] - run["return_temp_c"])[burn[:, home], home])
            for run, burn in ((weak.rows, heating_burn(weak)), (sound.rows, heating_burn(sound)))
        ]
        assert apart[0] > 1.4 * apart[1]
    assert _pump_step(weak).max() <= 0.13
    assert _pump_step(sound).min() >= 0.19


def test_with_the_diverter_stuck_on_heating_taps_run_cold_and_radiators_warm_in_summer() -> None:
    effects = none_at_work(HOMES).boiler
    healthy = live(HOMES, days=1, effects=effects, outdoor_c=22.0, heating=False)
    effects.diverter[:] = 1
    stuck = live(HOMES, days=1, effects=effects, outdoor_c=22.0, heating=False)

    assert (coldest_draw_c(stuck)[COMBIS] < 20.0).all()
    assert (stuck.rows["hot_water_temp_c"][-1, CYLINDERS] < 52.0).all()
    assert ((stuck.water_c - stuck.room_c).max(axis=0) > 10.0).all()
    assert ((healthy.water_c - healthy.room_c)[60:].max(axis=0) < 6.0).all()


def test_with_the_diverter_stuck_on_hot_water_taps_run_hot_and_rooms_stay_cold(
    sound: Lived,
) -> None:
    stuck = ill(setting(diverter=2))

    assert (evening_c(stuck) < evening_c(sound) - 4.0).all()
    assert (coldest_draw_c(stuck)[COMBIS] >= 38.0).all()
    burn, calm = heating_burn(stuck)[:, COMBIS], heating_burn(sound)[:, COMBIS]
    assert burns_min(burn.T.ravel()).mean() < burns_min(calm.T.ravel()).mean()
    apart = (stuck.rows["flow_temp_c"] - stuck.rows["return_temp_c"])[:, COMBIS]
    assert np.median(apart[burn]) < 5.0


def test_attempts_that_fail_are_counted_and_in_the_end_lock_the_boiler(sound: Lived) -> None:
    worn = ill(setting(ignition_fail_share=0.6))

    assert np.median(a_day(sound, "ignition_failures")) <= 1.0
    locked = np.array([Condition.NO_FLAME in shown for shown in conditions(worn)])
    assert locked.mean() >= 0.8
    at = np.argmax(worn.rows["fault_code"] >= 0, axis=0)
    before = worn.rows["ignition_failures"][at, np.arange(HOMES.count)]
    assert (before[locked] >= HOMES.plant.ignition_tries[locked]).all()


def test_a_tenth_of_attempts_failing_shows_long_before_it_locks(sound: Lived) -> None:
    worn = ill(setting(ignition_fail_share=0.1))

    share = a_day(worn, "ignition_failures") / np.maximum(a_day(worn, "burner_starts"), 1.0)

    assert 0.06 <= np.median(share) <= 0.18
    assert np.mean(worn.boilers.ignition_locked) <= 0.1
    assert np.median(a_day(sound, "ignition_failures")) <= 1.0


def test_a_locked_boiler_lights_again_after_a_reset_and_locks_again() -> None:
    effects = none_at_work(HOMES).boiler
    effects.ignition_fail_share[:] = 1.0
    tries = HOMES.plant.ignition_tries

    def press(minute: int, boilers: Boilers, _effects: BoilerEffects) -> None:
        if minute == 700:
            service.reset(boilers, EVERY)

    lived = live(HOMES, days=0.5, effects=effects, before=press)

    failures = lived.rows["ignition_failures"]
    assert (failures[690] == tries).all()
    assert (failures[-1] == 2 * tries).all()


def test_a_faded_flame_current_shows_and_a_dead_electrode_keeps_the_flame_out(
    sound: Lived,
) -> None:
    faded, dead = ill(setting(flame_current_factor=0.5)), ill(setting(flame_current_factor=0.1))

    for lived, factor in ((sound, 1.0), (faded, 0.5)):
        current = lived.rows["flame_current_ua"]
        flame = lived.rows["flame_on"]
        assert 22.0 * factor * 0.84 <= current[flame].min()
        assert current[flame].max() <= 22.0 * factor
        assert (current[~flame] == 0.0).all()
    assert not dead.rows["flame_on"].any()
    assert dead.boilers.ignition_locked.all()


def test_a_lockout_that_no_reset_clears_keeps_home_and_taps_cold(sound: Lived) -> None:
    effects = none_at_work(HOMES).boiler
    effects.locked[:] = True

    def press(_minute: int, boilers: Boilers, _effects: BoilerEffects) -> None:
        service.reset(boilers, EVERY)

    lived = live(HOMES, days=DAYS, effects=effects, before=press)

    assert not lived.rows["flame_on"].any()
    assert (conditions(lived) == frozenset({Condition.CONTROL})).all()
    assert (evening_c(lived) < evening_c(sound) - 4.0).all()
    assert (coldest_draw_c(lived)[COMBIS] < 38.0).all()


def test_a_deaf_boiler_is_called_and_shows_nothing_and_the_taps_stay_hot(sound: Lived) -> None:
    deaf = ill(setting(deaf=True))

    assert not heating_burn(deaf)[:, CYLINDERS].any()
    assert (deaf.rows["heat_demand"].mean(axis=0) > sound.rows["heat_demand"].mean(axis=0)).all()
    assert (deaf.rows["fault_code"] == -1).all()
    assert (evening_c(deaf) < evening_c(sound) - 4.0).all()
    assert (coldest_draw_c(deaf)[COMBIS] >= 38.0).all()


def test_a_starved_burner_runs_at_its_limit_and_never_reaches_its_target() -> None:
    starved = ill(setting(power_share=0.1))

    burn = heating_burn(starved)
    short_k = starved.rows["flow_target_c"] - starved.rows["flow_temp_c"]
    long_on = burn.copy()
    for back in range(1, 21):
        long_on[back:] &= burn[:-back]
        long_on[:back] = False
    fixed = ~HOMES.plant.compensated
    assert (short_k[:, fixed][long_on[:, fixed]] > 5.0).mean() >= 0.8
    full = HOMES.plant.heating_power_w == HOMES.plant.power_max_w
    assert np.median(starved.rows["modulation_pct"][:, full][long_on[:, full]]) == 100.0
    assert (coldest_draw_c(starved)[COMBIS] < 38.0).all()


def test_a_burner_that_cannot_turn_down_lights_more_often_and_burns_shorter(sound: Lived) -> None:
    short = ill(setting(lowest_power_factor=4.0))

    begun = [a_day(lived, "burner_starts") for lived in (short, sound)]
    burned = [lived.boilers.burn_min / DAYS for lived in (short, sound)]
    assert np.median(begun[0] / begun[1]) > 1.3
    assert np.median(burned[0] / begun[0]) < 0.5 * np.median(burned[1] / begun[1])


def test_a_furred_plate_needs_a_hotter_flow_until_the_taps_run_cold(sound: Lived) -> None:
    some, much = ill(setting(scale_k=8.0)), ill(setting(scale_k=45.0))

    def over_k(lived: Lived) -> float:
        late = third_minutes(lived)[:, COMBIS]
        rows = lived.rows
        return float(np.median((rows["flow_temp_c"] - rows["hot_water_temp_c"])[:, COMBIS][late]))

    assert over_k(sound) + 5.0 < over_k(some) < over_k(much)
    assert (coldest_draw_c(some)[COMBIS] >= 38.0).all()
    assert (coldest_draw_c(much)[COMBIS] < 38.0).mean() >= 0.5


def test_a_bypass_and_a_high_flow_bring_the_return_back_too_hot_to_condense(sound: Lived) -> None:
    hot = ill(setting(bypass_share=0.6, flow_target_up_k=15.0))

    def dry_share(lived: Lived) -> Floats:
        burn, back = heating_burn(lived), lived.rows["return_temp_c"]
        return np.array([(back[burn[:, home], home] > 54.0).mean() for home in range(HOMES.count)])

    fixed = ~HOMES.plant.compensated
    assert np.median(dry_share(sound)) <= 0.05
    assert np.median(dry_share(hot)[fixed]) >= 0.4
    used = [lived.boilers.fired_j / lived.boilers.gas_j for lived in (hot, sound)]
    assert (used[0] < used[1]).all()


def test_condensate_that_freezes_locks_the_boiler_until_the_thaw() -> None:
    effects = none_at_work(HOMES).boiler
    effects.condensate_exposed[:25] = True

    def outdoors(night_c: float) -> Lived:
        # Below 0 °C for more than six hours where the night is -4 °C; coldest at 03:00.
        return live(HOMES, days=1.0, effects=effects, outdoor_c=night_c + 6.0, swing_k=6.0)

    frosty, mild = outdoors(-4.0), outdoors(2.0)

    exposed = conditions(frosty, slice(0, 600))[:25]
    assert (exposed == frozenset({Condition.NO_FLAME})).all()
    assert (conditions(frosty)[25:] == frozenset()).all()
    assert (conditions(mild) == frozenset()).all()
    # It is above 2 °C from 09:00 on.
    assert (conditions(frosty, slice(660, 1200)) == frozenset()).all()
    assert frosty.rows["flame_on"][660:1200, :25].any(axis=0).all()


def test_a_scaled_exchanger_trips_its_limiter_at_full_power_and_its_flow_swings(
    sound: Lived,
) -> None:
    kettling = ill(setting(kettling=1.0, flow_target_up_k=6.0))

    tripped = np.array([Condition.OVERHEATED in shown for shown in conditions(kettling)])
    assert tripped.mean() >= 0.5
    assert (conditions(sound) == frozenset()).all()

    def rough_k(lived: Lived) -> float:
        burn = heating_burn(lived)
        steady = burn[2:] & burn[1:-1] & burn[:-2]
        bend = np.diff(lived.rows["flow_temp_c"], n=2, axis=0)
        return float(np.median(np.abs(bend[steady])))

    assert rough_k(kettling) > 4.0 * rough_k(sound)


def test_each_furred_exchanger_boils_in_a_way_of_its_own() -> None:
    kettling = ill(setting(kettling=0.5))

    swing = kettling.rows["flow_temp_c"][1:] - kettling.rows["flow_temp_c"][:-1]
    both = heating_burn(kettling)
    both = both[1:, :1] & both[:-1, :1] & both[1:] & both[:-1]
    alike = [
        float(np.corrcoef(swing[both[:, home], 0], swing[both[:, home], home])[0, 1])
        for home in np.flatnonzero(both.sum(axis=0) > 100)[1:]
    ]

    assert len(alike) >= 10
    assert max(alike) < 0.6


def test_a_flow_sensor_that_reads_high_leaves_the_water_cooler_and_one_that_reads_low_hotter(
    sound: Lived,
) -> None:
    high, low = ill(setting(flow_sensor_bias_k=8.0)), ill(setting(flow_sensor_bias_k=-8.0))

    def warmest_c(lived: Lived) -> Floats:
        warmest: Floats = lived.water_c.max(axis=0)
        return warmest

    assert np.median(warmest_c(high) - warmest_c(sound)) < -5.0
    assert np.median(warmest_c(low) - warmest_c(sound)) > 5.0
    for lived, bias_k in ((high, 8.0), (low, -8.0)):
        rests = ~lived.rows["pump_on"][300:390]
        off = (lived.rows["flow_temp_c"] - lived.rows["return_temp_c"])[300:390][rests]
        assert abs(np.median(off) - bias_k) <= 2.0


def test_a_return_sensor_that_reads_high_changes_nothing_but_its_reading(sound: Lived) -> None:
    biased = ill(setting(return_sensor_bias_k=5.0))

    shift = biased.rows["return_temp_c"] - sound.rows["return_temp_c"]
    assert np.allclose(shift, 5.0)
    assert np.array_equal(biased.rows["flow_temp_c"], sound.rows["flow_temp_c"])


def test_an_open_flow_sensor_reads_far_below_freezing_and_stops_the_boiler() -> None:
    opened = ill(setting(flow_sensor_open=True), days=0.5)

    assert (opened.rows["flow_temp_c"] == -40.0).all()
    assert not opened.rows["flame_on"].any()
    assert (conditions(opened) == frozenset({Condition.FLOW_SENSOR})).all()


def test_a_flow_sensor_stuck_cold_drives_the_water_to_the_limiter(sound: Lived) -> None:
    stuck = ill(setting(flow_sensor_stuck=True), days=0.5)

    assert (np.ptp(stuck.rows["flow_temp_c"], axis=0) == 0.0).all()
    tripped = np.array([Condition.OVERHEATED in shown for shown in conditions(stuck)])
    assert tripped.mean() >= 0.5
    assert stuck.boilers.flow_c.max() <= LIMITER_C + 1.0
    assert (conditions(sound) == frozenset()).all()


def test_too_little_pressure_locks_and_a_top_up_releases() -> None:
    def let_out_and_fill(minute: int, boilers: Boilers, _effects: BoilerEffects) -> None:
        if minute == 300:
            service.drop_to(boilers, HOMES, EVERY, 0.1)
        if minute == 700:
            service.refill(boilers, HOMES, EVERY, 1.4)

    lived = live(HOMES, days=1, before=let_out_and_fill)

    assert (conditions(lived, slice(305, 700)) == frozenset({Condition.LOW_PRESSURE})).all()
    assert not lived.rows["flame_on"][305:700].any()
    assert not lived.rows["pump_on"][305:700].any()
    assert (conditions(lived, slice(702, 1440)) == frozenset()).all()
    assert lived.rows["flame_on"][702:].any(axis=0).all()


def test_each_make_shows_the_code_of_its_own() -> None:
    # EMS 2E(207) and Vaillant F.22: too little water (detection.md, 3.2).
    locked = live(
        HOMES,
        days=0.02,
        before=lambda _minute, boilers, _effects: service.drop_to(boilers, HOMES, EVERY, 0.1),
    )

    shown = [CODES[code].text for code in locked.rows["fault_code"][-1]]

    own = {"Worcester": "2E(207)", "Vaillant": "F.22", "Ideal": "F1", "Baxi": "E118"}
    assert shown == [own[MAKES[make]] for make in HOMES.plant.make]
    assert set(HOMES.plant.make.tolist()) == set(range(len(MAKES)))


def test_heat_is_kept_count_of_whatever_is_at_work() -> None:
    chance = np.random.default_rng(5)
    effects = none_at_work(HOMES).boiler
    for name, worst in WORST.items():
        built = getattr(effects, name).copy()
        struck = chance.random(HOMES.count) < 0.3
        harm = chance.random(HOMES.count)
        getattr(effects, name)[struck] = (built + harm * (worst - built))[struck]
    effects.diverter[:] = chance.integers(0, 3, HOMES.count)
    first = live(HOMES, days=0.3, effects=effects, outdoor_c=-3.0)
    before = deepcopy(first.boilers)

    lived = live(
        HOMES,
        days=0.7,
        first=432,
        effects=effects,
        boilers=first.boilers,
        air_temp_c=first.air_temp_c,
        outdoor_c=-3.0,
    )

    after = lived.boilers
    burned = after.fired_j - before.fired_j
    went = after.tapped_j - before.tapped_j + 60.0 * lived.emitted_w.sum(axis=0)
    kept = stored_j(after, HOMES) - stored_j(before, HOMES)
    assert_allclose(went + kept, burned, rtol=1e-9, atol=1.0)
    for name, values in lived.rows.items():
        assert np.isfinite(values).all(), name


def test_a_new_boiler_counts_from_nothing() -> None:
    boilers = at_rest(HOMES)
    boilers.ignition_locked[:] = True
    one = np.array([3])

    service.renew(boilers, HOMES, one)

    assert boilers.starts[3] == 0.0
    assert (np.delete(boilers.starts, 3) > 0.0).all()
    assert not boilers.ignition_locked[3]
    assert np.delete(boilers.ignition_locked, 3).all()


def _pump_step(lived: Lived) -> Floats:
    """Median jump of the gauge as the pump starts, of each home. [bar]"""
    pressure, pump = lived.rows["pressure_bar"], lived.rows["pump_on"]
    jump = np.where(pump[1:] & ~pump[:-1], np.diff(pressure, axis=0), np.nan)
    median: Floats = np.nanmedian(jump, axis=0)
    return median
