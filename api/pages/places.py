"""Readings of a home's rooms and boilers into charts and tables of days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from api.disclosed import NotShared, Readings
from api.pages.charts import Series, Threshold, by_day, by_month, caption, line_chart
from api.pages.views import DayRow, DayTable, DrawnChart, Link, Place
from api.pages.words import room_words
from core.home_risk import HEARD_WITHIN
from core.quantities import Kind
from core.registry import BOILER_PLACE

PERIODS_DAYS = (1, 7, 30, 365)
PERIOD_DAYS_USUAL = 7

DAYS_IN_TABLE = timedelta(days=92)  # a longer period is told by the month
_BREAK_AFTER = {"daily": timedelta(hours=36)}  # a day is missing; the longest has 25 hours

_LATEST_WORDS = {"hourly": "Average of the latest hour"}

_STILL_COMPUTED = (
    "Some readings of this period are still being added up, so that lines and numbers may change "
    "in the next minutes. A period of 7 days or less shows everything at once."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How one quantity is drawn."""

    quantity: str
    words: str
    unit: str
    decimals: int
    span_min: float
    threshold: Threshold | None = None


ROOM_CHARTS = (
    Drawn(
        quantity="air_temp_c",
        words="temperature",
        unit="°C",
        decimals=1,
        span_min=4.0,
        # World Health Organization, Housing and health guidelines (2018), recommendation 3.
        threshold=Threshold(18.0, "the World Health Organization advises at least this indoors"),
    ),
    Drawn(
        quantity="rel_humidity_pct",
        words="humidity",
        unit="%",
        decimals=0,
        span_min=20.0,
        threshold=Threshold(70.0, "above this for long, damp can settle on cold walls"),
    ),
)
BOILER_CHARTS = (
    Drawn(
        quantity="pressure_bar",
        words="water pressure",
        unit="bar",
        decimals=2,
        span_min=0.6,
        # The detector low_pressure speaks up below it (LOW_BAR).
        threshold=Threshold(1.0, "1.0 to 1.5 bar is usual while the system is cold"),
    ),
    Drawn(quantity="flow_temp_c", words="flow temperature", unit="°C", decimals=0, span_min=20.0),
)


class PlaceMeasured(Protocol):
    """What one place measured: `times` ascending, each column equally long.

    A quantity that was never measured is left out.
    """

    @property
    def room(self) -> str:
        """The place's name in the registry."""

    @property
    def times(self) -> Sequence[datetime]:
        """When, aware."""

    @property
    def columns(self) -> Mapping[str, Sequence[float | bool | int | str | None]]:
        """Quantities by name."""


def period_days(asked: str | None) -> int:
    """The period to show in days; anything but one on offer is the usual one."""
    offered = {str(days): days for days in PERIODS_DAYS}
    return offered.get(asked or "", PERIOD_DAYS_USUAL)


def period_links(path: str, days: int, *, anchor: str) -> tuple[Link, ...]:
    """Links to the periods on offer, at the part of the page that shows them."""
    words = {1: "Last day", 7: "Last 7 days", 30: "Last 30 days", 365: "Last year"}
    return tuple(
        Link(f"{path}?days={offered}#{anchor}", words[offered], offered == days)
        for offered in PERIODS_DAYS
    )


def chart_places(
    readings: Readings, charts: Sequence[Drawn], *, start: datetime, end: datetime
) -> tuple[Place, ...]:
    """One place per room or boiler that was heard, with a chart for each quantity."""
    places = []
    for place in readings.places:
        series = [_series(place, drawn, readings, start, end) for drawn in charts]
        name = _name(place.room, readings.kind)
        drawings = [
            DrawnChart(drawn.words.capitalize(), caption(one), line_chart(one))
            for drawn, one in zip(charts, series, strict=True)
        ]
        places.append(
            Place(_key(place.room), name, tuple(drawings), _day_table(name, charts, series))
        )
    return tuple(places)


def still_computed(*shown: Readings | NotShared) -> str:
    """What to say while hours of what is shown are still to be computed; empty when none is."""
    waiting = any(isinstance(one, Readings) and not one.complete for one in shown)
    return _STILL_COMPUTED if waiting else ""


def _series(
    place: PlaceMeasured, drawn: Drawn, readings: Readings, start: datetime, end: datetime
) -> Series:
    return Series(
        key=f"{_key(place.room)}-{drawn.quantity}",
        title=f"{_name(place.room, readings.kind)}: {drawn.words}",
        unit=drawn.unit,
        decimals=drawn.decimals,
        times=place.times,
        values=_numbers(place, drawn.quantity),
        lowest=_extremes(place, f"{drawn.quantity}_min"),
        highest=_extremes(place, f"{drawn.quantity}_max"),
        latest_words=_LATEST_WORDS.get(readings.granularity, "Latest"),
        # A mean of a day stands at its beginning, which may be before the period.
        start=min(start, place.times[0]),
        end=end,
        break_after=_BREAK_AFTER.get(readings.granularity, HEARD_WITHIN),
        span_min=drawn.span_min,
        threshold=drawn.threshold,
    )


def _numbers(place: PlaceMeasured, quantity: str) -> Sequence[float | None]:
    cells = place.columns.get(quantity, [None] * len(place.times))
    return [cell if isinstance(cell, (int, float)) else None for cell in cells]


def _extremes(place: PlaceMeasured, column: str) -> Sequence[float | None] | None:
    return _numbers(place, column) if column in place.columns else None


def _day_table(name: str, charts: Sequence[Drawn], series: Sequence[Series]) -> DayTable | None:
    rows: dict[date, dict[str, tuple[str, str, str]]] = {}
    by_months = series[0].end - series[0].start > DAYS_IN_TABLE
    for drawn, one in zip(charts, series, strict=True):
        for day in by_month(one) if by_months else by_day(one):
            numbers = (day.lowest, day.mean, day.highest)
            cells = tuple(f"{number:.{drawn.decimals}f}" for number in numbers)
            rows.setdefault(day.day, {})[drawn.quantity] = (cells[0], cells[1], cells[2])
    if not rows:
        return None
    headings = tuple(
        f"{which} {drawn.words}, {drawn.unit}"
        for drawn in charts
        for which in ("Lowest", "Average", "Highest")
    )
    nothing = ("–", "–", "–")
    return DayTable(
        caption=name,
        each="month" if by_months else "day",
        headings=headings,
        rows=tuple(
            DayRow(
                f"{day:%B %Y}" if by_months else f"{day.day} {day:%B %Y}",
                tuple(cell for drawn in charts for cell in rows[day].get(drawn.quantity, nothing)),
            )
            for day in sorted(rows, reverse=True)
        ),
    )


def _name(room: str, kind: Kind) -> str:
    """What a heading calls a place: a boiler is one, wherever it hangs."""
    if kind is not Kind.BOILER:
        return room_words(room)
    return "Boiler" if room == BOILER_PLACE else f"Boiler: {room_words(room).lower()}"


def _key(room: str) -> str:
    """A room's name as an id in HTML: letters, digits and hyphens only."""
    return "place-" + "".join(letter if letter.isalnum() else "-" for letter in room.lower())
