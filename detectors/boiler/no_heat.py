"""No heat: rooms call for warmth and the boiler does not answer, or none of it arrives.

`docs/detectors/no_heat.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.calls import HOME_COLD_C, Calls, calls, home_temp_c
from detectors.boiler.groups import (
    GROUP_MIN,
    GROUP_S,
    SURE_GROUPS,
    at_group_ends,
    first_since,
    hours_of_day,
    onsets,
    summed_since,
    unknown_unless,
)
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import Judgement, Rules
from detectors.windows import trailing_count

NAME = "no_heat"

UNANSWERED_MIN = 25  # of calling: sound boilers light within 5 to 10 minutes (own)
WITHIN_MIN = 45  # or since the last answer where no flame is known to have been (own)
SILENT_MIN = 30  # no answer at all for so long: "demand, no heat" of 30 to 60 min (Centrica, SAT)
HEARD_AGAIN_MIN = 60  # a call or an answer within it counts as of now

VISIT_FROM_H = 7.0  # UTC: an engineer on a visit turns the boiler off from 8 to 17 o'clock local
VISIT_UPTO_H = 17.5

NOT_WARMING_H = 3  # heat called for nearly all of it
NOT_WARMING_CALLED = 5 / 6
NOT_WARMING_BURNING = 0.2  # of that time: with more the home loses what it gets (own)
NOT_WARMING_FALL_K = 0.5  # in that time: half of what a home of 60 h loses at 0 °C (own)
RADIATORS_HOT_C = 50.0  # asked for: cooler water, as the weather asks, may warm slowly (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(hours=1),
    lookback=LEAD,
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes; UNKNOWN where heat is not known to have been called for lately.

    So an alert is over only when a later call has been answered.
    """
    heat = calls(frame)
    indoor_c = home_temp_c(frame)
    unanswered = _unanswered(heat)
    cooling = _not_warming(frame, heat, indoor_c)
    began = first_since(heat.unanswered > 0, heat.answered > 0)
    visit = _maybe_a_visit(began, hours_of_day(frame)) & unanswered
    cold = indoor_c < HOME_COLD_C
    lately = trailing_count(heat.called, HEARD_AGAIN_MIN // GROUP_MIN) > 0
    severity = unknown_unless(heat.known & lately)
    trouble = (unanswered | cooling) & heat.known
    severity[trouble] = Severity.MEDIUM
    severity[trouble & cold] = Severity.HIGH
    severity[trouble & visit] = Severity.LOW
    waited = np.arange(severity.shape[1], dtype=np.int32) - began + 1
    since = np.where(unanswered, began, np.arange(severity.shape[1]) - NOT_WARMING_H * 12)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity,
        holds=(trailing_count(heat.unanswered, SURE_GROUPS) > 0)
        & (trailing_count(heat.answered, HEARD_AGAIN_MIN // GROUP_MIN) == 0),
        confidence=np.where(visit, np.float32(0.5), np.float32(0.95)),
        onset=onsets(np.maximum(since, 0).astype(np.int32)),
        evidence={
            "without_heat_min": np.where(unanswered, waited * float(GROUP_MIN), np.nan),
            "flow_temp_c": at_group_ends(frame["flow_temp_c"]),
            "flow_target_c": at_group_ends(frame["flow_target_c"]),
            "indoor_temp_c": indoor_c,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    indoor = evidence.get("indoor_temp_c")
    rooms = "" if indoor is None else f" The rooms are at {indoor:.0f} °C."
    waited = evidence.get("without_heat_min")
    if waited is None and indoor is None:
        return "The heating has been asked for warmth for hours and the boiler hardly burns."
    if waited is None:
        return f"The heating has been asked for warmth for hours and the home grows colder.{rooms}"
    return f"The heating has been asked for warmth for {waited:.0f} minutes and gives none.{rooms}"


def _unanswered(heat: Calls) -> Booleans:
    """Calls have gone unanswered for half an hour, and the present one does."""
    lately = trailing_count(heat.unanswered, WITHIN_MIN // GROUP_MIN) >= UNANSWERED_MIN
    long = lately | (summed_since(heat.dark, heat.answered > 0) >= UNANSWERED_MIN)
    silent = trailing_count(heat.answered, SILENT_MIN // GROUP_MIN) == 0
    unanswered: Booleans = long & silent & (heat.unanswered > 0)
    return unanswered


def _not_warming(frame: BoilerFrame, heat: Calls, indoor_c: Floats) -> Booleans:
    """Hot radiators are asked for and the boiler answers, but hardly burns, and the home cools."""
    groups = NOT_WARMING_H * 12
    burning = trailing_count(heat.lit, groups)
    dark = trailing_count(heat.unlit, groups)
    called = trailing_count(heat.called, groups)
    answered = trailing_count(heat.answered, groups) * 2 > called
    hot = at_group_ends(frame["flow_target_c"]) >= RADIATORS_HOT_C
    enough = called >= NOT_WARMING_CALLED * groups * GROUP_MIN
    idle = (burning <= NOT_WARMING_BURNING * called) & (burning + dark >= called / 2)
    fallen = np.zeros(indoor_c.shape, dtype=np.bool_)
    then_c = home_temp_c(frame, np.fmin)[:, :-groups]
    fallen[:, groups:] = indoor_c[:, groups:] <= then_c - NOT_WARMING_FALL_K
    cooling: Booleans = enough & answered & hot & idle & fallen & (indoor_c < HOME_COLD_C)
    return cooling


def _maybe_a_visit(began: Integers, hour: Floats) -> Booleans:
    """The boiler stopped answering in working hours, and they are not over."""
    began_h = hour[np.minimum(began, len(hour) - 1)]
    today = hour >= VISIT_FROM_H
    over = hour >= VISIT_UPTO_H
    return (began_h >= VISIT_FROM_H) & (began_h <= VISIT_UPTO_H) & today & ~over
