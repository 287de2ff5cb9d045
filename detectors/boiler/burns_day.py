"""What a day's burning for the rooms comes down to: how often, how long, how hot, how steady."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.boiler.minutes import (
    before,
    burns,
    change,
    counted,
    day_of,
    heating,
    is_on,
    lowest_over,
    mean_over,
    never_seen,
    total_over,
)
from detectors.daily import Features
from detectors.frame import BoilerFrame
from detectors.windows import lasting, ratio

STARTS_A_MINUTE_MAX = 10.0  # more at once is a counter that was exchanged or read wrongly (own)
HOT_RETURN_C = 54.0  # nothing condenses above 54 to 55 (theheatinghub, expert-energy.co.uk)
OVER_K = 1.0  # flow over target: more than the noise of a usual water sensor (own)
JUMP_K = 0.5  # up and then down, or down and then up: three times the noise of a sensor (own)
STEADY_BEND_K = 0.5  # of the return, which boiling does not reach: the circuit is steady (own)
STEADY_MIN = 3  # after it began to burn for the same purpose
STEADY_CALL_MIN = 8  # after a call began, where no flame is reported (own)


def burns_day(frame: BoilerFrame) -> Features:
    """Counts and means over the minutes in which rooms alone called for heat; (rows,).

    `rooms_call_min`, `rooms_burn_min`: minutes of calling and of burning; `rooms_burn_starts`;
    `lowest_modulation_pct`: the lowest power while the flow was above its target;
    `return_hot_share` of burning minutes with the return above HOT_RETURN_C; `rooms_target_c`,
    `rooms_outdoor_c`: means over burning minutes, or over calling ones where no flame is reported;
    `flutter_min`, `flutter_share`: steady burning minutes, hot water included, and the share of
    them in which the flow jumped to and fro. NaN where there were none.
    """
    flame, calls = burns(frame), heating(frame)
    today = day_of(flame & calls, frame)
    unseen = never_seen(frame["flame_on"])
    firing = today | (day_of(calls, frame) & unseen)
    back = day_of(frame["return_temp_c"], frame)
    seen = counted(today & ~np.isnan(back))
    target = day_of(frame["flow_target_c"], frame)
    outdoor = day_of(frame.outdoor_temp_c, frame)
    return {
        "rooms_call_min": counted(day_of(calls, frame)),
        "rooms_burn_min": counted(today),
        "rooms_burn_starts": _starts(frame, calls),
        "lowest_modulation_pct": _lowest(frame, today),
        "return_hot_share": ratio(counted(today & (back >= HOT_RETURN_C)), seen, where=seen > 0),
        "rooms_target_c": mean_over(target, firing & ~np.isnan(target)),
        "rooms_outdoor_c": mean_over(outdoor, firing & ~np.isnan(outdoor)),
        **_flutter(frame, flame),
    }


def _starts(frame: BoilerFrame, calls: Booleans) -> Floats:
    """Starts for the rooms, by the boiler's own counter; NaN without one."""
    counter = frame["burner_starts"]
    more = day_of(change(counter, 1), frame)
    sane = (more > 0.0) & (more <= STARTS_A_MINUTE_MAX) & day_of(calls, frame)
    starts = total_over(more, sane)
    starts[never_seen(counter)[:, 0]] = np.nan
    return starts


def _lowest(frame: BoilerFrame, today: Booleans) -> Floats:
    """The lowest power while the flow was above its target: as low as the burner can go."""
    over = day_of(frame["flow_temp_c"], frame) >= day_of(frame["flow_target_c"], frame) + OVER_K
    power = day_of(frame["modulation_pct"], frame)
    return lowest_over(power, today & over & (power > 0.0))


def _flutter(frame: BoilerFrame, flame: Booleans) -> Features:
    """How often the flow jumps to and fro while the same flame burns on and the return does not.

    A jump is a minute in which the flow turned: it rose by JUMP_K and fell by as much, or fell and
    rose. The return is steady where its middle minute of three lies on the line of the others.
    """
    demand = is_on(frame["hot_water_demand"])
    unseen = never_seen(frame["flame_on"])
    firing = flame | (unseen & (demand | is_on(frame["heat_demand"])))
    going = firing & (demand == before(demand, 1))
    rise = change(frame["flow_temp_c"], 1)
    up, down, known = rise >= JUMP_K, rise <= -JUMP_K, ~np.isnan(rise)
    jumps = (up & before(down, 1)) | (down & before(up, 1))
    bend_k = change(change(frame["return_temp_c"], 1), 1)
    bent = (bend_k > 2.0 * STEADY_BEND_K) | (bend_k < -2.0 * STEADY_BEND_K)
    steady = np.where(unseen, lasting(going, STEADY_CALL_MIN), lasting(going, STEADY_MIN))
    steady &= known & before(known, 1) & ~bent
    steady = day_of(steady, frame)
    jumping = counted(day_of(jumps, frame) & steady)
    minutes = counted(steady)
    return {
        "flutter_min": minutes,
        "flutter_share": ratio(jumping, minutes, where=minutes > 0),
    }
