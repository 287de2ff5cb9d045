"""What all detectors together owe: silence about sound homes, no harm from gaps, no home mixed up.

On a few simulated homes in winter, for some days: what single detectors find and when has tests of
its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bench.accuracy.estate import days_lived, watch_of
from core.findings import Episode, Severity
from detectors.arrays import Booleans
from detectors.daily import RUN_UP
from detectors.frame import BoilerFrame, FrameT, RoomFrame
from detectors.registry import DETECTORS
from detectors.streaming import HomesWatch
from firmware_sim.folder.blocks import Order, block_from

Days = Sequence[tuple[RoomFrame, BoilerFrame]]
DAYS = 5


def lived(*, faults: tuple[str, ...] = ()) -> Days:
    """Days of six homes in January with RUN_UP before each; without faults all are sound."""
    order = Order(
        homes=6,
        days=DAYS + 1,
        seed=602,
        first_day=date(2026, 1, 5),
        block_homes=50,
        faults=faults,
        healthy=not faults,
    )
    block = block_from(order, 0)
    watch = watch_of(block, DETECTORS)
    return [watch.judge(day) for day, _ in days_lived(block, watch)][:DAYS]


@pytest.fixture(scope="module")
def sound() -> Days:
    return lived()


@pytest.fixture(scope="module")
def broken() -> Days:
    return lived(faults=("lockout", "fast_leak", "railed", "implausible"))


def told(days: Iterable[tuple[RoomFrame, BoilerFrame]]) -> list[Episode]:
    """What all detectors tell, in an order that does not depend on that of the homes."""
    watch = HomesWatch(DETECTORS)
    for rooms, boilers in days:
        groups = (boilers.steps - int(RUN_UP.total_seconds()) // 60) // 5
        watch.take(
            rooms,
            boilers,
            rooms_over=np.ones(len(rooms.rows), dtype=np.bool_),
            boilers_over=np.ones(len(boilers.rows), dtype=np.bool_),
            settled=np.ones((len(boilers.rows), groups), dtype=np.bool_),
        )
    return sorted(
        watch.episodes(), key=lambda one: (one.raised_at, one.home_id, one.detector, one.place)
    )


def alarming(episodes: Iterable[Episode]) -> list[tuple[str, str, str]]:
    return [
        (one.home_id, one.place, one.detector)
        for one in episodes
        if one.severity_max >= Severity.MEDIUM
    ]


class Holes:
    """Holes in what is measured: single values, and the whole of some homes for hours.

    What a day's run-up repeats of the day before has the same holes.
    """

    def __init__(self, share: float, seed: int) -> None:
        self._share, self._rng = share, np.random.default_rng(seed)
        self._before: dict[str, Booleans] = {}

    def put_into(self, frame: FrameT) -> FrameT:
        """The frame of the day that comes next."""
        values = {}
        run_up = int(RUN_UP.total_seconds()) // frame.step_s
        for name, array in frame.values.items():
            gone = self._rng.random(array.shape) < self._share
            row = self._rng.integers(0, len(frame.rows))
            begin = self._rng.integers(run_up, frame.steps)
            gone[row, begin : begin + run_up] = True
            key = f"{type(frame).__name__}.{name}"
            if key in self._before:
                gone[:, :run_up] = self._before[key]
            self._before[key] = gone[:, -run_up:]
            values[name] = np.where(gone, np.float32(np.nan), array)
        return replace(frame, values=values)


def shuffled(frame: FrameT, seed: int) -> FrameT:
    order = np.random.default_rng(seed).permutation(len(frame.rows)).tolist()
    return frame.part(rows=order)


def test_sound_homes_in_winter_raise_no_alarm(sound: Days) -> None:
    assert alarming(told(sound)) == []


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_missing_values_anywhere_raise_no_alarm(sound: Days, share: float) -> None:
    holes = Holes(share, seed=3)

    holed = [(holes.put_into(rooms), holes.put_into(boilers)) for rooms, boilers in sound]

    assert alarming(told(holed)) == []


def test_homes_of_which_nothing_is_known_are_told_nothing_of(broken: Days) -> None:
    nothing = [
        (replace(rooms, values={}), replace(boilers, values={})) for rooms, boilers in broken
    ]

    assert told(nothing) == []


def test_shuffled_homes_give_shuffled_findings_and_nothing_else(broken: Days) -> None:
    mixed = [(shuffled(rooms, 1), shuffled(boilers, 2)) for rooms, boilers in broken]

    assert told(mixed) == told(broken)


def test_nothing_later_changes_what_was_raised(broken: Days) -> None:
    early, whole = told(broken[:3]), told(broken)

    until = broken[3][0].start + RUN_UP
    raised = [begun(one) for one in whole if one.raised_at <= until]
    assert [begun(one) for one in early] == raised


def test_a_home_says_the_same_alone_as_among_others(broken: Days) -> None:
    home = broken[0][1].rows[0].home_id

    alone = told((of_home(rooms, home), of_home(boilers, home)) for rooms, boilers in broken)

    assert alone == [one for one in told(broken) if one.home_id == home]


def of_home(frame: FrameT, home: str) -> FrameT:
    rows = [number for number, row in enumerate(frame.rows) if row.home_id == home]
    return frame.part(rows=rows)


def begun(episode: Episode) -> tuple[object, ...]:
    return episode.home_id, episode.detector, episode.place, episode.began_at, episode.raised_at


def test_sentences_and_evidence_are_whole_and_plain(broken: Days) -> None:
    for episode in told(broken):
        assert episode.sentence.endswith(".")
        assert all(np.isfinite(number) for number in episode.evidence.values())
        assert 0.0 <= episode.confidence <= 1.0
        assert sum(one.weight for one in episode.causes) <= 1.0 + 1e-6
