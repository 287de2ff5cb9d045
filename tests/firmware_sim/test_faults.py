"""What a fault changes: in its own home, as far as it has grown, and no longer than it lasts."""

from dataclasses import fields, replace
from io import BytesIO

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.clock import MINUTES_A_DAY, MINUTES_AN_HOUR
from firmware_sim.faults.drawing import values_at
from firmware_sim.faults.effects import Effects, none_at_work
from firmware_sim.faults.episodes import NEVER, Episodes
from firmware_sim.faults.kind import FaultRefusedError, explain
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS, make_fault
from firmware_sim.heating.state import at_rest
from firmware_sim.homes.fabric import BEDROOM, ROOMS
from firmware_sim.homes.homes import Homes, build_homes
from firmware_sim.kinds import Floats

BEGAN = 29_857_013  # 2026-10-08T00:53Z; any minute would do
LONG_AFTER = BEGAN + 400 * MINUTES_A_DAY
HOMES = 4
ILL = 2
# Of the project's interfaces; mould and condensation are what the causes of damp lead to.
NAMES = [
    "slow_leak",
    "fast_leak",
    "low_pressure",
    "high_pressure",
    "expansion_vessel",
    "pump_failure",
    "diverter_stuck_on_heating",
    "diverter_stuck_on_hot_water",
    "ignition_degrading",
    "lockout",
    "flow_temp_not_reached",
    "no_heat",
    "hot_water_scaling",
    "short_cycling",
    "return_too_hot",
    "frozen_condensate",
    "kettling",
    "boiler_sensor_fault",
    "excess_cold",
    "overheating",
    "high_heat_loss",
    "silent",
    "flapping",
    "implausible",
    "stuck",
    "railed",
    "drifting",
    "telemetry_frozen",
    "clock_wrong",
    "battery_low",
    "swapped_rooms",
    "under_heated",
    "under_ventilated",
    "high_moisture",
    "cold_bridge",
    "plumbing_leak",
    "penetrating_damp",
    "persistent_moisture",
]
AT_ONCE = {"low_pressure"}  # it acts on the water and not on the effects
WITHOUT_DEGREE = {"swapped_rooms"}


@pytest.fixture(scope="module")
def homes() -> Homes:
    return build_homes(range(HOMES), seed=8)


def fault(name: str, *, place: str | None = None, home: int = ILL, **values: float) -> Planned:
    return make_fault(home=home, name=name, place=place, began_minute=BEGAN, values=values)


def fault_as_bad_as(name: str, severity: float, *, choice: float = 0.0) -> Planned:
    values = values_at(FAULTS[name], severity, choice)
    return make_fault(home=ILL, name=name, place=None, began_minute=BEGAN, values=values)


def arrays(effects: Effects) -> dict[str, Floats]:
    """Every array of the effects, as numbers."""
    return {
        f"{part.name}.{one.name}": np.asarray(
            getattr(getattr(effects, part.name), one.name), dtype=np.float64
        )
        for part in fields(effects)
        for one in fields(getattr(effects, part.name))
    }


def mean_difference(planned: Planned, homes: Homes) -> Floats:
    """How much each home differs from a sound one, (homes,): in the mean over twenty days, long
    after the onset, for what comes and goes.
    """
    sound = arrays(none_at_work(homes))
    episodes = Episodes.of([planned])
    total = np.zeros(homes.count)
    for minute in range(LONG_AFTER, LONG_AFTER + 20 * MINUTES_A_DAY, 6 * MINUTES_AN_HOUR):
        for name, array in arrays(episodes.effects_at(minute, homes)).items():
            total += np.abs(array - sound[name]).reshape(homes.count, -1).sum(axis=1)
    return total


def test_every_fault_of_the_interfaces_can_be_put_into_a_home() -> None:
    assert sorted(FAULTS) == sorted(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in AT_ONCE])
def test_a_fault_changes_its_own_home_and_no_other(name: str, homes: Homes) -> None:
    changed = mean_difference(fault_as_bad_as(name, 1.0), homes) > 0.0

    assert changed.tolist() == [home == ILL for home in range(HOMES)]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in AT_ONCE | WITHOUT_DEGREE])
@pytest.mark.parametrize("choice", [0.0, 0.99], ids=["first choice", "last choice"])
def test_a_harsher_fault_changes_more(name: str, choice: float, homes: Homes) -> None:
    gentle, harsh = (
        mean_difference(fault_as_bad_as(name, severity, choice=choice), homes)[ILL]
        for severity in (0.2, 1.0)
    )

    assert harsh > gentle > 0.0


@pytest.mark.parametrize("name", NAMES)
def test_no_fault_is_at_work_before_its_onset_or_outlives_its_end(name: str, homes: Homes) -> None:
    episodes = Episodes.of([fault(name)])
    end = LONG_AFTER + 17

    episodes.end(np.array([0]), end)

    sound = arrays(none_at_work(homes))
    for minute in (BEGAN - 1, end, end + MINUTES_A_DAY):
        for field, array in arrays(episodes.effects_at(minute, homes)).items():
            assert_array_equal(array, sound[field], err_msg=field)


