"""Boilers whose minutes are made by chance, for trying the engine."""

from datetime import UTC, datetime

import numpy as np

from detectors.arrays import Floats
from detectors.daily import RUN_UP
from detectors.frame import BoilerFrame, Row

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = tuple(Row("demo", f"home-{number}", "boiler") for number in (1, 2, 3))
RUN_UP_STEPS = int(RUN_UP.total_seconds()) // 60
GROUPS = 300


def holed(rng: np.random.Generator, values: Floats, share: float) -> Floats:
    values[rng.random(values.shape) < share] = np.nan
    first = rng.integers(0, values.shape[1])
    values[0, first : first + values.shape[1] // 5] = np.nan
    return values


def minutes(seed: int) -> BoilerFrame:
    """Boilers that go up and down within hours, with holes."""
    rng = np.random.default_rng(seed)
    steps = RUN_UP_STEPS + GROUPS * 5
    level = 50 + 15 * np.cumsum(rng.normal(0, 0.1, (len(ROWS), steps)), axis=1)
    flame = (rng.random((len(ROWS), steps)) < 0.1).astype(np.float32)
    return BoilerFrame(
        start=START - RUN_UP,
        step_s=60,
        steps=steps,
        rows=ROWS,
        values={
            "modulation_pct": holed(rng, level.astype(np.float32), 0.1),
            "flame_on": holed(rng, flame, 0.1),
        },
    )
