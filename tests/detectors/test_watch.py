"""The engine: however time is cut, and in whatever order homes stand, it tells the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.daily import (
    DAY_S,
    HEARD,
    DayFrame,
    as_told,
)
from detectors.episodes import came_after
from detectors.frame import BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.tiles import DAY_ROWS
from detectors.watch import (
    GROUP_S,
    KEPT_DAYS,
    Daily,
    Fast,
    Stood,
    Told,
    judge_days,
    judge_minutes,
)
from detectors.windows import last_where, trailing_mean
from tests.detectors.minutes_made import GROUPS, ROWS, RUN_UP_STEPS, START, minutes

DAYS = 130


def looking_back(name: str, frame: DayFrame | BoilerFrame, values: Floats, width: int) -> Judgement:
    """Trouble where the mean of the last `width` columns is high; its onset may be long ago."""
    mean = trailing_mean(values, width)
    severity = np.where(mean > 0.55, Severity.MEDIUM, NOTHING)
    severity = np.where(mean > 0.65, Severity.HIGH, severity)
    columns_s = DAY_S if isinstance(frame, DayFrame) else GROUP_S
    return Judgement(
        detector=name,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=columns_s),
        step_s=columns_s,
        severity=np.where(np.isnan(mean), UNKNOWN, severity).astype(np.int8),
        holds=mean > 0.5,
        confidence=np.ones(mean.shape),
        onset=last_where(values <= 0.5) + 1,
        evidence={"mean": mean},
        sentence=str,
    )


def rules(dwell: timedelta, clear: timedelta) -> Rules:
    return Rules(raise_from=Severity.LOW, dwell=dwell, clear=clear, lookback=timedelta(days=45))


def groups_of(frame: BoilerFrame) -> Floats:
    """The last minute of each group."""
    return np.where(frame["flame_on"][:, 4::5] == 1, 1.0, frame["modulation_pct"][:, 4::5] / 100)


FAST = (
    Fast(
        "long_ago",
        lambda frame: looking_back("long_ago", frame, groups_of(frame), 72),
        rules(timedelta(hours=9), timedelta(hours=8)),
    ),
    Fast(
        "at_once",
        lambda frame: looking_back("at_once", frame, groups_of(frame), 1),
        rules(timedelta(0), timedelta(minutes=10)),
    ),
)
DEVICES = (
    Daily(
        "device",
        lambda frame: looking_back("device", frame, frame["device"], 2),
        rules(timedelta(0), timedelta(days=2)),
    ),
)
OTHERS = (
    Daily(
        "long_ago",
        lambda frame: looking_back("long_ago", frame, frame["slow"], KEPT_DAYS + 1),
        rules(timedelta(days=3), timedelta(days=60)),
    ),
    Daily(
        "at_once",
        lambda frame: looking_back("at_once", frame, frame["quick"], 1),
        rules(timedelta(0), timedelta(days=1)),
    ),
)


def days(seed: int) -> DayFrame:
    """What days came to, some of which nothing was heard on."""
    rng = np.random.default_rng(seed)
    shape = (len(ROWS), DAYS)
    drift = 0.5 + np.cumsum(rng.normal(0, 0.05, shape), axis=1)
    heard = np.where(rng.random(shape) < 0.1, 0.0, 288.0)
    heard[1, :20] = np.nan
    values = {
        "slow": drift,
        "quick": rng.random(shape),
        "device": 0.6 * rng.random(shape),
        HEARD: heard,
    }
    return DayFrame(
        start=START,
        step_s=DAY_S,
        steps=DAYS,
        rows=ROWS,
        values={name: one.astype(np.float32) for name, one in values.items()},
        f_rsi=np.full(len(ROWS), np.nan),
    )


def cuts(pieces: int) -> st.SearchStrategy[list[int]]:
    """Where a stretch of so many pieces is cut."""
    inner = st.lists(st.integers(1, pieces - 1), unique=True, max_size=12).map(sorted)
    return inner.map(lambda some: [0, *some, pieces])


def all_told(parts: Iterable[Mapping[str, Told]]) -> list[Episode]:
    """What was told, stretch after stretch, as it stands at the end."""
    over: list[Episode] = []
    still: dict[str, Stood] = {}
    for part in parts:
        for name, told in part.items():
            over += [one for _, one in told.episodes if one.cleared_at is not None]
            still[name] = told.stood
    over += [one for stood in still.values() for one in stood.open.values()]
    return sorted(over, key=lambda one: (one.raised_at, one.detector, one.home_id))


def told_of_minutes(frame: BoilerFrame, at: Sequence[int]) -> list[Episode]:
    stood: dict[str, Stood] = {}
    parts = []
    for begin, end in pairwise(at):
        part = frame.part(steps=slice(5 * begin, RUN_UP_STEPS + 5 * end))
        parts.append(judge_minutes(part, as_told, FAST, stood))
        stood = {name: told.stood for name, told in parts[-1].items()}
    return all_told(parts)


def told_of_days(frame: DayFrame, at: Sequence[int]) -> list[Episode]:
    stood: dict[str, Stood] = {}
    parts = []
    for begin, end in pairwise(at):
        first = max(begin - KEPT_DAYS, 0)
        part = frame.part(steps=slice(first, end))
        parts.append(judge_days(part, DEVICES, OTHERS, stood, since=begin - first))
        stood = {name: told.stood for name, told in parts[-1].items()}
    return all_told(parts)


@given(seed=st.integers(0, 1000), at=cuts(GROUPS))
def test_minutes_in_groups_tell_what_all_at_once_tell(seed: int, at: list[int]) -> None:
    frame = minutes(seed)

    assert told_of_minutes(frame, at) == told_of_minutes(frame, [0, GROUPS])


@given(seed=st.integers(0, 1000), at=cuts(DAYS))
def test_days_one_after_another_tell_what_all_at_once_tell(seed: int, at: list[int]) -> None:
    frame = days(seed)

    assert told_of_days(frame, at) == told_of_days(frame, [0, DAYS])


def test_these_homes_do_have_alerts_that_are_raised_and_cleared() -> None:
    of_minutes, of_days = told_of_minutes(minutes(3), [0, GROUPS]), told_of_days(days(3), [0, DAYS])

    assert {one.detector for one in of_minutes} == {"long_ago", "at_once"}
    assert {one.detector for one in of_days} == {"device", "long_ago", "at_once"}
    assert {one.cleared_at is None for one in (*of_minutes, *of_days)} == {True, False}


@given(seed=st.integers(0, 1000), order=st.permutations(range(len(ROWS))))
def test_shuffled_homes_tell_the_same(seed: int, order: list[int]) -> None:
    assert told_of_days(days(seed).part(rows=order), [0, DAYS]) == told_of_days(
        days(seed), [0, DAYS]
    )


@given(seed=st.integers(0, 1000), late=st.integers(60, DAYS - 1))
def test_late_data_is_judged_anew_from_what_stood_before_it(seed: int, late: int) -> None:
    """From the day before on, with its counts and the alerts that were open then."""
    frame = days(seed)
    first = judge_days(frame, DEVICES, OTHERS, {}, since=0)
    at = frame.instant(late)
    changed = frame["quick"].copy()
    changed[:, late] = 1.0
    corrected = replace(frame, values={**frame.values, "quick": changed})
    before = {
        name: Stood(
            standing=told.after_each.after(late - 1),
            open=dict(open_at(told.episodes, frame.instant(late))),
            came=came_after({}, [one for one in told.episodes if one[1].raised_at <= at]),
        )
        for name, told in first.items()
    }

    part = corrected.part(steps=slice(late - KEPT_DAYS, None))
    anew = judge_days(part, DEVICES, OTHERS, before, since=KEPT_DAYS)

    whole = judge_days(corrected, DEVICES, OTHERS, {}, since=0)
    for name, told in whole.items():
        since = [one for one in told.episodes if not over_by(one[1], frame.instant(late))]
        assert [begun(one) for one in anew[name].episodes] == [begun(one) for one in since]


def open_at(told: Iterable[tuple[int, Episode]], at: datetime) -> list[tuple[int, Episode]]:
    return [
        (row, replace(one, cleared_at=None))
        for row, one in told
        if one.raised_at <= at and not over_by(one, at)
    ]


def over_by(one: Episode, at: datetime) -> bool:
    return one.cleared_at is not None and one.cleared_at <= at


def begun(one: tuple[int, Episode]) -> tuple[object, ...]:
    row, episode = one
    return row, episode.detector, episode.began_at, episode.raised_at, episode.cleared_at


def test_a_doubted_device_silences_the_others_and_no_neighbour() -> None:
    frame = days(1)
    values = {
        HEARD: np.full(frame.shape, 288.0),
        "slow": np.full(frame.shape, 0.0),
        "quick": np.full(frame.shape, 1.0),
        "device": np.tile([[0.0], [1.0], [0.0]], DAYS),
    }

    told = judge_days(replace(frame, values=values), DEVICES, OTHERS, {}, since=0)

    assert [one.home_id for _, one in told["device"].episodes] == ["home-2"]
    assert [one.home_id for _, one in told["at_once"].episodes] == ["home-1", "home-3"]


def test_many_homes_are_told_what_each_is_told_by_itself() -> None:
    frame = days(3)
    times = DAY_ROWS // len(ROWS) + 2

    few = judge_days(frame, DEVICES, OTHERS, {}, since=100)
    many = judge_days(repeated(frame, times), DEVICES, OTHERS, {}, since=100)

    assert many.keys() == few.keys()
    for name, told in many.items():
        assert told.episodes == [
            (turn * len(ROWS) + row, one)
            for turn in range(times)
            for row, one in few[name].episodes
        ]
        assert told.judgement.rows == ROWS * times
        assert_array_equal(
            told.judgement.evidence["mean"],
            np.tile(few[name].judgement.evidence["mean"], (times, 1)),
        )


def test_who_compares_homes_is_given_all_of_them() -> None:
    rows_given: list[int] = []

    def comparing(frame: DayFrame) -> Judgement:
        rows_given.append(len(frame.rows))
        return looking_back("comparing", frame, frame["quick"], 1)

    detector = Daily("comparing", comparing, rules(timedelta(0), timedelta(days=1)), True)
    frame = repeated(days(3), DAY_ROWS // len(ROWS) + 2)

    judge_days(frame, (), (detector,), {}, since=DAYS - 1)

    assert rows_given == [len(frame.rows)]


def repeated(frame: DayFrame, times: int) -> DayFrame:
    """The same homes over and over."""
    return frame.part(rows=list(range(len(frame.rows))) * times)


def test_a_day_on_which_nothing_was_heard_neither_raises_nor_clears() -> None:
    frame = days(1)
    quick = np.zeros(frame.shape)
    quick[:, 10:12] = 1.0
    heard = np.full(frame.shape, 288.0)
    heard[0, 10:] = 0.0  # unheard when it would have raised
    heard[1, 12:] = 0.0  # and when it would have cleared
    values = {"quick": quick, "slow": np.zeros(frame.shape), "device": np.zeros(frame.shape)}

    told = judge_days(replace(frame, values={**values, HEARD: heard}), DEVICES, OTHERS, {}, since=0)

    cleared = {one.home_id: one.cleared_at for _, one in told["at_once"].episodes}
    assert cleared == {"home-2": None, "home-3": frame.instant(14)}


def test_trouble_does_not_begin_before_a_home_was_heard_nor_longer_ago_than_one_looks() -> None:
    frame = days(1)
    heard = np.full(frame.shape, 288.0)
    heard[1, :100] = 0.0
    values = {
        HEARD: heard,
        "slow": np.full(frame.shape, 0.7),
        "quick": np.zeros(frame.shape),
        "device": np.zeros(frame.shape),
    }
    whole = replace(frame, values=values)

    began = {
        one.home_id: one.began_at
        for _, one in judge_days(whole, DEVICES, OTHERS, {}, since=90)["long_ago"].episodes
    }

    assert began["home-1"] == whole.instant(94 - KEPT_DAYS)  # raised when it had stood three days
    assert began["home-2"] == whole.instant(101)
