"""What a day's hot water tells of the exchanger that makes it."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.boiler.minutes import (
    burns,
    counted,
    day_of,
    is_on,
    lowest_over,
    mean_over,
    never_seen,
)
from detectors.daily import Features
from detectors.frame import BoilerFrame
from detectors.windows import lasting

SETTLED_MIN = 3  # minutes into a draw: by then plate and sensors have settled (own)
WARM_C = 36.0  # cooler water is not scale: the diverter, the pump or the burner fail it (own)
STORED_C = 35.0  # water that is never cooler stands in a cylinder (own)
COIL_UNDER_K = 6.0  # return under cylinder: a coil cannot cool water so far, radiators can (own)
DROP_MIN_K = 2.0  # between flow and return: with less no ratio can be told (own)


def hot_water_day(frame: BoilerFrame) -> Features:
    """Means over the settled minutes in which hot water was made, and how many; (rows,).

    `hot_water_min` minutes; `hot_water_approach_k`, by how much the flow was hotter than the hot
    water; `hot_water_drop_k`, than the return (NaN without that sensor). Over all minutes but the
    first of a draw: `hot_water_lowest_pct`, the lowest power of the burner.
    """
    draw = is_on(frame["hot_water_demand"])
    settled = lasting(draw, SETTLED_MIN)
    flow, water = day_of(frame["flow_temp_c"], frame), day_of(frame["hot_water_temp_c"], frame)
    back = day_of(frame["return_temp_c"], frame)
    flame = day_of(burns(frame) | np.isnan(frame["flame_on"]), frame)
    approach, drop = flow - water, flow - back
    unseen = never_seen(frame["return_temp_c"])
    useful = day_of(settled, frame) & flame & (water >= WARM_C) & (approach > 0.0)
    useful &= unseen | (drop >= DROP_MIN_K)
    stored = np.fmin.reduce(water, axis=1, keepdims=True) >= STORED_C
    useful &= ~(stored & (back < water - COIL_UNDER_K))
    drop = np.where(unseen, np.float32(np.nan), drop)
    return {
        "hot_water_min": counted(useful),
        "hot_water_approach_k": mean_over(approach, useful),
        "hot_water_drop_k": mean_over(drop, useful),
        "hot_water_lowest_pct": _lowest(frame, lasting(draw, 2)),
    }


def _lowest(frame: BoilerFrame, drawn: Booleans) -> Floats:
    power = day_of(frame["modulation_pct"], frame)
    return lowest_over(power, day_of(drawn & burns(frame), frame) & (power > 0.0))
