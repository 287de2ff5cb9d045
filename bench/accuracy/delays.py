"""How soon: a home without heat from when heat was wanted, a leak from its first day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from bench.accuracy.scoring import Fault, found_at
from core.findings import Episode
from firmware_sim.clock import EPOCH
from firmware_sim.faults.episodes import KINDS, Episodes
from firmware_sim.trace import BoilerTrace

WITHOUT_HEAT = ("no_heat", "lockout")
UNANSWERED_MIN = 10  # longer than a sound burner waits before it lights again
COLD_FLOW_C = 40.0  # warmer water still heats while the burner waits
NO_HEAT_WITHIN = timedelta(minutes=45)

LEAK_BAR_PER_DAY = 0.02
LEAK_WITHIN = timedelta(days=5)

_KINDS = [number for number, kind in enumerate(KINDS) if kind.name in WITHOUT_HEAT]


@dataclass(slots=True)
class HeatWanted:
    """When heat was first demanded in vain in the homes of a block whose boiler had failed."""

    first_home: int
    since: dict[int, datetime] = field(default_factory=dict)
    """By home within the block: the first minute of the first UNANSWERED_MIN without an answer."""
    _waited_min: npt.NDArray[np.int64] | None = None

    def look(self, boilers: BoilerTrace, episodes: Episodes) -> None:
        """Look at the day that comes next."""
        in_vain = boilers.heat_demand & ~boilers.flame_on & (boilers.flow_temp_c < COLD_FLOW_C)
        minutes, homes = in_vain.shape
        waited = np.zeros(homes, dtype=np.int64) if self._waited_min is None else self._waited_min
        step = np.arange(1, minutes + 1)[:, np.newaxis]
        broken = np.maximum.accumulate(np.where(in_vain, -waited, step), axis=0)
        stood = step - broken
        self._waited_min = stood[-1]
        for one in np.flatnonzero(np.isin(episodes.kind, _KINDS)).tolist():
            home = int(episodes.home[one]) - self.first_home
            if home in self.since or episodes.began_minute[one] > boilers.minute[-1]:
                continue
            after = boilers.minute - episodes.began_minute[one] + 1
            enough = np.flatnonzero(np.minimum(stood[:, home], after) >= UNANSWERED_MIN)
            if len(enough):
                minute = int(boilers.minute[enough[0]]) - UNANSWERED_MIN + 1
                self.since[home] = EPOCH + timedelta(minutes=minute)


def no_heat_figures(
    faults: Sequence[Fault],
    wanted: Mapping[str, datetime],
    raised: Mapping[str, Sequence[Episode]],
) -> Mapping[str, float | None]:
    """From the first demand in vain to the alert, of faults without heat that met a demand."""
    delays: list[float] = []
    events = 0
    for fault in faults:
        if fault.fault not in WITHOUT_HEAT or fault.home_id not in wanted:
            continue
        events += 1
        at = found_at(fault, raised.get(fault.home_id, ()))
        if at is not None:
            delays.append((at - wanted[fault.home_id]) / timedelta(minutes=1))
    within = sum(one <= NO_HEAT_WITHIN / timedelta(minutes=1) for one in delays)
    return {
        "events": events,
        "found": len(delays),
        "within_45_min": within / events if events else None,
        "median_min": float(np.median(delays)) if delays else None,
        "p90_min": float(np.quantile(delays, 0.9)) if delays else None,
    }


def leak_figures(
    faults: Sequence[Fault], raised: Mapping[str, Sequence[Episode]], end: datetime
) -> Mapping[str, float | None]:
    """Of leaks of LEAK_BAR_PER_DAY and more, how many were found within LEAK_WITHIN.

    Those that were mended or met the run's end before that, unfound, do not count.
    """
    days: list[float] = []
    events = 0
    for fault in faults:
        if fault.fault != "slow_leak" or fault.parameters["rate"] < LEAK_BAR_PER_DAY:
            continue
        at = found_at(fault, raised.get(fault.home_id, ()))
        over = min(fault.ended_at or end, end)
        if at is None and over - fault.began_at < LEAK_WITHIN:
            continue
        events += 1
        if at is not None:
            days.append((at - fault.began_at) / timedelta(days=1))
    within = sum(one <= LEAK_WITHIN / timedelta(days=1) for one in days)
    return {
        "events": events,
        "found": len(days),
        "within_5_days": within / events if events else None,
        "median_days": float(np.median(days)) if days else None,
    }
