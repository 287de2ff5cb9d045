"""Raising and clearing: dwell, silence, restarts, and nothing known from the future."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import Episode, Severity
from detectors.episodes import BY_THE_DAY, BY_THE_MINUTE, FLAPS_AT, came_after, episodes
from detectors.frame import Row
from detectors.judgement import UNKNOWN, Judgement, Rules, Severities

START = datetime(2026, 1, 1, tzinfo=UTC)


def sentence(evidence: Mapping[str, float]) -> str:
    return f"It is {evidence['step']:.0f}."


def judgement(severity: Severities, holds: list[int] | None = None) -> Judgement:
    """A judgement by the hour whose evidence is the number of the step; trouble holds one below."""
    rows, steps = severity.shape
    step = np.broadcast_to(np.arange(steps), severity.shape)
    return Judgement(
        detector="slow_leak",
        rows=tuple(Row("demo", f"home-{row + 1}", "boiler") for row in range(rows)),
        start=START,
        step_s=3600,
        severity=severity,
        holds=severity > 0 if holds is None else np.array([holds], dtype=np.bool_),
        confidence=np.full(severity.shape, 0.9),
        onset=np.maximum(step - 1, 0),
        evidence={"step": step.astype(np.float64), "absent": np.full(severity.shape, np.nan)},
        sentence=sentence,
    )


def line(*severities: int) -> Severities:
    return np.array([severities], dtype=np.int8)


def hour(step: int) -> datetime:
    return START + timedelta(hours=step)


def spans(found: list[tuple[int, Episode]]) -> list[tuple[int, int | None]]:
    """Raised and cleared, in hours from the start."""
    return [
        (
            (episode.raised_at - START) // timedelta(hours=1),
            None
            if episode.cleared_at is None
            else (episode.cleared_at - START) // timedelta(hours=1),
        )
        for _, episode in found
    ]


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        (line(0, 2, 2, 2, 0, 0, 0), [(3, 5)]),
        (line(0, 2, 2, 0, 2, 2, 0), []),
        (line(2, 2, UNKNOWN, UNKNOWN, 2, 0, UNKNOWN, 0), [(4, 7)]),
        (line(2, 2, 2, UNKNOWN, UNKNOWN, UNKNOWN), [(2, None)]),
        (line(2, 2, 2, 0, 2, 0, 0, 2, 2, 2), [(2, 6), (9, None)]),
    ],
    ids=["stands", "too short", "silence neither counts nor breaks", "silence", "twice"],
)
def test_trouble_is_told_once_it_stands_and_over_once_it_is_over(
    severities: Severities, expected: list[tuple[int, int | None]]
) -> None:
    found = episodes(judgement(severities), dwell_steps=3, clear_steps=2)

    assert spans(found) == expected


def test_an_alert_goes_on_while_it_holds_though_it_would_not_be_raised() -> None:
    below = judgement(line(2, 0, 0, 0, 0), holds=[1, 1, 1, 0, 0])

    assert spans(episodes(below, dwell_steps=1, clear_steps=1)) == [(0, 3)]


def test_information_is_not_told_where_alerts_begin_at_medium() -> None:
    found = episodes(
        judgement(line(1, 1, 2, 1, 0)), dwell_steps=1, clear_steps=1, raise_from=Severity.MEDIUM
    )

    assert spans(found) == [(2, 4)]


def test_an_episode_is_told_as_it_was_last_judged() -> None:
    found = episodes(judgement(line(0, 2, 3, 1, 0)), dwell_steps=2, clear_steps=1)

    assert found == [
        (
            0,
            Episode(
                home_id="home-1",
                detector="slow_leak",
                place="boiler",
                began_at=hour(1),
                raised_at=hour(2),
                cleared_at=hour(4),
                severity=Severity.LOW,
                severity_max=Severity.HIGH,
                confidence=0.9,
                evidence={"step": 3.0},
                sentence="It is 3.",
            ),
        )
    ]


random_judgements = hnp.arrays(np.int8, (2, 30), elements=st.integers(-1, 3)).map(judgement)


def cut(whole: Judgement, steps: int) -> Judgement:
    return judgement(whole.severity[:, :steps])


@given(random_judgements, st.integers(0, 30))
def test_nothing_later_changes_when_an_alert_was_raised_or_cleared(
    whole: Judgement, steps: int
) -> None:
    end = START + timedelta(hours=steps)

    early = episodes(cut(whole, steps), dwell_steps=3, clear_steps=2)

    late = episodes(whole, dwell_steps=3, clear_steps=2)
    seen = [
        (row, one.began_at, one.raised_at, one.cleared_at if closed_by(one, end) else None)
        for row, one in late
        if one.raised_at < end
    ]
    assert [(row, one.began_at, one.raised_at, one.cleared_at) for row, one in early] == seen


def closed_by(episode: Episode, end: datetime) -> bool:
    return episode.cleared_at is not None and episode.cleared_at < end


@given(random_judgements, st.integers(0, 30))
def test_a_restart_neither_repeats_nor_loses_an_alert(whole: Judgement, steps: int) -> None:
    first = episodes(cut(whole, steps), dwell_steps=3, clear_steps=2)
    still_open = {row: one for row, one in first if one.cleared_at is None}

    second = episodes(
        whole,
        dwell_steps=3,
        clear_steps=2,
        since_step=steps,
        open_before=still_open,
        came_before=came_after({}, first),
    )

    closed = [(row, one) for row, one in first if one.cleared_at is not None]
    at_once = episodes(whole, dwell_steps=3, clear_steps=2)
    assert sorted(closed + second, key=when) == sorted(at_once, key=when)


def when(found: tuple[int, Episode]) -> tuple[int, datetime]:
    return found[0], found[1].raised_at


@given(random_judgements)
def test_a_row_has_one_alert_at_a_time(whole: Judgement) -> None:
    found = episodes(whole, dwell_steps=2, clear_steps=2)

    for (row, one), (next_row, following) in pairwise(found):
        assert row < next_row or (
            one.cleared_at is not None and one.cleared_at < following.raised_at
        )


def test_rules_count_columns_with_both_ends() -> None:
    rules = Rules(
        raise_from=Severity.LOW,
        dwell=timedelta(hours=24),
        clear=timedelta(0),
        lookback=timedelta(days=7),
    )

    assert rules.dwell_steps(3600) == 25
    assert rules.clear_steps(3600) == 1


COMES_AND_GOES = "It comes and goes: three times or more within ten days."
QUIET_H = BY_THE_MINUTE.quiet // timedelta(hours=1)
WITHIN_H = BY_THE_MINUTE.within // timedelta(hours=1)


def cold_nights(nights: int, every: int = 24) -> list[int]:
    """Hours of so many nights in which there is trouble for three hours each."""
    return ([2, 2, 2] + [0] * (every - 3)) * nights


def test_what_comes_each_cold_night_is_told_three_times_and_then_stays() -> None:
    found = episodes(judgement(line(*cold_nights(30))), dwell_steps=2, clear_steps=2)

    assert spans(found) == [(1, 4), (25, 28), (49, None)]
    assert [one.flapping for _, one in found] == [False, False, True]


def test_what_comes_and_goes_says_so_beside_its_last_numbers() -> None:
    found = episodes(judgement(line(*cold_nights(5))), dwell_steps=2, clear_steps=2)

    assert [one.sentence for _, one in found] == [
        "It is 2.",
        "It is 26.",
        f"It is 98. {COMES_AND_GOES}",
    ]


@pytest.mark.parametrize(("quiet_h", "cleared"), [(QUIET_H - 1, False), (QUIET_H, True)])
def test_it_is_over_after_a_longer_calm(quiet_h: int, cleared: bool) -> None:
    nights = [*cold_nights(2), 2, 2, 2, *[0] * quiet_h]

    found = episodes(judgement(line(*nights)), dwell_steps=2, clear_steps=2)

    assert found[-1][1].cleared_at == (hour(50 + QUIET_H) if cleared else None)


@pytest.mark.parametrize(("every", "flaps"), [(WITHIN_H // 2, True), (WITHIN_H // 2 + 1, False)])
def test_three_times_in_a_longer_time_is_no_coming_and_going(every: int, flaps: bool) -> None:
    found = episodes(judgement(line(*cold_nights(3, every))), dwell_steps=2, clear_steps=2)

    assert [one.flapping for _, one in found] == [False, False, flaps]


def test_hours_of_which_nothing_is_known_are_no_calm() -> None:
    silence = [*cold_nights(2), 2, 2, 2, 0, *[UNKNOWN] * (2 * QUIET_H)]

    found = episodes(judgement(line(*silence)), dwell_steps=2, clear_steps=2)

    assert spans(found)[-1] == (49, None)


def test_once_over_it_is_told_as_one_like_any_other() -> None:
    """And a third time again only when that comes within so short a time."""
    nights = [*cold_nights(3), *[0] * WITHIN_H, *cold_nights(2)]

    found = episodes(judgement(line(*nights)), dwell_steps=2, clear_steps=2)

    assert [one.flapping for _, one in found] == [False, False, True, False, False]


def test_days_have_six_weeks_to_come_and_go() -> None:
    days = replace(judgement(line(*cold_nights(3, 21))), step_s=86_400)

    found = episodes(days, dwell_steps=2, clear_steps=2)

    assert BY_THE_DAY.within == timedelta(days=2 * 21)
    assert [one.flapping for _, one in found] == [False, False, True]


flapping_judgements = hnp.arrays(np.int8, (2, 400), elements=st.integers(-1, 3)).map(judgement)


@given(flapping_judgements, st.integers(0, 400))
def test_what_flaps_does_so_however_time_is_cut(whole: Judgement, at: int) -> None:
    first = episodes(cut(whole, at), dwell_steps=2, clear_steps=1)

    second = episodes(
        whole,
        dwell_steps=2,
        clear_steps=1,
        since_step=at,
        open_before={row: one for row, one in first if one.cleared_at is None},
        came_before=came_after({}, first),
    )

    over = [(row, one) for row, one in first if one.cleared_at is not None]
    at_once = episodes(whole, dwell_steps=2, clear_steps=1)
    assert sorted(over + second, key=when) == sorted(at_once, key=when)


@given(flapping_judgements)
def test_nobody_is_told_more_than_thrice_in_so_short_a_time(whole: Judgement) -> None:
    found = episodes(whole, dwell_steps=1, clear_steps=1)

    for row in range(2):
        raised = [one.raised_at for number, one in found if number == row]
        fourth = zip(raised, raised[FLAPS_AT:], strict=False)
        assert all(later - first > BY_THE_MINUTE.quiet for first, later in fourth)
