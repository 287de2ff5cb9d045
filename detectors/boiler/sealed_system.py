"""The pressure of a sealed heating system by five minutes: at rest, and with the pump running.

Heat and the pump move the gauge more in an hour than a leak does in a week. Water swells with
its temperature and squeezes the gas of the expansion vessel (Boyle); the running pump adds its
head. So the two states are kept apart, each with the swell of its water.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.boiler.calls import COLD_FLOW_K, ROOM_C
from detectors.boiler.groups import (
    GROUP_MIN,
    GROUP_S,
    SELDOM_MIN,
    per_group,
    silences,
    sum_of_groups,
)
from detectors.frame import BoilerFrame
from detectors.windows import lasting, trailing_sum

ATMOSPHERE_BAR = 1.013
FILL_TEMP_C = 20.0
COOLEST_C, HOTTEST_C = 0.0, 100.0  # water between; a flow sensor beyond is not believed

# Density of water 20 to 80 °C (McCutcheon 1993), as a parabola: within 0.2 per mille.
SWELL_PER_MILLE_K, SWELL_PER_MILLE_K2 = 0.2273, 0.00382

USUAL_SQUEEZE = 0.0032
"""1/bar of absolute pressure for each per mille of swell: 0.3 bar from 20 to 60 °C at 1.4 bar."""
USUAL_HEAD_BAR = 0.38  # the pump of a real combination boiler (detection.md 0.2)
LEAST_HEAD_BAR, MOST_HEAD_BAR = 0.2, 0.4  # of usual pumps (detection.md 3.1)

AFTER_DRAW = timedelta(minutes=40)
"""So long after a draw of hot water the boiler is hotter than the radiators (own)."""
REST_SPREAD_MAX_K = 6.0  # flow and return converge at rest (detection.md 3.2, NTC; own)
RUNNING_SPREAD_MAX_K = 2.0  # of the return above the flow (own)
CIRCULATING_C = 35.0  # a flow that a call for heat has warmed, where no flame is seen (own), and
# within COLD_FLOW_K of its target: a boiler that does not hear the call only cools
COOL_C = ROOM_C + 5.0  # hours after the last call; not by the rooms, which may not be known (own)
WARMER_K = 0.5  # than at the reading before: twice the noise of a usual water sensor (own)
QUIET_MIN = 5  # minutes without a call or a flame, until an unseen pump has surely stopped (own)

HEAD_GROUPS = 24  # two hours
HEAD_KNOWN_MIN = 10.0  # of each state in them, to know the head of the pump (own)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What was read in one state of the pump, by five minutes: (rows, groups)."""

    minutes: Floats
    """How many minutes were read in it."""
    pressure_bar: Floats
    """Their sum, 0 where there are none."""
    swell: Floats
    """The sum of the swell of the water since FILL_TEMP_C. [per mille]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SealedSystem:
    """A frame's pressures by five minutes.

    `rest` and `running` leave out hot water draws and what follows them; `gauge` is every reading.
    """

    rest: State
    running: State
    gauge_minutes: Floats
    gauge_bar: Floats
    """The sum of the readings."""


def sealed_system(frame: BoilerFrame) -> SealedSystem:
    """Minutes at rest and with the pump running, outside hot water draws, summed by five.

    The swell is that of the mean of flow and return, of the flow alone where there is no return.
    Where an adapter has no `pump_on`, a flame says that it runs (without one a call for heat and a
    warm flow), and minutes without either that it rests. A minute without pressure, flow or any
    sign of the pump is in neither state. The frame's step is a minute.
    """
    pressure, flow = frame["pressure_bar"], frame["flow_temp_c"]
    swell = _swell(frame)
    rest, running = _pump(frame)
    read = ~np.isnan(pressure)
    known = read & (flow >= COOLEST_C) & (flow <= HOTTEST_C)
    undrawn = _undrawn(frame)
    gauge = np.fmax(pressure, np.float32(0.0))  # NaN becomes 0
    return SealedSystem(
        rest=_state(gauge, swell, rest & known, undrawn),
        running=_state(gauge, swell, running & known, undrawn),
        gauge_minutes=per_group(read).astype(np.float32),
        gauge_bar=sum_of_groups(gauge),
    )


def cold_bar(pressure_bar: Floats, swell: Floats, squeeze: Floats | float) -> Floats:
    """The pressure that the same water would have at FILL_TEMP_C, the pump at rest.

    Boyle: 1 / absolute pressure falls by `squeeze` for each per mille of swell.
    """
    cold: Floats = 1.0 / (1.0 / (pressure_bar + ATMOSPHERE_BAR) + squeeze * swell)
    return cold - ATMOSPHERE_BAR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mean:
    """The mean over the last groups, (rows, groups); NaN where too little is known."""

    pressure_bar: Floats
    swell: Floats


def mean_of(state: State, groups: int, least_min: float) -> Mean:
    """Means over the last `groups` groups where they hold `least_min` minutes of the state."""
    some = known_count(over_last(state.minutes, groups), least_min)
    return Mean(
        pressure_bar=over_last(state.pressure_bar, groups) / some,
        swell=over_last(state.swell, groups) / some,
    )


def over_last(values: Floats | Booleans, groups: int) -> Floats:
    """Sums over the last `groups` groups, float32."""
    return trailing_sum(values, groups, dtype=np.float32)


def known_count(counts: Floats, least: float) -> Floats:
    """The counts, NaN where they are below `least`: what is divided by them is not known there."""
    counts = counts.copy()
    counts[counts < least] = np.nan
    return counts


def colder_bar(mean: Mean, head_bar: Floats | float) -> Floats:
    """What the gauge would show at 20 °C with the pump at rest, by the usual answer to heat."""
    return cold_bar(mean.pressure_bar - head_bar, mean.swell, USUAL_SQUEEZE)


def head_bar(rest: State, running: State) -> Floats:
    """The pump's head: what the gauge showed more with it running in the last two hours.

    Within what pumps have, and the least of it where one of the states was not seen: so a
    pressure that is known with the pump running only is taken to be rather too high than too low.
    """
    off = mean_of(rest, HEAD_GROUPS, HEAD_KNOWN_MIN)
    on = mean_of(running, HEAD_GROUPS, HEAD_KNOWN_MIN)
    more = colder_bar(on, LEAST_HEAD_BAR) - colder_bar(off, 0.0)
    return LEAST_HEAD_BAR + np.clip(np.nan_to_num(more), 0.0, MOST_HEAD_BAR - LEAST_HEAD_BAR)


def _swell(frame: BoilerFrame) -> Floats:
    """Of the mean of flow and return; finite everywhere, and without sense where flow is NaN."""
    flow, back = frame["flow_temp_c"], frame["return_temp_c"]
    warmth: Floats = np.where(np.isnan(back), flow, back)  # in place: new minutes cost most of it
    warmth += flow
    warmth *= np.float32(0.5)
    np.fmax(warmth, np.float32(COOLEST_C), out=warmth)
    warmth -= np.float32(FILL_TEMP_C)
    swell: Floats = warmth * np.float32(SWELL_PER_MILLE_K2)
    swell += np.float32(SWELL_PER_MILLE_K)
    swell *= warmth
    return swell


def _pump(frame: BoilerFrame) -> tuple[Booleans, Booleans]:
    """Where the pump has surely been at rest, and where it has surely been running.

    Sensors of flow and return that differ much at rest, or the wrong way round with the pump
    running, tell no temperature of the water: such minutes are neither.
    """
    pump, calls, flame = frame["pump_on"], frame["heat_demand"], frame["flame_on"]
    flow = frame["flow_temp_c"]
    unseen, dark = np.isnan(pump), np.isnan(flame)
    called, lit = calls == 1, flame == 1
    quiet = ~called & ~lit & ~(np.isnan(calls) & dark)
    warmed = ~(flow < np.fmax(frame["flow_target_c"] - COLD_FLOW_K, CIRCULATING_C))
    burning = (dark & called & warmed) | lit
    off = (unseen & quiet) | (pump == 0)
    on = (unseen & burning) | (pump == 1)
    unheard = unseen & dark & np.isnan(calls)  # many adapters speak every ten minutes only
    rest = off.copy()
    rest[:, 1:] &= (off | unheard)[:, :-1]
    for back in range(2, QUIET_MIN):
        rest[:, back:] &= (off | unheard)[:, :-back] | ~unseen[:, back:]
    rest &= ~(unseen & _may_have_run(frame, off, unheard))
    running = on.copy()
    running[:, 1:] &= (on | unheard)[:, :-1]
    spread = flow - frame["return_temp_c"]
    rest &= ~((spread > REST_SPREAD_MAX_K) | (spread < -REST_SPREAD_MAX_K))
    running &= ~(spread < -RUNNING_SPREAD_MAX_K)
    return rest, running


def _may_have_run(frame: BoilerFrame, off: Booleans, unheard: Booleans) -> Booleans:
    """Readings after a silence in which the pump may have run, or may run on.

    Short calls are missed, and pumps run on after them, for as long as a thermostat calls now and
    then: all readings but those of water that was at rest before, is no warmer, and long cold.
    """
    may: Booleans = np.zeros_like(off)
    if not unheard.any():
        return may
    flow = frame["flow_temp_c"]
    cool = flow <= np.float32(COOL_C)
    may[:, 1:] = unheard[:, :-1] & ~cool[:, 1:]
    may[:, 1:] |= lasting(unheard, SELDOM_MIN)[:, :-1]
    for back, after in silences(~unheard):
        warmer = flow[:, back:] > flow[:, :-back] + np.float32(WARMER_K)
        may[:, back:] |= after[:, back:] & (warmer | ~off[:, :-back])
    return may


def _undrawn(frame: BoilerFrame) -> Booleans:
    """Groups without a draw of hot water in them, and AFTER_DRAW later than the last, or more."""
    draws = per_group(frame["hot_water_demand"] == 1) > 0
    drawn = draws.copy()
    for back in range(1, int(AFTER_DRAW.total_seconds()) // GROUP_S + 1):
        drawn[:, back:] |= draws[:, :-back]
    return ~drawn


def _state(gauge: Floats, swell: Floats, where: Booleans, groups: Booleans) -> State:
    """Sums over the minutes `where` in these groups; finite in, finite out."""
    counted = where.astype(np.float32)
    return State(
        minutes=per_group(where).astype(np.float32) * groups,
        pressure_bar=_sums_of_products(gauge, counted) * groups,
        swell=_sums_of_products(swell, counted) * groups,
    )


def _sums_of_products(array: Floats, counted: Floats) -> Floats:
    sums: Floats = np.einsum("rgm,rgm->rg", _fives(array), _fives(counted))
    return sums


def _fives(array: Any) -> Any:
    """Cut into groups of five columns, (rows, groups, 5); a view."""
    rows, steps = array.shape
    groups = steps // GROUP_MIN
    return array[:, : groups * GROUP_MIN].reshape(rows, groups, GROUP_MIN)
