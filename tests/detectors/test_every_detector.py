"""What every detector owes: silence about sound homes, no harm from gaps, no home mixed up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.findings import Episode
from detectors import silent
from detectors.frame import Frame
from detectors.registry import BOILER_DETECTORS, ROOM_DETECTORS, Detector
from tests.detectors.homes import boilers, ordered, rooms, told, until, with_values

BLAME = ("you ", "your ", "tenant", "fault", "fail", "should", "lifestyle", "too much")


@dataclass(frozen=True)
class Case:
    """A detector, a sound frame for it, and one that it finds something in."""

    detector: Detector[Any]
    sound: Callable[..., Frame]
    broken: Callable[[], Frame]


def damp_rooms() -> Frame:
    """The first of three rooms sound, the second damp, the third damper."""
    frame = rooms(days=45, excess_pa=300)
    damper = np.array([[1.0], [1.7], [1.9]])
    return with_values(frame, rel_humidity_pct=np.minimum(frame["rel_humidity_pct"] * damper, 99.0))


def quiet_rooms() -> Frame:
    frame = rooms(days=3)
    return with_values(
        frame, **{name: gone(array, first=200) for name, array in frame.values.items()}
    )


def low_boilers() -> Frame:
    frame = boilers(days=45)
    drop = np.array([[0.0], [0.6], [0.8]]) * (np.arange(frame.steps) > 2000)
    return with_values(frame, pressure_bar=np.round(frame["pressure_bar"] - drop, 1))


def leaking_boilers() -> Frame:
    frame = boilers(days=45)
    days = np.maximum(np.arange(frame.steps) / 144 - 20, 0)
    leak = np.array([[0.0], [0.03], [0.05]]) * days
    return with_values(frame, pressure_bar=np.round(frame["pressure_bar"] - leak, 1))


def quiet_boilers() -> Frame:
    frame = boilers(days=3)
    return with_values(
        frame, **{name: gone(array, first=200) for name, array in frame.values.items()}
    )


def gone(array: np.typing.NDArray[Any], *, first: int) -> np.typing.NDArray[Any]:
    """Nothing from a step on in all rows but the first."""
    left = array.copy()
    left[1:, first:] = np.nan
    return left


BROKEN: dict[str, Callable[[], Frame]] = {
    "mould_risk-room": damp_rooms,
    "condensation-room": damp_rooms,
    "silent-room": quiet_rooms,
    "low_pressure-boiler": low_boilers,
    "slow_leak-boiler": leaking_boilers,
    "silent-boiler": quiet_boilers,
}
CASES = [
    Case(detector, sound, BROKEN[f"{detector.name}-{detector.kind}"])
    for detectors, sound in ((ROOM_DETECTORS, rooms), (BOILER_DETECTORS, boilers))
    for detector in detectors
]
every_detector = pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.detector.name}-{case.detector.kind}"
)


@every_detector
def test_a_healthy_year_gives_no_finding(case: Case) -> None:
    assert told(case.detector, case.sound(days=365)) == []


@every_detector
def test_the_planted_trouble_is_found_in_the_homes_that_have_it(case: Case) -> None:
    assert {row for row, _ in told(case.detector, case.broken())} == {1, 2}


@every_detector
@pytest.mark.parametrize("seed", [1, 2])
def test_missing_values_anywhere_never_create_a_finding(case: Case, seed: int) -> None:
    whole = case.sound(days=60)
    rng = np.random.default_rng(seed)
    missing = {name: rng.random(array.shape) < 0.3 for name, array in whole.values.items()}
    if case.detector.name != silent.NAME:
        for mask in missing.values():
            first = rng.integers(0, whole.steps, size=(mask.shape[0], 8))
            for row, step in enumerate(first):
                mask[row, np.add.outer(step, np.arange(300)) % whole.steps] = True
    holed = {name: np.where(missing[name], np.nan, whole[name]) for name in whole.values}

    assert told(case.detector, with_values(whole, **holed)) == []


@every_detector
def test_a_frame_without_any_value_is_unknown_and_never_healthy(case: Case) -> None:
    frame = case.sound(days=30)
    nothing = {name: np.full(frame.shape, np.nan) for name in frame.values}

    judgement = case.detector.judge(with_values(frame, **nothing))

    assert_array_equal(judgement.severity, -1)
    assert told(case.detector, with_values(frame, **nothing)) == []


@every_detector
@pytest.mark.parametrize("steps", [0, 1, 5, 6, 7, 40])
def test_a_frame_may_be_as_short_as_it_likes(case: Case, steps: int) -> None:
    frame = until(case.sound(days=2), steps)

    assert told(case.detector, frame) == []
    assert told(case.detector, ordered(frame, [])) == []


@every_detector
def test_shuffled_homes_give_shuffled_findings_and_nothing_else(case: Case) -> None:
    frame, order = case.broken(), [2, 0, 1]

    shuffled = told(case.detector, ordered(frame, order))

    expected = {
        (order.index(row), episode.raised_at): episode
        for row, episode in told(case.detector, frame)
    }
    assert {(row, episode.raised_at): episode for row, episode in shuffled} == expected


@every_detector
@pytest.mark.parametrize("share", [0.55, 0.8])
def test_nothing_later_changes_what_was_raised(case: Case, share: float) -> None:
    frame = case.broken()
    early = until(frame, round(frame.steps * share))

    found = told(case.detector, early)

    seen = [
        (row, begun(episode))
        for row, episode in told(case.detector, frame)
        if episode.raised_at <= early.instant(early.steps)
    ]
    assert [(row, begun(episode)) for row, episode in found] == seen


def begun(episode: Episode) -> tuple[object, ...]:
    return episode.home_id, episode.detector, episode.place, episode.began_at, episode.raised_at


@every_detector
def test_a_verdict_is_never_older_than_what_it_rests_on(case: Case) -> None:
    """Columns judged from a frame cut right after their instant say the same as later ones."""
    frame = case.broken()
    whole = case.detector.judge(frame)

    for steps in range(frame.steps // 2, frame.steps // 2 + 40):
        judged = case.detector.judge(until(frame, steps))
        columns = judged.severity.shape[1]
        assert_array_equal(judged.severity, whole.severity[:, :columns])
        assert columns == 0 or judged.instant(columns - 1) <= frame.instant(steps)


@every_detector
def test_sentences_and_evidence_are_plain_and_blame_nobody(case: Case) -> None:
    for _, episode in told(case.detector, case.broken()):
        words = f" {episode.sentence.lower()} "
        assert [word for word in BLAME if word in words] == []
        assert episode.sentence.endswith(".")
        assert all(np.isfinite(number) for number in episode.evidence.values())
