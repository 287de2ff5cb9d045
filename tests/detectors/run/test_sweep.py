"""Sweeps over a real database: what people are told, however and whenever the data comes."""

import random
from datetime import timedelta

import pytest

from core.consent import Purpose
from detectors.run import sweep as sweeping
from detectors.run.watching import Watching
from store.roles import Role
from tests.detectors.run.recorded import (
    BATHROOM,
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
    begin_tenancy,
    begun,
    steady,
)
from tests.detectors.run.simple import SIMPLE
from tests.estate import SINCE

BONE_DRY = {"air_temp_c": 16.0, "rel_humidity_pct": 20.0}


def a_damp_bedroom(days: float = 40) -> dict[str, list[Row]]:
    """The readings of a home whose bedroom alone is damp."""
    return {
        LIVING_ROOM: steady(DRY, days),
        BEDROOM: steady(DAMP, days),
        BATHROOM: steady(DRY, days),
        STATION: steady(COLD, days),
    }


def store_all(home: RecordedHome, readings: dict[str, list[Row]]) -> None:
    for device, rows in readings.items():
        home.store(device, rows)


def test_a_damp_bedroom_is_found_in_its_own_recording_years_later(home: RecordedHome) -> None:
    store_all(home, a_damp_bedroom())

    swept = home.sweep(now=NOW + timedelta(days=3650))

    assert swept.raised == 1
    assert home.open_places() == [("mould_risk", "bedroom")]
    ((_, _, raised_at, _, _),) = home.alerts()
    assert SINCE < raised_at < SINCE + timedelta(days=40)


def test_a_sweep_killed_before_its_commit_repeats_and_loses_nothing(home: RecordedHome) -> None:
    store_all(home, a_damp_bedroom())
    conn = home.sessions.database.connect(Role.DETECTORS)
    conn.execute("BEGIN")
    killed = sweeping.sweep(conn, begun(), now=NOW)
    conn.close()

    nothing_yet = home.alerts()
    again = home.sweep()

    assert killed.raised == 1
    assert nothing_yet == []
    assert again.raised == 1
    assert home.open_places() == [("mould_risk", "bedroom")]


def test_a_restart_raises_nothing_twice(home: RecordedHome) -> None:
    readings = a_damp_bedroom()
    store_all(home, readings)
    home.sweep()
    told = home.alerts()

    for device, rows in readings.items():
        home.arrive_again(device, rows)
    again = home.sweep()

    assert (again.homes, again.raised, again.updated, again.closed) == (1, 0, 0, 0)
    assert home.alerts() == told


def test_late_weather_brings_the_alert_that_was_missing(home: RecordedHome) -> None:
    readings = a_damp_bedroom()
    weather = readings.pop(STATION)
    store_all(home, readings)
    home.sweep()
    without_weather = home.alerts()

    home.store(STATION, weather)
    home.sweep()

    assert without_weather == []
    assert home.open_places() == [("mould_risk", "bedroom")]


def test_late_weather_is_folded_in_from_forty_five_days_before_the_newest_day(
    home: RecordedHome,
) -> None:
    readings = a_damp_bedroom(90)
    weather = readings.pop(STATION)
    store_all(home, readings)
    home.sweep()
    home.store(STATION, weather)

    home.sweep()

    ((detector, place, raised_at, _, _),) = home.alerts()
    assert (detector, place) == ("mould_risk", "bedroom")
    # The newest day is the 90th, so that weather counts from the 45th on: eleven damp days later.
    assert raised_at == SINCE + timedelta(days=89 - 45 + 11)


def test_what_comes_later_than_that_is_kept_and_judged_no_more(home: RecordedHome) -> None:
    readings = a_damp_bedroom(90)
    weather = readings.pop(STATION)
    store_all(home, readings)
    home.sweep()
    home.store(STATION, weather[: 44 * 48])

    home.sweep()

    assert home.alerts() == []


def pieces(readings: dict[str, list[Row]], days: int) -> list[tuple[str, list[Row]]]:
    """The readings cut into pieces of so many days, device by device."""
    size = days * 48
    return [
        (device, rows[first : first + size])
        for device, rows in readings.items()
        for first in range(0, len(rows), size)
    ]


def shuffled(order: int, days: int = 8) -> list[tuple[str, list[Row]]]:
    found = pieces(a_damp_bedroom(), days)
    random.Random(order).shuffle(found)  # noqa: S311 - the same orders in every run
    return found


