"""What is not known any more refutes nothing that people were told."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from detectors.daily import DayFrame
from detectors.judgement import UNKNOWN, Judgement
from detectors.run.watching import Watching
from detectors.watch import Daily
from tests.detectors.run.recorded import RecordedHome, steady
from tests.detectors.run.simple import SIMPLE, judge_leak
from tests.estate import SINCE

DAY = timedelta(days=1)


def judge_beside_neighbours(frame: DayFrame) -> Judgement:
    """A leak, where the pressure of two boilers at least is known on the day."""
    judgement = judge_leak(frame)
    alone = (~np.isnan(frame["pressure_bar"])).sum(axis=0) < 2
    severity = np.where(alone, UNKNOWN, judgement.severity).astype(np.int8)
    return replace(judgement, severity=severity)


COMPARING = replace(
    SIMPLE,
    boiler_days=tuple(
        Daily(one.name, judge_beside_neighbours, one.rules) for one in SIMPLE.boiler_days
    ),
    boiler_minutes=(),
)


def test_a_late_sample_of_one_home_alone_takes_back_nothing_found_beside_its_neighbours(
    home: RecordedHome,
) -> None:
    watching = Watching(detectors=COMPARING)
    sound = steady({"pressure_bar": 1.5}, 20)
    leaking = [
        (at, {"pressure_bar": 1.5 - 0.05 * max((at - SINCE) / DAY - 10, 0)}) for at, _ in sound
    ]
    home.store("boiler-01", leaking)
    home.store("boiler-02", sound)
    home.sweep(watching)
    told = home.alerts()

    home.store("boiler-01", [(SINCE + 5 * DAY + timedelta(minutes=7), {"pressure_bar": 1.5})])
    swept = home.sweep(watching)

    assert [(detector, why) for detector, *_, why in told] == [("slow_leak", None)]
    assert swept.closed == 0
    assert home.alerts() == told
