"""What people are told of damp: plain, with numbers and their meaning, and without blame."""

import re

import pytest

from detectors.damp import condensation, mould_risk
from detectors.damp.sentences import TEMPLATES, mould_sentence
from tests.detectors.damp.houses import days

BLAME = re.compile(
    r"\b(you|your|yours|tenants?|residents?|occup\w+|famil\w+|people|lifestyles?|habits?|fault|"
    r"blame|fail\w*|neglect\w*|should have|refus\w+|too much (cooking|washing|drying)|misuse\w*)\b",
    re.IGNORECASE,
)
INDEX = (
    "The estimated mould index is 1.3 on a scale to 6, where 1 shows only under a microscope and "
    "from 3 mould can be seen."
)
QUIET = {"mould_index": 1.3, "mould_score": 45.0, "growth_share_pct": 0.0, "f_rsi_assumed": 0.0}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_no_text_blames_anybody(name: str) -> None:
    assert BLAME.search(TEMPLATES[name]) is None


@pytest.mark.parametrize("text", ["your fault", "the tenant", "failure to ventilate", "lifestyle"])
def test_the_reader_of_texts_knows_blame_when_it_sees_it(text: str) -> None:
    assert BLAME.search(text) is not None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, INDEX),
        (
            {"growth_share_pct": 62.0},
            "The coldest surfaces here were damp enough for mould to grow for 62 % of the last "
            f"week. {INDEX}",
        ),
        (
            {"moister_by_g_m3": 1.24},
            "The air in this room holds more water than it used to: about 1.2 g more in each cubic "
            "metre than in the weeks before, and more than doors and weather explain. " + INDEX,
        ),
        (
            {"suddenly_moister_by_g_m3": 1.61},
            "Within days the air in this room has become moister beside the home's other rooms, by "
            "about 1.6 g in each cubic metre, far more than its days vary by: a pipe may be "
            f"leaking. {INDEX}",
        ),
        (
            {"wetter_after_rain_by_g_m3": 0.72},
            "This room is moister for days after rain than in dry spells, by about 0.7 g in each "
            "cubic metre: rain may be coming through an outer wall, a gutter or a window frame. "
            f"{INDEX}",
        ),
        (
            {"colder_by_k": 3.9},
            "This home has been about 4 °C colder than in the weeks before; colder walls are "
            f"damper walls. {INDEX}",
        ),
        (
            {
                "weeks_to_growth": 4.2,
                "weeks_to_growth_least": 2.1,
                "weeks_to_growth_most": 8.3,
            },
            f"{INDEX} If nothing changes, mould may be seen in about 4 weeks (likely between 2 "
            "weeks and 8 weeks).",
        ),
        (
            {"score_if_warmer": 12.0, "score_if_aired": 35.0, "score_if_insulated": 50.0},
            f"{INDEX} With this room at 18 °C the risk would fall to LOW.",
        ),
        (
            {"cause_plumbing_leak": 0.3, "cause_persistent_moisture": 0.2},
            f"{INDEX} Water may be coming from the building itself, so it is worth a visit.",
        ),
        (
            {"f_rsi_assumed": 1.0, "f_rsi": 0.75},
            f"{INDEX} How cold these surfaces get was not measured: a usual value is assumed "
            "(temperature factor 0.75).",
        ),
    ],
)
def test_a_mould_risk_says_what_was_seen_what_it_means_and_what_would_help(
    more: dict[str, float], words: str
) -> None:
    assert mould_sentence({**QUIET, **more}) == words


def test_where_no_mould_has_begun_that_is_said_in_place_of_a_number() -> None:
    weeks = {"weeks_to_growth": 8.0, "weeks_to_growth_least": 4.0, "weeks_to_growth_most": 16.0}

    assert mould_sentence({**QUIET, "mould_index": 0.04, **weeks}) == (
        "No mould is expected to have begun to grow. If nothing changes, mould is likely to begin "
        "to grow in about 8 weeks (likely between 4 weeks and 16 weeks)."
    )


def test_a_low_risk_needs_no_advice() -> None:
    assert "would fall" not in mould_sentence({**QUIET, "mould_score": 30, "score_if_aired": 5.0})


def test_condensation_says_that_it_is_an_estimate() -> None:
    evidence = {"wet_days": 6.0, "dew_point_c": 14.0, "f_rsi_assumed": 0.0, "f_rsi": 0.8}

    assert condensation.sentence(evidence) == (
        "Water probably formed on the coldest surfaces here for 4 hours or more on 6 of the last 7 "
        "days: anything colder than 14 °C gets wet in this air."
    )


def test_every_sentence_can_be_said_of_the_evidence_that_comes_with_it() -> None:
    judgement = mould_risk.judge(days(30))

    evidence = dict.fromkeys(judgement.evidence, 0.5)
    assert BLAME.search(judgement.sentence(evidence)) is None
