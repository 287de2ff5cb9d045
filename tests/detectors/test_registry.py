"""Every registered detector: a page, plain sentences, rules that make sense, and one name."""

import ast
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.quantities import Kind
from detectors import silent
from detectors.daily import DAY_S
from detectors.registry import DETECTORS, Detectors, all_detectors, names
from detectors.watch import GROUP_S, KEPT_DAYS, Daily, Fast
from tests.detectors.run.simple import SIMPLE

DOCS = Path(__file__).parents[2] / "docs" / "detectors"
BLAME = re.compile(
    r"\b(you should|your fault|fail(ed|ure|ing)? to|lifestyle|too much washing|blame|careless|"
    r"neglect\w*|ought to have|should have)\b",
    re.IGNORECASE,
)
SAID_ON_A_PAGE = {
    "what it finds": r"\*\*What it finds\.",
    "the source": r"source",
    "inputs": r"\*\*Inputs\.",
    "minimum data": r"(minimum|least) data",
    "the worst delay": r"worst[ -]case",
    "how often it must be read": r"how often|(must|should) be read",
    "known false alarms": r"false alarms",
    "what people are told": r"\*\*What the tenant is told\.",
}
OF_DAYS = (
    *DETECTORS.room_devices,
    *DETECTORS.room_days,
    *DETECTORS.boiler_devices,
    *DETECTORS.boiler_days,
)
EVERY = (*OF_DAYS, *DETECTORS.boiler_minutes)


def id_of(detector: object) -> str:
    return detector.name if isinstance(detector, Daily | Fast) else str(detector)


@pytest.mark.parametrize("name", all_detectors())
def test_every_detector_has_a_page(name: str) -> None:
    page = (DOCS / f"{name}.md").read_text("utf-8")

    assert len(page) > 500


@pytest.mark.parametrize("name", all_detectors())
def test_a_page_says_what_it_takes_and_how_late_and_how_wrong_an_alert_may_be(name: str) -> None:
    page = (DOCS / f"{name}.md").read_text("utf-8")

    missing = [part for part, said in SAID_ON_A_PAGE.items() if not re.search(said, page, re.I)]

    assert missing == []


@pytest.mark.parametrize("detector", EVERY, ids=id_of)
def test_rules_fit_the_steps_in_which_a_detector_judges(detector: Daily | Fast) -> None:
    step_s = GROUP_S if isinstance(detector, Fast) else DAY_S

    assert detector.rules.lookback <= timedelta(days=KEPT_DAYS)
    for span in (detector.rules.dwell, detector.rules.clear):
        assert span.total_seconds() % step_s == 0


def test_a_name_stands_for_one_detector_of_a_kind() -> None:
    for kind in (Kind.ROOM, Kind.BOILER):
        told = names(kind)
        assert sorted(told) == sorted(set(told))


def test_silence_is_told_too_but_judged_by_itself() -> None:
    assert silent.NAME in all_detectors()
    assert silent.NAME not in (*names(Kind.ROOM), *names(Kind.BOILER))


def test_a_runner_is_told_the_names_of_what_it_runs() -> None:
    assert SIMPLE.names(Kind.ROOM) == ("mould_risk",)
    assert SIMPLE.names(Kind.BOILER) == ("slow_leak", "low_pressure")
    assert Detectors().names(Kind.BOILER) == ()


@pytest.mark.parametrize("detector", EVERY, ids=id_of)
def test_no_text_of_a_detector_blames_anybody(detector: Daily | Fast) -> None:
    for text in texts_of(detector.judge):
        assert BLAME.search(text) is None, text


def texts_of(judge: Callable[..., Any]) -> list[str]:
    """Every text in the module of a detector but those that explain the code."""
    module = inspect.getmodule(judge)
    assert module is not None
    tree = ast.parse(inspect.getsource(module))
    explaining = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in explaining
    ]
