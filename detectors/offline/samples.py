"""Rows of the folder's tables as samples of devices, a device being whatever measures one place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.quantities import QUANTITIES, Form, Kind
from detectors.arrays import Booleans
from detectors.offline.tables import ABSENT, NO_INSTANT_MS, Rows

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedSamples:
    """Samples in order of device and time; device i stands at `places[i]`.

    A place is a home or an area and, in a table of rooms, its room. `doubled` rows had the device
    and instant of the row before, `timeless` ones no instant; `impossible` values were taken for
    not measured, as at the door. `values["fault_code"]` holds places in `codes`.
    """

    places: tuple[tuple[str, ...], ...]
    device_ids: npt.NDArray[np.int32]
    times_ms: npt.NDArray[np.int64]
    values: Mapping[str, Singles]
    codes: tuple[str, ...] = ()
    doubled: int = 0
    timeless: int = 0
    impossible: int = 0

    def between(self, begin_ms: int, end_ms: int) -> "PlacedSamples":
        """The samples of [begin_ms, end_ms)."""
        return self.where((self.times_ms >= begin_ms) & (self.times_ms < end_ms))

    def where(self, use: Booleans) -> "PlacedSamples":
        """These samples alone."""
        return replace(
            self,
            device_ids=self.device_ids[use],
            times_ms=self.times_ms[use],
            values={name: column[use] for name, column in self.values.items()},
        )


def placed_samples(
    kind: Kind, parts: Sequence[Rows], keys: Sequence[str], only: Sequence[str] | None = None
) -> PlacedSamples:
    """Rows of readings of a kind as samples, of the homes (or areas) named or of all.

    `keys` are the columns that say the place, the home or area first. A quantity that a part lacks
    was not measured there. Rows without a place or an instant are left out.
    """
    numbers: list[dict[str, int]] = [{} for _ in keys]
    if only is not None:
        numbers[0] = {name: number for number, name in enumerate(only)}
    found = [
        [
            _numbered(rows, key, known, grow=only is None or place > 0)
            for place, (key, known) in enumerate(zip(keys, numbers, strict=True))
        ]
        for rows in parts
    ]
    sizes = [max(len(known), 1) for known in numbers]
    code, used, times, timeless = _joined(parts, found, sizes)
    devices = np.flatnonzero(np.bincount(code)) if len(code) else np.empty(0, dtype=np.int64)
    device_ids = np.searchsorted(devices, code).astype(np.int32)
    order, doubled = _order(device_ids, times)
    values, impossible = {}, 0
    for name, lowest, highest in _measured(kind):
        column = _column(parts, used, name)
        wrong = (column < lowest) | (column > highest)
        impossible += int(wrong.sum())
        column[wrong] = np.nan
        values[name] = column if order is None else column[order]
    codes: dict[str, int] = {}
    if kind is Kind.BOILER:
        column = _codes(parts, used, codes)
        values["fault_code"] = column if order is None else column[order]
    return PlacedSamples(
        places=tuple(_place(int(device), numbers) for device in devices),
        device_ids=device_ids if order is None else device_ids[order],
        times_ms=times if order is None else times[order],
        values=values,
        codes=tuple(codes),
        doubled=doubled,
        timeless=timeless,
        impossible=impossible,
    )


def _numbered(rows: Rows, key: str, known: dict[str, int], *, grow: bool) -> npt.NDArray[np.int64]:
    """The number of each row's word, ABSENT where none counts; new words get one if they may."""
    column = rows.words[key]
    if grow:
        for word in column.words:
            known.setdefault(word, len(known))
    numbers = [known.get(word, ABSENT) for word in column.words]
    return np.array([*numbers, ABSENT], dtype=np.int64)[column.places]  # ABSENT is the last


def _joined(
    parts: Sequence[Rows], found: Sequence[Sequence[npt.NDArray[np.int64]]], sizes: Sequence[int]
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.intp]], npt.NDArray[np.int64], int]:
    """One number for each row's place, which rows of each part are used, their instants.

    And how many rows of a place there are that have no instant.
    """
    codes, used, times, timeless = [], [], [], 0
    for rows, columns in zip(parts, found, strict=True):
        instants = rows.instants["measured_at"]
        known = np.ones(rows.count, dtype=np.bool_)
        code = np.zeros(rows.count, dtype=np.int64)
        for column, size in zip(columns, sizes, strict=True):
            known &= column != ABSENT
            code = code * size + column
        timed = instants != NO_INSTANT_MS
        timeless += int((known & ~timed).sum())
        used.append(np.flatnonzero(known & timed))
        codes.append(code[used[-1]])
        times.append(instants[used[-1]])
    nothing = np.empty(0, dtype=np.int64)
    return np.concatenate([*codes, nothing]), used, np.concatenate([*times, nothing]), timeless


def in_order(samples: PlacedSamples) -> tuple[PlacedSamples, int]:
    """The samples in order of device and time, and how many came twice."""
    order, doubled = _order(samples.device_ids, samples.times_ms)
    if order is None:
        return samples, 0
    return replace(
        samples,
        device_ids=samples.device_ids[order],
        times_ms=samples.times_ms[order],
        values={name: column[order] for name, column in samples.values.items()},
    ), doubled


def _order(
    device_ids: npt.NDArray[np.int32], times: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.intp] | None, int]:
    """What brings samples into order (None: they are), and how many came twice."""
    device_up, time_up = np.diff(device_ids), np.diff(times)
    if np.all((device_up > 0) | ((device_up == 0) & (time_up > 0))):
        return None, 0
    first = times.min()
    key = device_ids * (times.max() - first + 1) + (times - first)
    order = np.argsort(key, kind="stable")  # samples nearly in order are sorted in one pass
    same = (np.diff(device_ids[order]) == 0) & (np.diff(times[order]) == 0)
    return order, int(same.sum())


def _measured(kind: Kind) -> Iterator[tuple[str, float, float]]:
    """Name and limits of every quantity that is a number."""
    for quantity in QUANTITIES[kind]:
        if quantity.form is not Form.TEXT:
            yield quantity.name, quantity.lowest, quantity.highest


def _column(parts: Sequence[Rows], used: Sequence[npt.NDArray[np.intp]], name: str) -> Singles:
    """A quantity of the rows used, NaN in parts without it."""
    return np.concatenate(
        [
            np.empty(0, dtype=np.float32),
            *(
                rows.numbers[name][rows_used]
                if name in rows.numbers
                else np.full(len(rows_used), np.nan, dtype=np.float32)
                for rows, rows_used in zip(parts, used, strict=True)
            ),
        ]
    )


def _codes(
    parts: Sequence[Rows], used: Sequence[npt.NDArray[np.intp]], known: dict[str, int]
) -> Singles:
    """The fault codes of the rows used as numbers, which `known` gets new ones of; NaN for none."""
    columns = [np.empty(0, dtype=np.float32)]
    for rows, rows_used in zip(parts, used, strict=True):
        if "fault_code" not in rows.words:
            columns.append(np.full(len(rows_used), np.nan, dtype=np.float32))
            continue
        numbers = _numbered(rows, "fault_code", known, grow=True)[rows_used].astype(np.float32)
        numbers[numbers == ABSENT] = np.nan
        columns.append(numbers)
    return np.concatenate(columns)


def _place(code: int, numbers: Sequence[Mapping[str, int]]) -> tuple[str, ...]:
    words = []
    for known in reversed(numbers):
        code, number = divmod(code, max(len(known), 1))
        words.append(list(known)[number])
    return tuple(reversed(words))
