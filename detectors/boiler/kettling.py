"""Kettling: water boils in places of a furred heat exchanger, and the flow jumps to and fro.

`docs/detectors/kettling.md` explains the sign and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.boiler.days import LOOKBACK_DAYS, pooled
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import last_where, trailing_known_sum

NAME = "kettling"

RECENT_DAYS = 5
STEADY_MIN = 20.0  # minutes of steady burning in RECENT_DAYS; with less nothing is said (own)
SHARE = 0.25  # of them in which the flow turned: sound boilers have up to 0.13 (own)
UNSEEN_SHARE = 0.35  # where no flame is reported: lighting and going out jump too (own)
HOLD_SHARE = 0.15
BEFORE_DAYS, AGO_DAYS = 30, 14
OVER_BEFORE = 0.15  # more than this boiler used to have, where that is known (own)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=7),
    lookback=timedelta(days=LOOKBACK_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN where too little steady burning was seen. Needs `burns_day`."""
    minutes = frame["flutter_min"]
    share = pooled(frame["flutter_share"], minutes, days=RECENT_DAYS, least=STEADY_MIN)
    was = pooled(frame["flutter_share"], minutes, days=BEFORE_DAYS, least=STEADY_MIN, ago=AGO_DAYS)
    seen = trailing_known_sum(frame["rooms_burn_starts"] * 0.0 + 1.0, RECENT_DAYS) > 0.0
    bad = (share >= np.where(seen, SHARE, UNSEEN_SHARE)) & ~(share < was + OVER_BEFORE)
    severity = np.where(np.isnan(share), UNKNOWN, NOTHING).astype(np.int8)
    severity[bad] = Severity.MEDIUM
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=share >= HOLD_SHARE,
        confidence=np.clip(0.6 + 0.5 * np.nan_to_num(share - SHARE), 0.5, 0.95),
        onset=last_where(~(share >= HOLD_SHARE)) + 1,
        evidence={
            "jumping_share_pct": 100.0 * share,
            "jumping_share_before_pct": 100.0 * was,
            "steady_burning_min": trailing_known_sum(minutes, RECENT_DAYS),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        "While the boiler burns steadily its flow temperature jumps to and fro in "
        f"{evidence['jumping_share_pct']:.0f} % of the minutes: water seems to boil in places "
        "inside it, as scale or sludge makes it do. It may sing like a kettle."
    )
