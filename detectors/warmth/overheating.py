"""Overheating: a room heated by day and night by something that nobody turned on.

Summer warms all rooms of a home, a hot pipe or tank one of them. By night, with no sun and the
heating low, a room that is suddenly warmer than its home's other rooms, and stays so for weeks, is
heated by something else. `docs/detectors/overheating.md` explains it.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import home_of, mean_of_others
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.room_names import rooms_slept_in
from detectors.windows import delayed, trailing_count, trailing_known_sum, trailing_mean

NAME = "overheating"

RECENT_DAYS = 14
PAST_DAYS = 31  # before those: together the 45 days that a frame reaches back
RECENT_MIN, PAST_MIN = 10, 14  # nights known, of either (own)
SHIFT_K = 1.25  # beside the other rooms, against its own past; sensors changing rooms make 1 (own)
SURE_K = 2.5  # sun, or a fan that stopped, makes 1.7, a diverter stuck in summer 2.3 (own)
NIGHT_SHIFT_K = (
    0.8  # so much on nearly every night: a warm evening or a cold room beside is no heat
)
NIGHTS_SHARE_MIN = 0.85
HOLD_K = 0.6  # an alert goes on (own)
WARM_C = 20.0  # nobody wants a room warmer at night: comfort asleep ends at 24, begins at 17 (own)
MILD_C = 5.0  # nights out of doors: in colder ones radiators heat, and rooms part (own)
OPEN_C = 12.0  # nights out of doors: in warmer ones some rooms have open windows (own)
FAR_K = 3.0  # more than open windows part rooms by while nights are below FAR_OPEN_C (own)
FAR_OPEN_C = 15.0
OWN_SHARE_MIN = 0.75  # of the shift is the room's own: of two swapped of three it is 0.67 (own)
STEADY_K = 0.9  # how the rooms lay to one another before: where that changed daily, none is told
EVEN_K = 0.6  # of a shift: even money (own)
HOT_HOURS_MAX = 32.0  # of night above 26 °C: 1 % of a year's hours asleep (CIBSE TM59)
HOT_LATELY_DAYS = 14  # without a hot hour in them the heat is over (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=7),
    lookback=timedelta(days=RECENT_DAYS + PAST_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on rooms; rows of the same home are each other's measure.

    UNKNOWN where the night is not known; without other rooms beside it heat is never its own. More
    than HOT_HOURS_MAX hours of night above 26 °C in a bedroom in the last 45 days are LOW, whatever
    the reason: information, for a hot summer does so too. Heat that only this room has is LOW, from
    SURE_K on MEDIUM, and HIGH together with hot nights.
    """
    night = frame["warmth_night_c"].astype(np.float64)
    others = mean_of_others(night, home_of(frame.rows))
    beside = night - others
    level, nights = _recent(beside, RECENT_DAYS)
    past, past_nights = _past(beside)
    square, _ = _past(beside * beside)
    spread = np.sqrt(np.maximum(square - past * past, 0.0))
    known = (nights >= RECENT_MIN) & (past_nights >= PAST_MIN)
    shift = np.where(known, level - past, np.nan)
    share = _nights_above(beside, past + NIGHT_SHIFT_K) / np.maximum(nights, 1)
    own, _ = _recent(night, RECENT_DAYS)
    own_past, _ = _past(night)
    heated = (shift >= SHIFT_K) & (share >= NIGHTS_SHARE_MIN) & (spread <= STEADY_K)
    heated &= (own >= WARM_C) & (own - own_past >= OWN_SHARE_MIN * shift)
    outdoor, _ = _recent(frame["warmth_night_outdoor_c"], RECENT_DAYS)
    heated &= outdoor >= MILD_C
    far = heated & (shift >= FAR_K) & (outdoor <= FAR_OPEN_C)
    heated &= outdoor <= OPEN_C
    sure = far | (heated & (shift >= SURE_K))
    hot_h, hot = _hot_nights(frame)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=_severity(heated, sure, hot, ~np.isnan(night)),
        holds=(shift >= HOLD_K) | hot,
        confidence=_confidence(shift, hot),
        onset=_onset(night.shape[1], len(frame.rows)),
        evidence={
            "warmer_than_before_k": shift,
            "warmer_than_other_rooms_k": level,
            "night_temp_c": own,
            "night_above_26_c_h": hot_h,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    said = []
    shift = evidence.get("warmer_than_before_k")
    if shift is not None and shift >= HOLD_K:
        why = (
            "something heats it, such as a pipe or a tank without insulation."
            if shift >= SURE_K
            else "sun may do so; if it lasts, it may be a pipe or a tank without insulation."
        )
        said.append(
            f"At night this room is {shift:.1f} K warmer beside the other rooms than it was last "
            f"month, at {evidence['night_temp_c']:.0f} °C: {why}"
        )
    hot_h = evidence.get("night_above_26_c_h", 0.0)
    if hot_h > HOT_HOURS_MAX:
        said.append(
            f"It was above 26 °C for {hot_h:.0f} hours of the last weeks' nights, which makes "
            "sleeping hard."
        )
    return " ".join(said) or "This room has been warmer at night than it was; it is cooling down."


def _hot_nights(frame: DayFrame) -> tuple[Floats, Booleans]:
    """Hours above 26 °C in the nights kept, and where they are too many and go on.

    NaN and never in rooms that nobody sleeps in.
    """
    hours = frame["warmth_hot_night_h"]
    slept_in = rooms_slept_in(frame.rows)[:, np.newaxis]
    hot_h = np.where(slept_in, trailing_known_sum(hours, RECENT_DAYS + PAST_DAYS), np.nan)
    return hot_h, (hot_h > HOT_HOURS_MAX) & (trailing_known_sum(hours, HOT_LATELY_DAYS) > 0)


def _recent(values: Floats, days: int) -> tuple[Floats, Integers]:
    """Mean of what is known of the last days, NaN where nothing is, and how many days are."""
    return trailing_mean(values, days), trailing_count(~np.isnan(values), days)


def _past(values: Floats) -> tuple[Floats, Floats]:
    mean, counts = _recent(values, PAST_DAYS)
    return delayed(mean, RECENT_DAYS), np.nan_to_num(delayed(counts, RECENT_DAYS))


def _nights_above(beside: Floats, line: Floats) -> Floats:
    """On how many of the recent nights the room lay above each day's line."""
    above = np.zeros(beside.shape)
    for back in range(RECENT_DAYS):
        above += delayed(beside, back) >= line
    return above


def _severity(heated: Booleans, sure: Booleans, hot: Booleans, known: Booleans) -> Severities:
    severity = np.where(hot | heated, int(Severity.LOW), NOTHING)
    severity = np.where(sure, int(Severity.MEDIUM), severity)
    severity = np.where(sure & hot, int(Severity.HIGH), severity)
    return np.where(known, severity, UNKNOWN).astype(np.int8)


def _confidence(shift: Floats, hot: Booleans) -> Floats:
    over = np.maximum(np.nan_to_num(shift), 0.0)
    by_shift = over**2 / (over**2 + EVEN_K**2)
    return np.where(hot, np.maximum(by_shift, 0.5), by_shift)


def _onset(days: int, rows: int) -> Integers:
    """The beginning of the recent nights."""
    begun = np.maximum(np.arange(days) - RECENT_DAYS + 1, 0)
    return np.broadcast_to(begun, (rows, days))
