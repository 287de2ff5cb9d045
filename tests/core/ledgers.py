"""Ledgers and alerts made up for tests, and hypothesis strategies for them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from core.alerts import Alert
from core.consent import TERMS, Basis, Choice, Purpose, Tenancy
from core.findings import Cause, Severity

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SENTENCE = "The mould index of the coldest surfaces here is 2.6 of 6."


def tenancy(**given: Any) -> Tenancy:
    """A tenancy of home-1 since BEGAN."""
    usual: dict[str, Any] = {
        "tenancy_id": "tenancy-1",
        "landlord_id": "demo",
        "home_id": "home-1",
        "basis": Basis.PUBLIC_TASK,
        "began_at": BEGAN,
    }
    return Tenancy(**usual | given)


def said(
    purpose: Purpose, choice: str, *, revision: int = 1, at: datetime = BEGAN, **given: Any
) -> Choice:
    """A line of the ledger of tenancy-1."""
    usual: dict[str, Any] = {
        "tenancy_id": "tenancy-1",
        "notice_version": "2026-11",
        "channel": "page",
        "actor": "tenant:tenant-1",
    }
    return Choice(purpose=purpose, choice=choice, revision=revision, at=at, **usual | given)


def alert(detector: str = "mould_risk", **given: Any) -> Alert:
    """An open alert of home-1 and tenancy-1."""
    usual: dict[str, Any] = {
        "alert_id": UUID(int=1),
        "landlord_id": "demo",
        "home_id": "home-1",
        "tenancy_id": "tenancy-1",
        "detector": detector,
        "detector_version": "1",
        "place": "boiler" if detector in ("slow_leak", "low_pressure") else "bedroom",
        "began_at": NOW - timedelta(days=4),
        "raised_at": NOW - timedelta(days=1),
        "cleared_at": None,
        "cleared_why": None,
        "severity": Severity.MEDIUM,
        "severity_max": Severity.MEDIUM,
        "confidence": 0.9,
        "evidence": {"mould_index": 2.6},
        "sentence": SENTENCE,
        "causes": (Cause(cause="under_ventilated", weight=0.6),),
    }
    return Alert(**usual | given)


instants = st.integers(-1000, 1000).map(lambda hours: BEGAN + timedelta(hours=hours))


@st.composite
def tenancies(draw: st.DrawFn) -> Tenancy:
    """Tenancies on any basis, open or ended."""
    ended = draw(st.none() | st.integers(1, 1000).map(lambda h: BEGAN + timedelta(hours=h)))
    return tenancy(basis=draw(st.sampled_from(Basis)), ended_at=ended)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Choice]:
    """Ledgers in which anything was said at any time, some of it for a while only."""
    lines = []
    for revision in range(1, draw(st.integers(0, 8)) + 1):
        purpose = draw(st.sampled_from(Purpose))
        at = draw(instants)
        lasts_h = draw(st.none() | st.integers(1, 500))
        lines.append(
            said(
                purpose,
                draw(st.sampled_from(TERMS[purpose].choices)),
                revision=revision,
                at=at,
                expires_at=at + timedelta(hours=lasts_h) if lasts_h else None,
            )
        )
    return lines
