"""What tenants read: complete, plain, and blaming nobody."""

import re

import pytest

from core.alerts import Alert
from core.casework import LANDLORD_SETS
from core.consent import TERMS, Purpose
from core.notices import (
    repair_moved,
    repair_not_sent,
    repair_raised,
    repair_undelivered,
    repair_withheld,
)
from core.plain_words import CHANNELS, PURPOSES, SHARE_LEVELS, answer_words, effect_words
from tests.core.ledgers import alert

BLAMING = re.compile(
    r"your fault|you fail|you should|you must|you forgot|because of you|you caused|lifestyle|"
    r"behaviour|careless|neglect|misus|abus|blame|drying (clothes|washing)|too many people|"
    r"open (your|the) windows|non-?complian|refus",
    re.IGNORECASE,
)
JARGON = re.compile(
    r"consent|withdraw|data subject|processing|lawful|redact|granularity|UPRN|HACT", re.IGNORECASE
)


def notices(about: Alert) -> list[str]:
    letters = [
        repair_raised(about, {"redactions": []}),
        repair_raised(about, {"redactions": ["detection.evidence"]}),
        repair_withheld(about),
        repair_not_sent(about, "on 21 November"),
        repair_undelivered(about),
        *(repair_moved(about, status, "See you on Tuesday.") for status in LANDLORD_SETS),
    ]
    return [f"{letter.subject}\n{letter.body}" for letter in letters]


def every_text() -> list[str]:
    texts = [
        text
        for words in PURPOSES.values()
        for text in (
            words.title,
            words.what_for,
            words.who_benefits,
            words.what_stops,
            words.what_starts,
        )
    ]
    texts += [text for level in SHARE_LEVELS.values() for text in (level.title, level.example)]
    for detector in ("mould_risk", "condensation", "low_pressure", "slow_leak", "short_cycling"):
        texts += notices(alert(detector))
    return texts


def test_no_text_blames_anybody() -> None:
    assert [text for text in every_text() if BLAMING.search(text)] == []


def test_no_text_speaks_like_a_lawyer() -> None:
    assert [text for text in every_text() if JARGON.search(text)] == []


def test_the_words_that_blame_would_be_found() -> None:
    assert BLAMING.search("Mould grows because of your lifestyle.")


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_says_what_it_is_for_and_what_a_no_stops(purpose: Purpose) -> None:
    words = PURPOSES[purpose]

    assert words.title
    assert words.what_for
    assert words.who_benefits
    assert words.what_starts
    assert bool(words.what_stops) == (TERMS[purpose].refusing is not None)


@pytest.mark.parametrize("purpose", Purpose)
def test_every_answer_has_words_and_an_effect(purpose: Purpose) -> None:
    for choice in TERMS[purpose].choices:
        refused = choice == TERMS[purpose].refusing

        assert answer_words(choice)
        assert effect_words(purpose, choice, refused=refused)


def test_every_level_and_channel_on_offer_has_words() -> None:
    assert tuple(SHARE_LEVELS) == TERMS[Purpose.SHARE_WITH_LANDLORD].choices
    assert tuple(CHANNELS) == TERMS[Purpose.CONTACT].choices


def test_a_withheld_repair_is_told_with_what_was_found_and_a_question() -> None:
    letter = repair_withheld(alert())

    assert letter.subject == "We found something in your home: a risk of mould in your bedroom"
    assert "May we ask your landlord for a repair?" in letter.body.split("\n\n")[1]
