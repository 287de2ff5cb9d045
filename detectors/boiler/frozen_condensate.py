"""Frozen condensate: a boiler that locks in frost because its drain pipe has frozen outdoors.

`docs/detectors/frozen_condensate.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.boiler.calls import HOME_COLD_C, home_temp_c
from detectors.boiler.fault_codes import Condition, conditions_of, shown
from detectors.boiler.groups import (
    GROUP_MIN,
    GROUP_S,
    LEAD_GROUPS,
    at_group_ends,
    first_since,
    onsets,
    per_group,
    unknown_unless,
)
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import Judgement, Rules
from detectors.windows import held, trailing_count

NAME = "frozen_condensate"

FROST_BELOW_C = 0.0
FROST_SHARE = 1 / 6  # of the known part of the last six hours, in which it never thawed: a pipe
# freezes in six hours of frost (detection.md 3.2), and the burner may first be wanted later
FROST_KNOWN = 0.5  # of the last six hours at least
FROST_SURE = 0.9  # of them, where the flame is not known to have been good shortly before (own)
THAWED_C = 2.0  # outdoors; above it the pipe thaws (detection.md 3.2)
NEW_MIN = 60  # a code that stood for longer began before the frost could have done it (own)
WEAK_FLAME_UA = 16.0  # sound flames conduct 20 and more (EMS-ESP: 23.5): it failed by itself (own)
FLAME_KNOWN_MIN = 3
EARLIER_FAILURES = 1  # attempts that failed in the six hours before: likewise (own)
UNSURE = 0.5  # confidence where nothing tells how the burner had been (own)
EARLIER_BY_MIN = 20  # what fails within it before the code led to the code itself

_CAUSES = (Condition.NO_FLAME, Condition.FLAME_LOST, Condition.CONDENSATE)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(hours=1),
    lookback=LEAD,
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes; UNKNOWN without outdoor temperature or word of the boiler.

    LOW, a likely cause of the stop that `lockout` tells, where nothing says that the burner had
    been well just before: electrodes fail in frost too.
    """
    coded = per_group(shown(frame, np.isin(conditions_of(frame.codes), _CAUSES)))
    outdoor_c = _held_outdoor(frame)
    frost_share, frost_known = _frost(outdoor_c)
    heard = per_group((frame["flow_temp_c"] > -np.inf) | (frame["heat_demand"] >= 0)) > 0
    began = first_since(coded > 0, (coded == 0) & heard)
    age = np.arange(coded.shape[1], dtype=np.int32) - began
    fresh = (coded > 0) & (age * GROUP_MIN < NEW_MIN)
    thawed = trailing_count(outdoor_c > THAWED_C, LEAD_GROUPS) > 0
    bad, good, well = _lit_before(frame)
    enough = np.where(good, np.float32(FROST_SHARE), np.float32(FROST_SURE))
    told = ~np.isnan(outdoor_c)
    trouble = fresh & (frost_share >= enough) & frost_known & told & ~thawed & ~bad
    indoor_c = home_temp_c(frame)
    severity = unknown_unless((heard | (coded > 0)) & told)
    severity[trouble] = Severity.LOW
    severity[trouble & well] = Severity.MEDIUM
    severity[trouble & well & (indoor_c < HOME_COLD_C)] = Severity.HIGH
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity,
        holds=(outdoor_c <= THAWED_C) & (trailing_count(coded, LEAD_GROUPS) > 0),
        confidence=_confidence(frost_share, well),
        onset=onsets(began),
        evidence={
            "outdoor_temp_c": outdoor_c,
            "frost_share_of_6_h": frost_share,
            "indoor_temp_c": indoor_c,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"The boiler cannot light after hours of frost ({evidence['outdoor_temp_c']:.0f} °C "
        "outdoors): its drain pipe has probably frozen where it runs outside."
    )


def _held_outdoor(frame: BoilerFrame) -> Floats:
    """Outdoor temperature of each group, or of up to an hour before."""
    return held(at_group_ends(frame.outdoor_temp_c), limit=60 // GROUP_MIN)


def _frost(outdoor_c: Floats) -> tuple[Floats, Booleans]:
    """The share of frost in the known part of the last six hours, and whether enough is known."""
    frost = trailing_count(outdoor_c < FROST_BELOW_C, LEAD_GROUPS)
    known = trailing_count(~np.isnan(outdoor_c), LEAD_GROUPS)
    share = np.where(known > 0, frost / np.maximum(known, 1), 0.0).astype(np.float32)
    return share, known >= FROST_KNOWN * LEAD_GROUPS


def _confidence(frost_share: Floats, well: Booleans) -> Floats:
    """By how long it froze, and less where the burner may have failed by itself."""
    by_frost = np.where(frost_share >= FROST_SURE, np.float32(0.9), np.float32(0.75))
    return np.where(well, by_frost, np.float32(UNSURE))


def _lit_before(frame: BoilerFrame) -> tuple[Booleans, Booleans, Booleans]:
    """Where the burner gave trouble before the frost did, where its flame is known good, and where
    it is known to have been well: by its flame, or by burns without an attempt that failed.

    Trouble is a weak flame, or attempts that failed.
    """
    flame_ua = frame["flame_current_ua"]
    lit = frame["flame_on"] == 1
    burning = lit & (flame_ua > 0)
    seen = trailing_count(per_group(burning), LEAD_GROUPS)
    weak = 2 * trailing_count(per_group(burning & (flame_ua < WEAK_FLAME_UA)), LEAD_GROUPS) > seen
    known = seen >= FLAME_KNOWN_MIN
    failures = at_group_ends(frame["ignition_failures"])
    failed = _failed_before(failures)
    counted = trailing_count(~np.isnan(failures), LEAD_GROUPS) >= FROST_KNOWN * LEAD_GROUPS
    burnt = trailing_count(per_group(lit), LEAD_GROUPS) >= FLAME_KNOWN_MIN
    good = known & ~weak
    return failed | (known & weak), good, good | (counted & burnt & ~failed)


def _failed_before(failures: Floats) -> Booleans:
    """Attempts failed in six hours, longer ago than a code that is new can have led to."""
    rose = np.zeros(failures.shape, dtype=np.bool_)
    rose[:, 1:] = failures[:, 1:] > failures[:, :-1]
    back = (NEW_MIN + EARLIER_BY_MIN) // GROUP_MIN
    earlier = np.zeros(failures.shape, dtype=np.bool_)
    earlier[:, back:] = trailing_count(rose, LEAD_GROUPS - back)[:, :-back] >= EARLIER_FAILURES
    return earlier
