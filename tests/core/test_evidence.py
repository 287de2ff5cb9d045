"""What a landlord sees of an alert, level by level."""

import pytest

from core.alerts import Alert, purpose_of
from core.consent import Choice, Permit, Purpose, Refusal, decide
from core.evidence import Evidence, evidence_for
from tests.core.ledgers import NOW, SENTENCE, alert, said, tenancy


def seen(about: Alert, ledger: list[Choice]) -> Evidence:
    def answer(purpose: Purpose) -> Permit | Refusal:
        return decide(ledger, tenancy=tenancy(), purpose=purpose, at=NOW)

    return evidence_for(
        about, detection=answer(purpose_of(about)), share=answer(Purpose.SHARE_WITH_LANDLORD)
    )


def sharing(level: str) -> list[Choice]:
    return [said(Purpose.SHARE_WITH_LANDLORD, level)]


def test_who_shares_nothing_is_known_to_have_an_alert_and_no_more() -> None:
    found = seen(alert(), sharing("none"))

    assert found == Evidence(
        shared="none",
        sentence="There is an alert for this home; it is medium. No more is shared.",
        place=None,
    )


def test_who_shares_the_band_is_shown_in_words_without_a_number() -> None:
    found = seen(alert(), sharing("band"))

    assert found == Evidence(
        shared="band", sentence="Risk of mould in the bedroom: medium.", place="bedroom"
    )


@pytest.mark.parametrize("level", ["daily", "half_hourly", "raw"])
def test_who_shares_readings_is_shown_with_the_numbers(level: str) -> None:
    found = seen(alert(), sharing(level))

    assert (found.shared, found.sentence) == ("all", SENTENCE)
    assert found.numbers == {"mould_index": 2.6}
    assert [one.cause for one in found.causes] == ["under_ventilated"]


@pytest.mark.parametrize("detector", ["slow_leak", "low_pressure", "silent"])
def test_a_boiler_and_a_silent_sensor_are_shown_whole(detector: str) -> None:
    found = seen(alert(detector), sharing("none"))

    assert (found.shared, found.sentence) == ("all", SENTENCE)


def test_what_was_found_is_no_longer_shown_once_finding_it_is_objected_to() -> None:
    ledger = [*sharing("raw"), said(Purpose.DAMP_RISK, "no", revision=2)]
    boiler = [said(Purpose.FAULT_DETECTION, "no")]

    assert seen(alert(), ledger).shared == "none"
    assert seen(alert("slow_leak"), boiler).shared == "none"


@pytest.mark.parametrize("detector", ["excess_cold", "a_detector_nobody_has_listed"])
def test_a_detector_that_no_table_names_counts_as_reading_rooms(detector: str) -> None:
    found = seen(alert(detector), sharing("band"))

    assert found.shared == "band"
    assert found.numbers == {}


def test_an_answer_about_something_else_shows_nothing() -> None:
    other = decide([], tenancy=tenancy(), purpose=Purpose.FAULT_DETECTION, at=NOW)

    with pytest.raises(ValueError, match=r"does not say who sees readings"):
        evidence_for(alert(), detection=other, share=other)
