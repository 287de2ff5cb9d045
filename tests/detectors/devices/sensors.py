"""Frames of sensors: sound ones, and what each test breaks in them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.arrays import Floats
from detectors.daily import DAY_S, LEAD, DayFrame
from detectors.frame import BoilerFrame, RoomFrame, Row
from detectors.judgement import Judgement

DAY_START = datetime(2026, 1, 14, tzinfo=UTC)
LEAD_H = int(LEAD.total_seconds()) // 3600
ROOM_STEP_S, BOILER_STEP_S = 300, 60
ROOMS = ("bathroom", "bedroom", "living room")


def hours(frame: RoomFrame | BoilerFrame, begin: float, end: float) -> slice:
    """The steps from an hour of the day to another; the lead has the hours below 0."""
    an_hour = 3600 / frame.step_s
    return slice(round((begin + LEAD_H) * an_hour), round((end + LEAD_H) * an_hour))


def home(
    *, homes: int = 2, seed: int = 1, quantum_k: float = 0.1, quantum_pct: float = 1.0
) -> RoomFrame:
    """A winter's day, and the lead before it, of the three rooms of some homes.

    Heated in the morning and the evening, read in steps of 0.1 K and 1 %, as many sensors do.
    """
    steps = (24 + LEAD_H) * 3600 // ROOM_STEP_S
    rng = np.random.default_rng(seed)
    rows = tuple(Row("", f"home-{number}", room) for number in range(homes) for room in ROOMS)
    hour = (np.arange(steps) * ROOM_STEP_S / 3600.0 - LEAD_H) % 24.0
    warmth = 2.0 * np.exp(-(((hour - 9.0) / 2.5) ** 2)) + 2.5 * np.exp(
        -(((hour - 20.0) / 3.0) ** 2)
    )
    shape = (len(rows), steps)
    air = (
        17.0
        + warmth
        + 0.5 * rng.standard_normal((len(rows), 1))
        + 0.05 * rng.standard_normal(shape)
    )
    humidity = 55.0 - 1.5 * warmth + 0.4 * rng.standard_normal(shape)
    return RoomFrame(
        start=DAY_START - LEAD,
        step_s=ROOM_STEP_S,
        steps=steps,
        rows=rows,
        values={
            "air_temp_c": (np.round(air / quantum_k) * quantum_k).astype(np.float32),
            "rel_humidity_pct": (np.round(humidity / quantum_pct) * quantum_pct).astype(np.float32),
            "battery_pct": np.full(shape, 80.0, dtype=np.float32),
        },
        outdoor_temp_c=np.full(shape, 4.0, dtype=np.float32),
        outdoor_rel_humidity_pct=np.full(shape, 85.0, dtype=np.float32),
        f_rsi=np.full(len(rows), np.nan),
    )


def boilers(*, homes: int = 3, seed: int = 1) -> BoilerFrame:
    """A winter's day, and the lead before it, of some boilers that heat morning and evening."""
    steps = (24 + LEAD_H) * 3600 // BOILER_STEP_S
    rng = np.random.default_rng(seed)
    shape = (homes, steps)
    hour = (np.arange(steps) / 60.0 - LEAD_H) % 24.0
    heating = ((hour > 6) & (hour < 9)) | ((hour > 16) & (hour < 22))
    flame = (heating & (np.arange(steps) // 10 % 2 == 0)).astype(np.float32)
    flow = 20.0 + 35.0 * heating + 5.0 * flame + 0.15 * rng.standard_normal(shape)
    back = 20.0 + 25.0 * heating + 0.15 * rng.standard_normal(shape)
    return BoilerFrame(
        start=DAY_START - LEAD,
        step_s=BOILER_STEP_S,
        steps=steps,
        rows=tuple(Row("", f"home-{number}", "boiler") for number in range(homes)),
        values={
            "flow_temp_c": np.round(flow, 1).astype(np.float32),
            "return_temp_c": np.round(back, 1).astype(np.float32),
            "pressure_bar": np.round(1.4 + 0.006 * (flow - 20), 1).astype(np.float32),
            "flame_on": np.broadcast_to(flame, shape).copy(),
            "heat_demand": np.broadcast_to(heating, shape).astype(np.float32),
        },
    )


def days(values: Mapping[str, Floats], *, rows: tuple[Row, ...] | None = None) -> DayFrame:
    """A frame of days of what some days came to."""
    first = next(iter(values.values()))
    count, steps = first.shape
    return DayFrame(
        start=DAY_START,
        step_s=DAY_S,
        steps=steps,
        rows=rows or tuple(Row("", f"home-{number}", "bedroom") for number in range(count)),
        values={name: np.asarray(array, dtype=np.float32) for name, array in values.items()},
        f_rsi=np.full(count, np.nan),
    )


def replaced(
    frame: RoomFrame | BoilerFrame, name: str, row: int, steps: slice, value: float
) -> None:
    """Put a value into a row of a frame."""
    frame.values[name][row, steps] = value


def severities(judgement: Judgement) -> list[list[int]]:
    return [[int(one) for one in row] for row in judgement.severity]


def given_after(judgement: Judgement, column: int) -> timedelta:
    """How long after the frame's start a column's verdict is given."""
    return judgement.instant(column) - DAY_START
