"""What the forecast service says of a place, and the weather at an instant of it. Pure.

The form is MET Norway's `locationforecast/2.0/compact`: values at instants, as a rule hourly, and
the rain of the hour after each. `docs/decisions/0020-weather-from-met-norway.md` says why them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Annotated

import msgspec

from core.wire import Cell

HOUR_MS = 3_600_000
UPDATED_MS_MAX = 12 * HOUR_MS
"""The model runs every six hours; a forecast older than two runs tells nothing of the present."""
INSTANTS_MAX = 500
"""A document has about 90; more is none of theirs."""


class NotAForecast(ValueError):
    """The service's answer cannot be read; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """The forecast for an instant; `rain_next_hour_mm` falls in the hour after it.

    None where the service does not say.
    """

    at_ms: int
    air_temp_c: float | None
    rel_humidity_pct: float | None
    rain_next_hour_mm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A place's forecast, ascending in time; `updated_ms` is when the service made it."""

    updated_ms: int
    instants: Sequence[Instant]


def read(document: bytes) -> Forecast:
    """The forecast in a document; raises NotAForecast.

    Members that we do not use may change as they like; those that we use must be numbers in °C, %
    and mm.
    """
    try:
        properties = _DECODER.decode(document).properties
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAForecast(f"the answer is no forecast: {error}") from None
    units = properties.meta.units
    if (units.air_temperature, units.relative_humidity, units.precipitation_amount) != _UNITS:
        raise NotAForecast(f"the forecast is in other units than °C, % and mm: {units}")
    instants = [_instant(point) for point in properties.timeseries]
    if not 0 < len(instants) <= INSTANTS_MAX:
        raise NotAForecast(f"the forecast has {len(instants)} instants; 1 to {INSTANTS_MAX} do")
    if any(one.at_ms >= after.at_ms for one, after in pairwise(instants)):
        raise NotAForecast("the forecast's instants are not in order")
    return Forecast(updated_ms=_ms(properties.meta.updated_at), instants=instants)


def weather_at(forecast: Forecast, at_ms: int, *, since_ms: int | None) -> dict[str, Cell]:
    """Our weather quantities at an instant, by name; empty where the forecast does not tell.

    Temperature and humidity lie on the straight line between the two instants beside it, which are
    an hour apart at most. Rain is what fell since `since_ms`, an even share of its hour's; it is
    left out where there was no reading in the same hour before (None: none at all). Nothing is told
    by a forecast older than UPDATED_MS_MAX, nor by one that is more than a clock's error from the
    future.
    """
    if not -HOUR_MS <= at_ms - forecast.updated_ms <= UPDATED_MS_MAX:
        return {}
    found = _beside(forecast.instants, at_ms)
    if found is None:
        return {}
    before, after = found
    share = (at_ms - before.at_ms) / max(after.at_ms - before.at_ms, 1)
    told = {
        "air_temp_c": _between(before.air_temp_c, after.air_temp_c, share),
        "rel_humidity_pct": _between(before.rel_humidity_pct, after.rel_humidity_pct, share),
    }
    cells: dict[str, Cell] = {name: value for name, value in told.items() if value is not None}
    rain = None if since_ms is None else _rain(forecast.instants, since_ms, at_ms)
    if cells and rain is not None:
        cells["rain_mm"] = rain
    return cells


class _Details(msgspec.Struct):
    air_temperature: float | None = None
    relative_humidity: float | None = None
    precipitation_amount: Annotated[float, msgspec.Meta(ge=0)] | None = None


class _Part(msgspec.Struct):
    details: _Details = msgspec.field(default_factory=_Details)


class _Data(msgspec.Struct):
    instant: _Part
    next_1_hours: _Part = msgspec.field(default_factory=_Part)


class _Point(msgspec.Struct):
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: _Data


class _Units(msgspec.Struct):
    air_temperature: str
    relative_humidity: str
    precipitation_amount: str


class _Meta(msgspec.Struct):
    updated_at: Annotated[datetime, msgspec.Meta(tz=True)]
    units: _Units


class _Properties(msgspec.Struct):
    meta: _Meta
    timeseries: list[_Point]


class _Document(msgspec.Struct):
    properties: _Properties


_DECODER = msgspec.json.Decoder(_Document)
_UNITS = ("celsius", "%", "mm")


def _instant(point: _Point) -> Instant:
    details = point.data.instant.details
    return Instant(
        at_ms=_ms(point.time),
        air_temp_c=details.air_temperature,
        rel_humidity_pct=details.relative_humidity,
        rain_next_hour_mm=point.data.next_1_hours.details.precipitation_amount,
    )


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _beside(instants: Sequence[Instant], at_ms: int) -> tuple[Instant, Instant] | None:
    """The instants around `at_ms`, twice the same where it is one; None where none are near."""
    place = bisect_right(instants, at_ms, key=lambda one: one.at_ms) - 1
    if place < 0:
        return None
    before = instants[place]
    if before.at_ms == at_ms:
        return before, before
    after = instants[place + 1] if place + 1 < len(instants) else None
    if after is None or after.at_ms - before.at_ms > HOUR_MS:
        return None
    return before, after


def _between(before: float | None, after: float | None, share: float) -> float | None:
    if before is None or after is None:
        return None
    return round(before + share * (after - before), 2)


def _rain(instants: Sequence[Instant], since_ms: int, at_ms: int) -> float | None:
    """Rain from one instant to another; None unless both lie in one hour that the forecast has."""
    place = bisect_right(instants, since_ms, key=lambda one: one.at_ms) - 1
    if place < 0 or not since_ms < at_ms <= instants[place].at_ms + HOUR_MS:
        return None
    amount = instants[place].rain_next_hour_mm
    return None if amount is None else round(amount * (at_ms - since_ms) / HOUR_MS, 3)
