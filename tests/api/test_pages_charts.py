"""A chart says what was measured, and leaves open what was not."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.axes import TIME_TICKS_MAX, VALUE_TICKS_MAX, time_ticks, value_ticks
from api.pages.charts import (
    BUCKETS,
    Day,
    Series,
    Threshold,
    averaged,
    by_day,
    by_month,
    described,
    line_chart,
    measured,
    summary,
    thinned,
)

START = datetime(2026, 11, 10, tzinfo=UTC)


def series(
    values: list[float | None],
    *,
    step: timedelta = timedelta(minutes=10),
    start: datetime = START,
    threshold: Threshold | None = None,
) -> Series:
    return Series(
        key="living-room-air",
        title="Living room: temperature",
        unit="°C",
        decimals=1,
        times=[start + number * step for number in range(len(values))],
        values=values,
        start=start,
        end=start + max(1, len(values)) * step,
        break_after=3 * step,
        span_min=2.0,
        threshold=threshold,
    )


def draw(chart: Series) -> ET.Element:
    return ET.fromstring(line_chart(chart))  # noqa: S314 - our own drawing, made a line ago


def path_of(chart: Series) -> str:
    element = draw(chart).find("path[@class='chart-line']")
    return "" if element is None else element.attrib["d"]


def test_a_steady_day_is_one_unbroken_line() -> None:
    chart = series([20.0, 20.5, 21.0])

    path = path_of(chart)

    assert (path.count("M"), path.count("L")) == (1, 2)


@pytest.mark.parametrize("missing", [None, math.nan], ids=["none", "nan"])
def test_a_missing_value_breaks_the_line_and_harms_no_neighbour(missing: float | None) -> None:
    chart = series([20.0, 20.5, missing, 21.0, 21.5])

    points = measured(chart)

    assert [(point.value, point.after_gap) for point in points] == [
        (20.0, False),
        (20.5, False),
        (21.0, True),
        (21.5, False),
    ]
    assert path_of(chart).count("M") == 2


def test_a_silence_without_any_row_breaks_the_line_too() -> None:
    times = [START, START + timedelta(minutes=10), START + timedelta(hours=5)]
    chart = Series(
        key="k",
        title="Bedroom: humidity",
        unit="%",
        decimals=0,
        times=times,
        values=[50.0, 51.0, 52.0],
        start=START,
        end=START + timedelta(hours=6),
        break_after=timedelta(hours=1),
        span_min=10.0,
    )

    numbers = summary(chart)

    assert [point.after_gap for point in measured(chart)] == [False, False, True]
    assert numbers is not None
    assert (numbers.gaps, numbers.longest_gap) == (1, timedelta(hours=4, minutes=50))
    assert "breaks once where nothing was measured, for 4 hours" in described(chart)


def test_a_home_never_heard_from_has_a_chart_that_says_so() -> None:
    chart = series([None, None])

    drawn = draw(chart)

    assert summary(chart) is None
    assert by_day(chart) == []
    assert [text.text for text in drawn.findall("text[@class='chart-nothing']")] == [
        "Nothing measured"
    ]
    assert described(chart) == "10 November 2026. Nothing was measured."


def hourly(
    values: list[float | None], lowest: list[float | None], highest: list[float | None]
) -> Series:
    return replace(
        series(values, step=timedelta(hours=1)),
        lowest=lowest,
        highest=highest,
        latest_words="Average of the latest hour",
    )


def test_a_chart_of_hours_tells_their_lowest_and_highest_and_not_those_of_the_means() -> None:
    chart = hourly([20.0, None, 21.0], [16.5, None, 20.0], [22.0, None, 25.5])

    numbers = summary(chart)

    assert numbers is not None
    assert (numbers.lowest, numbers.mean, numbers.highest) == (16.5, 20.5, 25.5)
    assert by_day(chart) == [Day(date(2026, 11, 10), 16.5, 20.5, 25.5)]
    assert "Average of the latest hour 21.0" in described(chart)


def test_hours_are_drawn_as_their_average_in_a_band_that_breaks_where_the_line_does() -> None:
    chart = hourly([20.0, 21.0, None, 22.0], [19.0, 14.0, None, 20.0], [21.0, 29.0, None, 23.0])

    drawn = draw(chart)

    band = drawn.find("path[@class='chart-band']")
    assert band is not None
    # To the highest of each hour and back along the lowest; the hour alone stands for itself.
    assert [run.count("L") for run in band.attrib["d"].split("Z")] == [3, 1, 0]
    assert (path_of(chart).count("M"), path_of(chart).count("L")) == (2, 1)
    assert "the band around it goes from the lowest to the highest" in described(chart)


def test_the_average_of_a_year_does_not_sway_with_the_hours_of_the_day() -> None:
    day: list[float | None] = [*[18.0] * 12, *[22.0] * 12]
    chart = hourly(day * 364, day * 364, day * 364)

    kept = averaged(measured(chart), chart.start, chart.end)

    assert {(point.lowest, point.value, point.highest) for point in kept} == {(18.0, 20.0, 22.0)}


def test_readings_are_drawn_without_a_band() -> None:
    assert draw(series([20.0, 21.0])).find("path[@class='chart-band']") is None


@given(
    st.lists(
        st.tuples(st.floats(-40, 60), st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=2000
    )
)
def test_averaging_hours_keeps_the_lowest_and_the_highest_of_all(
    made: list[tuple[float, float, float]],
) -> None:
    chart = hourly(
        [mean for mean, _, _ in made],
        [mean - below for mean, below, _ in made],
        [mean + above for mean, _, above in made],
    )

    kept = averaged(measured(chart), chart.start, chart.end)

    assert len(kept) <= BUCKETS
    assert min(p.lowest for p in kept) == min(mean - below for mean, below, _ in made)
    assert max(p.highest for p in kept) == max(mean + above for mean, _, above in made)
    assert all(p.lowest <= p.value + 1e-9 and p.value - 1e-9 <= p.highest for p in kept)


def test_a_year_is_told_by_the_month_of_the_local_clock() -> None:
    # 23:30 UTC on 30 June is 00:30 on 1 July in the UK.
    chart = series(
        [18.0, 22.0], step=timedelta(hours=1), start=datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    )

    assert by_month(chart) == [
        Day(date(2026, 6, 1), 18.0, 18.0, 18.0),
        Day(date(2026, 7, 1), 22.0, 22.0, 22.0),
    ]


def test_times_and_values_must_be_equally_many() -> None:
    whole = series([20.0, 21.0])
    lopsided = Series(
        key=whole.key,
        title=whole.title,
        unit=whole.unit,
        decimals=1,
        times=whole.times[:1],
        values=whole.values,
        start=whole.start,
        end=whole.end,
        break_after=whole.break_after,
        span_min=2.0,
    )

    with pytest.raises(ValueError, match="zip"):
        line_chart(lopsided)


def test_a_chart_has_a_title_and_a_description_that_its_drawing_points_to() -> None:
    chart = series([20.0, 22.0], threshold=Threshold(18.0, "below this a room is cold"))

    drawn = draw(chart)

    title, description = drawn.find("title"), drawn.find("desc")
    assert title is not None
    assert description is not None
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-labelledby"].split() == [title.attrib["id"], description.attrib["id"]]
    assert title.text == "Living room: temperature (°C)"
    assert (description.text or "").replace("\N{NO-BREAK SPACE}", " ") == (
        "10 November 2026. Lowest 20.0 °C, highest 22.0 °C, average 21.0 °C. "
        "Latest 22.0 °C, on 10 November 2026 at 00:10. "
        "Dashed line at 18.0 °C: below this a room is cold."
    )
    assert len(drawn.findall("line[@class='chart-threshold']")) == 1


def test_a_name_with_markup_in_it_stays_a_name() -> None:
    chart = series([20.0, 21.0])
    hostile = Series(
        key="k",
        title='<script>alert("x")</script>',
        unit="°C",
        decimals=1,
        times=chart.times,
        values=chart.values,
        start=chart.start,
        end=chart.end,
        break_after=chart.break_after,
        span_min=2.0,
    )

    drawn = draw(hostile)

    assert drawn.findtext("title") == '<script>alert("x")</script> (°C)'
    assert list(drawn.iter("script")) == []


@given(
    st.lists(st.one_of(st.none(), st.just(math.nan), st.floats(-40, 60)), min_size=1, max_size=2000)
)
def test_thinning_keeps_every_extreme_and_the_order(values: list[float | None]) -> None:
    chart = series(values)
    points = measured(chart)

    kept = thinned(points, chart.start, chart.end)

    assert len(kept) <= 2 * BUCKETS
    assert {point.at for point in kept} <= {point.at for point in points}
    assert all(earlier.at < later.at for earlier, later in pairwise(kept))
    if points:
        assert min(p.value for p in kept) == min(p.value for p in points)
        assert max(p.value for p in kept) == max(p.value for p in points)


@given(
    st.lists(st.one_of(st.none(), st.just(math.nan), st.floats(-40, 60)), min_size=1, max_size=300)
)
def test_every_chart_is_well_formed_and_stays_inside_its_frame(values: list[float | None]) -> None:
    drawn = draw(series(values))

    heights = [float(line.attrib["y1"]) for line in drawn.iter("line")]
    assert all(0 <= height <= 200 for height in heights)
    assert "nan" not in ET.tostring(drawn, encoding="unicode").lower()


def test_a_break_wider_than_a_bucket_survives_the_thinning() -> None:
    values: list[float | None] = [20.0] * 1000 + [None] * 200 + [20.0] * 1000
    chart = series(values)

    kept = thinned(measured(chart), chart.start, chart.end)

    assert [point.after_gap for point in kept].count(True) == 1


@given(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(1e-3, 1e6, allow_nan=False),
)
def test_ticks_enclose_the_values_with_few_evenly_spaced_numbers(low: float, span: float) -> None:
    ticks = value_ticks(low, low + span)

    steps = [later - earlier for earlier, later in pairwise(ticks)]
    assert 2 <= len(ticks) <= VALUE_TICKS_MAX + 1
    assert ticks[0] <= low + 1e-6 * span
    assert ticks[-1] >= low + span - 1e-6 * span
    assert max(steps) - min(steps) <= 1e-6 * max(steps)


def test_an_axis_without_a_length_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot run from"):
        value_ticks(20.0, 20.0)


def test_the_day_the_clocks_go_back_has_its_marks_where_the_clock_says() -> None:
    # 25 October 2026: 02:00 BST becomes 01:00 GMT; the local day has 25 hours.
    begin = datetime(2026, 10, 24, 23, tzinfo=UTC)
    end = datetime(2026, 10, 26, 0, tzinfo=UTC)

    ticks = time_ticks(begin, end)

    assert [(tick.label, tick.at.hour) for tick in ticks] == [
        ("25 Oct", 23),
        ("06:00", 6),
        ("12:00", 12),
        ("18:00", 18),
    ]


def test_the_day_the_clocks_go_forward_has_its_marks_where_the_clock_says() -> None:
    # 29 March 2026: 01:00 GMT becomes 02:00 BST; the local day has 23 hours.
    ticks = time_ticks(datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 22, 59, tzinfo=UTC))

    assert [(tick.label, tick.at.hour) for tick in ticks] == [
        ("29 Mar", 0),
        ("06:00", 5),
        ("12:00", 11),
        ("18:00", 17),
    ]


def test_a_reading_late_in_a_summer_evening_belongs_to_the_local_day() -> None:
    # 23:30 UTC on 30 June is 00:30 on 1 July in the UK.
    chart = series([18.0, 22.0], start=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))

    assert by_day(chart) == [Day(date(2026, 7, 1), 18.0, 20.0, 22.0)]


@given(st.integers(0, 400), st.floats(0.01, 1500))
def test_the_time_axis_has_few_marks_whatever_the_period(offset_days: int, days: float) -> None:
    begin = START + timedelta(days=offset_days)
    end = begin + timedelta(days=days)

    ticks = time_ticks(begin, end)

    assert len(ticks) <= TIME_TICKS_MAX
    assert all(begin <= tick.at <= end for tick in ticks)
    assert all(earlier.at < later.at for earlier, later in pairwise(ticks))
