"""What boilers show, however an adapter spells it, and codes that nobody knows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.boiler.fault_codes import (
    SEVERAL,
    Code,
    CodeClass,
    Condition,
    Unknown,
    are_of_class,
    conditions_of,
    conditions_shown,
    every_code,
    lookup,
    shown,
    words_of,
)
from tests.detectors.boiler.burning import CODES, between, boilers, minute, with_code, without

BLAME = ("you ", "your ", "tenant", "fault ", "fail", "should", "lifestyle", "too much")


def found(text: str, make: str | None = None) -> Code:
    code = lookup(text, make)
    assert isinstance(code, Code)
    return code


@pytest.mark.parametrize(
    ("spellings", "condition", "code_class"),
    [
        (("2E(207)", "2E 207", "CE 207", "2e207"), Condition.LOW_PRESSURE, CodeClass.ERROR),
        (("EA(227)", "6A 227", "EA 227", "EA"), Condition.NO_FLAME, CodeClass.LOCKOUT),
        (("F.28", "F28", "f.28"), Condition.NO_FLAME, CodeClass.LOCKOUT),
        (("F.22", "F22"), Condition.LOW_PRESSURE, CodeClass.ERROR),
        (("E9(224)", "4C 224"), Condition.OVERHEATED, CodeClass.LOCKOUT),
        (("E133",), Condition.NO_FLAME, CodeClass.LOCKOUT),
        (("L1",), Condition.OVERHEATED_OR_NO_FLOW, CodeClass.LOCKOUT),
    ],
)
def test_a_code_is_known_however_an_adapter_spells_it(
    spellings: tuple[str, ...], condition: Condition, code_class: CodeClass
) -> None:
    codes = [found(spelling) for spelling in spellings]

    assert {code.condition for code in codes} == {condition}
    assert {code.code_class for code in codes} == {code_class}


def test_f1_is_low_water_at_one_make_and_no_flame_at_another() -> None:
    assert found("F1", "Ideal").condition is Condition.LOW_PRESSURE
    assert found("F1", "Glow-worm").condition is Condition.NO_FLAME
    assert found("F1").condition is Condition.AMBIGUOUS
    assert found("F1").make == SEVERAL
    assert found("F1").code_class is CodeClass.LOCKOUT


def test_a_code_of_another_make_is_not_known_for_this_one() -> None:
    assert lookup("E133", "Vaillant") == Unknown(code="E133")


@given(st.text(max_size=100))
def test_any_text_is_a_code_or_a_code_that_we_do_not_know(text: str) -> None:
    code = lookup(text)

    assert isinstance(code, Code) or code == Unknown(code=text)


def test_every_entry_has_its_make_words_and_source_and_blames_nobody() -> None:
    for code in every_code():
        assert code.make
        assert code.words
        assert code.source
        assert not [word for word in ("you", "tenant", "should") if word in code.words]


def test_no_make_writes_one_code_twice_with_two_meanings() -> None:
    for code in every_code():
        assert found(code.code, code.make).condition is code.condition


def test_the_words_of_every_condition_blame_nobody() -> None:
    for condition in Condition:
        assert words_of(condition)
        assert not [word for word in BLAME if word in f"{words_of(condition)} "]


def test_the_numbers_of_conditions_stand_in_alerts_and_stay() -> None:
    assert {condition.name: int(condition) for condition in list(Condition)[:6]} == {
        "NONE": 0,
        "UNKNOWN": 1,
        "AMBIGUOUS": 2,
        "LOW_PRESSURE": 3,
        "HIGH_PRESSURE": 4,
        "NO_FLAME": 5,
    }
    assert len(set(Condition)) == len(Condition)


def test_a_frame_of_codes_is_read_at_once() -> None:
    frame = with_code(boilers(), [1], between(6, 7), "F.28")
    frame = with_code(frame, [2], between(7, 8), "X99")

    conditions = conditions_shown(frame)

    assert list(conditions[:, minute(6.5)]) == [0, Condition.NO_FLAME, 0]
    assert list(conditions[:, minute(7.5)]) == [0, 0, Condition.UNKNOWN]
    lockouts = shown(frame, are_of_class(CODES, (CodeClass.LOCKOUT,)))
    assert lockouts.sum(axis=1).tolist() == [0, 60, 0]


def test_boilers_without_codes_show_none() -> None:
    frame = without(boilers(), "fault_code")

    assert not conditions_shown(frame).any()
    assert not shown(frame, conditions_of(CODES) == Condition.NO_FLAME).any()
    assert np.array_equal(conditions_of(()), np.empty(0))
