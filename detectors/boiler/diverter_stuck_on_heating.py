"""Diverter stuck on heating: hot water is asked for, the boiler is hot, and the taps run cold.

`docs/detectors/diverter_stuck_on_heating.md` explains the signs and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans
from detectors.boiler.groups import (
    GROUP_MIN,
    GROUP_S,
    at_group_ends,
    first_since,
    onsets,
    per_group,
    sum_of_groups,
)
from detectors.boiler.minutes import before, change, is_on
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import delayed, lasting, trailing_count, trailing_sum

NAME = "diverter_stuck_on_heating"

COLD_C = 32.0  # 38 feels cold at a tap; a cool summer's mains reach 20 (own)
FLOW_OVER_K = 20.0  # a furred plate at full power needs about 30, and warms the water (own)
FLOW_MIN_C = 40.0  # cooler, and it is the burner that fails (own)
RISE_K = 0.5  # water that warms by more in a minute is on its way (own)
FALL_K = 1.0  # in the first minute of a draw it must cool, and later unless it is as cold as
MAINS_C = 16.0  # mains water in summer: a weak pump's water is lukewarm (own)
TAKEN_K = 2.5  # flow over return: radiators take the heat, so the pump turns (own)
BACK_OVER_K = 3.0  # return over cold water: it comes from radiators, not from a plate (own)
FIRST_WEIGHT = 0.3  # of a cold first minute, which is cold for other reasons too (own)
COLD_MIN = 1.3  # so weighted, in a few hours, before a person is told: a draw of two minutes (own)
HIGH_COLD_MIN = 10

CHARGE_GROUPS = 12  # an hour of charging a cylinder that does not warm
CHARGE_MIN = 45  # of it; a sound coil gives 15 K and more in that time (own)
CHARGE_OVER_K = 8.0  # flow over cylinder, with which it must warm (own)
CHARGE_UNDER_K = 15.0  # flow under its target: further, and it is the burner that is weak (own)
CHARGE_RISE_K = 0.5
CHARGE_BELOW_C = 50.0  # warm enough for every tap (HSE, HSG274 part 2), and warmed not long ago
CHARGE_LATE_GROUPS = 4  # nor warmer than then: after a bath it only begins to warm (own)
HELD_MIN = 10  # a flow that reads the very same for so long has a sensor that is stuck (own)

WINDOW_GROUPS = 46  # 3 h 50 min: with an hour of charging, and one to believe readings, in LEAD

RULES = Rules(
    raise_from=Severity.MEDIUM, dwell=timedelta(0), clear=timedelta(hours=12), lookback=LEAD
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes on the last four hours; UNKNOWN where no hot water was made, or
    no two minutes of it on end were read.

    Needs flow and hot-water temperatures; uses return, flame and fault code where they are known.
    """
    draw = is_on(frame["hot_water_demand"])
    sound = np.isnan(frame["fault_code"])
    cold_now = _cold(frame, draw) & sound
    later = trailing_count(per_group(cold_now & before(draw, 1)), WINDOW_GROUPS)
    cold = per_group(cold_now)
    drawn = per_group(draw & ~np.isnan(change(frame["hot_water_temp_c"], 1)))
    charging = _charging_in_vain(frame, draw & sound)
    cold_min = trailing_count(cold, WINDOW_GROUPS)
    charged_min = trailing_count(np.where(charging, GROUP_MIN, 0), WINDOW_GROUPS)
    severity = np.where(trailing_count(drawn, WINDOW_GROUPS) > 0, NOTHING, UNKNOWN)
    weighed = FIRST_WEIGHT * (cold_min - later) + later
    severity[(weighed >= COLD_MIN) | (charged_min > 0)] = Severity.MEDIUM
    severity[(cold_min >= HIGH_COLD_MIN)] = Severity.HIGH
    seen = (cold > 0) | charging
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity.astype(np.int8),
        holds=(cold_min > 0) | (charged_min > 0),
        confidence=np.clip(0.8 + 0.02 * cold_min + 0.002 * charged_min, 0.0, 0.98),
        onset=onsets(first_since(seen, np.zeros_like(seen), within=WINDOW_GROUPS)),
        evidence={
            "cold_draw_min": cold_min.astype(np.float32),
            "vain_charging_min": charged_min.astype(np.float32),
            "hot_water_temp_c": at_group_ends(frame["hot_water_temp_c"]),
            "flow_temp_c": at_group_ends(frame["flow_temp_c"]),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    minutes = evidence["cold_draw_min"]
    if minutes:
        seen = f"Hot water ran cold for {minutes:.0f} minutes in the last hours"
    else:
        seen = "The hot-water cylinder did not warm though it was being heated"
    return (
        f"{seen}, while the boiler itself was hot: the valve that sends its heat to the taps "
        "seems to be stuck on the radiators."
    )


def _cold(frame: BoilerFrame, draw: Booleans) -> Booleans:
    """Minutes of a draw with a hot flow and cold water that does not warm."""
    flow, water, back = frame["flow_temp_c"], frame["hot_water_temp_c"], frame["return_temp_c"]
    cold: Booleans = draw & (water <= COLD_C)
    if not cold.any():
        return cold
    cold &= (flow >= FLOW_MIN_C) & (flow - water >= FLOW_OVER_K)
    cold &= change(water, 1) <= np.where(before(draw, 1), RISE_K, -FALL_K)
    cold &= (water <= MAINS_C) | (change(water, 2) <= -FALL_K)
    cold &= ~(frame["flame_on"] < 1) & ~(flow - back < TAKEN_K) & ~(back - water < BACK_OVER_K)
    return cold


def _charging_in_vain(frame: BoilerFrame, draw: Booleans) -> Booleans:
    """Groups at whose end a cylinder has been charged for an hour and is no warmer."""
    flow, water, back = frame["flow_temp_c"], frame["hot_water_temp_c"], frame["return_temp_c"]
    charging = draw & (flow - water >= CHARGE_OVER_K)
    charging &= ~(flow < frame["flow_target_c"] - CHARGE_UNDER_K)
    minutes = trailing_count(per_group(charging), CHARGE_GROUPS)
    if not (minutes >= CHARGE_MIN).any():
        return np.zeros(minutes.shape, dtype=np.bool_)
    drop = np.where(charging & ~np.isnan(back), flow - back, np.float32(0.0))
    known = trailing_count(per_group(charging & ~np.isnan(back)), CHARGE_GROUPS)
    taken = trailing_sum(sum_of_groups(drop), CHARGE_GROUPS) >= TAKEN_K * known
    step = change(flow, 1)
    held = lasting((step == 0.0) | np.isnan(step), HELD_MIN)
    moves = trailing_count(per_group(held & draw), CHARGE_GROUPS) == 0.0
    end = at_group_ends(water)
    cool = end - delayed(end, CHARGE_GROUPS) <= CHARGE_RISE_K
    cool &= end - delayed(end, CHARGE_LATE_GROUPS) <= CHARGE_RISE_K
    cool &= end <= CHARGE_BELOW_C
    vain: Booleans = (minutes >= CHARGE_MIN) & taken & moves & cool
    return vain