def test_a_fault_that_grows_is_half_as_bad_at_half_its_time(homes: Homes) -> None:
    episodes = Episodes.of([fault("hot_water_scaling", approach=20.0)])
    half = BEGAN + 45 * MINUTES_A_DAY

    scale_k = episodes.effects_at(half, homes).boiler.scale_k

    assert scale_k[ILL] == pytest.approx(10.0, abs=0.02)


def test_what_grows_changes_on_the_hour_alone(homes: Homes) -> None:
    episodes = Episodes.of([fault("drifting"), fault("lockout", share=0.5)])
    hour = LONG_AFTER - LONG_AFTER % MINUTES_AN_HOUR

    first, last = (arrays(episodes.effects_at(hour + into, homes)) for into in (0, 59))

    for field, array in first.items():
        assert_array_equal(array, last[field], err_msg=field)


def test_a_fault_that_comes_and_goes_shows_in_its_share_of_the_hours(homes: Homes) -> None:
    episodes = Episodes.of([fault("no_heat", share=0.4, home=home) for home in range(HOMES)])
    hours = range(BEGAN, BEGAN + 500 * MINUTES_AN_HOUR, MINUTES_AN_HOUR)

    deaf = np.array([episodes.effects_at(hour, homes).boiler.deaf for hour in hours])

    # 2,000 hours: three standard deviations are 0.033
    assert deaf.mean() == pytest.approx(0.4, abs=0.033)
    assert (deaf[:, 0] != deaf[:, 1]).any()


@pytest.mark.parametrize("name", ["lockout", "no_heat", "stuck", "silent", "telemetry_frozen"])
def test_what_comes_and_goes_can_be_seen_from_its_onset_on(name: str, homes: Homes) -> None:
    episodes = Episodes.of([fault(name, share=0.81, home=home) for home in range(HOMES)])
    sound, ill = arrays(none_at_work(homes)), arrays(episodes.effects_at(BEGAN, homes))

    shown = sum(np.abs(ill[one] - sound[one]).reshape(HOMES, -1).sum(axis=1) for one in sound)

    assert (shown > 0.0).all()


def test_homes_do_not_lock_out_at_the_same_hours_of_the_day(homes: Homes) -> None:
    episodes = Episodes.of(
        [
            replace(fault("lockout", share=0.5, home=home), began_minute=BEGAN + 75 * home)
            for home in range(HOMES)
        ]
    )
    hours = range(LONG_AFTER, LONG_AFTER + 200 * MINUTES_AN_HOUR, MINUTES_AN_HOUR)

    locked = np.array([episodes.effects_at(hour, homes).boiler.locked for hour in hours])

    turns = [set((np.flatnonzero(np.diff(locked[:, home])) % 6).tolist()) for home in range(HOMES)]
    assert [len(each) for each in turns] == [1] * HOMES
    assert len(set.union(*turns)) == HOMES


def test_a_pipe_is_exposed_to_the_frost_for_whole_nights(homes: Homes) -> None:
    episodes = Episodes.of([fault("frozen_condensate", share=0.5)])
    hours = BEGAN + MINUTES_AN_HOUR * np.arange(480)

    exposed = [
        bool(episodes.effects_at(int(hour), homes).boiler.condensate_exposed[ILL]) for hour in hours
    ]

    turned = hours[1:][np.diff(exposed)] // MINUTES_AN_HOUR % 24
    assert exposed[0]
    assert set(turned.tolist()) == {12}


def test_a_stuffy_home_is_stuffy_in_every_room_and_a_stuffy_bedroom_there(homes: Homes) -> None:
    everywhere = Episodes.of([fault("under_ventilated", place="home", factor=0.5)])
    bedroom = Episodes.of([fault("under_ventilated", place="bedroom", factor=0.5)])

    factors = [one.effects_at(BEGAN, homes).home.air_factor[ILL] for one in (everywhere, bedroom)]

    assert factors[0].tolist() == [0.5] * len(ROOMS)
    assert [room for room in range(len(ROOMS)) if factors[1][room] != 1.0] == [BEDROOM]


def test_two_leaks_of_one_boiler_add_up(homes: Homes) -> None:
    episodes = Episodes.of([fault("slow_leak", rate=0.05), fault("slow_leak", rate=0.03)])

    leak = episodes.effects_at(BEGAN, homes).boiler.leak_bar_day

    assert leak[ILL] == pytest.approx(0.08)


def test_a_home_is_found_in_whichever_block_it_is_simulated() -> None:
    block = build_homes(range(50, 60), seed=8)
    episodes = Episodes.of([fault("slow_leak", rate=0.05, home=53)])

    leak = episodes.effects_at(BEGAN, block).boiler.leak_bar_day

    assert np.flatnonzero(leak).tolist() == [3]


