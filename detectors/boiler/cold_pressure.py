"""From days of pressure features: how hard swelling water presses, and what is left when cold."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.boiler.sealed_system import ATMOSPHERE_BAR, USUAL_HEAD_BAR, USUAL_SQUEEZE, cold_bar
from detectors.daily import DayFrame
from detectors.windows import delayed, held, trailing_median

KNOWN_MIN = 30  # minutes of a state in a day, for its mean to stand for it (own)
RESPONSE_DAYS = 10
HEAD_LEAP_BAR = 0.12  # more than a step of the gauge (own)
GAP_DAYS = 3  # days without readings across which two levels are compared (own)

# The usual squeeze differs between homes by about a third (60 l 0.009, 100 l 0.018 bar/K with the
# same vessel, detection.md 3.1); five minutes of a 0.1 bar gauge are out by 0.03 bar, for about an
# hour. Their ratio says what the usual is worth beside a day's data.
SQUEEZE_SPREAD = 0.001
GAUGE_ERROR_BAR = 0.03
CORRELATED_MIN = 60.0
USUAL_WEIGHT = CORRELATED_MIN * (GAUGE_ERROR_BAR / SQUEEZE_SPREAD) ** 2
LEAST_SQUEEZE, MOST_SQUEEZE = 0.5 * USUAL_SQUEEZE, 2.0 * USUAL_SQUEEZE
SWING_SQUARE = 1.0  # per mille squared: heat moves the gauge by 0.02 bar, root mean square (own)


def absolute_bar(frame: DayFrame) -> Floats:
    """The day's mean absolute pressure without the pump's head; NaN where nothing is known."""
    rest = _known_bar(frame, "rest")
    running = _known_bar(frame, "running") - USUAL_HEAD_BAR
    return np.where(np.isnan(rest), running, rest) + ATMOSPHERE_BAR


def day_squeeze(frame: DayFrame, usual_weight: float) -> Floats:
    """Each day's squeeze, the usual one counting for so much beside it; NaN where there is none.

    By Boyle a little more swell raises the pressure by squeeze x absolute pressure squared.
    """
    square = absolute_bar(frame) ** 2
    above = frame["pressure_swell_bar"] * square + usual_weight * USUAL_SQUEEZE
    below = frame["pressure_swell_square"] * square**2 + usual_weight
    squeeze: Floats = above / np.where(below > 0.0, below, np.nan)
    return squeeze


def cold_levels_bar(frame: DayFrame) -> tuple[Floats, Floats]:
    """What the gauge would show at 20 °C and at rest, day by day, and the pump's head. [bar]

    From minutes at rest where there are enough of them; else from those with the pump running, less
    its head, which is what these showed more on the days of the last RESPONSE_DAYS with both, or
    the usual one. NaN where that leaps from the rest of the days before: a worn pump has no head.
    """
    squeeze = trailing_median(day_squeeze(frame, USUAL_WEIGHT), RESPONSE_DAYS)
    squeeze = np.clip(np.nan_to_num(squeeze, nan=USUAL_SQUEEZE), LEAST_SQUEEZE, MOST_SQUEEZE)
    rest = cold_bar(_known_bar(frame, "rest"), frame["pressure_rest_swell"], squeeze)
    running = _known_bar(frame, "running") - USUAL_HEAD_BAR
    running = cold_bar(running, frame["pressure_running_swell"], squeeze)
    more = np.nan_to_num(trailing_median(running - rest, RESPONSE_DAYS))
    less_head = running - more
    less_head[np.abs(less_head - day_before(rest)) >= HEAD_LEAP_BAR] = np.nan
    return np.where(np.isnan(rest), less_head, rest), USUAL_HEAD_BAR + more


def day_before(level: Floats) -> Floats:
    """The level of the last known day before each day; NaN where GAP_DAYS and more have none."""
    return delayed(held(level, limit=GAP_DAYS - 1), 1)


def swinging(frame: DayFrame) -> Booleans:
    """Days on which heat moves the gauge across its steps, so that means are finer than these."""
    minutes = frame["pressure_rest_min"] + frame["pressure_running_min"]
    return np.asarray(frame["pressure_swell_square"] >= SWING_SQUARE * minutes)


def _known_bar(frame: DayFrame, state: str) -> Floats:
    enough = frame[f"pressure_{state}_min"] >= KNOWN_MIN
    return np.where(enough, frame[f"pressure_{state}_bar"].astype(np.float64), np.nan)
