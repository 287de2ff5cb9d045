"""When devices were heard, and which of them fell silent while others of their home were not.

A folder names no gateways: the devices of a home are taken to hang on one of its own. What is kept
is one byte for each device and ten minutes, 52 kB a year: a silence has no longest length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from core.findings import Episode
from core.quantities import Kind
from detectors import silent
from detectors.arrays import Booleans
from detectors.episodes import episodes
from detectors.frame import Frame, Row
from detectors.offline.reach import DAY_MS
from detectors.offline.samples import PlacedSamples
from detectors.placing import STEP_S

_STEP_MS = STEP_S * 1000
_STEPS_A_DAY = DAY_MS // _STEP_MS


@dataclass(slots=True)
class Presence:
    """Whether each device was heard in each step of the block's days, (devices, steps)."""

    rooms: Sequence[tuple[str, ...]]
    boilers: Sequence[tuple[str, ...]]
    first_day: int
    _heard: dict[Kind, Booleans]

    @classmethod
    def of(
        cls, rooms: Sequence[tuple[str, ...]], boilers: Sequence[tuple[str, ...]], days: range
    ) -> "Presence":
        """Devices that have not been heard."""
        steps = len(days) * _STEPS_A_DAY + 1  # one more: it takes the last minutes before midnight
        return cls(
            rooms,
            boilers,
            days.start,
            {
                Kind.ROOM: np.zeros((len(rooms), steps), dtype=np.bool_),
                Kind.BOILER: np.zeros((len(boilers), steps), dtype=np.bool_),
            },
        )

    def hear(self, kind: Kind, samples: PlacedSamples) -> None:
        """Take note of samples in which anything was measured."""
        anything = np.zeros(len(samples.times_ms), dtype=np.bool_)
        for column in samples.values.values():
            anything |= ~np.isnan(column)
        offset_ms = samples.times_ms[anything] - self.first_day * DAY_MS
        step = (offset_ms + _STEP_MS // 2) // _STEP_MS
        heard = self._heard[kind]
        inside = (step >= 0) & (step < heard.shape[1])
        heard[samples.device_ids[anything][inside], step[inside]] = True

    def silences(self) -> Iterator[Episode]:
        """The silences of all devices, home by home.

        A home is looked at from the day on which it was first heard to the step in which it was
        last, which may still get samples and is left out.
        """
        devices: dict[str, list[tuple[Kind, int, str]]] = {}
        for number, (home, room) in enumerate(self.rooms):
            devices.setdefault(home, []).append((Kind.ROOM, number, room))
        for number, (home,) in enumerate(self.boilers):
            devices.setdefault(home, []).append((Kind.BOILER, number, Kind.BOILER.value))
        for home, those in devices.items():
            heard = np.stack([self._heard[kind][number] for kind, number, _ in those])
            rows = tuple(Row("", home, place) for _, _, place in those)
            yield from self._silences_of(rows, heard)

    def _silences_of(self, rows: tuple[Row, ...], heard: Booleans) -> Iterator[Episode]:
        steps = np.flatnonzero(heard.any(axis=0))
        if not len(steps):
            return
        begin, end = int(steps[0]) // _STEPS_A_DAY * _STEPS_A_DAY, int(steps[-1])
        heard = heard[:, begin:end]
        frame = Frame(
            start=datetime.fromtimestamp((self.first_day * DAY_MS + begin * _STEP_MS) / 1000, UTC),
            step_s=STEP_S,
            steps=end - begin,
            rows=rows,
            values={"heard": np.where(heard, np.float32(1), np.float32(np.nan))},
        )
        of_the_home = np.logical_or.reduce(heard, axis=0)
        judgement = silent.judge_in_gateway_time(frame, of_the_home)
        told = episodes(
            judgement,
            dwell_steps=silent.RULES.dwell_steps(STEP_S),
            clear_steps=silent.RULES.clear_steps(STEP_S),
            raise_from=silent.RULES.raise_from,
        )
        yield from (episode for _, episode in told)
