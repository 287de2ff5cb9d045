"""Boilers are judged as their minutes come, from new readings alone, by whichever process."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from core.consent import Purpose
from core.quantities import Kind
from detectors.frame import BoilerFrame
from detectors.frame import Row as PlaceRow
from detectors.run import memory, minutes
from detectors.run import sweep as sweeping
from detectors.run.watching import Watching
from store import days
from tests.detectors.run.recorded import (
    BEDROOM,
    BOILER,
    DRY,
    NOW,
    RecordedHome,
    Row,
    begun,
    steady,
)
from tests.estate import SINCE

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOUND: Mapping[str, float] = {"pressure_bar": 1.5, "flow_temp_c": 40.0}
LOW: Mapping[str, float] = {"pressure_bar": 0.4, "flow_temp_c": 40.0}
FALLS_AT = SINCE + 8 * HOUR


def boiler(values: Mapping[str, float], since: datetime, until: datetime) -> list[Row]:
    """A reading each minute, both ends included."""
    return steady(values, (until - since + MINUTE) / DAY, since=since, every=MINUTE)


def low_since_eight(until: datetime) -> list[Row]:
    return [*boiler(SOUND, SINCE, FALLS_AT - MINUTE), *boiler(LOW, FALLS_AT, until)]


def minute_by_minute(
    home: RecordedHome, watching: Watching, rows: list[Row], *, restarts: bool = False
) -> None:
    """A sweep for every five minutes of readings."""
    for first in range(0, len(rows), 5):
        home.store(BOILER, rows[first : first + 5])
        home.sweep(begun() if restarts else watching)


def test_low_pressure_is_told_in_the_sweep_that_has_heard_it_for_an_hour(
    home: RecordedHome,
) -> None:
    watching = begun()
    home.store(BOILER, low_since_eight(FALLS_AT + HOUR))
    home.sweep(watching)
    not_yet = home.alerts()

    home.store(BOILER, boiler(LOW, FALLS_AT + 61 * MINUTE, FALLS_AT + 65 * MINUTE))
    home.sweep(watching)

    assert not_yet == []
    assert home.alerts() == [("low_pressure", "boiler", FALLS_AT + 65 * MINUTE, None, None)]


def test_a_group_of_minutes_is_judged_when_something_later_was_heard(home: RecordedHome) -> None:
    home.store(BOILER, low_since_eight(FALLS_AT + 64 * MINUTE))
    home.sweep()

    assert home.alerts() == []


def test_a_sweep_reads_none_of_the_minutes_that_it_has_judged(home: RecordedHome) -> None:
    watching = begun()
    home.store(BOILER, low_since_eight(FALLS_AT + 30 * MINUTE))
    home.sweep(watching)
    home.sessions.administrator.execute("DELETE FROM boiler_readings")

    home.store(BOILER, boiler(LOW, FALLS_AT + 31 * MINUTE, FALLS_AT + 65 * MINUTE))
    home.sweep(watching)

    assert home.alerts() == [("low_pressure", "boiler", FALLS_AT + 65 * MINUTE, None, None)]


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "many"])
def test_a_restart_between_any_two_sweeps_changes_nothing(
    home: RecordedHome, restarts: bool
) -> None:
    later = FALLS_AT + 3 * HOUR
    rows = [*boiler(LOW, FALLS_AT, later), *boiler(SOUND, later + MINUTE, later + 2 * HOUR)]
    home.store(BOILER, boiler(SOUND, SINCE, FALLS_AT - MINUTE))
    home.sweep()

    minute_by_minute(home, begun(), rows, restarts=restarts)

    ((detector, _, raised_at, cleared_at, why),) = home.alerts()
    assert (detector, why) == ("low_pressure", "recovered")
    assert raised_at == FALLS_AT + 65 * MINUTE
    assert cleared_at == later + 65 * MINUTE


def test_how_long_trouble_has_stood_outlives_a_silence_and_a_restart(home: RecordedHome) -> None:
    home.store(BOILER, low_since_eight(FALLS_AT + 50 * MINUTE))
    home.sweep()
    back_at = FALLS_AT + 40 * DAY

    home.store(BOILER, boiler(LOW, back_at, back_at + 20 * MINUTE))
    home.sweep()

    ((detector, _, raised_at, _, _),) = home.alerts()
    assert detector == "low_pressure"
    assert back_at < raised_at <= back_at + 20 * MINUTE


def test_minutes_that_come_late_bring_the_alert_that_was_missing(home: RecordedHome) -> None:
    watching = begun()
    rows = low_since_eight(FALLS_AT + 2 * HOUR)
    missing = slice(8 * 60 + 10, 8 * 60 + 100)
    home.store(BOILER, rows[: missing.start])
    home.store(BOILER, rows[missing.stop :])
    home.sweep(watching)
    without = home.alerts()

    home.store(BOILER, rows[missing])
    home.sweep(watching)

    assert without == []
    assert home.alerts() == [("low_pressure", "boiler", FALLS_AT + 65 * MINUTE, None, None)]


def test_an_objection_leaves_nothing_due_and_closes_what_was_told(home: RecordedHome) -> None:
    home.store(BOILER, low_since_eight(FALLS_AT + 2 * HOUR))
    home.sweep()
    home.say(Purpose.FAULT_DETECTION, "no", at=NOW + DAY)

    home.store(BOILER, boiler(LOW, FALLS_AT + 2 * HOUR + MINUTE, FALLS_AT + 3 * HOUR))
    swept = home.sweep(now=NOW + DAY)

    assert (swept.homes, swept.closed) == (0, 1)
    assert home.open_places() == []


@pytest.mark.parametrize(("answer", "known"), [("yes", True), ("no", False)])
def test_how_warm_the_rooms_are_is_known_beside_a_boiler_where_the_tenant_allows_it(
    home: RecordedHome, answer: str, known: bool
) -> None:
    home.say(Purpose.DAMP_RISK, answer, at=SINCE)
    home.store(BEDROOM, steady(DRY, 2))
    home.store(BOILER, boiler(SOUND, SINCE, SINCE + 26 * HOUR))
    home.sweep()

    key = [(home.landlord, "home-1")]
    conn = home.sessions.administrator
    (kept,) = days.days_between(conn, key, Kind.BOILER, SINCE.date(), (SINCE + 2 * DAY).date())
    indoors = kept.numbers[0, kept.names.index("indoor_temp_c")]
    assert np.isfinite(indoors) == known


def test_rooms_that_may_not_be_looked_at_any_more_are_forgotten_beside_a_boiler(
    home: RecordedHome,
) -> None:
    watching = begun()
    home.store(BEDROOM, steady(DRY, 1))
    home.store(BOILER, boiler(SOUND, SINCE, SINCE + 12 * HOUR))
    home.sweep(watching)
    fresh = BoilerFrame(
        start=SINCE + 12 * HOUR,
        step_s=60,
        steps=5,
        rows=(PlaceRow(home.landlord, "home-1", "boiler"),),
        values={},
    )
    allowed = watching.memory.before(fresh)

    home.say(Purpose.DAMP_RISK, "no", at=NOW)
    home.store(BOILER, boiler(SOUND, SINCE + 12 * HOUR + MINUTE, SINCE + 12 * HOUR + 5 * MINUTE))
    home.sweep(watching)

    refused = watching.memory.before(replace(fresh, start=fresh.start + 5 * MINUTE))
    assert np.isfinite(allowed.indoor_temp_c[:, :420]).all()
    assert not np.isfinite(refused.indoor_temp_c).any()
    assert np.isfinite(refused["pressure_bar"][:, :420]).all()


def test_new_detectors_neither_tell_again_nor_take_back_what_was_told(home: RecordedHome) -> None:
    home.store(BOILER, low_since_eight(FALLS_AT + 2 * HOUR))
    home.store(BEDROOM, steady(DRY, 3))
    home.sweep()
    told = home.alerts()

    rows = boiler(LOW, FALLS_AT + 2 * HOUR + MINUTE, FALLS_AT + 3 * HOUR)
    home.store(BOILER, rows)
    swept = home.sweep(Watching(detectors=begun().detectors, version="next"))

    assert [detector for detector, *_ in told] == ["low_pressure"]
    assert (swept.raised, swept.closed) == (0, 0)
    assert home.alerts() == told


def test_long_backlogs_are_judged_in_portions_and_wholly(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "HOME_DAYS_A_SWEEP", 60)
    home.store(BEDROOM, steady(DRY, 70))
    home.store("th-0201", steady(DRY, 70))
    watching = begun()

    portions = [sweeping.sweep(home.sessions.detectors, watching, now=NOW)]
    while portions[-1].due:
        portions.append(sweeping.sweep(home.sessions.detectors, watching, now=NOW))

    # Two homes of one area go together, thirty days at a time.
    assert [one.home_days for one in portions] == [60, 60, 18]


def test_makers_with_more_fault_codes_than_are_remembered_have_their_boilers_judged_all_the_same(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CODES_MAX", 100)
    monkeypatch.setattr(minutes, "BOILERS_AT_ONCE", 1)
    watching = begun()

    for half_hour in range(3):
        since = FALLS_AT + half_hour * 30 * MINUTE
        for device in (BOILER, "boiler-02"):
            rows = boiler(LOW, since, since + 29 * MINUTE)
            codes = [{**values, "fault_code": f"{device} {at:%H:%M}"} for at, values in rows]
            home.store(device, [(at, one) for (at, _), one in zip(rows, codes, strict=True)])
        home.sweep(watching)

    raised = [(detector, raised_at) for detector, _, raised_at, *_ in home.alerts()]
    assert raised == 2 * [("low_pressure", FALLS_AT + 65 * MINUTE)]
