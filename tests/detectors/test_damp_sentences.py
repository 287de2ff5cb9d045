"""What people are told of damp: numbers with what they mean, and what is only assumed."""

import pytest

from detectors import condensation, mould_risk

ASSUMED = (
    "How cold these surfaces get was not measured: a usual value is assumed (temperature factor "
    "0.75)."
)
INDEX = (
    "The estimated mould index is 1.3 on a scale to 6, where 1 shows only under a microscope and "
    "from 3 mould can be seen."
)
MOULD = {"mould_index": 1.3, "growth_share_pct": 62.0, "f_rsi": 0.75, "f_rsi_assumed": 0.0}
WET = {
    "wet_hours_day": 9.0,
    "wet_days": 5.0,
    "rel_humidity_pct": 78.0,
    "dew_point_c": 14.0,
    "f_rsi": 0.75,
    "f_rsi_assumed": 0.0,
}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {},
            "The coldest surfaces here were damp enough for mould to grow for 62 % of the last "
            f"week. {INDEX}",
        ),
        (
            {"growth_share_pct": 99.8},
            "The coldest surfaces here were damp enough for mould to grow for all of the last "
            f"week. {INDEX}",
        ),
        ({"growth_share_pct": 0.0}, INDEX),
        (
            {"growth_share_pct": 0.0, "weeks_to_index_3": 4.2, "f_rsi_assumed": 1.0},
            f"{INDEX} If nothing changes, that may be in about 4 weeks. {ASSUMED}",
        ),
        (
            {"growth_share_pct": 0.0, "weeks_to_index_3": 0.3},
            f"{INDEX} If nothing changes, that may be in about a week.",
        ),
    ],
)
def test_a_mould_index_comes_with_what_its_scale_means(more: dict[str, float], words: str) -> None:
    assert mould_risk.sentence({**MOULD, **more}) == words


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {},
            "Water probably formed on the coldest surfaces here in 9 of the last 24 hours, and for "
            "4 hours or more on 5 of the last 7 days: with 78 % humidity in the air, anything "
            "colder than 14 °C gets wet.",
        ),
        (
            {"wet_days": 7.0, "f_rsi_assumed": 1.0},
            "Water probably formed on the coldest surfaces here in 9 of the last 24 hours, and for "
            "4 hours or more on every one of the last 7 days: with 78 % humidity in the air, "
            f"anything colder than 14 °C gets wet. {ASSUMED}",
        ),
    ],
)
def test_condensation_says_that_it_is_an_estimate(more: dict[str, float], words: str) -> None:
    assert condensation.sentence({**WET, **more}) == words
