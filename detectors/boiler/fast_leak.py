"""Fast leak: a heating system that loses water by the hour.

`docs/detectors/fast_leak.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.boiler.groups import GROUP_S
from detectors.boiler.sealed_system import Mean, mean_of, sealed_system
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules

NAME = "fast_leak"

FALL_BAR = 0.3  # in an hour: OTGW-firmware (SATtypes.h fMaxPressureDrop); in up to four: own
SPANS_GROUPS = (12, 24, 48)  # one, two and four hours
MEAN_GROUPS, MEAN_MIN = 3, 5.0  # a quarter of an hour, of which five minutes are known (own)
HALF_SHARE = 0.25  # of the fall in each half of the span: a step at once is no leak (own)
COOLING_BAR = 0.2  # a per mille of shrinking: what a vessel with a tenth of its gas explains (own)
USUAL_BAR_MAX = 2.5  # above it a relief valve or a full system explains more (detection.md 3.2)

RULES = Rules(
    raise_from=Severity.HIGH,
    dwell=timedelta(minutes=15),
    clear=timedelta(hours=6),
    lookback=LEAD,
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes; UNKNOWN where no span can be compared in either pump state."""
    system = sealed_system(frame)
    shape = system.gauge_bar.shape
    rate, hours = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    known = np.zeros(shape, np.bool_)
    for state in (system.rest, system.running):
        mean = mean_of(state, MEAN_GROUPS, MEAN_MIN)
        for groups in SPANS_GROUPS:
            span_h = groups * GROUP_S / 3600.0
            fall, steady = _fall(mean, groups)
            late = slice(groups, None)
            known[:, late] |= ~np.isnan(fall)
            faster = steady & (fall >= FALL_BAR) & (fall > rate[:, late] * span_h)
            rate[:, late][faster] = fall[faster] / span_h
            hours[:, late][faster] = span_h
    leaking = rate > 0
    severity = np.where(leaking, int(Severity.HIGH), np.where(known, NOTHING, UNKNOWN))
    back = (hours * (3600 // GROUP_S)).astype(np.int64)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity.astype(np.int8),
        holds=leaking,
        confidence=np.clip(0.7 + 0.5 * (rate * hours - FALL_BAR), 0.0, 0.95),
        onset=np.maximum(np.arange(shape[1]) - back, 0),
        evidence={"pressure_fall_bar_per_h": rate, "hours": hours},
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    fall = evidence.get("pressure_fall_bar_per_h", 0.0)
    return (
        f"The boiler's water pressure is falling by {fall:.1f} bar an hour, which neither cooling "
        "nor the pump explains: water is running out of the heating somewhere. Please look for "
        "water near radiators, pipes and the boiler."
    )


def _fall(mean: Mean, groups: int) -> tuple[Floats, Booleans]:
    """The certain fall over `groups` groups up to each from the first that has so many before it.

    NaN where it is not known; and whether it is steady and began at a usual pressure.
    """
    half = groups // 2
    then, middle, now = (
        Mean(pressure_bar=mean.pressure_bar[:, cut], swell=mean.swell[:, cut])
        for cut in (slice(None, -groups), slice(groups - half, -half), slice(groups, None))
    )
    fall = _certain(then, now)
    halves = np.minimum(_certain(then, middle), _certain(middle, now))
    return fall, (then.pressure_bar < USUAL_BAR_MAX) & (halves >= HALF_SHARE * fall)


def _certain(then: Mean, now: Mean) -> Floats:
    """The fall that the worst of vessels could not explain by cooling."""
    explained = then.swell - now.swell
    np.maximum(explained, 0.0, out=explained)
    explained *= COOLING_BAR
    fall = then.pressure_bar - now.pressure_bar
    fall -= explained
    return fall
