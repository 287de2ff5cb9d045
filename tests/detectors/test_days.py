"""Days and what they come to: how much was heard, what is believed, how long they are kept."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detectors.arrays import Floats
from detectors.daily import (
    HEARD,
    BoilerParts,
    FeatureTwice,
    day_of_boilers,
    with_lead,
)
from detectors.frame import BoilerFrame
from detectors.watch import (
    KEPT_DAYS,
    Days,
)
from tests.detectors.minutes_made import GROUPS, ROWS, RUN_UP_STEPS, START, minutes
from tests.detectors.run.simple import SIMPLE


def test_days_that_are_forgotten_move_the_beginning() -> None:
    kept = Days(rows=ROWS, f_rsi=np.full(3, np.nan), began_at=START)
    for number in range(50):
        kept.days.append({"day": np.full(3, number, dtype=np.float32)})

    kept.forget(KEPT_DAYS)

    frame = kept.frame()
    assert (frame.start, frame.steps) == (START + timedelta(days=5), KEPT_DAYS)
    assert frame["day"][0, 0] == 5


def test_a_day_says_how_much_was_heard_of_it_without_its_lead() -> None:
    frame = minutes(1)
    values = {name: np.full(frame.shape, np.nan, np.float32) for name in frame.values}
    values["flame_on"][0, :] = 1.0
    values["modulation_pct"][1, RUN_UP_STEPS + 3] = 1.0

    day = day_of_boilers(BoilerParts(), replace(frame, values=values))

    assert day[HEARD].tolist() == [GROUPS * 5, 1, 0]


def test_features_of_devices_see_what_the_others_do_not_believe() -> None:
    frame = minutes(1)

    def nothing_believed(whole: BoilerFrame) -> BoilerFrame:
        return replace(whole, values={})

    def seen(prefix: str, part: BoilerFrame) -> dict[str, Floats]:
        return {f"{prefix}_steps": np.full(3, float(part.steps if part.values else 0))}

    parts = BoilerParts(
        of_devices=(lambda part: seen("device", part),),
        others=(lambda part: seen("other", part),),
        believed=nothing_believed,
    )

    day = day_of_boilers(parts, frame)

    assert day["device_steps"].tolist() == [with_lead(frame).steps] * 3
    assert day["other_steps"].tolist() == [0.0] * 3


def test_two_features_of_one_name_are_refused() -> None:
    twice = BoilerParts(others=SIMPLE.boilers.others * 2)

    with pytest.raises(FeatureTwice, match="pressure_bar"):
        day_of_boilers(twice, minutes(1))
