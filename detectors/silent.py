"""Silent: a device that used to be heard and is not any more.

`docs/detectors/silent.md` states the worst-case delay and who is told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans
from detectors.frame import Frame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import last_where

NAME = "silent"

SILENT_AFTER_S = 100 * 60
"""With a step of ten minutes, half a step to settle it and a sweep every five, two hours at most
pass from a device's last word to the alert; a sensor that reports once an hour is not silent."""

LOST_AFTER_S = (
    24 * 3600
)  # what may be a flat battery or an unplugged box by then needs a visit (own)
CONFIDENCE = 1.0  # nothing was heard: there is no estimate in it

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(minutes=30),
    lookback=timedelta(days=7),
)


def judge(frame: Frame) -> Judgement:
    """Verdicts at every step of a room or a boiler frame, half a step later, when it is settled.

    A row counts as silent up to the frame's last column, so the frame ends where the data's own
    clock stands. A row that was not heard yet in the frame is UNKNOWN: it may not be there yet.
    """
    last = last_where(heard(frame))
    silent_s = (np.arange(frame.steps) - last) * frame.step_s
    severity = np.full(frame.shape, NOTHING, dtype=np.int8)
    severity[silent_s >= SILENT_AFTER_S] = Severity.LOW
    severity[silent_s >= LOST_AFTER_S] = Severity.MEDIUM
    severity[last < 0] = UNKNOWN
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=frame.step_s / 2),
        step_s=frame.step_s,
        severity=severity,
        holds=severity > NOTHING,
        confidence=np.full(frame.shape, CONFIDENCE),
        onset=np.maximum(last, 0),
        evidence={"silent_h": np.where(last < 0, np.nan, silent_s / 3600.0)},
        sentence=sentence,
    )


def judge_in_gateway_time(frame: Frame, gateway_heard: Booleans) -> Judgement:
    """`judge`, but each severity only when the gateway was heard for as long without the device.

    `gateway_heard`, (times,) or (rows, times), says whether the gateway of a row sent anything at
    all in a step: one that is away says nothing of its devices.
    """
    judgement = judge(frame)
    gateway_steps = np.broadcast_to(np.cumsum(gateway_heard, axis=-1), frame.shape)
    last_heard = np.maximum.accumulate(np.where(heard(frame), gateway_steps, 0), axis=1)
    missed_s = (gateway_steps - last_heard) * frame.step_s
    excused = (judgement.severity > NOTHING) & (missed_s < SILENT_AFTER_S)
    severity = np.where(excused, UNKNOWN, judgement.severity)
    severity = np.where(missed_s < LOST_AFTER_S, np.minimum(severity, int(Severity.LOW)), severity)
    return replace(judgement, severity=severity.astype(np.int8))


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    hours = evidence["silent_h"]
    span = f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
    return f"Nothing has been heard from here for {span}; what is going on is not known."


def heard(frame: Frame) -> Booleans:
    """Whether anything at all was measured in a step, (rows, times)."""
    anything = np.zeros(frame.shape, dtype=np.bool_)
    for array in frame.values.values():
        anything |= ~np.isnan(array)
    return anything
