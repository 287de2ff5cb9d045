"""What a day of a burner comes down to: how it lit, what it gave, whether the flow got as hot as
asked. `docs/detectors/ignition_degrading.md` and `flow_temp_not_reached.md` say what it is for.
"""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.boiler.minutes import (
    burns,
    counted,
    day_of,
    heating,
    is_on,
    mean_over,
    stands_still,
    total_over,
)
from detectors.daily import Features, lead_steps
from detectors.frame import BoilerFrame
from detectors.windows import lasting

WARMED_UP_MIN = 20  # of burning, or of a call where no flame is known (detection.md 3.2: 20 to 30)
SHORT_K = 5.0  # of the flow below its target (detection.md 3.2)
FULL_MODULATION_PCT = 90.0  # "at its most", with what controls round (own)
FROST_C = -2.0  # outdoors: radiators and boilers are laid out for no more in England
TARGET_MIN_C = 25.0  # controllers ask for less when they want no heat
WARM_FLOW_C = 30.0  # a burner whose flame is not known burns, if weakly (own)
STEADY_MIN = 5  # into a burn the return follows the flow (own)
RESTED_MIN = 60  # without flame, call or draw (detection.md 3.2)
STEADY_MODULATION_PCT = 15.0  # below it the share of power is too coarse to divide by (own)


def burner_day(frame: BoilerFrame) -> Features:
    """Counts, minutes and sums of the day, (rows,), NaN where the adapter lacks what they need.

    burner_starts, burner_ignition_failures: counted since the last minute of the day before; NaN
    where the counter fell (a new boiler). burner_flame_current_ua: mean while burning.
    burner_frost_min: minutes of frost outdoors, in the day or the LEAD before it.
    burner_long_min: minutes of heating beyond the WARMED_UP_MINth; burner_short_min: those of them
    in which the flow was SHORT_K below its target, the burner at its most where that is known.
    burner_spread_k_min, burner_modulation_pct_min, burner_steady_min: sums of flow less return and
    of modulation over steady minutes of heating, and how many these were; burner_rest_spread_k:
    mean of flow less return once it has rested for RESTED_MIN, when both should read the same.
    """
    burning = burns(frame)
    wanted = heating(frame) & (frame["flow_target_c"] >= TARGET_MIN_C)
    return {
        "burner_starts": _counted(frame, "burner_starts"),
        "burner_ignition_failures": _counted(frame, "ignition_failures"),
        "burner_frost_min": counted(frame.outdoor_temp_c < 0.0),
        **_flame_current(frame, burning),
        **_reached(frame, wanted & (burning | np.isnan(frame["flame_on"]))),
        **_given(frame, wanted & burning),
    }


def _counted(frame: BoilerFrame, counter: str) -> Floats:
    """How far a counter went; NaN where it fell or is not known twice."""
    values = frame[counter][:, lead_steps(frame) - 1 :]
    known = ~np.isnan(values)
    rows = np.arange(len(values))
    first = values[rows, known.argmax(axis=1)]
    last = values[rows, values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)]
    more: Floats = np.where(last >= first, last - first, np.nan)
    return more


def _flame_current(frame: BoilerFrame, burning: Booleans) -> Features:
    flame_ua = day_of(frame["flame_current_ua"], frame)
    seen = day_of(burning, frame) & (flame_ua > 0.0)
    return {
        "burner_flame_current_ua": mean_over(flame_ua, seen),
        "burner_flame_min": counted(seen),
    }


def _reached(frame: BoilerFrame, wanted: Booleans) -> Features:
    """Whether the flow gets as hot as asked, of what has been heating for WARMED_UP_MIN."""
    short = wanted & (frame["flow_temp_c"] < frame["flow_target_c"] - np.float32(SHORT_K))
    short &= ~(frame["modulation_pct"] < FULL_MODULATION_PCT) & np.isnan(frame["fault_code"])
    blind = np.isnan(frame["flame_on"])  # it may be between two burns, or off: all along, and warm
    short &= ~blind | (frame["flow_temp_c"] > WARM_FLOW_C)
    mild = ~(frame.outdoor_temp_c < FROST_C)
    long = lasting(wanted, WARMED_UP_MIN) & mild
    short &= lasting(np.where(blind, short, wanted), WARMED_UP_MIN) & mild
    return {
        "burner_long_min": counted(day_of(long, frame)),
        "burner_short_min": counted(day_of(short, frame)),
    }


def _given(frame: BoilerFrame, burning: Booleans) -> Features:
    """How far the water was warmed for how much of the burner's power."""
    modulation = day_of(frame["modulation_pct"], frame)
    spread_k = day_of(frame["flow_temp_c"] - frame["return_temp_c"], frame)
    known = ~np.isnan(spread_k)
    # A sensor that sticks, or is too coarse, tells no spread.
    still = stands_still(frame["flow_temp_c"], STEADY_MIN)
    moving = lasting(burning, STEADY_MIN) & ~still
    steady = day_of(moving, frame) & (modulation >= STEADY_MODULATION_PCT) & known
    resting = day_of(lasting(_at_rest(frame), RESTED_MIN), frame) & known
    return {
        "burner_rest_spread_k": mean_over(spread_k, resting),
        "burner_spread_k_min": total_over(spread_k, steady),
        "burner_modulation_pct_min": total_over(modulation, steady),
        "burner_steady_min": counted(steady),
    }


def _at_rest(frame: BoilerFrame) -> Booleans:
    called = is_on(frame["heat_demand"]) | is_on(frame["hot_water_demand"])
    resting: Booleans = (frame["flame_on"] == 0) & ~called
    return resting
