"""What a day shows of a boiler's adapter itself: for how long its records stood still."""

import numpy as np

from detectors.arrays import Floats
from detectors.daily import Features, lead_steps
from detectors.devices.believed import frozen_boilers
from detectors.devices.lags import changes, lag, quarters
from detectors.frame import BoilerFrame

WARM_WATER_C = 30.0  # below it radiators give next to nothing


def telemetry_day(frame: BoilerFrame) -> Features:
    """The day of every boiler, of the frame as it was received.

    `telemetry_readings`: minutes with anything; `telemetry_frozen_h`: hours in which the record
    stood for longer than a boiler's can.
    """
    heard = np.zeros(frame.shape, dtype=np.bool_)
    for name in ("flow_temp_c", "pressure_bar", "hot_water_temp_c"):
        heard |= frame[name] == frame[name]
    readings = np.count_nonzero(heard[:, lead_steps(frame) :], axis=1).astype(np.float64)
    frozen_min: Floats = np.zeros(len(frame.rows))
    some, frozen = frozen_boilers(frame)
    frozen_min[some] = np.count_nonzero((frozen & heard[some])[:, lead_steps(frame) :], axis=1)
    return {
        "telemetry_readings": readings,
        "telemetry_frozen_h": np.where(readings > 0, frozen_min * frame.step_s / 3600.0, np.nan),
    }


def warming_day(frame: BoilerFrame) -> Features:
    """How the day's hot water goes with the warming of the rooms; of a frame of what is believed.

    `telemetry_lag_h`: how long after the rooms warm the water is said to have been hot, usually
    a little less than 0; `telemetry_alike`: how alike the two then are, -1 to 1. NaN on days
    without heating. Water heated for a draw is left out.
    """
    flow_c = np.where(frame["hot_water_demand"] == 1, np.nan, frame["flow_temp_c"])
    heat = np.clip(quarters(flow_c, frame) - WARM_WATER_C, 0.0, None)
    known = ~np.isnan(heat)
    mean = np.where(known, heat, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    heat = np.where(known, heat - mean[:, np.newaxis], 0.0)
    lag_h, alike = lag(heat, changes(quarters(frame.indoor_temp_c, frame)))
    return {"telemetry_lag_h": lag_h, "telemetry_alike": alike}
