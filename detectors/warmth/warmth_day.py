"""What a day says of a home's warmth: how warm, how much heat, whether anybody lived there.

Rooms change in hours and heating water in minutes, so temperatures are looked at every five
minutes; taps run for a minute, so hot water is counted minute by minute.
"""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.daily import LEAD, Features, without_lead
from detectors.frame import HOUR_S, BoilerFrame, RoomFrame
from detectors.windows import held

EVERY_S = 300  # between the minutes that are looked at for temperatures
KNOWN_MIN = 0.5  # of the samples of a day or night; with less it is not known (own)
RADIATOR_EXPONENT = 1.3  # heat of a radiator over its excess temperature (EN 442)
RETURN_BELOW_FLOW_K = 4.0  # half the usual difference, where the return is not measured (own)
NIGHT_UNTIL_H = 6  # UTC: windows shut, no sun, hardly any heating
HOT_NIGHT_FROM_H = -3  # UTC, of the day before: 22:00 to 07:00 of British Summer Time (CIBSE TM59)
HELD_S = 3600  # a sensor that speaks on change lives to say so every hour (own)
HOT_C = 26.0  # asleep, by CIBSE TM59
MINUTES_A_DAY = 1440.0


def boiler_warmth(frame: BoilerFrame) -> Features:
    """A boiler's day, (rows,) each; NaN where less than half of the day is known.

    `warmth_indoor_c` and `warmth_outdoor_c`: means; `warmth_hot_water_min`: minutes of hot water
    called for; `warmth_call_share`: share of the time with heat called for; `warmth_emitted`: mean
    of the radiators' excess temperature to the power of RADIATOR_EXPONENT [K^1.3], in proportion
    to the heat that they give, without hot water; `warmth_fired_pct`: mean power of the burner for
    heating.
    """
    step = max(EVERY_S // frame.step_s, 1)
    hot_water = without_lead(frame["hot_water_demand"], frame)

    def looked_at(array: Floats) -> Floats:
        return without_lead(array, frame)[:, ::step]

    drawing = looked_at(frame["hot_water_demand"]) == 1
    indoor = looked_at(frame.indoor_temp_c)
    flow, back = looked_at(frame["flow_temp_c"]), looked_at(frame["return_temp_c"])
    water = np.where(np.isnan(back), flow - RETURN_BELOW_FLOW_K, (flow + back) / 2)
    excess = np.maximum(water - indoor, 0) ** RADIATOR_EXPONENT
    fired = looked_at(frame["flame_on"]) * looked_at(frame["modulation_pct"])
    return {
        "warmth_indoor_c": _mean(indoor),
        "warmth_outdoor_c": _mean(looked_at(frame.outdoor_temp_c)),
        "warmth_hot_water_min": MINUTES_A_DAY * _mean(hot_water),
        "warmth_call_share": _mean(looked_at(frame["heat_demand"])),
        "warmth_emitted": _mean(excess, among=~drawing),
        "warmth_fired_pct": _mean(np.where(drawing, 0 * fired, fired)),
    }


def room_warmth(frame: RoomFrame, _: Features) -> Features:
    """A room's night, (rows,) each; NaN where less than half of it is known.

    What was read holds for HELD_S: some sensors speak every half hour, or when something changes.

    `warmth_night_c` and `warmth_night_outdoor_c`: means from midnight to 06:00 UTC, indoors and
    out; `warmth_hot_night_h`: hours above 26 °C from 21:00 UTC the evening before to 06:00.
    """
    hour = HOUR_S // frame.step_s
    midnight = int(LEAD.total_seconds()) // frame.step_s
    air = frame["air_temp_c"]
    hold = HELD_S // frame.step_s
    until = midnight + NIGHT_UNTIL_H * hour
    asleep_from = midnight + HOT_NIGHT_FROM_H * hour
    asleep = held(air[:, asleep_from - hold : until], limit=hold)[:, hold:]
    night = slice(midnight, until)
    known = ~np.isnan(asleep)
    hot_h = (asleep > HOT_C).sum(axis=1) / hour
    return {
        "warmth_night_c": _mean(asleep[:, midnight - asleep_from :]),
        "warmth_night_outdoor_c": _mean(frame.outdoor_temp_c[:, night]),
        "warmth_hot_night_h": np.where(known.mean(axis=1) >= KNOWN_MIN, hot_h, np.nan),
    }


def _mean(array: Floats, *, among: Booleans | None = None) -> Floats:
    """The mean of what is known of each row; NaN where that is less than KNOWN_MIN of the row."""
    known = ~np.isnan(array)
    if among is not None:
        known &= among
    counts = known.sum(axis=1)
    sums = np.where(known, array, 0).sum(axis=1, dtype=np.float64)
    enough = counts >= KNOWN_MIN * array.shape[1]
    means: Floats = np.where(enough, sums / np.maximum(counts, 1), np.nan)
    return means
