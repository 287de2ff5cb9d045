"""Trouble that comes and goes in the running service: one alert that stays open."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count, repeat

import pytest

from detectors.episodes import BY_THE_MINUTE
from detectors.run.watching import Watching
from tests.detectors.run.recorded import (
    BOILER,
    RecordedHome,
    Row,
    begin_tenancy,
    begun,
    steady,
)
from tests.detectors.run.simple import SIMPLE
from tests.estate import SINCE

DAY = timedelta(days=1)
FIVE_MINUTES = timedelta(minutes=5)


def pressure_bar(at: datetime, low_days: range) -> float:
    """0.5 bar for three hours on some days, 1.5 else."""
    return 0.5 if (at - SINCE) // DAY in low_days and 9 <= at.hour < 12 else 1.5


def boiler(first_day: int, last_day: int, low_days: range) -> list[Row]:
    since = SINCE + first_day * DAY
    times = [at for at, _ in steady({}, last_day - first_day, since=since, every=FIVE_MINUTES)]
    return [(at, {"pressure_bar": pressure_bar(at, low_days), "flow_temp_c": 40.0}) for at in times]


def told(home: RecordedHome) -> list[tuple[int, bool, bool]]:
    """The day of raising, whether the alert is open, and whether it flaps."""
    return [
        ((raised_at - SINCE) // DAY, cleared_at is None, flapping)
        for raised_at, cleared_at, flapping in home.sessions.administrator.execute(
            """SELECT raised_at, cleared_at, flapping FROM alerts
               WHERE landlord_id = %(landlord)s AND cleared_why IS DISTINCT FROM 'not_confirmed'
               ORDER BY raised_at""",
            {"landlord": home.landlord},
        )
    ]


def one_process() -> Iterator[Watching]:
    return repeat(begun())


def restarted() -> Iterator[Watching]:
    return (begun() for _ in count())


def of_other_versions() -> Iterator[Watching]:
    return (Watching(detectors=SIMPLE, version=str(number)) for number in count())


@pytest.mark.parametrize("processes", [one_process, restarted, of_other_versions])
def test_the_fourth_night_tells_nobody_anew_whichever_process_sees_it(
    home: RecordedHome, processes: Callable[[], Iterator[Watching]]
) -> None:
    for day, watching in zip(range(6), processes(), strict=False):
        home.store(BOILER, boiler(day, day + 1, range(1, 6)))
        home.sweep(watching)

    assert told(home) == [(1, False, False), (2, False, False), (3, True, True)]


def test_it_is_over_when_it_stayed_away_for_long_enough(home: RecordedHome) -> None:
    calm_days = BY_THE_MINUTE.quiet // DAY + 1
    home.store(BOILER, boiler(0, 5, range(1, 5)))
    home.sweep()

    home.store(BOILER, boiler(5, 5 + calm_days, range(0)))
    home.sweep()

    assert told(home) == [(1, False, False), (2, False, False), (3, False, True)]


def test_minutes_that_come_late_each_day_do_not_keep_it_open(home: RecordedHome) -> None:
    calm_days = BY_THE_MINUTE.quiet // DAY + 1
    home.store(BOILER, boiler(0, 5, range(1, 5)))
    home.sweep()
    watching = begun()

    for day in range(5, 5 + calm_days):
        rows = boiler(day, day + 1, range(0))
        home.store(BOILER, [*rows[:-60], *rows[-48:]])
        home.sweep(watching)
        home.store(BOILER, rows[-60:-48])
        home.sweep(watching)

    assert told(home) == [(1, False, False), (2, False, False), (3, False, True)]


def test_a_night_told_of_late_makes_the_third_one_that_flaps(home: RecordedHome) -> None:
    home.store(BOILER, boiler(0, 1, range(0)))
    home.store(BOILER, boiler(2, 5, range(1, 5)))
    home.sweep()

    home.store(BOILER, boiler(1, 2, range(1, 5)))
    home.sweep()

    assert told(home)[-1] == (4, True, True)
    assert [flaps for _, is_open, flaps in told(home) if not is_open] == [False] * 3


def test_what_was_told_before_an_objection_does_not_count(home: RecordedHome) -> None:
    """Such alerts ended with it; the trouble is told of as for the first time."""
    home.store(BOILER, boiler(0, 3, range(1, 6)))
    home.sweep()
    home.sessions.administrator.execute(
        "UPDATE alerts SET cleared_why = 'consent' WHERE landlord_id = %(landlord)s",
        {"landlord": home.landlord},
    )

    home.store(BOILER, boiler(3, 5, range(1, 6)))
    home.sweep()

    assert [flaps for *_, flaps in told(home)] == [False] * 4


def test_what_came_and_went_under_a_former_tenant_does_not_count(home: RecordedHome) -> None:
    home.store(BOILER, boiler(0, 3, range(1, 6)))
    home.sweep()
    begin_tenancy(home, ended_at=SINCE + 3 * DAY)

    home.store(BOILER, boiler(3, 5, range(1, 6)))
    home.sweep()

    assert told(home) == [(day, False, False) for day in (1, 2, 3, 4)]
