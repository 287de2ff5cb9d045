"""What is judged in portions: late data, long backlogs, and clocks that are wrong."""

from datetime import datetime, timedelta

import pytest

from core.quantities import Kind
from detectors.run import minutes
from detectors.run import sweep as sweeping
from store import judgements
from store.judgements import HomeJudgement
from tests.detectors.run.recorded import (
    BEDROOM,
    BOILER,
    COLD,
    DAMP,
    DRY,
    LIVING_ROOM,
    NOW,
    STATION,
    RecordedHome,
    Row,
    begun,
    steady,
)
from tests.estate import SINCE

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BONE_DRY = {"air_temp_c": 16.0, "rel_humidity_pct": 5.0}
OTHER_LIVING_ROOM, OTHER_BOILER = "th-0201", "boiler-02"


def day(number: float) -> datetime:
    return SINCE + number * DAY


def judged(home: RecordedHome, home_id: str, kind: Kind) -> HomeJudgement:
    key = (home.landlord, home_id)
    return judgements.home_judgements(home.sessions.detectors, [key], kind)[key]


def a_bedroom_damp_since_day_twenty(home: RecordedHome) -> None:
    """It is told of about day 30; of the days from 1 to 20 nothing has come yet."""
    home.store(BEDROOM, steady(DRY, 1) + steady(DAMP, 20, since=day(20)))
    home.store(STATION, steady(COLD, 40))
    home.sweep()


def test_damp_that_late_readings_show_to_be_older_is_the_alert_that_stands_a_day_at_a_time(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_bedroom_damp_since_day_twenty(home)
    told = home.alerts()
    monkeypatch.setattr(sweeping, "HOME_DAYS_A_SWEEP", 1)

    home.store(BEDROOM, steady(DAMP, 19, since=day(1)))
    swept = home.sweep()

    assert [(detector, cleared) for detector, _, _, cleared, _ in told] == [("mould_risk", None)]
    assert (swept.raised, swept.closed) == (0, 0)
    assert home.alerts() == told


def test_late_readings_judged_a_day_at_a_time_refute_an_alert_on_its_own_day(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_bedroom_damp_since_day_twenty(home)
    ((_, _, raised_at, _, _),) = home.alerts()
    monkeypatch.setattr(sweeping, "HOME_DAYS_A_SWEEP", 1)

    home.store(BEDROOM, steady(BONE_DRY, 40, since=SINCE + 10 * MINUTE))
    swept = home.sweep()

    assert swept.closed == 1
    assert home.alerts() == [("mould_risk", "bedroom", raised_at, raised_at, "not_confirmed")]


def test_a_sensor_with_a_wrong_clock_keeps_no_other_home_waiting(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = begun()
    for device in (LIVING_ROOM, OTHER_LIVING_ROOM):
        home.store(device, steady(DRY, 41))
    home.sweep(watching)
    monkeypatch.setattr(sweeping, "HOME_DAYS_A_SWEEP", 10)
    for device in (LIVING_ROOM, OTHER_LIVING_ROOM):
        home.store(device, steady(DRY, 2, since=day(41)))

    home.store(LIVING_ROOM, [(day(1) + 7 * MINUTE, DRY)])
    sweeping.sweep(home.sessions.detectors, watching, now=NOW)

    other = judged(home, "home-2", Kind.ROOM)
    assert (other.days_until, other.days_due) == (day(42), day(42))
    # Of ten days the other home takes the two that are over, and this one the eight that are left.
    assert judged(home, "home-1", Kind.ROOM).days_until == day(1 + 8)


def test_rooms_that_are_far_behind_leave_boilers_their_days(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.store(LIVING_ROOM, steady(DRY, 41))
    home.store(BOILER, steady({"pressure_bar": 1.5}, 41))
    monkeypatch.setattr(sweeping, "HOME_DAYS_A_SWEEP", 10)

    sweeping.sweep(home.sessions.detectors, begun(), now=NOW)

    assert judged(home, "home-1", Kind.ROOM).days_until == day(10)
    assert judged(home, "home-1", Kind.BOILER).days_until == day(10)


def pressure(bar: float, days: float, since: datetime) -> list[Row]:
    return steady({"pressure_bar": bar}, days, since=since, every=5 * MINUTE)


def low_from_day_three_to_day_five() -> list[Row]:
    return [
        *pressure(1.5, 3.25, SINCE),
        *pressure(0.4, 2, day(3.25)),
        *pressure(1.5, 2.25, day(5.25)),
    ]


def test_a_long_backlog_of_minutes_is_judged_some_days_a_sweep_and_told_the_same(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = RecordedHome.register(home.sessions, f"{home.landlord}-at-once")
    at_once.store(BOILER, low_from_day_three_to_day_five())
    at_once.sweep()
    monkeypatch.setattr(minutes, "BOILER_DAYS_A_SWEEP", 2.3)  # seven hours are read before them
    home.store(BOILER, low_from_day_three_to_day_five())

    reached = []
    due = True
    while due:
        due = sweeping.sweep(home.sessions.detectors, begun(), now=NOW).due
        reached.append(judged(home, "home-1", Kind.BOILER).fast_until)

    assert reached == [day(2), day(4), day(6), day(7.5) - 5 * MINUTE]
    assert [(detector, why) for detector, *_, why in home.alerts()] == [
        ("low_pressure", "recovered")
    ]
    assert home.alerts() == at_once.alerts()


def test_boilers_that_keep_up_come_before_those_that_are_far_behind(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = begun()
    home.store(BOILER, pressure(1.5, 7, SINCE))
    home.sweep(watching)
    monkeypatch.setattr(minutes, "BOILER_DAYS_A_SWEEP", 1)

    home.store(BOILER, pressure(1.5, 1 / 24, day(7)))
    home.store(OTHER_BOILER, pressure(1.5, 7, SINCE))
    sweeping.sweep(home.sessions.detectors, watching, now=NOW)

    keeps_up = judged(home, "home-1", Kind.BOILER)
    assert keeps_up.fast_until == keeps_up.fast_due
    assert judged(home, "home-2", Kind.BOILER).fast_until == day(1)


@pytest.mark.parametrize(("restarted", "judged_at_once"), [(True, 1), (False, 2)])
def test_what_is_read_again_after_a_restart_is_read_in_portions(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch, restarted: bool, judged_at_once: int
) -> None:
    """Seven hours before five minutes of a boiler are more than a quarter of a day."""
    watching = begun()
    for boiler in (BOILER, OTHER_BOILER):
        home.store(boiler, pressure(1.5, 2.5, SINCE))
    home.sweep(watching)
    monkeypatch.setattr(minutes, "BOILER_DAYS_A_SWEEP", 0.25)
    monkeypatch.setattr(minutes, "BOILERS_READ_AT_ONCE", 1)
    for boiler in (BOILER, OTHER_BOILER):
        home.store(boiler, pressure(1.5, 1 / 24, day(2.5)))

    process = begun() if restarted else watching
    first = sweeping.sweep(home.sessions.detectors, process, now=NOW)

    def keeping_up() -> int:
        both = [judged(home, home_id, Kind.BOILER) for home_id in ("home-1", "home-2")]
        return sum(one.fast_until == one.fast_due for one in both)

    assert (keeping_up(), first.due) == (judged_at_once, restarted)
    home.sweep(process)
    assert keeping_up() == 2
