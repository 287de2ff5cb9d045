"""One day outdoors, as every source of weather gives it."""

from dataclasses import dataclass
from typing import Protocol

from firmware_sim.kinds import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherDay:
    """One day's weather; arrays (minutes, areas)."""

    air_temp_c: Floats
    vapour_kg_m3: Floats
    sun: Floats
    """Share of full sun that reaches a south window, 0 to 1."""
    wind_m_s: Floats
    rain_mm: Floats
    """Rain of that minute."""


class Climate(Protocol):
    """A source of weather for `areas` areas."""

    @property
    def areas(self) -> int:
        """How many areas there are."""
        ...

    def day(self, number: int) -> WeatherDay:
        """The weather of a day (days since 1970-01-01 UTC)."""
        ...
