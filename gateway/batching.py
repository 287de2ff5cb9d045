"""Readings of one device as the columns that travel."""

from collections.abc import Iterable, Sequence

from core.quantities import QUANTITIES, Kind
from core.wire import SAMPLES_MAX, Samples
from gateway.adapters.reading import Reading
from gateway.spool import Entry


def entries(readings: Iterable[Reading], *, samples_max: int = SAMPLES_MAX) -> list[Entry]:
    """One spool entry per device and kind (more when there are many samples), order kept."""
    by_source: dict[tuple[str, Kind], list[Reading]] = {}
    for reading in readings:
        by_source.setdefault((reading.device, reading.kind), []).append(reading)
    return [
        Entry(device, kind, columns(kind, some[start : start + samples_max]))
        for (device, kind), some in by_source.items()
        for start in range(0, len(some), samples_max)
    ]


def columns(kind: Kind, readings: Sequence[Reading]) -> Samples:
    """The readings as columns; None where one lacks a quantity."""
    cells = [reading.cells for reading in readings]
    measured = set().union(*cells)
    return Samples(
        [reading.measured_ms for reading in readings],
        {
            quantity.name: [some.get(quantity.name) for some in cells]
            for quantity in QUANTITIES[kind]
            if quantity.name in measured
        },
    )
