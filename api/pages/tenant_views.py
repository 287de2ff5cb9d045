"""What tenants see of their own home, in words; none of them blames anybody."""

from collections.abc import Mapping, Sequence

from api.pages.choices_view import anchor
from api.pages.repair_words import repair_steps, repair_title
from api.pages.views import TenantAlert, TenantNotice, TenantRepair, WhoSees
from api.pages.words import REPAIR_MEANING, REPAIR_STATUS, alert_title, severity_band
from core.alerts import DEVICE_DETECTORS, Alert, Decision
from core.casework import work_for
from core.consent import YES, Purpose
from core.plain_words import answer_words
from store.notices import Notice
from store.repairs import Repair, RepairEvent

_DECISION = {
    Decision.UNDECIDED: "We are looking at what should be done about it.",
    Decision.NOT_NEEDED: "Nothing has to be done about this now. We go on watching it.",
    Decision.WITHHELD: "We have not asked your landlord for a repair, because you have not said "
    "that we may. You can ask for this one now; if you do nothing, nothing is asked for.",
    Decision.RAISED: "We have asked your landlord for a repair. You see below how it goes on.",
}
_WAITS_FOR_OFFICER = (
    "Other homes near yours report the same, so one cause for all of them is likely, and your "
    "landlord looks into that first. You can ask for a repair of your own home now."
)
_ASK_AGAIN = (
    "The repair that was asked for has ended. This comes and goes: if it is back, you can ask for "
    "another."
)
_ENGINEERS = "Whoever looks after the sensors will see to it; you need do nothing."


def tenant_alert(
    alert: Alert, *, repair_is_open: bool, goes_with: Alert | None = None
) -> TenantAlert:
    """An alert as the tenant reads it: whole, for it is about their own home.

    `goes_with` is another one whose repair looks into this too.
    """
    can_ask = (
        alert.cleared_at is None
        and not repair_is_open
        and goes_with is None
        and (alert.decision is not Decision.RAISED or alert.flapping)
        and work_for(alert.detector, alert.severity) is not None
    )
    return TenantAlert(
        alert_id=str(alert.alert_id),
        title=alert_title(alert, alert.place),
        band=severity_band(alert.severity),
        sentence=alert.sentence,
        began_at=alert.began_at,
        cleared_at=alert.cleared_at,
        decision=_ASK_AGAIN
        if can_ask and alert.decision is Decision.RAISED
        else _decision_words(alert, goes_with),
        can_ask=can_ask,
        waits_href=f"/my-choices#{anchor(Purpose.AUTO_RAISE)}"
        if alert.decision is Decision.WITHHELD
        else "",
    )


def _decision_words(alert: Alert, goes_with: Alert | None) -> str:
    if alert.detector in DEVICE_DETECTORS:
        return _ENGINEERS
    if goes_with is not None:
        other = alert_title(goes_with, goes_with.place)
        return f"This goes with “{other}”: whoever comes for the one looks into both."
    if alert.decided_group is not None and alert.cleared_at is None:
        return _WAITS_FOR_OFFICER
    return _DECISION[alert.decision]


def tenant_repair(repair: Repair, events: Sequence[RepairEvent]) -> TenantRepair:
    """A repair as the tenant reads it."""
    return TenantRepair(
        repair_id=str(repair.repair_id),
        title=repair_title(repair),
        status=REPAIR_STATUS[repair.status],
        meaning=REPAIR_MEANING[repair.status],
        events=repair_steps(events),
    )


def tenant_notice(notice: Notice) -> TenantNotice:
    """What the tenant was told, by paragraphs."""
    return TenantNotice(
        at=notice.at,
        subject=notice.subject,
        paragraphs=tuple(part for part in notice.body.split("\n\n") if part.strip()),
    )


def who_sees(choices: Mapping[Purpose, str]) -> tuple[WhoSees, ...]:
    """Who sees what is measured, as the tenant's choices stand."""
    rooms = choices[Purpose.DAMP_RISK] == YES
    boiler = choices[Purpose.FAULT_DETECTION] == YES
    return (
        WhoSees(
            measured="Temperature and humidity of your rooms",
            you="Everything" if rooms else "Not measured",
            landlord=answer_words(choices[Purpose.SHARE_WITH_LANDLORD]) if rooms else "Nothing",
            contractor=answer_words(choices[Purpose.SHARE_WITH_CONTRACTOR]) if rooms else "Nothing",
        ),
        WhoSees(
            measured="Pressure and temperatures of your boiler",
            you="Everything" if boiler else "Not measured",
            landlord="The readings, to find its faults" if boiler else "Nothing",
            contractor="What was found, on a repair" if boiler else "Nothing",
        ),
    )
