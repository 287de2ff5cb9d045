"""Pump failure: the burner heats water that hardly moves.

`docs/detectors/pump_failure.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.calls import HOME_COLD_C, home_temp_c
from detectors.boiler.fault_codes import Condition, conditions_of, shown
from detectors.boiler.groups import (
    GROUP_MIN,
    GROUP_S,
    LEAD_GROUPS,
    extreme_of_groups,
    per_group,
    unknown_unless,
)
from detectors.boiler.minutes import change
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import Judgement, Rules
from detectors.windows import lasting, trailing_count, trailing_windows

NAME = "pump_failure"

SPREAD_K = 30.0  # between flow and return while it burns: more is a fault (detection.md 3.2)
SENSORS_APART_K = 8.0  # what sensors may disagree by, where they were not seen at rest
SPREAD_MIN = 3  # minutes of burning within six hours
CODED_SPREAD_K = 28.0  # where the boiler itself speaks of heat or flow
CODE_MIN = 3  # minutes with a code of no flow within half an hour (a block lasts about five)
CODE_WITHIN_MIN = 30
SOUND_SPREAD_K = 20.0  # usual systems have 10 to 20 (own)
BURST_MIN = 3  # a burner without flow goes out within 1 to 2 minutes (detection.md 3.2)
BURSTS_MIN = 4  # minutes of such bursts within six hours

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(hours=6),
    lookback=LEAD,
)

_NO_FLOW = (Condition.POOR_CIRCULATION, Condition.PUMP)
_HEAT_OR_FLOW = (Condition.OVERHEATED_OR_NO_FLOW,)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes; UNKNOWN where nothing of the boiler is known.

    By the boiler's own code of no flow; or by a spread of SPREAD_K between flow and return while it
    burns for the rooms; or, where its code may mean heat or flow, by a lesser one or by bursts.
    """
    conditions = conditions_of(frame.codes)
    no_flow = per_group(shown(frame, np.isin(conditions, _NO_FLOW)))
    either = per_group(shown(frame, np.isin(conditions, _HEAT_OR_FLOW)))
    burning = (frame["flame_on"] == 1) & (frame["hot_water_demand"] != 1)
    spread_k, apart_k = _spread(frame, burning), _apart(frame)
    wide = _minutes_beyond(spread_k, apart_k, SPREAD_K) >= SPREAD_MIN
    may_be = trailing_count(either, LEAD_GROUPS) > 0
    if may_be.any():
        coded_wide = _minutes_beyond(spread_k, apart_k, CODED_SPREAD_K) >= SPREAD_MIN
        bursts = _in_bursts(frame, burning) & ~_taken_up(spread_k, apart_k)
        may_be &= coded_wide | bursts
    coded = trailing_count(no_flow, CODE_WITHIN_MIN // GROUP_MIN) >= CODE_MIN
    trouble = coded | wide | may_be
    indoor_c = home_temp_c(frame)
    heard = per_group((frame["flow_temp_c"] > -np.inf) | (frame["heat_demand"] >= 0)) > 0
    severity = unknown_unless(heard)
    severity[trouble] = Severity.MEDIUM
    severity[trouble & (indoor_c < HOME_COLD_C)] = Severity.HIGH
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity,
        holds=trailing_count(no_flow + either, LEAD_GROUPS) > 0,
        confidence=np.where(coded, np.float32(0.95), np.float32(0.85)),
        onset=np.broadcast_to(np.arange(trouble.shape[1]), trouble.shape),
        evidence={
            "spread_k": extreme_of_groups(spread_k, np.fmax) - apart_k,
            "no_flow_code_min": trailing_count(no_flow + either, LEAD_GROUPS).astype(np.float32),
            "indoor_temp_c": indoor_c,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    spread_k = evidence.get("spread_k")
    if spread_k is not None and spread_k > CODED_SPREAD_K:
        return (
            f"The water comes back {spread_k:.0f} K cooler than it leaves the boiler, where about "
            "10 to 20 is usual: it hardly moves, and the pump needs looking at."
        )
    return "The boiler stops because its water hardly moves: the pump needs looking at."


def _minutes(mask: Booleans) -> Integers:
    return trailing_count(per_group(mask), LEAD_GROUPS)


def _minutes_beyond(spread_k: Floats, apart_k: Floats, over_k: float) -> Integers:
    """Minutes of the last six hours with so much more spread than flow and return differ by now."""
    minutes: Integers = np.zeros(apart_k.shape, dtype=np.int32)
    for row in np.flatnonzero((spread_k > over_k).any(axis=1)):  # few boilers
        last = trailing_windows(spread_k[[row]], LEAD_GROUPS * GROUP_MIN, before=np.nan)[0]
        beyond = last[GROUP_MIN - 1 :: GROUP_MIN] > over_k + apart_k[row, :, np.newaxis]
        minutes[row] = np.count_nonzero(beyond, axis=1)
    return minutes


def _spread(frame: BoilerFrame, burning: Booleans) -> Floats:
    """Flow less return while it burns, NaN elsewhere.

    NaN as well where the flow reads the very same as a minute before.
    """
    spread_k = frame["flow_temp_c"] - frame["return_temp_c"]
    spread_k[~burning] = np.nan
    stuck = change(frame["flow_temp_c"], 1) == 0.0  # the sensor, for such water warms by the second
    spread_k[stuck] = np.nan
    return spread_k


def _apart(frame: BoilerFrame) -> Floats:
    """What flow and return read apart even at their least at rest, in six hours; by groups."""
    spread_k = frame["flow_temp_c"] - frame["return_temp_c"]
    resting = np.where(frame["flame_on"] == 0, spread_k, np.float32(np.nan))
    least = extreme_of_groups(resting, np.fmin)
    reach = 1
    while reach < LEAD_GROUPS:
        step = min(reach, LEAD_GROUPS - reach)
        least[:, step:] = np.fmin(least[:, step:], least[:, :-step])
        reach += step
    return np.maximum(np.where(np.isnan(least), np.float32(SENSORS_APART_K), least), 0.0)


def _taken_up(spread_k: Floats, apart_k: Floats) -> Booleans:
    """In six hours the spread was read while it burned, and sound: it trips for another reason.

    Such as water that boils in a furred exchanger.
    """
    read = _minutes(spread_k >= -np.inf) >= SPREAD_MIN
    sound: Booleans = read & (_minutes_beyond(spread_k, apart_k, SOUND_SPREAD_K) == 0)
    return sound


def _in_bursts(frame: BoilerFrame, burning: Booleans) -> Booleans:
    """In six hours it burned some minutes, and never BURST_MIN of them on end.

    Only where most of that time was read minute by minute: what is read seldom shows no burst.
    """
    steady = lasting(burning, BURST_MIN)
    seen = lasting(frame["flame_on"] >= 0, BURST_MIN)
    bursts = (_minutes(burning) >= BURSTS_MIN) & (_minutes(steady) == 0)
    told: Booleans = bursts & (_minutes(seen) * 2 >= LEAD_GROUPS * GROUP_MIN)
    return told
