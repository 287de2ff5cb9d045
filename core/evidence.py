"""What somebody other than the tenant may see of an alert, as far as the tenant shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.alerts import Alert, shows_indoor_readings
from core.casework import place_words, work_for
from core.consent import Permit, Purpose, Refusal
from core.findings import Cause, Severity

NONE, BAND = "none", "band"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An alert's evidence after the tenant's choice: one sentence, and numbers where shared.

    `shared` is `all` (nothing is held back), `band` (the severity in words, no number) or `none`
    (only that there is an alert). `place` is empty when not shared.
    """

    shared: str
    sentence: str
    place: str | None
    numbers: Mapping[str, float] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()


def evidence_for(alert: Alert, *, detection: Permit | Refusal, share: Permit | Refusal) -> Evidence:
    """The evidence that the tenant's answers leave: on detection itself, and on sharing readings.

    A boiler's evidence is whole: finding its faults is its purpose. When that purpose is objected
    to, what it has found is no longer shown either. Raises ValueError when `share` is not about
    sharing.
    """
    if share.purpose not in (Purpose.SHARE_WITH_LANDLORD, Purpose.SHARE_WITH_CONTRACTOR):
        raise ValueError(f"{share.purpose.value} does not say who sees readings")
    allowed = isinstance(detection, Permit)
    if allowed and (not shows_indoor_readings(alert) or _shares_numbers(share)):
        return Evidence(
            shared="all",
            sentence=alert.sentence,
            place=alert.place,
            numbers=alert.evidence,
            causes=alert.causes,
        )
    if not allowed or isinstance(share, Refusal):
        words = f"There is an alert for this home; it is {alert.severity.word}. No more is shared."
        return Evidence(shared=NONE, sentence=words, place=None)
    words = f"{_title(alert)} in the {place_words(alert.place)}: {alert.severity.word}."
    return Evidence(shared=BAND, sentence=words, place=alert.place)


def _shares_numbers(share: Permit | Refusal) -> bool:
    return isinstance(share, Permit) and share.choice != BAND


def _title(alert: Alert) -> str:
    work = work_for(alert.detector, Severity.MEDIUM)
    return work.title if work else place_words(alert.detector).capitalize()
