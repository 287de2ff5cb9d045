"""How a home stands: the worst that is open, unknown when not heard, or well."""

from datetime import datetime, timedelta

import pytest

from core.findings import Severity
from core.home_risk import HEARD_WITHIN, Risk, Standing, Status, standing
from core.quantities import Kind
from tests.core.ledgers import NOW, alert

BOTH = (Kind.ROOM, Kind.BOILER)
HEARD = dict.fromkeys(BOTH, NOW)


def test_a_home_that_is_heard_and_has_no_alert_is_well() -> None:
    assert standing([], expected=BOTH, heard=HEARD, now=NOW) == Standing(
        risk=Risk.OK, status=Status.OK
    )


@pytest.mark.parametrize(
    ("severity", "risk", "status"),
    [
        (Severity.LOW, Risk.LOW, Status.OK),
        (Severity.MEDIUM, Risk.MEDIUM, Status.ATTENTION),
        (Severity.HIGH, Risk.HIGH, Status.ATTENTION),
        (Severity.EMERGENCY, Risk.EMERGENCY, Status.ATTENTION),
    ],
)
def test_a_home_is_as_its_worst_alert(severity: Severity, risk: Risk, status: Status) -> None:
    alerts = [alert(severity=Severity.LOW), alert("slow_leak", severity=severity)]

    found = standing(alerts, expected=BOTH, heard=HEARD, now=NOW)

    assert (found.risk, found.status) == (risk, status)


@pytest.mark.parametrize(
    ("last", "known"),
    [(NOW - HEARD_WITHIN, True), (NOW - HEARD_WITHIN - timedelta(seconds=1), False)],
)
def test_a_home_that_is_not_heard_is_unknown_never_well(last: datetime, known: bool) -> None:
    found = standing([], expected=BOTH, heard={**HEARD, Kind.BOILER: last}, now=NOW)

    assert found.status is (Status.OK if known else Status.UNKNOWN)


@pytest.mark.parametrize("severity", [None, Severity.LOW])
def test_a_silent_home_with_nothing_serious_open_is_unknown(severity: Severity | None) -> None:
    alerts = [alert(severity=severity)] if severity else []

    found = standing(alerts, expected=BOTH, heard={Kind.ROOM: NOW}, now=NOW)

    assert found == Standing(
        risk=Risk.UNKNOWN,
        status=Status.UNKNOWN,
        unknown_because="no boiler reading has ever been heard",
    )


def test_what_is_known_to_be_wrong_stays_wrong_while_a_home_is_silent() -> None:
    found = standing([alert(severity=Severity.HIGH)], expected=BOTH, heard={}, now=NOW)

    assert found.risk is Risk.HIGH
    assert found.unknown_because == "no boiler reading has ever been heard"


def test_a_home_in_which_nothing_may_be_measured_is_unknown() -> None:
    found = standing([], expected=(), heard=HEARD, now=NOW)

    assert found.unknown_because == "nothing is measured in this home"


def test_a_silent_sensor_alone_does_not_put_a_home_at_risk() -> None:
    found = standing([alert("silent")], expected=BOTH, heard=HEARD, now=NOW)

    assert found.risk is Risk.OK
