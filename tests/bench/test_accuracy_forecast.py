"""How well mould is seen coming, and how soon leaks and cold homes are told."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bench.accuracy.delays import HeatWanted, leak_figures, no_heat_figures
from bench.accuracy.forecast import Forecast, RoomHistory, begins_on, ranked
from bench.accuracy.scoring import Fault
from core.findings import Episode, Severity
from detectors.frame import Row
from firmware_sim.clock import EPOCH
from firmware_sim.faults.episodes import Episodes
from firmware_sim.faults.planned import Planned
from firmware_sim.trace import BoilerTrace

START = datetime(2025, 10, 1, tzinfo=UTC)
END = START + timedelta(days=60)


def days(*values: list[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def grows(at_day: int, days: int = 40) -> list[float]:
    return [0.5] * at_day + [1.2] * (days - at_day)


def fault(name: str, *, day: float, until: float | None = None, **parameters: float) -> Fault:
    return Fault(
        home_id="home-1",
        fault=name,
        place="boiler",
        began_at=START + timedelta(days=day),
        ended_at=None if until is None else START + timedelta(days=until),
        noticed_at=None,
        severity=0.5,
        parameters=parameters,
    )


def alert(detector: str, at: datetime, *, place: str = "boiler") -> Episode:
    return Episode(
        home_id="home-1",
        detector=detector,
        place=place,
        began_at=at,
        raised_at=at,
        cleared_at=None,
        severity=Severity.MEDIUM,
        severity_max=Severity.MEDIUM,
        confidence=0.9,
        evidence={},
        sentence="",
    )


def test_mould_begins_on_the_day_at_whose_end_the_index_is_one() -> None:
    index = days(grows(20), [0.5] * 40, [1.5] * 40)

    assert begins_on(index).tolist() == [20, -1, -2]  # the third began with mould


def test_a_room_is_compared_two_weeks_before_with_rooms_that_never_get_mould() -> None:
    index = days(grows(20), [0.5] * 40, [0.5] * 40, [0.5] * 40, grows(30))
    score = np.zeros((5, 40), dtype=np.float32)
    score[0, 6] = 50.0  # 14 days before
    score[1:4, 6] = [10.0, 50.0, np.nan]  # below, a tie, and not known
    score[4, 16] = np.nan  # a room without a score makes no pair

    assert ranked(score, index, begins_on(index)) == (1.5, 2)


def test_figures_of_two_blocks_are_those_of_all_rooms() -> None:
    both = Forecast(better=1.5, pairs=2, lead_days=(20.0, None)).with_other(
        Forecast(better=2.0, pairs=2, lead_days=(4.0, 15.0))
    )

    assert both.figures() == {
        "rooms": 4,
        "auc": 3.5 / 4,
        "forewarned_in_time": 0.5,
        "lead_median_days": 15.0,
    }


def test_without_mould_there_are_no_figures() -> None:
    assert Forecast().figures() == {
        "rooms": 0,
        "auc": None,
        "forewarned_in_time": None,
        "lead_median_days": None,
    }


def test_the_lead_is_from_the_rooms_own_first_damp_alert() -> None:
    rooms = RoomHistory()
    rows = (Row("", "home-1", "bathroom"), Row("", "home-1", "bedroom"))
    for day in range(40):
        rooms.lived(rows, np.array([0.5, grows(20)[day]], dtype=np.float32))
    told = [
        alert("mould_risk", START + timedelta(days=5), place="bathroom"),
        alert("stuck", START + timedelta(days=1), place="bedroom"),
        alert("condensation", START + timedelta(days=6), place="bedroom"),
    ]

    assert rooms.forecast(told, START).lead_days == (15.0,)


def test_a_leak_counts_if_it_went_on_long_enough_or_was_found() -> None:
    leaks = [
        fault("slow_leak", day=10, rate=0.03),
        fault("slow_leak", day=10, until=12, rate=0.03),
        fault("slow_leak", day=58, rate=0.03),
        fault("slow_leak", day=10, rate=0.01),
    ]

    missed = leak_figures(leaks, {}, END)
    [found] = [
        leak_figures(
            leaks[:1], {"home-1": [alert("low_pressure", START + timedelta(days=14))]}, END
        )
    ]

    assert (missed["events"], missed["within_5_days"]) == (1, 0.0)
    assert (found["events"], found["within_5_days"], found["median_days"]) == (1, 1.0, 4.0)


def test_no_heat_is_told_so_long_after_the_first_demand_in_vain() -> None:
    wanted = {"home-1": START + timedelta(days=2)}
    raised = {"home-1": [alert("lockout", START + timedelta(days=2, minutes=30))]}

    figures = no_heat_figures([fault("no_heat", day=1)], wanted, raised)

    assert figures == {
        "events": 1,
        "found": 1,
        "within_45_min": 1.0,
        "median_min": 30.0,
        "p90_min": 30.0,
    }


def test_a_home_that_never_asked_for_heat_had_no_cold() -> None:
    assert no_heat_figures([fault("no_heat", day=1)], {}, {})["events"] == 0


@pytest.mark.parametrize(("lit_from", "since"), [(1440, 600), (612, 600), (605, 700)])
def test_demand_in_vain_begins_with_ten_minutes_without_an_answer(
    lit_from: int, since: int
) -> None:
    """The boiler fails at minute 500; heat is wanted from 600 on, and again from 700."""
    first = int((START - EPOCH) / timedelta(minutes=1))
    demand = np.zeros((2 * 1440, 1), dtype=np.bool_)
    demand[600:690] = demand[700:] = True
    flame = np.zeros_like(demand)
    flame[lit_from:690] = True
    planned = Planned(
        home=0,
        name="no_heat",
        place="boiler",
        began_minute=first + 500,
        ended_minute=None,
        parameters={"share": 1.0},
        severity=1.0,
    )
    heat = HeatWanted(0)

    for day in range(2):
        part = slice(day * 1440, (day + 1) * 1440)
        heat.look(trace(first + day * 1440, demand[part], flame[part]), Episodes.of([planned]))

    assert heat.since == {0: START + timedelta(minutes=since)}


def test_a_wait_goes_on_over_midnight() -> None:
    first = int((START - EPOCH) / timedelta(minutes=1))
    demand = np.zeros((2 * 1440, 1), dtype=np.bool_)
    demand[1435:1446] = True
    planned = Planned(
        home=0,
        name="lockout",
        place="boiler",
        began_minute=first,
        ended_minute=None,
        parameters={"share": 1.0},
        severity=1.0,
    )
    heat = HeatWanted(0)

    for day in range(2):
        part = demand[day * 1440 : (day + 1) * 1440]
        heat.look(trace(first + day * 1440, part, ~part & False), Episodes.of([planned]))

    assert heat.since == {0: START + timedelta(minutes=1435)}


def trace(
    first: int,
    demand: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    flame: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> BoilerTrace:
    """A boiler of which demand and flame are known; its water is cold."""
    cold = np.full(demand.shape, 20.0, dtype=np.float32)
    none = np.zeros(demand.shape, dtype=np.int32)
    reals = (
        "flow_temp_c return_temp_c hot_water_temp_c flow_target_c hot_water_target_c pressure_bar "
        "modulation_pct flame_current_ua"
    )
    return BoilerTrace(
        minute=first + np.arange(len(demand)),
        **dict.fromkeys(reals.split(), cold),
        flame_on=flame,
        pump_on=demand,
        heat_demand=demand,
        hot_water_demand=~demand & False,
        burner_starts=none,
        ignition_failures=none,
        fault_code=none.astype(np.int8),
    )
