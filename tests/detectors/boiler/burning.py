"""Boilers made of saw teeth, minute by minute: enough of a burner to try a detector on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from core.findings import Episode
from detectors.daily import DAY_S, LEAD, DayFrame
from detectors.frame import BoilerFrame, Row

MIDNIGHT = datetime(2026, 1, 20, tzinfo=UTC)
LEAD_MIN = int(LEAD.total_seconds()) // 60
CODES = ("F.28", "F0(238)", "A1(212)", "L1", "X99", "F.22")
CYCLE_MIN = 20

Array = npt.NDArray[Any]


def boilers(homes: int = 3, *, hours: int = 24, outdoor_temp_c: float = 6.0) -> BoilerFrame:
    """Boilers that heat from 6 to 9 and from 16 to 22 o'clock, in burns of 12 minutes of 20.

    The water swings by 4 K around its target of 55 °C and comes back 12 K cooler.
    """
    minutes = np.arange(LEAD_MIN + hours * 60)
    hour = (minutes - LEAD_MIN) / 60 % 24
    called = ((hour >= 6) & (hour < 9)) | ((hour >= 16) & (hour < 22))
    into = minutes % CYCLE_MIN
    flame = called & (into < 12)
    flow = np.where(called, np.where(flame, 51 + into * 8 / 12, 59 - (into - 12)), 22.0)
    one = {
        "flow_temp_c": flow,
        "return_temp_c": np.where(called, flow - 12, 22.0),
        "flow_target_c": np.where(called, 55.0, 5.0),
        "hot_water_temp_c": np.full(len(minutes), 30.0),
        "flame_on": flame,
        "pump_on": called,
        "heat_demand": called,
        "hot_water_demand": np.zeros(len(minutes)),
        "modulation_pct": np.where(flame, 40.0, 0.0),
        "flame_current_ua": np.where(flame, 20.0, 0.0),
        "burner_starts": 1000 + np.cumsum(called & (into == 0)),
        "ignition_failures": np.full(len(minutes), 4.0),
        "fault_code": np.full(len(minutes), np.nan),
    }
    values = {name: np.tile(array.astype(np.float32), (homes, 1)) for name, array in one.items()}
    shape = (homes, len(minutes))
    return BoilerFrame(
        start=MIDNIGHT - LEAD,
        step_s=60,
        steps=len(minutes),
        rows=tuple(Row("demo", f"home-{number + 1}", "boiler") for number in range(homes)),
        values=values,
        outdoor_temp_c=np.full(shape, outdoor_temp_c, dtype=np.float32),
        indoor_temp_c=np.full(shape, 20.0, dtype=np.float32),
        codes=CODES,
    )


def minute(hour: float) -> int:
    """The column of a time of the judged day."""
    return LEAD_MIN + round(hour * 60)


def between(from_h: float, upto_h: float) -> slice:
    return slice(minute(from_h), minute(upto_h))


def changed(
    frame: BoilerFrame, homes: Sequence[int], at: slice, **values: float | Array
) -> BoilerFrame:
    """The frame with quantities of some homes replaced for some time."""
    arrays = {name: array.copy() for name, array in frame.values.items()}
    for name, value in values.items():
        arrays[name][list(homes), at] = value
    return replace(frame, values=arrays)


def silent_to_calls(frame: BoilerFrame, homes: Sequence[int], at: slice) -> BoilerFrame:
    """The boilers do not answer: no flame, no pump, water as cool as the room."""
    return changed(
        frame, homes, at, flame_on=0.0, pump_on=0.0, flow_temp_c=24.0, return_temp_c=24.0,
        modulation_pct=0.0, flame_current_ua=0.0,
    )  # fmt: skip


def with_code(frame: BoilerFrame, homes: Sequence[int], at: slice, code: str) -> BoilerFrame:
    return changed(frame, homes, at, fault_code=float(CODES.index(code)))


def without(frame: BoilerFrame, *names: str) -> BoilerFrame:
    """The frame of an adapter that lacks some columns."""
    kept = {name: array for name, array in frame.values.items() if name not in names}
    return replace(frame, values=kept)


CLOUD_LACKS = (
    "return_temp_c",
    "flame_current_ua",
    "flame_on",
    "pump_on",
    "modulation_pct",
    "burner_starts",
    "ignition_failures",
)


def days(features: Mapping[str, npt.ArrayLike], homes: int = 3, count: int = 60) -> DayFrame:
    """Days with these features, each a number or (homes, days)."""
    shape = (homes, count)
    return DayFrame(
        start=MIDNIGHT,
        step_s=DAY_S,
        steps=count,
        rows=tuple(Row("demo", f"home-{number + 1}", "boiler") for number in range(homes)),
        values={
            name: np.broadcast_to(np.asarray(value, dtype=np.float64), shape)
            for name, value in features.items()
        },
        f_rsi=np.full(homes, np.nan),
    )


def day_of(episode: Episode) -> int:
    """How many days after the frame's start an alert was raised."""
    return (episode.raised_at - MIDNIGHT) // timedelta(days=1)
