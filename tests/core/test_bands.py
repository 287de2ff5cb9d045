"""The risk of damp by day, for those who share no more."""

from datetime import UTC, date, datetime, timedelta

from core.bands import DayBand, SeveritySpan, bands_by_day, local_day
from core.findings import Severity

TUESDAY = date(2026, 11, 17)


def span(severity: Severity, since: datetime, until: datetime | None = None) -> SeveritySpan:
    return SeveritySpan(room="bedroom", severity=severity, since=since, until=until)


def bands(*spans: SeveritySpan, days: int = 3) -> list[str]:
    heard = {"bedroom": [TUESDAY + timedelta(day) for day in range(days)]}
    return [one.band for one in bands_by_day(heard, spans)]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_a_day_without_an_alert_is_low() -> None:
    assert bands() == ["LOW", "LOW", "LOW"]


def test_a_day_is_as_its_worst_hour() -> None:
    spans = [
        span(Severity.MEDIUM, at(17, 20), at(18, 3)),
        span(Severity.HIGH, at(18, 3), at(18, 4)),
    ]

    assert bands(*spans) == ["MEDIUM", "HIGH", "LOW"]


def test_an_alert_that_goes_on_holds_for_every_later_day() -> None:
    assert bands(span(Severity.EMERGENCY, at(18, 23))) == ["LOW", "HIGH", "HIGH"]


def test_a_silent_day_has_no_band_and_another_room_is_not_touched() -> None:
    heard = {"bedroom": [TUESDAY], "bathroom": [TUESDAY, TUESDAY + timedelta(2)]}

    found = bands_by_day(heard, [span(Severity.HIGH, at(16, 0))])

    assert found == [
        DayBand(day=TUESDAY, room="bathroom", band="LOW"),
        DayBand(day=TUESDAY, room="bedroom", band="HIGH"),
        DayBand(day=TUESDAY + timedelta(2), room="bathroom", band="LOW"),
    ]


def test_a_day_is_that_of_the_clock_on_the_wall() -> None:
    summer = local_day(date(2026, 7, 1))
    clocks_go_back = local_day(date(2026, 10, 25))

    assert summer[0] == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert clocks_go_back[1] - clocks_go_back[0] == timedelta(hours=25)
