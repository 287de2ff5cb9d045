"""Days of homes that are lived in, as features: a heat balance, a seed, and what goes wrong."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from core.findings import Episode
from detectors.arrays import Floats
from detectors.daily import DAY_S, DayFrame
from detectors.frame import Row
from detectors.watch import Daily
from tests.detectors.homes import told_by_day

NOVEMBER = datetime(2025, 11, 1, tzinfo=UTC)
ROOMS = ("bathroom", "bedroom", "living room")


def frame(values: Mapping[str, Floats], rows: tuple[Row, ...]) -> DayFrame:
    (steps,) = {array.shape[1] for array in values.values()}
    return DayFrame(
        start=NOVEMBER,
        step_s=DAY_S,
        steps=steps,
        rows=rows,
        values={name: array.astype(np.float32) for name, array in values.items()},
        f_rsi=np.full(len(rows), np.nan),
    )


def lived_in_homes(*, homes: int = 12, days: int = 80, seed: int = 1) -> DayFrame:
    """Boilers' days of a winter: 20 °C in, about 5 °C out, 25 minutes of hot water.

    The radiators give 3 K^1.3 for each kelvin beyond the 4 K that people and sun make, give or take
    a tenth by the day; by night the home loses a fortieth of the difference an hour, give or take
    seven hundredths of that.
    """
    rng = np.random.default_rng(seed)
    shape = (homes, days)
    outdoor = np.broadcast_to(5 + rng.normal(0, 1.5, days), shape)
    indoor = 20 + rng.normal(0, 0.2, shape)
    heat = 3 * (indoor - outdoor - 4) * (1 + rng.normal(0, 0.1, shape))
    return frame(
        {
            "warmth_indoor_c": indoor,
            "warmth_outdoor_c": outdoor,
            "warmth_hot_water_min": 25 + rng.uniform(-6, 6, shape),
            "warmth_call_share": np.full(shape, 0.3),
            "warmth_emitted": heat,
            "warmth_fired_pct": heat / 8,
            "warmth_cooling_1_h": (1 + rng.normal(0, 0.07, shape)) / 40,
        },
        tuple(Row("demo", f"home-{number + 1}", "boiler") for number in range(homes)),
    )


def rooms(*, homes: int = 3, days: int = 80, seed: int = 1) -> DayFrame:
    """Rooms' nights of a spring: 20 °C in each room, 8 °C outdoors."""
    rng = np.random.default_rng(seed)
    shape = (homes * len(ROOMS), days)
    outdoor = np.repeat(8 + rng.normal(0, 1, (1, days)), shape[0], axis=0)
    return frame(
        {
            "warmth_night_c": 20.2 + rng.normal(0, 0.2, shape),
            "warmth_night_outdoor_c": outdoor,
            "warmth_hot_night_h": np.zeros(shape),
        },
        tuple(Row("demo", f"home-{number + 1}", room) for number in range(homes) for room in ROOMS),
    )


def changed(
    of: DayFrame, name: str, row: int, days: slice, *, add: float = 0.0, times: float = 1.0
) -> DayFrame:
    """The frame with a feature of some days of a row changed."""
    array = of.values[name].copy()
    array[row, days] = array[row, days] * times + add
    return replace(of, values={**of.values, name: array})


def told(detector: Daily, of: DayFrame) -> list[Episode]:
    return told_by_day(of, [], [detector])


def day_of(episode: Episode) -> int:
    """The day of the frame that was over when the alert was raised."""
    return (episode.raised_at - NOVEMBER) // timedelta(days=1)
