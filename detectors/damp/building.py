"""Water that comes from the building itself: out of its pipes, or with the rain through a wall."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.damp.change import RECENT_DAYS
from detectors.damp.sudden import STEP_DAYS, sudden
from detectors.damp.wet_weather import wet_weather
from detectors.frame import Frame
from detectors.windows import delayed, lasting

STRONG_DAYS = 3  # a room that follows the rain strongly for a day may be one storm (own)
REMEMBERED_DAYS = 14  # a step is over when it has become the room's usual: it is still its cause


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Building:
    """(rows, days): what speaks for water from the building.

    `told` says that it does, `strong` that the room follows the rain strongly. `step_pa` is by how
    much the room suddenly became moister within REMEMBERED_DAYS, `rain_pa` by how much it is
    moister after rain than in dry spells; both NaN where it is not so. `began` is the column at
    which it is taken to have begun: a step with its first day, else as other changes are.
    """

    told: Booleans
    strong: Booleans
    step_pa: Floats
    rain_pa: Floats
    began: Integers


def from_building(frame: Frame, home: Integers) -> Building:
    """Rooms in which water may come from the building; False where too little is known."""
    leak, rain = sudden(frame, home), wet_weather(frame, home)
    ago = np.where(leak.told, STEP_DAYS, RECENT_DAYS)
    return Building(
        told=leak.told | rain.told,
        strong=lasting(rain.strong, STRONG_DAYS),
        step_pa=_highest(np.where(leak.told, leak.step_pa, np.nan)),
        rain_pa=np.where(rain.follows, rain.wetter_pa, np.nan),
        began=np.maximum(np.arange(frame.steps) - ago, 0),
    )


def _highest(values: Floats) -> Floats:
    """The highest of the last REMEMBERED_DAYS; NaN where none is known."""
    highest = values.copy()
    some = np.flatnonzero(~np.isnan(values).all(axis=1))
    for days_ago in range(1, REMEMBERED_DAYS):
        highest[some] = np.fmax(highest[some], delayed(values[some], days_ago))
    return highest
