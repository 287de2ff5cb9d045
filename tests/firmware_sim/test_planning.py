"""Which homes go wrong, how, when and how badly; the same whoever is simulated beside them."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from firmware_sim.clock import MINUTES_A_DAY, minute_of
from firmware_sim.faults.episodes import NEVER, Episodes
from firmware_sim.faults.kind import Family, FaultRefusedError
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS, make_fault
from firmware_sim.planning import after_noticed, plan

FIRST = minute_of(datetime(2026, 7, 1, tzinfo=UTC))
DAYS = 365


def faults_of(homes: int, *, seed: int = 7, days: float = DAYS) -> list[Planned]:
    planned = plan(range(homes), seed=seed, first_minute=FIRST, days=days)
    return [one for one in planned if one.name in FAULTS]


@pytest.fixture(scope="module")
def faults() -> list[Planned]:
    """The faults of a thousand homes in a year."""
    return faults_of(1000)


def days_in(one: Planned) -> float:
    return (one.began_minute - FIRST) / MINUTES_A_DAY


def test_half_of_the_homes_are_healthy(faults: list[Planned]) -> None:
    ill = {one.home for one in faults}

    assert len(ill) == 500
    assert all((home in ill) != (home + 1 in ill) for home in range(0, 1000, 2))


def test_a_home_has_the_same_lot_in_any_block() -> None:
    whole = plan(range(200), seed=7, first_minute=FIRST, days=DAYS)

    cut = [
        one
        for first, last in ((0, 50), (50, 150), (150, 200))
        for one in plan(range(first, last), seed=7, first_minute=FIRST, days=DAYS)
    ]

    def by_home(planned: list[Planned]) -> list[list[Planned]]:
        return [[one for one in planned if one.home == home] for home in range(200)]

    assert by_home(cut) == by_home(whole)


def test_an_odd_number_of_homes_is_the_beginning_of_a_larger_estate() -> None:
    whole = plan(range(50), seed=7, first_minute=FIRST, days=DAYS)

    few = plan(range(7), seed=7, first_minute=FIRST, days=DAYS)

    assert sorted(map(repr, few)) == sorted(repr(one) for one in whole if one.home < 7)


def test_another_seed_gives_another_plan() -> None:
    assert faults_of(50, seed=7) != faults_of(50, seed=8)


def test_every_fault_comes_as_often_as_the_others(faults: list[Planned]) -> None:
    often = Counter(one.name for one in faults)

    assert set(often) == set(FAULTS)
    assert min(often.values()) >= 500 // len(FAULTS)
    assert max(often.values()) <= 25  # 13 or 14 as the first of a home, and some as the second


def test_every_tenth_ill_home_has_two_faults_of_different_families(faults: list[Planned]) -> None:
    by_home: dict[int, list[Family]] = {}
    for one in faults:
        by_home.setdefault(one.home, []).append(FAULTS[one.name].family)

    both = [families for families in by_home.values() if len(families) > 1]

    # 50 of 500 wanted; four standard deviations are 27
    assert 23 <= len(both) <= 77
    assert all(len(families) == 2 == len(set(families)) for families in both)


def test_severities_are_even(faults: list[Planned]) -> None:
    drawn = np.sort([one.severity for one in faults if FAULTS[one.name].parameters])
    steps = np.arange(drawn.size + 1) / drawn.size

    distance = max((steps[1:] - drawn).max(), (drawn - steps[:-1]).max())

    assert distance < 1.63 / np.sqrt(drawn.size)  # Kolmogorov and Smirnov, at 1 %


def test_every_parameter_is_in_its_range_and_every_place_fits(faults: list[Planned]) -> None:
    for one in faults:
        made = make_fault(
            home=one.home,
            name=one.name,
            place=one.place,
            began_minute=one.began_minute,
            ended_minute=one.ended_minute,
            values=one.parameters,
        )
        assert made.severity == pytest.approx(one.severity)


@pytest.mark.parametrize("days", [20, 365, 800])
def test_onsets_leave_time_to_learn_before_and_to_find_after(days: int) -> None:
    shares = [days_in(one) / days for one in faults_of(200, days=days)]

    assert 0.10 <= min(shares) < 0.2
    assert 0.65 < max(shares) <= 0.75


def test_faults_of_a_season_begin_before_it(faults: list[Planned]) -> None:
    months = {
        name: {
            datetime.fromtimestamp(60 * one.began_minute, tz=UTC).month
            for one in faults
            if one.name == name
        }
        for name in ("frozen_condensate", "overheating", "slow_leak", "no_heat", "high_heat_loss")
    }

    assert months["frozen_condensate"] <= {9, 10, 11, 12}
    assert months["overheating"] <= {3, 4}  # in this run three quarters are over by then
    assert months["no_heat"] | months["high_heat_loss"] <= {9, 10, 11, 12, 1, 2, 3}
    assert len(months["slow_leak"]) > 4


def test_a_run_without_the_season_has_the_fault_all_the_same() -> None:
    planned = plan(range(50), seed=7, first_minute=FIRST, days=30, faults=["frozen_condensate"])

    assert sum(one.name == "frozen_condensate" for one in planned) == 25


def test_broken_devices_are_exchanged_after_weeks_or_never(faults: list[Planned]) -> None:
    devices = [one for one in faults if FAULTS[one.name].family is Family.DEVICE]

    lasted = [
        (one.ended_minute - one.began_minute) / MINUTES_A_DAY
        for one in devices
        if one.ended_minute is not None
    ]

    assert 14.0 <= min(lasted) < max(lasted) <= 42.0
    assert 0.5 < len(lasted) / len(devices) < 0.8


def test_boilers_and_walls_stay_broken_until_somebody_notices(faults: list[Planned]) -> None:
    others = [one for one in faults if FAULTS[one.name].family is not Family.DEVICE]

    assert {one.ended_minute for one in others} == {None}


def test_only_the_faults_that_are_asked_for_are_planned() -> None:
    planned = plan(range(100), seed=7, first_minute=FIRST, days=DAYS, faults=["slow_leak", "stuck"])

    names = Counter(one.name for one in planned if one.name in FAULTS)

    assert set(names) == {"slow_leak", "stuck"}
    assert min(names.values()) >= 25


def test_a_fault_that_is_not_there_cannot_be_asked_for() -> None:
    with pytest.raises(FaultRefusedError, match=r"there is no fault 'slow_leek' \(did you mean"):
        plan(range(50), seed=7, first_minute=FIRST, days=DAYS, faults=["slow_leek"])


def test_a_noticed_boiler_is_repaired_within_days_and_a_damp_wall_is_not() -> None:
    noticed = FIRST + 100
    planned = [
        make_fault(home=home, name=name, place=None, began_minute=FIRST, values={})
        for home in range(60)
        for name in ("no_heat", "cold_bridge")
    ]
    episodes = Episodes.of(planned)
    episodes.noticed_minute[:] = noticed

    after_noticed(episodes, np.arange(len(episodes)), seed=7)

    waited = (episodes.ended_minute[::2] - noticed) / MINUTES_A_DAY
    assert 0.5 <= waited.min() < 1.0
    assert 3.0 < waited.max() <= 4.0
    assert (episodes.ended_minute[1::2] == NEVER).all()


def test_a_repair_does_not_depend_on_who_else_is_noticed() -> None:
    planned = [
        make_fault(home=home, name="no_heat", place=None, began_minute=FIRST, values={})
        for home in (103, 4)
    ]
    together, alone = Episodes.of(planned), Episodes.of(planned[:1])
    for episodes in (together, alone):
        episodes.noticed_minute[:] = FIRST + 100
        after_noticed(episodes, np.arange(len(episodes)), seed=7)

    assert together.ended_minute[0] == alone.ended_minute[0]
    assert together.ended_minute[0] != together.ended_minute[1]


def test_a_fault_that_was_to_end_sooner_does() -> None:
    end = FIRST + 300
    planned = make_fault(
        home=0, name="no_heat", place=None, began_minute=FIRST, ended_minute=end, values={}
    )
    episodes = Episodes.of([planned])
    episodes.noticed_minute[:] = FIRST + 100

    after_noticed(episodes, np.array([0]), seed=7)

    assert episodes.ended_minute.tolist() == [end]
