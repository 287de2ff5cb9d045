"""What a place of a home measured in a period, as people are shown it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Cell = float | bool | int | str | None
"""One value; None is "not measured"."""


@dataclass(frozen=True, slots=True)
class Period:
    """The instants [since, until)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReadings:
    """What one place of a home measured: `times` ascending, each column equally long."""

    room: str
    times: Sequence[datetime]
    columns: Mapping[str, Sequence[Cell]]
