"""The readings of one home as rows of a table, ordered in time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firmware_sim.folder.tables import Columns
from firmware_sim.sensing.readings import BoilerReadings, RoomReadings, WeatherReadings

Reported = RoomReadings | BoilerReadings | WeatherReadings

HOLD_BACK_MS = 12 * 3_600_000
"""A device's clock may be wrong by up to half a day, and its rows still come out in order."""
_OWN_NAMES = {"measured_at": "measured_ms"}


def rows_of(schema: pa.Schema, parts: Sequence[Reported], row: int) -> Columns:
    """What was sent from one home or area (its row) over some stretches, each reading once.

    The first column, the name of the home or area, is left out.
    """
    sent = [np.flatnonzero(part.sent[row]) for part in parts]
    return {
        column: np.concatenate(
            [
                getattr(part, _OWN_NAMES.get(column, column))[row].ravel()[rows]
                for part, rows in zip(parts, sent, strict=True)
            ]
        )
        for column in schema.names[1:]
    }


@dataclass(slots=True)
class InOrder:
    """Rows of one home on their way out: sorted by their instants, the newest held back."""

    _held: dict[str, NDArray[Any]] = field(default_factory=dict)

    def add(self, rows: Columns, *, upto_ms: int | None) -> Columns:
        """Take in more rows, and give those before `upto_ms`; None gives all that are left."""
        merged = {
            name: np.concatenate([self._held[name], values]) if self._held else values
            for name, values in rows.items()
        }
        instants = merged["measured_at"]
        if np.any(instants[1:] < instants[:-1]):
            order = np.argsort(instants, kind="stable")
            merged = {name: values[order] for name, values in merged.items()}
        ready = len(instants)
        if upto_ms is not None:
            ready = int(np.searchsorted(merged["measured_at"], upto_ms))
        # Copies, so that what is held back does not keep a whole chunk alive.
        self._held = {name: values[ready:].copy() for name, values in merged.items()}
        return {name: values[:ready] for name, values in merged.items()}