@pytest.mark.parametrize(
    "order",
    [
        pieces(a_damp_bedroom(), 4),
        pieces(dict(reversed(a_damp_bedroom().items())), 4),
        shuffled(1),
        shuffled(2),
        shuffled(3),
    ],
    ids=["weather last", "weather first", "shuffled 1", "shuffled 2", "shuffled 3"],
)
def test_data_that_comes_in_any_order_of_devices_gives_the_same_alerts(
    home: RecordedHome, order: list[tuple[str, list[Row]]]
) -> None:
    at_once = RecordedHome.register(home.sessions, f"{home.landlord}-at-once")
    store_all(at_once, a_damp_bedroom())
    at_once.sweep()

    for device, rows in order:
        home.store(device, rows)
        home.sweep()

    ((_, _, raised_at, *_),) = at_once.alerts()
    ((detector, place, told_at, cleared_at, _),) = home.alerts()
    assert (detector, place, cleared_at) == ("mould_risk", "bedroom", None)
    # Who was told before all of it had come was told of a later day, and that stands.
    assert told_at >= raised_at
    assert mould_indices(home) == pytest.approx(mould_indices(at_once), abs=1e-4)


def test_a_window_that_moves_on_carries_the_mould_index(home: RecordedHome) -> None:
    readings = a_damp_bedroom(120)
    # Dry for forty days: the mould of before grows on from where it had dried to.
    readings[BEDROOM][40 * 48 : 80 * 48] = steady(DRY, 40, since=SINCE + timedelta(days=40))
    at_once = RecordedHome.register(home.sessions, f"{home.landlord}-at-once")
    store_all(at_once, readings)
    at_once.sweep()

    for first in range(0, 120, 8):
        for device, rows in readings.items():
            home.store(device, rows[first * 48 : (first + 8) * 48])
        home.sweep()

    assert home.alerts() == at_once.alerts()
    assert [cleared_at is None for _, _, _, cleared_at, _ in home.alerts()] == [False, True]
    assert mould_indices(home) == pytest.approx(mould_indices(at_once), abs=1e-4)


def mould_indices(home: RecordedHome) -> list[float]:
    rows = home.sessions.administrator.execute(
        """SELECT (evidence ->> 'mould_index')::float FROM alerts
           WHERE landlord_id = %(landlord)s ORDER BY raised_at""",
        {"landlord": home.landlord},
    )
    return [index for (index,) in rows]


def test_a_home_that_objects_is_neither_read_nor_told_and_its_alert_is_closed(
    home: RecordedHome,
) -> None:
    store_all(home, a_damp_bedroom())
    home.sweep()
    objected_at = NOW + timedelta(days=1)
    home.say(Purpose.DAMP_RISK, "no", at=objected_at)

    home.arrive_again(BEDROOM, steady(DAMP, 40))
    swept = home.sweep(now=objected_at)

    assert (swept.homes, swept.raised, swept.closed) == (0, 0, 1)
    ((_, _, _, cleared_at, why),) = home.alerts()
    assert (cleared_at, why) == (objected_at, "consent")


def test_an_objection_to_damp_detection_leaves_the_boiler_judged(home: RecordedHome) -> None:
    home.say(Purpose.DAMP_RISK, "no", at=SINCE)
    store_all(home, a_damp_bedroom(5))
    home.store(BOILER, steady({"pressure_bar": 0.3, "flow_temp_c": 20.0}, 3))

    swept = home.sweep()

    assert swept.homes == 1
    assert home.open_places() == [("low_pressure", "boiler")]


def test_agreeing_again_reopens_what_still_holds(home: RecordedHome) -> None:
    readings = a_damp_bedroom(41)
    store_all(home, {device: rows[: 40 * 48] for device, rows in readings.items()})
    home.sweep()
    told = home.alerts()
    home.say(Purpose.DAMP_RISK, "no", at=NOW + timedelta(days=1))
    home.sweep(now=NOW + timedelta(days=1))
    home.say(Purpose.DAMP_RISK, "yes", at=NOW + timedelta(days=2))

    store_all(home, {device: rows[40 * 48 :] for device, rows in readings.items()})
    swept = home.sweep(now=NOW + timedelta(days=2))

    assert swept.raised == 0
    assert home.alerts() == told


def tenancies_of_alerts(home: RecordedHome) -> list[tuple[str, str | None]]:
    return home.sessions.administrator.execute(
        """SELECT tenancy_id, cleared_why FROM alerts
           WHERE landlord_id = %(landlord)s ORDER BY raised_at, tenancy_id""",
        {"landlord": home.landlord},
    ).fetchall()


def test_a_new_tenancy_begins_with_clean_walls_and_no_old_readings(home: RecordedHome) -> None:
    moved_at = SINCE + timedelta(days=70, hours=12)
    readings = a_damp_bedroom(75)
    store_all(home, {device: rows[: 70 * 48 + 24] for device, rows in readings.items()})
    home.sweep()
    begin_tenancy(home, ended_at=moved_at)

    store_all(home, {device: rows[70 * 48 + 24 :] for device, rows in readings.items()})
    home.sweep()

    # Five damp days are too few for mould on clean walls, and the old tenant's alert is closed.
    assert tenancies_of_alerts(home) == [("tenancy-1", "consent")]


