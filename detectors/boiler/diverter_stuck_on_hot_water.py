"""Diverter stuck on hot water: rooms call for heat, the boiler is hot, and nothing takes the heat.

`docs/detectors/diverter_stuck_on_hot_water.md` explains the signs and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.groups import GROUP_S, at_group_ends, per_group
from detectors.boiler.minutes import burns, change, heating, is_on
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import delayed, last_where, ratio, trailing_count

NAME = "diverter_stuck_on_hot_water"

UNTAKEN_K = 2.0  # flow and return so near: no radiator takes heat (own)
NEAR_TARGET_K = 8.0  # the boiler is as hot as it is to be, but for its hysteresis of up to 6 K
OVER_ROOM_K = 10.0  # and hotter than the rooms, so that radiators would take heat (own)
LEAP_K = 3.0  # in a minute: what little water cannot leave the boiler warms like that (own)
LEAPS_MIN = 1  # of them; without, radiators warmed by hot water are only cooling (own)
STANDS_K = 2.0  # in an hour without burning: radiators would cool it by 20 and more (own)
STANDS_OVER_ROOM_K = 25.0  # cooler radiators give little away (own)
HOUR_GROUPS = 12
CALLED_MIN = 25  # of an hour: with less nothing is said (own)
UNTAKEN_SHARE = 0.8  # of the called minutes (own)
BURN_SHARE_MAX = 0.2  # a sound boiler at its lowest power burns half of the time (own)
UNTAKEN_MIN = 40  # minutes in all before a person is told (own)
HIGH_UNTAKEN_MIN = 120  # two hours of calling in vain: the home grows cold (own)
WINDOW_GROUPS = 46  # 3 h 50 min: with an hour each, and one to believe readings, within LEAD

RULES = Rules(
    raise_from=Severity.MEDIUM, dwell=timedelta(0), clear=timedelta(hours=12), lookback=LEAD
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes on the last five hours; UNKNOWN where no heat was called for.

    Needs flow and return temperatures and the flame; uses the fault code and rooms where known.
    """
    calls = heating(frame) & ~np.isnan(frame["return_temp_c"]) & ~np.isnan(frame["flame_on"])
    rise = change(frame["flow_temp_c"], 1)
    untaken, leapt = _untaken(frame, calls, rise)
    called = trailing_count(per_group(calls), HOUR_GROUPS)
    idle = trailing_count(per_group(untaken), HOUR_GROUPS)
    burnt = trailing_count(per_group(calls & burns(frame)), HOUR_GROUPS)
    stuck = (called >= CALLED_MIN) & (idle >= UNTAKEN_SHARE * called)
    stuck &= burnt <= BURN_SHARE_MAX * called
    minutes = np.maximum(trailing_count(per_group(untaken) * stuck, WINDOW_GROUPS), idle * stuck)
    severity = np.where(called >= CALLED_MIN, NOTHING, UNKNOWN)
    leaps = trailing_count(per_group(leapt), WINDOW_GROUPS)
    sure = (leaps >= LEAPS_MIN) | _stands(frame, stuck, burnt)
    severity[(minutes >= UNTAKEN_MIN) & sure] = Severity.MEDIUM
    severity[(minutes >= HIGH_UNTAKEN_MIN) & sure] = Severity.HIGH
    groups = np.arange(called.shape[1])
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity.astype(np.int8),
        holds=minutes > 0,
        confidence=np.clip(0.8 + 0.001 * minutes, 0.0, 0.98),
        onset=np.maximum(last_where(minutes == 0) + 1 - HOUR_GROUPS, groups - WINDOW_GROUPS),
        evidence={
            "untaken_min": minutes.astype(np.float32),
            "leaps": leaps.astype(np.float32),
            "burn_share_pct": 100.0 * ratio(burnt, called, where=called > 0),
            "flow_temp_c": at_group_ends(frame["flow_temp_c"]),
            "return_temp_c": at_group_ends(frame["return_temp_c"]),
            "indoor_temp_c": at_group_ends(frame.indoor_temp_c),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"The rooms called for heat and the boiler was hot, but for {evidence['untaken_min']:.0f} "
        "minutes of the last hours no heat left it for the radiators: the valve that sends it "
        "there seems to be stuck on hot water."
    )


def _untaken(frame: BoilerFrame, calls: Booleans, rise: Floats) -> tuple[Booleans, Booleans]:
    """Minutes of a call in which the flow is hot and comes back as hot, and those in which both
    have leapt together.
    """
    flow = frame["flow_temp_c"]
    spread = flow - frame["return_temp_c"]
    sound = calls & np.isnan(frame["fault_code"])
    untaken = sound & (spread <= UNTAKEN_K) & (spread >= -UNTAKEN_K) & (rise != 0.0)
    untaken &= flow >= frame["flow_target_c"] - NEAR_TARGET_K
    untaken &= ~(flow < frame.indoor_temp_c + OVER_ROOM_K)
    leapt: Booleans = sound & (rise >= LEAP_K) & (spread <= LEAP_K) & (spread >= -LEAP_K)
    return untaken, leapt


def _stands(frame: BoilerFrame, stuck: Booleans, burnt: Integers) -> Booleans:
    """Groups at whose end a hot flow has kept its heat for an hour without a flame.

    So it does where the valve leaves it to a hot cylinder. A draw heats the flow by itself: an hour
    that holds one, or follows one, shows nothing.
    """
    undrawn = trailing_count(per_group(is_on(frame["hot_water_demand"])), HOUR_GROUPS + 1) == 0
    flow, room = at_group_ends(frame["flow_temp_c"]), at_group_ends(frame.indoor_temp_c)
    kept: Booleans = stuck & undrawn & (burnt == 0) & (flow >= room + STANDS_OVER_ROOM_K)
    return kept & (np.abs(flow - delayed(flow, HOUR_GROUPS)) <= STANDS_K)
