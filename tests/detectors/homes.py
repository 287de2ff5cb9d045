"""Homes made of a few sines and a seed: enough physics to try a detector on, no more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic

import numpy as np

from core.findings import Episode
from detectors.arrays import Floats
from detectors.daily import DayFrame
from detectors.episodes import episodes
from detectors.frame import BoilerFrame, Frame, FrameT, RoomFrame, Row
from detectors.humidity import rel_humidity_pct, vapour_pressure_pa
from detectors.judgement import Judgement, Rules
from detectors.watch import Daily, judge_days

AUTUMN = datetime(2025, 10, 1, tzinfo=UTC)
STEP_S = 600
DAY = 24 * 3600 // STEP_S


@dataclass(frozen=True, slots=True)
class Detector(Generic[FrameT]):
    """How a detector judges a frame, and its rules for alerts."""

    name: str
    judge: Callable[[FrameT], Judgement]
    rules: Rules


def rows(count: int, place: str) -> tuple[Row, ...]:
    return tuple(Row("demo", f"home-{number + 1}", place) for number in range(count))


def rooms(
    *,
    homes: int = 3,
    days: float = 30,
    seed: int = 1,
    air_temp_c: float = 19.0,
    excess_pa: float = 380.0,
    step_s: int = STEP_S,
) -> RoomFrame:
    """Rooms whose air holds `excess_pa` more vapour than outdoors at 0 °C, less when it is warm.

    Occupied Finnish houses have 420 to 625 Pa; the fall to nothing at 20 °C is that of ISO 13788.
    Outdoors: 4 °C in January, 17 °C in July, 80 % humidity.
    """
    steps = round(days * 24 * 3600 / step_s)
    rng = np.random.default_rng(seed)
    day = np.arange(steps) * step_s / 86400.0
    year = (AUTUMN.timetuple().tm_yday + day) / 365.25
    outdoor = 10.5 - 6.5 * np.cos(2 * np.pi * (year - 0.05)) + 3 * np.sin(2 * np.pi * (day - 0.4))
    outdoor = outdoor + np.repeat(rng.normal(0, 2, int(days) + 1), round(86400 / step_s))[:steps]
    shape = (homes, steps)
    air = np.maximum(air_temp_c + np.sin(2 * np.pi * (day - 0.5)), outdoor) + rng.normal(
        0, 0.1, shape
    )
    out_rh = np.full(shape, 80.0)
    outdoors = np.broadcast_to(outdoor, shape)
    evenings = 1 + 0.4 * np.sin(2 * np.pi * (day - 0.5)) + rng.normal(0, 0.05, shape)
    closed = np.clip((20 - outdoors) / 20, 0, 1)
    pressure = vapour_pressure_pa(outdoors, out_rh) + excess_pa * closed * evenings
    humidity = np.clip(rel_humidity_pct(air, pressure), 5, 99)
    return RoomFrame(
        start=AUTUMN,
        step_s=step_s,
        steps=steps,
        rows=rows(homes, "bedroom"),
        values={"air_temp_c": air, "rel_humidity_pct": humidity},
        outdoor_temp_c=outdoors,
        outdoor_rel_humidity_pct=out_rh,
        f_rsi=np.full(homes, np.nan),
    )


def boilers(
    *,
    homes: int = 3,
    days: float = 30,
    seed: int = 1,
    cold_bar: float = 1.4,
    leak_bar_per_day: float = 0.0,
    leak_from_day: float = 0.0,
) -> BoilerFrame:
    """Boilers that heat mornings and evenings (not in summer) and read the pressure to 0.1 bar.

    The response to heat and pump is that of the real boiler in detection.md, 0.2.
    """
    steps = round(days * DAY)
    rng = np.random.default_rng(seed)
    day = np.arange(steps) / DAY
    hour = day % 1 * 24
    month = (AUTUMN.timetuple().tm_yday + day) % 365.25 / 30.4
    wanted = ((hour > 6) & (hour < 9)) | ((hour > 16) & (hour < 22))
    heating = wanted & ((month < 5) | (month > 9))
    shape = (homes, steps)
    pump = (heating & (rng.random(shape) < 0.8)).astype(np.float32)
    flow = 22 + 30 * pump + 15 * (heating & (pump == 0)) + rng.normal(0, 2, shape)
    cold = cold_bar - leak_bar_per_day * np.maximum(day - leak_from_day, 0)
    pressure = cold + 0.0061 * (flow - 20) + 0.38 * pump + rng.normal(0, 0.02, shape)
    return BoilerFrame(
        start=AUTUMN,
        step_s=STEP_S,
        steps=steps,
        rows=rows(homes, "boiler"),
        values={
            "pressure_bar": np.clip(np.round(pressure, 1), 0, 6),
            "flow_temp_c": flow,
            "pump_on": pump,
        },
    )


def with_values(frame: FrameT, **values: Floats) -> FrameT:
    """The frame with some of its quantities replaced."""
    return replace(frame, values={**frame.values, **values})


def until(frame: FrameT, steps: int) -> FrameT:
    """The frame as it was when only its first `steps` columns had come."""
    return frame.part(steps=slice(steps))


def ordered(frame: FrameT, order: list[int]) -> FrameT:
    """The frame with its rows in another order."""
    return frame.part(rows=order)


def told(detector: Detector[FrameT], frame: FrameT) -> list[tuple[int, Episode]]:
    """The episodes that a detector's own rules make of a frame."""
    judgement = detector.judge(frame)
    return episodes(
        judgement,
        dwell_steps=detector.rules.dwell_steps(judgement.step_s),
        clear_steps=detector.rules.clear_steps(judgement.step_s),
        raise_from=detector.rules.raise_from,
    )


def told_by_day(
    frame: DayFrame, of_devices: Sequence[Daily], others: Sequence[Daily]
) -> list[Episode]:
    """What daily detectors tell of all days of a frame."""
    told = judge_days(frame, of_devices, others, {}, since=0)
    return [episode for one in told.values() for _, episode in one.episodes]


def days_after(frame: Frame, instant: datetime, began_day: float = 0.0) -> float:
    """Days from a day of the frame to an instant."""
    return (instant - frame.start).total_seconds() / 86400.0 - began_day
