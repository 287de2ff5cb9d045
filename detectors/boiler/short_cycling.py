"""Short cycling: the burner no longer turns down, so it lights, overshoots and goes out again.

`docs/detectors/short_cycling.md` explains the signs and what a landlord is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Floats
from detectors.boiler.days import LOOKBACK_DAYS, lowest, pooled
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import last_where, ratio, trailing_known_sum

NAME = "short_cycling"

RECENT_DAYS = 5
BEFORE_DAYS, AGO_DAYS = 38, 7
KNOWN_DAYS = 2.0  # days that show the lowest power, recent and before (own)
RISE = 1.3  # lowest power, times what it used to be (own)
RISE_MIN_PCT = 4.0  # and so much more: whole percents are reported (own)
UNABLE_PCT = 28.0  # boilers turn down to a fifth or a sixth (aphplus); a third was usual once (own)
FAR_UNABLE_PCT = 45.0  # twice what any boiler is built for, whatever it used to reach (own)
BURN_MIN = 6.0  # mean burn; 10 min and more are aimed at (OTGW-firmware, SATcycles.ino)
DRAW_DAYS, DRAW_DAYS_KNOWN = 10, 6  # the lowest power seen in draws, of so many days (own)
DRAW_BEFORE_DAYS, DRAW_BEFORE_KNOWN, DRAW_AGO_DAYS = 34, 12, 10
DRAW_BEFORE_MAX_PCT = 30.0  # small draws have shown how low it could go (own)
STARTS_MIN = 6.0  # a day; fewer are no cycling (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(days=1),
    clear=timedelta(days=14),
    lookback=timedelta(days=LOOKBACK_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN where the lowest power is not seen, in heating or in draws.

    Needs `burns_day` and `hot_water_day`, from a boiler that reports flame, modulation and starts.
    """
    low = frame["lowest_modulation_pct"]
    once = np.ones(frame.shape)
    now = pooled(low, once, days=RECENT_DAYS, least=KNOWN_DAYS)
    was = pooled(low, once, days=BEFORE_DAYS, least=KNOWN_DAYS, ago=AGO_DAYS)
    starts = trailing_known_sum(frame["rooms_burn_starts"], RECENT_DAYS)
    burnt = trailing_known_sum(frame["rooms_burn_min"], RECENT_DAYS)
    burn_min = ratio(burnt, starts, where=starts > 0)
    cycles = starts >= STARTS_MIN * RECENT_DAYS
    risen = (now >= RISE * was) & (now >= was + RISE_MIN_PCT)
    unable = now >= UNABLE_PCT
    short = burn_min <= BURN_MIN
    in_draws, once_in_draws = _in_draws(frame)
    risen_in_draws = in_draws >= np.maximum(RISE * once_in_draws, once_in_draws + RISE_MIN_PCT)
    risen_in_draws &= ~(now < UNABLE_PCT)  # rooms have shown that it still can
    bad = (cycles & (risen | (unable & short))) | risen_in_draws
    worse = cycles & short & (risen | (now >= FAR_UNABLE_PCT))
    by_draws = np.isnan(now) | (risen_in_draws & ~(cycles & (risen | unable)))
    known = ~(np.isnan(now) | np.isnan(burn_min)) | ~np.isnan(in_draws + once_in_draws)
    severity = np.where(known, NOTHING, UNKNOWN).astype(np.int8)
    severity[bad] = Severity.LOW
    severity[bad & worse] = Severity.MEDIUM
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=(now >= UNABLE_PCT) | (in_draws >= UNABLE_PCT),
        confidence=np.where(risen, 0.9, np.where(risen_in_draws, 0.75, 0.6)),
        onset=last_where(~(risen | unable | risen_in_draws)) + 1,
        evidence={
            "lowest_power_pct": np.where(by_draws, in_draws, now),
            "lowest_power_before_pct": np.where(by_draws, once_in_draws, was),
            "burn_min": burn_min,
            "starts_per_day": np.where(np.isnan(burn_min), np.nan, starts / RECENT_DAYS),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    before = evidence.get("lowest_power_before_pct")
    used = f", where it used to reach {before:.0f} %" if before is not None else ""
    text = (
        f"The boiler does not turn down below {evidence['lowest_power_pct']:.0f} % of its power"
        f"{used}"
    )
    burn_min = evidence.get("burn_min")
    if burn_min is None:
        return f"{text}; when it heats rooms it may light and go out again and again."
    return (
        f"{text}: for the rooms it lights {evidence['starts_per_day']:.0f} times a day, for "
        f"{burn_min:.0f} minutes at a time."
    )


def _in_draws(frame: DayFrame) -> tuple[Floats, Floats]:
    """The lowest power seen while hot water was drawn, now and before; NaN where not known.

    Before only where it was low: elsewhere nobody has yet drawn little enough to see how low.
    """
    power = frame["hot_water_lowest_pct"]
    now = lowest(power, days=DRAW_DAYS, least=DRAW_DAYS_KNOWN)
    once = lowest(power, days=DRAW_BEFORE_DAYS, least=DRAW_BEFORE_KNOWN, ago=DRAW_AGO_DAYS)
    return now, np.where(once <= DRAW_BEFORE_MAX_PCT, once, np.nan)
