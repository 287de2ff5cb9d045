"""What a day tells of the boiler's own temperature sensors: at rest, and while others move."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.boiler.minutes import burns, change, counted, day_of, is_on, mean_over, stands_still
from detectors.daily import Features
from detectors.frame import BoilerFrame
from detectors.windows import lasting

REST_MIN = 120  # detection.md asks for 60; the return's sensor lags behind the flow's longer (own)
RAILS_C = (-30.0, 120.0)  # -40 and 127 or 140 are what an open or shorted circuit reads
GAP_MIN = 9  # of silence, as in readings every ten minutes: it may hide a draw (own)
DIFFERENCE_MAX_K = 15.0  # more at rest is water that somebody moved unseen, not a sensor (own)
HELD_MIN = 10  # the very same reading for so long (own)
MOVED_K = 4.0  # of the return, or of hot water that warms (own)


def sensors_day(frame: BoilerFrame) -> Features:
    """Means and counts of a day, (rows,).

    `rest_min`: minutes after REST_MIN without burner, pump or call; `rest_difference_k`: by how
    much the flow sensor read more than the return's then; `rest_over_room_k`: than the rooms;
    `flow_held_min`: minutes in which the flow had read the very same for HELD_MIN minutes on end,
    each of them known, and cannot have been. Of the readings that are believed.
    """
    flow, back = frame["flow_temp_c"], frame["return_temp_c"]
    active = burns(frame) | is_on(frame["pump_on"])
    active |= is_on(frame["heat_demand"]) | is_on(frame["hot_water_demand"])
    active |= lasting(np.isnan(frame["heat_demand"]), GAP_MIN)
    rest = day_of(lasting(~active, REST_MIN), frame)
    difference = day_of(flow - back, frame)
    over_room = day_of(flow - frame.indoor_temp_c, frame)
    return {
        "rest_min": counted(rest & ~np.isnan(day_of(flow, frame))),
        "rest_difference_k": mean_over(difference, rest & (np.abs(difference) <= DIFFERENCE_MAX_K)),
        "rest_over_room_k": mean_over(over_room, rest & ~np.isnan(over_room)),
        "flow_held_min": counted(_held(frame)),
    }


def rails_day(frame: BoilerFrame) -> Features:
    """`sensor_railed_min`: minutes with the flow's or the return's sensor at an end of its scale.

    Of readings as they came: what is believed of them holds no such value.
    """
    railed = _railed(frame["flow_temp_c"]) | _railed(frame["return_temp_c"])
    return {"sensor_railed_min": counted(day_of(railed, frame))}


def _railed(values: Floats) -> Booleans:
    return (values <= RAILS_C[0]) | (values >= RAILS_C[1])


def _held(frame: BoilerFrame) -> Booleans:
    """Where the flow has stood still for HELD_MIN minutes in which it must have moved.

    It must where the return changes or hot water warms, unless a flame that burns all the time
    holds it at its target. What it read in a minute that is not known may have been anything.
    """
    held = stands_still(frame["flow_temp_c"], HELD_MIN)
    if not held.any():
        return day_of(held, frame)
    moved = np.abs(change(frame["return_temp_c"], HELD_MIN)) >= MOVED_K
    moved |= change(frame["hot_water_temp_c"], HELD_MIN) >= MOVED_K
    return day_of(held & moved & ~lasting(burns(frame), HELD_MIN), frame)
