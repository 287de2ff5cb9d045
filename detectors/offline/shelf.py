"""Samples in hand, put by the day in whose frame they belong, until that day is judged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from detectors.offline.reach import DAY_MS
from detectors.offline.samples import PlacedSamples, in_order


@dataclass(slots=True)
class DayShelf:
    """Samples of the devices of a block; a device is known by its number in the block.

    A step takes samples from half of it before its instant on, so a day does too.
    """

    places: Sequence[tuple[str, ...]]
    step_s: int
    doubled: int = 0
    _codes: dict[str, int] = field(default_factory=dict)
    _by_day: dict[int, list[tuple[PlacedSamples, int, int]]] = field(default_factory=dict)
    _number: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._number = {place: number for number, place in enumerate(self.places)}

    def add(self, samples: PlacedSamples) -> PlacedSamples:
        """Put samples on the shelf, all of places of the block; gives them back as put there."""
        number = np.array([self._number[place] for place in samples.places], dtype=np.int32)
        values = dict(samples.values)
        if "fault_code" in values:
            for text in samples.codes:
                self._codes.setdefault(text, len(self._codes))
            place = [self._codes[text] for text in samples.codes]
            known = ~np.isnan(values["fault_code"])
            if known.any():
                codes = np.full(len(known), np.nan, dtype=np.float32)
                codes[known] = np.array(place)[values["fault_code"][known].astype(np.int64)]
                values["fault_code"] = codes
        put = PlacedSamples(
            places=tuple(self.places),
            device_ids=number[samples.device_ids] if len(number) else samples.device_ids,
            times_ms=samples.times_ms,
            values=values,
        )
        days = (put.times_ms + self.step_s * 500) // DAY_MS
        cuts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
        for begin, end in pairwise(cuts):
            if begin < end:
                self._by_day.setdefault(int(days[begin]), []).append((put, begin, end))
        return put

    def take(self, day: int) -> PlacedSamples:
        """The samples of a day (since 1970), in order of device and time; they leave the shelf."""
        slices = self._by_day.pop(day, [])
        names = sorted({name for samples, _, _ in slices for name in samples.values})
        samples, doubled = in_order(
            PlacedSamples(
                places=tuple(self.places),
                device_ids=np.concatenate(
                    [np.empty(0, dtype=np.int32), *(one.device_ids[a:b] for one, a, b in slices)]
                ),
                times_ms=np.concatenate(
                    [np.empty(0, dtype=np.int64), *(one.times_ms[a:b] for one, a, b in slices)]
                ),
                values={
                    name: np.concatenate([one.values[name][a:b] for one, a, b in slices])
                    for name in names
                },
                codes=tuple(self._codes),
            )
        )
        self.doubled += doubled
        return samples
