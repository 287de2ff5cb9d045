"""Where the marks of a chart's axes stand: round numbers, and local times people think in."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from api.pages.local_time import UK, local, local_days, local_midnight

VALUE_TICKS_MAX = 5  # more lines than this are harder to read than the curve
TIME_TICKS_MAX = 6  # labels of six characters just fit beside one another on a telephone
_ROUND_STEPS = (1.0, 2.0, 5.0, 10.0)
_HOUR_STEPS = (3, 6, 12)
_DAY_STEPS = (1, 2, 7, 14)


@dataclass(frozen=True, slots=True)
class TimeTick:
    """One mark of the time axis: its instant (UTC) and its label in local time."""

    at: datetime
    label: str


def value_ticks(lowest: float, highest: float) -> list[float]:
    """Round numbers spaced evenly from at or below `lowest` to at or above `highest`.

    At most VALUE_TICKS_MAX + 1 of them. Raises ValueError unless lowest < highest, both finite.

    >>> value_ticks(16.2, 21.4)
    [16.0, 18.0, 20.0, 22.0]
    """
    if not (math.isfinite(lowest) and math.isfinite(highest) and lowest < highest):
        raise ValueError(f"an axis cannot run from {lowest} to {highest}")
    rough = (highest - lowest) / (VALUE_TICKS_MAX - 1)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in _ROUND_STEPS if factor * magnitude >= rough)
    # Rounded, so that 0.3 / 0.1 is three steps and not a little less.
    first, last = math.floor(round(lowest / step, 9)), math.ceil(round(highest / step, 9))
    digits = max(0, -math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(first, last + 1)]


def time_ticks(start: datetime, end: datetime) -> list[TimeTick]:
    """At most TIME_TICKS_MAX marks on the local clock within [start, end], for up to years.

    Hours for a day or two, then dates, then first days of months. A day on which the clocks change
    is an hour shorter or longer, and the marks stand where the clock on the wall says.
    """
    days = list(local_days(start, end))
    for hours in _HOUR_STEPS:
        ticks = _within(_hours(days, hours), start, end)
        if len(ticks) <= TIME_TICKS_MAX:
            return ticks
    for step in _DAY_STEPS:
        # Counted from a fixed day, so that the same dates are marked when the page is looked at
        # again tomorrow.
        marked = [day for day in days if day.toordinal() % step == 0]
        ticks = _within([_day_tick(day) for day in marked], start, end)
        if len(ticks) <= TIME_TICKS_MAX:
            return ticks
    return _months(days, start, end)


def _hours(days: list[date], step: int) -> list[TimeTick]:
    ticks = []
    for day in days:
        for hour in range(0, 24, step):
            at = datetime.combine(day, time(hour), tzinfo=UK).astimezone(UTC)
            ticks.append(_day_tick(day) if hour == 0 else TimeTick(at, f"{hour:02d}:00"))
    return ticks


def _day_tick(day: date) -> TimeTick:
    return TimeTick(local_midnight(day), f"{day.day} {day:%b}")


def _months(days: list[date], start: datetime, end: datetime) -> list[TimeTick]:
    firsts = [day for day in days if day.day == 1]
    every = math.ceil(len(firsts) / TIME_TICKS_MAX) or 1
    ticks = [TimeTick(local_midnight(day), f"{day:%b %y}") for day in firsts[::every]]
    return _within(ticks, start, end)


def _within(ticks: list[TimeTick], start: datetime, end: datetime) -> list[TimeTick]:
    return [tick for tick in ticks if start <= tick.at < end]


def value_words(value: float, step: float) -> str:
    """A tick's number with as many decimals as its step needs.

    >>> value_words(1.5, 0.5), value_words(20.0, 5.0)
    ('1.5', '20')
    """
    return f"{value:.{max(0, -math.floor(math.log10(step)))}f}"


def same_local_day(one: datetime, other: datetime) -> bool:
    """Whether two instants fall on the same local date."""
    return local(one).date() == local(other).date()
