"""What a day says of a home's warmth: how warm, how much heat, whether anybody lived there.

Rooms change in hours and heating water in minutes, so temperatures are looked at every five
minutes; taps run for a minute, so hot water is counted minute by minute.
"""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.daily import LEAD, Features, lead_steps, without_lead
from detectors.frame import HOUR_S, BoilerFrame, RoomFrame
from detectors.windows import held, lasting, ratio

EVERY_S = 300  # between the minutes that are looked at for temperatures
KNOWN_MIN = 0.5  # of the samples of a day or night; with less it is not known (own)
RADIATOR_EXPONENT = 1.3  # heat of a radiator over its excess temperature (EN 442)
RETURN_BELOW_FLOW_K = 4.0  # half the usual difference, where the return is not measured (own)
NIGHT_UNTIL_H = 6  # UTC: windows shut, no sun, hardly any heating
HOT_NIGHT_FROM_H = -3  # UTC, of the day before: 22:00 to 07:00 of British Summer Time (CIBSE TM59)
HELD_S = 3600  # a sensor that speaks on change lives to say so every hour (own)
HOT_C = 26.0  # asleep, by CIBSE TM59
MINUTES_A_DAY = 1440.0
COOLING_FROM_H = -2  # UTC, of the day before: heatings are down and windows shut by then (own)
RESTING_K = 5.0  # radiators so little above the room give next to nothing (own)
RESTED_S = 3600  # the air has lost the radiators' own warmth by then, and follows the walls (own)
COOLING_MIN_H = 3.0  # a night's cooling of less is within what sensors round off (own)
COOLING_MIN_K = 6.0  # indoors over outdoors, for the same reason (own)
LEAP_K = 0.5  # no home cools so much in five minutes: a room's sensor fell silent or spoke up (own)
SELDOM_S = 900  # a boiler that is read every ten minutes is known in between (own)


def boiler_warmth(frame: BoilerFrame) -> Features:
    """A boiler's day, (rows,) each; NaN where less than half of the day is known.

    `warmth_indoor_c` and `warmth_outdoor_c`: means; `warmth_hot_water_min`: minutes of hot water
    called for; `warmth_call_share`: share of the time with heat called for; `warmth_emitted`: mean
    of the radiators' excess temperature to the power of RADIATOR_EXPONENT [K^1.3], in proportion
    to the heat that they give, without hot water; `warmth_fired_pct`: mean power of the burner for
    heating; `warmth_cooling_1_h`: what share of its difference to outdoors the home loses an hour
    at night while its radiators are cold.
    """
    looked_at = {
        name: _looked_at(frame[name], frame)
        for name in ("hot_water_demand", "flow_temp_c", "return_temp_c", "heat_demand")
    }
    lead = lead_steps(frame) * frame.step_s // EVERY_S
    indoor, outdoor = (
        array[:, :: max(EVERY_S // frame.step_s, 1)]
        for array in (frame.indoor_temp_c, frame.outdoor_temp_c)
    )
    flow, back = looked_at["flow_temp_c"], looked_at["return_temp_c"]
    above = np.where(np.isnan(back), flow - RETURN_BELOW_FLOW_K, (flow + back) / 2) - indoor
    drawn = looked_at["hot_water_demand"][:, lead:]
    drawing = drawn == 1
    minutes = _mean(without_lead(frame["hot_water_demand"], frame))
    fired = _looked_at(frame["flame_on"], frame) * _looked_at(frame["modulation_pct"], frame)
    return {
        "warmth_indoor_c": _mean(indoor[:, lead:]),
        "warmth_outdoor_c": _mean(outdoor[:, lead:]),
        "warmth_hot_water_min": MINUTES_A_DAY * np.where(np.isnan(minutes), _mean(drawn), minutes),
        "warmth_call_share": _mean(looked_at["heat_demand"][:, lead:]),
        "warmth_emitted": _mean(
            np.maximum(above[:, lead:], 0) ** RADIATOR_EXPONENT, among=~drawing
        ),
        "warmth_fired_pct": _mean(np.where(drawing, 0 * fired[:, lead:], fired[:, lead:])),
        "warmth_cooling_1_h": _cooling_1_h(indoor, outdoor, above, lead),
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


def _looked_at(array: Floats, frame: BoilerFrame) -> Floats:
    """A boiler's quantity every five minutes, lead and all, of whole rows of minutes.

    Of rows that are read seldom it is the last that was read, for SELDOM_S.
    """
    step = max(EVERY_S // frame.step_s, 1)
    seen = array[:, ::step]
    seldom = np.flatnonzero(np.isnan(seen).mean(axis=1) > 1 - KNOWN_MIN)
    seldom = seldom[~np.isnan(array[seldom]).all(axis=1)]
    if not seldom.size or step == 1:
        return seen
    seen = seen.copy()
    seen[seldom] = held(array[seldom], limit=SELDOM_S // frame.step_s)[:, ::step]
    return seen


def _cooling_1_h(indoor: Floats, outdoor: Floats, above: Floats, midnight: int) -> Floats:
    """What a home loses of its warmth at night, (rows,); arrays (rows, steps of five minutes).

    With its radiators cold a home goes towards the temperature outdoors, by a share of the
    difference each hour that is its heat loss over what it stores: one over its time constant.
    `above` is what its radiators are above the rooms.
    """
    hour = HOUR_S // EVERY_S
    rested = RESTED_S // EVERY_S
    night = slice(midnight + COOLING_FROM_H * hour - rested, midnight + NIGHT_UNTIL_H * hour)
    resting = lasting(above[:, night] <= RESTING_K, rested + 1)[:, rested:]
    inside, outside = indoor[:, night][:, rested:], outdoor[:, night][:, rested:]
    fall = inside[:, :-1] - inside[:, 1:]
    apart = (inside - outside)[:, 1:]
    use = resting[:, 1:] & (np.abs(fall) <= LEAP_K) & ~np.isnan(apart)
    hours = use.sum(axis=1) / hour
    degree_hours = np.where(use, apart, 0).sum(axis=1, dtype=np.float64) / hour
    told = (hours >= COOLING_MIN_H) & (degree_hours >= COOLING_MIN_K * hours)
    return ratio(np.where(use, fall, 0).sum(axis=1, dtype=np.float64), degree_hours, where=told)


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