def test_damp_that_goes_on_is_told_anew_to_the_next_tenant(home: RecordedHome) -> None:
    moved_at = SINCE + timedelta(days=40)
    readings = a_damp_bedroom(80)
    store_all(home, {device: rows[: 40 * 48] for device, rows in readings.items()})
    home.sweep()
    begin_tenancy(home, ended_at=moved_at)

    store_all(home, {device: rows[40 * 48 :] for device, rows in readings.items()})
    home.sweep()

    assert tenancies_of_alerts(home) == [("tenancy-1", "consent"), ("next-tenancy", None)]
    raised_at = home.alerts()[1][2]
    assert raised_at > moved_at + timedelta(days=7)


def test_an_alert_that_later_data_refuted_stays_closed(home: RecordedHome) -> None:
    store_all(home, a_damp_bedroom())
    home.sweep()
    # Late come the readings of a drier time, as close to the steps as those before.
    between = SINCE + timedelta(minutes=10)
    home.store(BEDROOM, steady(BONE_DRY, 40, since=between))
    refuting = home.sweep()
    refuted = home.alerts()

    home.store(BEDROOM, steady(DRY, 1, since=SINCE + timedelta(days=40)))
    home.store(STATION, steady(COLD, 1, since=SINCE + timedelta(days=40)))
    home.sweep()

    assert refuting.closed == 1
    assert [why for *_, why in refuted] == ["not_confirmed"]
    assert home.alerts() == refuted


def boiler_rows(days: float, *, leak_from_day: float = 1000.0) -> list[Row]:
    """A boiler at rest whose pressure falls by 0.05 bar a day from some day on."""
    return [
        (
            at,
            {
                "pressure_bar": 2.5 - 0.05 * max(number / 48 - leak_from_day, 0),
                "flow_temp_c": 20.0,
                "pump_on": False,
            },
        )
        for number, (at, _) in enumerate(steady(DRY, days))
    ]


def test_a_late_sample_takes_no_ground_from_an_alert_that_stands(home: RecordedHome) -> None:
    sound, leaking = boiler_rows(75), boiler_rows(75, leak_from_day=45)
    home.store("boiler-02", sound)
    home.store("boiler-01", leaking)
    home.sweep()
    told = home.alerts()

    # The window begins at day 30 now; both are news of its first days.
    home.store("boiler-02", [(SINCE + timedelta(days=32, minutes=7), sound[0][1])])
    home.store("boiler-01", [(SINCE + timedelta(days=32, minutes=7), leaking[0][1])])
    swept = home.sweep()

    assert [(detector, place) for detector, place, *_ in told] == [("slow_leak", "boiler")]
    assert (swept.homes, swept.raised, swept.closed) == (2, 0, 0)
    assert home.alerts() == told


def test_a_home_that_was_judged_in_windows_is_told_only_of_what_is_new(
    home: RecordedHome,
) -> None:
    """Such a home has no days yet, and the alerts that it had are another version's."""
    readings = a_damp_bedroom(45)
    store_all(home, {device: rows[: 30 * 48] for device, rows in readings.items()})
    home.sweep()
    told = home.alerts()
    admin = home.sessions.administrator
    admin.execute("DELETE FROM home_days WHERE landlord_id = %s", (home.landlord,))
    admin.execute(
        """UPDATE home_judgements SET version = '', tenancy_id = NULL, silent_until = heard_until
           WHERE landlord_id = %s""",
        (home.landlord,),
    )

    store_all(home, {device: rows[30 * 48 :] for device, rows in readings.items()})
    swept = home.sweep()

    assert (swept.raised, swept.closed) == (0, 0)
    assert home.alerts() == told
    assert mould_indices(home) == pytest.approx([3.0])


def test_new_detectors_go_on_with_what_days_carry_and_with_the_alert_that_stands(
    home: RecordedHome,
) -> None:
    readings = a_damp_bedroom(80)
    readings[BEDROOM][30 * 48 :] = steady(DRY, 50, since=SINCE + timedelta(days=30))
    store_all(home, {device: rows[: 60 * 48] for device, rows in readings.items()})
    home.sweep()
    told = home.alerts()

    store_all(home, {device: rows[60 * 48 :] for device, rows in readings.items()})
    swept = home.sweep(Watching(detectors=SIMPLE, version="next"))

    # Dry since day 30 the index of 3 falls by 0.06 a day, and under 0.8 on day 66: had the days of
    # the other version not been carried on, the alert would have ended before.
    assert [(detector, cleared_at) for detector, _, _, cleared_at, _ in told] == [
        ("mould_risk", None)
    ]
    assert swept.raised == 0
    ((_, _, raised_at, cleared_at, why),) = home.alerts()
    assert (raised_at, why) == (told[0][2], "recovered")
    assert cleared_at == SINCE + timedelta(days=30 + 37 + 2)
