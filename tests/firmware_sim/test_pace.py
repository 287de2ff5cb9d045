"""The simulator's own time."""

import pytest

from firmware_sim.pace import Pace, PaceError

NOW_S = 1_794_000_180.0


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.s = NOW_S

    def __call__(self) -> float:
        return self.s


def test_ordinary_time_is_the_worlds() -> None:
    clock = Clock()
    pace = Pace(clock)

    clock.s += 7.0

    assert pace.now_s() == NOW_S + 7.0


def test_fast_time_stands_still_while_the_history_is_written() -> None:
    clock = Clock()
    pace = Pace(clock, speed=60.0)

    clock.s += 20.0

    assert pace.now_s() == NOW_S


def test_fast_time_goes_so_many_times_as_fast_from_a_start_of_its_own() -> None:
    clock = Clock()
    pace = Pace(clock, speed=60.0, start_s=1000.0)
    clock.s += 20.0
    pace.begin()

    clock.s += 2.0

    assert pace.now_s() == 1120.0


def test_fast_time_that_is_taken_up_again_goes_on_from_where_it_stood() -> None:
    clock = Clock()
    pace = Pace(clock, speed=60.0)
    pace.begin(at_s=5000.0)

    clock.s += 1.0

    assert pace.now_s() == 5060.0


@pytest.mark.parametrize("speed", [0.5, -1.0, 1e9, float("nan")])
def test_time_cannot_go_backwards_or_beyond_all_machines(speed: float) -> None:
    with pytest.raises(PaceError, match=r"the speed cannot be .*: choose 1 to 100,000"):
        Pace(Clock(), speed=speed)


def test_ordinary_time_has_no_start_of_its_own() -> None:
    with pytest.raises(PaceError, match="a start of one's own needs a --speed above 1"):
        Pace(Clock(), start_s=1000.0)
