"""Accessible line charts as inline SVG, and the same numbers as a summary and by day.

Pure: times and values in, markup and numbers out. A line breaks where nothing was measured. What
the drawing shows is also said in words (the SVG's description) and in the table of days beside it;
no meaning rests on colour alone.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby, pairwise

from markupsafe import Markup

from api.pages.axes import same_local_day, time_ticks, value_ticks, value_words
from api.pages.local_time import day_words, local, moment_words, span_words

WIDTH, HEIGHT = 400, 200  # units of the drawing; at this width one unit is one pixel
LEFT, RIGHT, TOP, BOTTOM = 42, 12, 12, 28  # room for the labels
BUCKETS = 200  # a lowest and a highest point in each: some 400 points, as many as pixels can show
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level worth comparing with, and what it means ("safe pressure starts here")."""

    value: float
    words: str


@dataclass(frozen=True, kw_only=True)  # without slots, so that `points` is made once
class Series:
    """What was measured in one place: `values` at `times` (aware, ascending, equally many).

    None and NaN are "not measured". Two measurements further apart than `break_after` are not
    joined. `span_min` is the least height of the value axis, so that a steady line looks steady.
    Where the values are means, `lowest` and `highest` hold what they are means of, equally many
    and None where the value is; `latest_words` says what the last value is.
    """

    key: str
    title: str
    unit: str
    decimals: int
    times: Sequence[datetime]
    values: Sequence[float | None]
    start: datetime
    end: datetime
    break_after: timedelta
    span_min: float
    threshold: Threshold | None = None
    lowest: Sequence[float | None] | None = None
    highest: Sequence[float | None] | None = None
    latest_words: str = "Latest"

    @cached_property
    def points(self) -> list["Point"]:
        """What `measured` gives."""
        found: list[Point] = []
        missing_since_last = False
        lows = self.values if self.lowest is None else self.lowest
        highs = self.values if self.highest is None else self.highest
        for at, value, low, high in zip(self.times, self.values, lows, highs, strict=True):
            if value is None or not math.isfinite(value):
                missing_since_last = True
            elif self.start <= at <= self.end:
                silent = bool(found) and at - found[-1].at > self.break_after
                lowest = value if low is None else low
                highest = value if high is None else high
                found.append(Point(at, value, missing_since_last or silent, lowest, highest))
                missing_since_last = False
        return found


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value and whether the line breaks before it.

    A mean has the lowest and highest it was made of; a reading is both itself.
    """

    at: datetime
    value: float
    after_gap: bool
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The numbers behind a drawing; `gaps` counts the silences inside the period."""

    lowest: float
    highest: float
    mean: float
    latest: float
    latest_at: datetime
    gaps: int
    longest_gap: timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of a series."""

    day: date
    lowest: float
    mean: float
    highest: float


def measured(series: Series) -> Sequence[Point]:
    """The measured points within [start, end], in order. Raises ValueError on unequal lengths."""
    return series.points


def thinned(points: Sequence[Point], start: datetime, end: datetime) -> list[Point]:
    """At most two points a bucket, its lowest and its highest, so that no peak is lost.

    A break inside one bucket is narrower than what can be seen and is not kept; one between two
    buckets is.
    """
    width = (end - start) / BUCKETS
    return [kept for bucket in _buckets(points, start, width) for kept in _extremes(bucket)]


def averaged(points: Sequence[Point], start: datetime, end: datetime) -> list[Point]:
    """One point a bucket: its mean, with the lowest and the highest of all that is in it.

    A bucket of half a day and more is made of whole days: means of unlike parts of them would sway.
    """
    width = (end - start) / BUCKETS
    if width > _DAY / 2:
        width = math.ceil(width / _DAY) * _DAY
    return [
        Point(
            bucket[len(bucket) // 2].at,
            math.fsum(point.value for point in bucket) / len(bucket),
            bucket[0].after_gap,
            min(point.lowest for point in bucket),
            max(point.highest for point in bucket),
        )
        for bucket in _buckets(points, start, width)
    ]


def _buckets(
    points: Sequence[Point], start: datetime, width: timedelta
) -> Iterator[Sequence[Point]]:
    def number(point: Point) -> int:
        return min(BUCKETS - 1, (point.at - start) // width)

    for _, bucket in groupby(points, number):
        yield list(bucket)


def summary(series: Series) -> Summary | None:
    """The numbers of a series; None when nothing was measured in its period."""
    points = measured(series)
    if not points:
        return None
    values = [point.value for point in points]
    breaks = [later.at - earlier.at for earlier, later in pairwise(points) if later.after_gap]
    return Summary(
        lowest=min(point.lowest for point in points),
        highest=max(point.highest for point in points),
        mean=math.fsum(values) / len(values),
        latest=points[-1].value,
        latest_at=points[-1].at,
        gaps=len(breaks),
        longest_gap=max(breaks, default=timedelta()),
    )


def by_day(series: Series) -> list[Day]:
    """Lowest, mean and highest of every local day on which anything was measured."""
    return _grouped(series, lambda day: day)


def by_month(series: Series) -> list[Day]:
    """The same of every month, each under its first day."""
    return _grouped(series, lambda day: day.replace(day=1))


def _grouped(series: Series, group_of: Callable[[date], date]) -> list[Day]:
    groups: dict[date, list[Point]] = {}
    for point in measured(series):
        groups.setdefault(group_of(local(point.at).date()), []).append(point)
    return [
        Day(
            day,
            min(point.lowest for point in points),
            math.fsum(point.value for point in points) / len(points),
            max(point.highest for point in points),
        )
        for day, points in groups.items()
    ]


def caption(series: Series) -> str:
    """The numbers under a chart in words: lowest, highest, average, latest, gaps, threshold."""
    numbers = summary(series)
    if numbers is None:
        return "Nothing was measured."
    said = (
        f"Lowest {_quantity(series, numbers.lowest)}, highest "
        f"{_quantity(series, numbers.highest)}, average {_quantity(series, numbers.mean)}. "
        f"{series.latest_words} {_quantity(series, numbers.latest)}, "
        f"on {moment_words(numbers.latest_at)}."
    )
    if numbers.gaps:
        times = "once" if numbers.gaps == 1 else f"{numbers.gaps} times"
        said += (
            f" The line breaks {times} where nothing was measured, "
            f"for {span_words(numbers.longest_gap)} at the longest."
        )
    if series.lowest is not None:
        said += " The line is the average; the band around it goes from the lowest to the highest."
    if series.threshold is not None:
        level = _quantity(series, series.threshold.value)
        said += f" Dashed line at {level}: {series.threshold.words}."
    return said


def described(series: Series) -> str:
    """What the drawing shows to somebody who does not see it: its period and its caption."""
    return f"{_period_words(series.start, series.end)}. {caption(series)}"


def line_chart(series: Series) -> Markup:
    """The series as one SVG element; its colours and type come from the style sheet.

    Raises ValueError when the period is empty or the times and values differ in number.
    """
    if series.start >= series.end:
        raise ValueError(f"a chart cannot run from {series.start} to {series.end}")
    of_means = series.lowest is not None
    drawn = averaged if of_means else thinned
    points = drawn(measured(series), series.start, series.end)
    scale = _Scale(series, points)
    parts = [_grid(scale), _time_axis(scale)]
    if series.threshold is not None:
        parts.append(_threshold(scale, series.threshold))
    if of_means:
        parts.append(_band(scale, points))
    parts.append(_curve(scale, points) if points else _nothing())
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" '
        'aria-labelledby="{key}-title {key}-desc" focusable="false">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{desc}</desc>{body}</svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        key=series.key,
        title=f"{series.title} ({series.unit})",
        desc=described(series),
        body=Markup("").join(parts),
    )


class _Scale:
    """From instants and values to the units of the drawing."""

    def __init__(self, series: Series, points: Sequence[Point]) -> None:
        self.start, self.end = series.start, series.end
        values = [value for point in points for value in (point.lowest, point.highest)]
        if series.threshold is not None:
            values.append(series.threshold.value)
        lowest, highest = min(values, default=0.0), max(values, default=0.0)
        padding = max(0.0, series.span_min - (highest - lowest)) / 2
        self.ticks = value_ticks(lowest - padding, highest + padding)

    def x(self, at: datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((at - self.start) / (self.end - self.start))

    def y(self, value: float) -> float:
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _grid(scale: _Scale) -> Markup:
    step = scale.ticks[1] - scale.ticks[0]
    return Markup("").join(
        Markup(
            '<line class="chart-grid" x1="{x1}" x2="{x2}" y1="{y:.1f}" y2="{y:.1f}"/>'
            '<text class="chart-label" x="{tx}" y="{ty:.1f}" text-anchor="end">{words}</text>'
        ).format(
            x1=LEFT,
            x2=WIDTH - RIGHT,
            y=scale.y(tick),
            tx=LEFT - 6,
            ty=scale.y(tick) + 4,
            words=value_words(tick, step),
        )
        for tick in scale.ticks
    )


def _time_axis(scale: _Scale) -> Markup:
    return Markup("").join(
        Markup(
            '<line class="chart-tick" x1="{x:.1f}" x2="{x:.1f}" y1="{y1}" y2="{y2}"/>'
            '<text class="chart-label" x="{x:.1f}" y="{ty}" text-anchor="middle">{words}</text>'
        ).format(
            x=scale.x(tick.at),
            y1=HEIGHT - BOTTOM,
            y2=HEIGHT - BOTTOM + 4,
            ty=HEIGHT - 9,
            words=tick.label,
        )
        for tick in time_ticks(scale.start, scale.end)
        # A label at the very edge would be cut off.
        if LEFT + 8 <= scale.x(tick.at) <= WIDTH - RIGHT - 8
    )


def _threshold(scale: _Scale, threshold: Threshold) -> Markup:
    return Markup(
        '<line class="chart-threshold" x1="{x1}" x2="{x2}" y1="{y:.1f}" y2="{y:.1f}"/>'
    ).format(x1=LEFT, x2=WIDTH - RIGHT, y=scale.y(threshold.value))


def _curve(scale: _Scale, points: Sequence[Point]) -> Markup:
    steps = []
    for number, point in enumerate(points):
        moves = number == 0 or point.after_gap
        steps.append(f"{'M' if moves else 'L'}{scale.x(point.at):.1f} {scale.y(point.value):.1f}")
        if moves:
            steps.append("h0")  # with round ends, a measurement that stands alone is a dot
    return Markup('<path class="chart-line" d="{}"/>').format("".join(steps))


def _band(scale: _Scale, points: Sequence[Point]) -> Markup:
    """From the lowest to the highest, as far as the line goes without a break."""
    runs: list[list[Point]] = []
    for point in points:
        if point.after_gap or not runs:
            runs.append([])
        runs[-1].append(point)
    outlines = []
    for run in runs:
        over = [(point.at, point.highest) for point in run]
        under = [(point.at, point.lowest) for point in reversed(run)]
        corners = [f"{scale.x(at):.1f} {scale.y(value):.1f}" for at, value in over + under]
        outlines.append(f"M{'L'.join(corners)}Z")
    return Markup('<path class="chart-band" d="{}"/>').format("".join(outlines))


def _nothing() -> Markup:
    return Markup(
        '<text class="chart-nothing" x="{x}" y="{y}" text-anchor="middle">Nothing measured</text>'
    ).format(x=(LEFT + WIDTH - RIGHT) / 2, y=(TOP + HEIGHT - BOTTOM) / 2)


def _extremes(bucket: Sequence[Point]) -> list[Point]:
    lowest = min(bucket, key=lambda point: point.value)
    highest = max(bucket, key=lambda point: point.value)
    first, last = sorted((lowest, highest), key=lambda point: point.at)
    first = replace(first, after_gap=bucket[0].after_gap)
    if last.at == first.at:
        return [first]
    return [first, replace(last, after_gap=False)]


def _quantity(series: Series, value: float) -> str:
    return f"{value:.{series.decimals}f}\N{NO-BREAK SPACE}{series.unit}"


def _period_words(start: datetime, end: datetime) -> str:
    if same_local_day(start, end):
        return day_words(end)
    return f"{day_words(start)} to {day_words(end)}"