def test_low_pressure_drops_the_water_at_once_and_its_repair_fills_it_up(homes: Homes) -> None:
    boilers = at_rest(homes)
    episodes = Episodes.of([fault("low_pressure", to=0.3)])
    episodes.end(np.array([0]), LONG_AFTER)

    episodes.turn(BEGAN, boilers, homes)
    missing_l = boilers.missing_l.copy()
    episodes.turn(LONG_AFTER, boilers, homes)

    assert (missing_l > 0.5).tolist() == [home == ILL for home in range(HOMES)]
    assert boilers.missing_l[ILL] == pytest.approx(0.0, abs=0.02)


def test_a_repair_lets_out_what_a_filling_loop_let_in(homes: Homes) -> None:
    boilers = at_rest(homes)
    boilers.missing_l[ILL] = -3.0
    episodes = Episodes.of([fault("high_pressure")])
    episodes.end(np.array([0]), LONG_AFTER)

    episodes.turn(LONG_AFTER, boilers, homes)

    assert boilers.missing_l[ILL] == pytest.approx(0.0, abs=0.02)


def test_a_fault_called_off_before_its_onset_does_nothing(homes: Homes) -> None:
    boilers = at_rest(homes)
    episodes = Episodes.of([fault("low_pressure", to=0.3)])
    episodes.end(np.array([0]), BEGAN - 10)

    for minute in (BEGAN - 10, BEGAN):
        episodes.turn(minute, boilers, homes)

    assert boilers.missing_l.tolist() == [0.0] * HOMES


def test_beginnings_and_ends_come_one_after_the_other() -> None:
    episodes = Episodes.of([fault("slow_leak"), fault("stuck")])
    episodes.end(np.array([1]), BEGAN + 70)

    assert episodes.next_change(BEGAN - 5) == BEGAN
    assert episodes.next_change(BEGAN) == BEGAN + 70
    assert episodes.next_change(BEGAN + 70) is None


def test_episodes_saved_and_taken_up_again_are_the_same() -> None:
    episodes = Episodes.of([fault("slow_leak"), fault("silent", place="boiler")])
    episodes.noticed_minute[0] = BEGAN + 5
    file = BytesIO()

    np.savez(file, **{one.name: getattr(episodes, one.name) for one in fields(episodes)})
    file.seek(0)
    with np.load(file, allow_pickle=False) as saved:
        again = Episodes(**saved)

    for one in fields(episodes):
        assert_array_equal(getattr(again, one.name), getattr(episodes, one.name))


def test_an_episode_is_the_fault_that_was_planned() -> None:
    planned = fault("silent", place="boiler", share=0.9)
    episodes = Episodes.of([fault("slow_leak")])

    index = episodes.add(planned)

    assert episodes.planned(index) == planned
    assert episodes.noticed_minute[index] == NEVER


@pytest.mark.parametrize(
    ("name", "place", "values", "reason"),
    [
        (
            "slow_leek",
            None,
            {},
            "there is no fault 'slow_leek' (did you mean slow_leak?); there are: "
            + ", ".join(FAULTS),
        ),
        ("slow_leak", None, {"rate": 9.0}, "rate cannot be 9 bar/day: choose 0.005 to 0.15"),
        ("slow_leak", None, {"to": 0.5}, "slow_leak has no parameter 'to'; it has: rate"),
        ("swapped_rooms", None, {"by": 1.0}, "swapped_rooms has no parameter 'by'; it has: none"),
        ("slow_leak", "bedroom", {}, "slow_leak cannot be in 'bedroom'; choose one of: boiler"),
        ("railed", None, {"end": 0.5}, "end cannot be 0.5: choose 0 to 1 in whole numbers"),
        ("stuck", None, {"share": float("nan")}, "share cannot be nan: choose 0.4 to 1"),
    ],
    ids=[
        "unknown", "out of range", "wrong parameter", "no parameters", "wrong place", "between two",
        "nan",
    ],
)  # fmt: skip
def test_a_fault_that_cannot_be_is_refused_with_what_can(
    name: str, place: str | None, values: dict[str, float], reason: str
) -> None:
    with pytest.raises(FaultRefusedError) as refused:
        make_fault(home=0, name=name, place=place, began_minute=0, values=values)

    assert str(refused.value) == reason


def test_a_fault_cannot_end_before_it_has_begun() -> None:
    with pytest.raises(FaultRefusedError) as refused:
        make_fault(home=0, name="stuck", place=None, began_minute=9, ended_minute=9, values={})

    assert str(refused.value) == "stuck cannot end before it has begun"


def test_every_fault_explains_itself_and_takes_its_defaults() -> None:
    for kind in FAULTS.values():
        planned = fault(kind.name)
        assert 0.0 <= planned.severity <= 1.0
        assert explain(kind).startswith(f"{kind.name}: {kind.words}")


def test_a_fault_explains_where_how_fast_and_how_badly_it_can_be() -> None:
    assert explain(FAULTS["expansion_vessel"]) == (
        "expansion_vessel: The expansion vessel loses its gas: the pressure swings with the heat, "
        "the valve weeps.\n"
        "    place: boiler\n"
        "    grows over 30 days\n"
        "    --left: share of the vessel's gas that is left, 0.05 to 0.6 (default 0.25)"
    )
