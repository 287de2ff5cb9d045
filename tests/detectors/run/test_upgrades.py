"""The day on which other detectors come to a home: nothing told twice, nothing kept back."""

from datetime import datetime, timedelta

import pytest

from core.quantities import Kind
from detectors.run import sweep as sweeping
from detectors.run.watching import Watching
from store import judgements
from tests.detectors.run.recorded import BOILER, NOW, RecordedHome, Row, begun, steady
from tests.detectors.run.simple import SIMPLE
from tests.estate import SINCE

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def pressure(bar: float, days: float, since: datetime) -> list[Row]:
    return steady({"pressure_bar": bar}, days, since=since, every=5 * MINUTE)


def test_pressure_that_falls_on_the_day_of_the_upgrade_is_told_on_that_day(
    home: RecordedHome,
) -> None:
    """The home was judged in windows until nine in the morning."""
    home.store(BOILER, pressure(1.5, 10.375, SINCE))
    home.sweep()
    admin = home.sessions.administrator
    admin.execute("DELETE FROM home_days WHERE landlord_id = %s", (home.landlord,))
    admin.execute(
        """UPDATE home_judgements SET version = '', tenancy_id = NULL, silent_until = heard_until
           WHERE landlord_id = %s""",
        (home.landlord,),
    )

    falls_at = SINCE + 10.5 * DAY
    home.store(BOILER, pressure(0.2, 0.25, falls_at))
    home.sweep()

    assert home.alerts() == [("low_pressure", "boiler", falls_at + 65 * MINUTE, None, None)]


def leaking(days: float) -> list[Row]:
    """A boiler whose pressure falls by 0.05 bar a day from the tenth day on."""
    return [
        (at, {"pressure_bar": 2.5 - 0.05 * max((at - SINCE) / DAY - 10, 0)})
        for at, _ in steady({}, days)
    ]


def test_new_detectors_take_over_a_backlog_although_nothing_more_arrives(
    home: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = RecordedHome.register(home.sessions, f"{home.landlord}-at-once")
    at_once.store(BOILER, leaking(17))
    at_once.sweep()
    home.store(BOILER, leaking(17))
    with monkeypatch.context() as patched:
        patched.setattr(sweeping, "HOME_DAYS_A_SWEEP", 11)
        sweeping.sweep(home.sessions.detectors, begun(), now=NOW)
    before = home.alerts()

    home.sweep(Watching(detectors=SIMPLE, version="next"))

    key = (home.landlord, "home-1")
    kept = judgements.home_judgements(home.sessions.detectors, [key], Kind.BOILER)[key]
    assert before == []
    assert (kept.version, kept.days_until) == ("next", kept.days_due)
    assert [detector for detector, *_ in home.alerts()] == ["slow_leak"]
    assert home.alerts() == at_once.alerts()
