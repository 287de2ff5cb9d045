"""How bad it was, day by day, as the band that a landlord is shown rests on it."""

from datetime import UTC, datetime, timedelta

from core.findings import Episode, Severity
from store.alerts import raise_alert
from store.alerts_seen import severity_spans
from store.roles import Role
from store.session import act_for
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RAISED = NOW - timedelta(days=20)


def test_what_late_readings_showed_counts_from_when_it_would_have_been_told(
    homewell_db: HomewellDatabase,
) -> None:
    homewell_db.register(estate())
    damp = Episode(
        home_id="home-1",
        detector="mould_risk",
        place="bedroom",
        began_at=RAISED - timedelta(days=5),
        raised_at=RAISED,
        cleared_at=None,
        severity=Severity.MEDIUM,
        severity_max=Severity.MEDIUM,
        confidence=0.9,
        evidence={"mould_index": 1.2},
        sentence="The mould index is 1.2.",
    )

    with homewell_db.connect(Role.DETECTORS) as conn:
        raise_alert(conn, "demo", damp, tenancy_id="tenancy-1", version="1", judged_at=NOW)
    with homewell_db.connect(Role.API) as conn, conn.transaction():
        act_for(conn, "demo")
        spans = severity_spans(
            conn,
            "demo",
            "tenancy-1",
            detectors=["mould_risk"],
            since=NOW - timedelta(days=30),
            until=NOW + timedelta(days=1),
        )

    assert [(one.room, one.severity, one.since, one.until) for one in spans] == [
        ("bedroom", Severity.MEDIUM, RAISED, None)
    ]
