"""What a process remembers of boilers' minutes is what was measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.frame import BoilerFrame, Row
from detectors.run import memory as remembering
from detectors.run.memory import KEPT, Memory

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2028, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROWS = tuple(Row("demo", f"home-{number}", "boiler") for number in range(3))
CODES = ("E9", "L2")


def minutes(
    begin: int, end: int, rows: tuple[Row, ...] = ROWS, *, codes: tuple[str, ...] = CODES
) -> BoilerFrame:
    """Minutes whose every value tells its boiler, its minute and its quantity."""
    numbers = np.arange(begin, end, dtype=np.float32)
    offsets = np.array([[10_000 * ROWS.index(row)] for row in rows], dtype=np.float32)
    values = {"flow_temp_c": offsets + numbers}
    code = np.where(numbers % 7 == 0, 0.0, np.where(numbers % 11 == 0, 1.0, np.nan))
    values["fault_code"] = np.broadcast_to(code, (len(rows), end - begin)).astype(np.float32)
    if codes != CODES:
        values["fault_code"] = 1.0 - values["fault_code"]
    return BoilerFrame(
        start=START + begin * MINUTE,
        step_s=60,
        steps=end - begin,
        rows=rows,
        values=values,
        outdoor_temp_c=offsets - numbers,
        codes=codes,
    )


def told(frame: BoilerFrame) -> dict[str, list[list[object]]]:
    """The frame's contents, with codes as texts."""
    codes = [
        [None if np.isnan(place) else frame.codes[int(place)] for place in row]
        for row in frame["fault_code"]
    ]
    return {
        "flow_temp_c": frame["flow_temp_c"].tolist(),
        "outdoor_temp_c": frame.outdoor_temp_c.tolist(),
        "fault_code": codes,
    }


@given(cuts=st.lists(st.integers(1, 500), min_size=1, max_size=6))
def test_minutes_kept_in_any_parts_come_back_as_they_were(cuts: list[int]) -> None:
    memory = Memory()
    at = KEPT
    memory.keep(minutes(0, at), now=NOW)

    for length in cuts:
        frame = memory.before(minutes(at, at + length))
        assert told(frame) == told(minutes(at - KEPT, at + length))
        memory.keep(frame, now=NOW)
        at += length

    assert all(memory.holds(row, START + at * MINUTE) for row in ROWS)
    assert not memory.holds(ROWS[0], START + (at - 5) * MINUTE)


def test_boilers_kept_at_different_times_do_not_disturb_each_other() -> None:
    memory = Memory()
    memory.keep(minutes(0, KEPT, ROWS[:1]), now=NOW)
    memory.keep(minutes(3, KEPT + 3, ROWS[1:], codes=("L2", "E9")), now=NOW)

    first = memory.before(minutes(KEPT, KEPT + 5, ROWS[:1]))
    others = memory.before(minutes(KEPT + 3, KEPT + 8, ROWS[1:]))

    assert told(first) == told(minutes(0, KEPT + 5, ROWS[:1]))
    assert told(others) == told(minutes(3, KEPT + 8, ROWS[1:]))


def test_what_was_not_measured_is_not_remembered_from_earlier() -> None:
    memory = Memory()
    memory.keep(minutes(0, KEPT), now=NOW)
    silent = minutes(KEPT, 2 * KEPT).part()
    nothing = BoilerFrame(start=silent.start, step_s=60, steps=KEPT, rows=ROWS, values={})
    memory.keep(nothing, now=NOW)

    frame = memory.before(minutes(2 * KEPT, 2 * KEPT + 5))

    assert np.isnan(frame["flow_temp_c"][:, :KEPT]).all()
    assert np.isnan(frame.outdoor_temp_c[:, :KEPT]).all()


def test_boilers_of_which_nothing_comes_are_forgotten_after_a_while() -> None:
    memory = Memory()
    memory.keep(minutes(0, KEPT, ROWS[:2]), now=NOW)
    memory.keep(minutes(0, KEPT, ROWS[2:]), now=NOW + timedelta(hours=2))

    memory.forget(heard_before=NOW + timedelta(hours=1))
    held = [memory.holds(row, START + KEPT * MINUTE) for row in ROWS]
    memory.keep(minutes(5, KEPT + 5, ROWS[:1]), now=NOW + timedelta(hours=3))

    assert held == [False, False, True]
    again = memory.before(minutes(KEPT + 5, KEPT + 10, ROWS[:1]))
    assert told(again) == told(minutes(5, KEPT + 10, ROWS[:1]))


def test_more_fault_codes_than_there_can_be_have_all_read_again() -> None:
    memory = Memory()
    memory.keep(minutes(0, KEPT, ROWS[:1]), now=NOW)
    many = tuple(f"code {number}" for number in range(remembering.CODES_MAX))

    memory.keep(minutes(0, KEPT, ROWS[1:2], codes=many), now=NOW)

    assert not memory.holds(ROWS[0], START + KEPT * MINUTE)
    assert memory.holds(ROWS[1], START + KEPT * MINUTE)


def test_codes_that_are_known_already_are_not_counted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembering, "CODES_MAX", len(CODES))
    memory = Memory()
    memory.keep(minutes(0, KEPT, ROWS[:1]), now=NOW)

    memory.keep(minutes(0, KEPT, ROWS[1:]), now=NOW)

    assert all(memory.holds(row, START + KEPT * MINUTE) for row in ROWS)


def test_a_boiler_that_is_dropped_is_not_there_and_its_place_is_taken_by_another() -> None:
    memory = Memory()
    memory.keep(minutes(0, KEPT, ROWS[:2]), now=NOW)

    memory.drop(ROWS[0])
    memory.drop(ROWS[2])
    memory.keep(minutes(5, KEPT + 5, ROWS[2:]), now=NOW)

    assert not memory.holds(ROWS[0], START + KEPT * MINUTE)
    other = memory.before(minutes(KEPT + 5, KEPT + 10, ROWS[2:]))
    assert told(other) == told(minutes(5, KEPT + 10, ROWS[2:]))


def test_homes_that_have_left_leave_no_room_behind_and_the_others_stay_as_they_were() -> None:
    street = tuple(Row("demo", f"street-{number}", "boiler") for number in range(40))
    memory = Memory()
    many = minutes(0, KEPT, (ROWS[0],) * 40)
    memory.keep(replace(many, rows=street), now=NOW - 2 * MINUTE)
    memory.keep(minutes(0, KEPT, ROWS[:2]), now=NOW)
    before = told(memory.before(minutes(KEPT, KEPT + 5, ROWS[:2])))

    memory.forget(heard_before=NOW - MINUTE)

    assert memory.rows() == list(ROWS[:2])
    assert len(memory._until) == 2  # noqa: SLF001 - room taken, not what is told
    assert told(memory.before(minutes(KEPT, KEPT + 5, ROWS[:2]))) == before
    memory.keep(minutes(0, KEPT), now=NOW)
    assert set(memory.rows()) == set(ROWS)
