"""What a forecast says of an instant, and what it does not say."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weather.answers import HOURS, document, encoded
from weather.forecast import HOUR_MS, NotAForecast, read, weather_at

FIRST = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
FIRST_MS = round(FIRST.timestamp() * 1000)
MINUTE_MS = 60_000
FORECAST = read(encoded(FIRST))


def changed(change: dict[str, Any]) -> bytes:
    """The answer with members of its first instant replaced."""
    whole = document(FIRST)
    whole["properties"]["timeseries"][0]["data"].update(change)
    return json.dumps(whole).encode()


def test_on_the_hour_the_weather_is_what_the_service_says() -> None:
    assert weather_at(FORECAST, FIRST_MS, since_ms=None) == {
        "air_temp_c": 8.4,
        "rel_humidity_pct": 81.2,
    }


def test_between_two_hours_it_lies_on_the_line_between_them() -> None:
    told = weather_at(FORECAST, FIRST_MS + 30 * MINUTE_MS, since_ms=None)

    assert told == {"air_temp_c": 8.15, "rel_humidity_pct": 82.6}


def test_rain_since_the_last_reading_is_its_share_of_the_hour() -> None:
    at_ms = FIRST_MS + HOUR_MS + 20 * MINUTE_MS

    told = weather_at(FORECAST, at_ms, since_ms=at_ms - 10 * MINUTE_MS)

    assert told["rain_mm"] == 0.1  # a sixth of 0.6 mm


def test_the_readings_of_an_hour_add_up_to_its_rain() -> None:
    times = [FIRST_MS + 2 * HOUR_MS + step * 10 * MINUTE_MS for step in range(1, 7)]

    rain = [weather_at(FORECAST, at, since_ms=at - 10 * MINUTE_MS)["rain_mm"] for at in times]

    assert sum(float(one) for one in rain if one is not None) == pytest.approx(1.2)


def test_after_a_gap_the_rain_is_not_known_and_the_rest_is() -> None:
    at_ms = FIRST_MS + 2 * HOUR_MS

    told = weather_at(FORECAST, at_ms, since_ms=FIRST_MS)

    assert told == {"air_temp_c": 7.1, "rel_humidity_pct": 88.5}


def test_between_instants_six_hours_apart_nothing_is_told() -> None:
    last_ms = FIRST_MS + (len(HOURS) - 1) * HOUR_MS

    assert weather_at(FORECAST, last_ms + HOUR_MS, since_ms=last_ms) == {}


def test_before_its_first_and_after_its_last_instant_nothing_is_told() -> None:
    assert weather_at(FORECAST, FIRST_MS - 1, since_ms=None) == {}
    assert weather_at(FORECAST, FIRST_MS + 20 * HOUR_MS, since_ms=None) == {}


def test_a_forecast_of_two_model_runs_ago_tells_nothing() -> None:
    stale = read(encoded(FIRST, updated=FIRST - timedelta(hours=12, seconds=1)))

    assert weather_at(stale, FIRST_MS, since_ms=None) == {}


def test_a_forecast_from_the_future_tells_nothing() -> None:
    early = read(encoded(FIRST, updated=FIRST + timedelta(hours=2)))

    assert weather_at(early, FIRST_MS, since_ms=None) == {}


def test_what_the_service_leaves_out_is_left_out() -> None:
    dry = read(changed({"instant": {"details": {"air_temperature": 8.4}}}))

    assert weather_at(dry, FIRST_MS, since_ms=None) == {"air_temp_c": 8.4}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>busy</html>", "no forecast"),
        (b"{}", "no forecast"),
        (changed({"instant": {"details": {"air_temperature": "warm"}}}), "no forecast"),
        (changed({"next_1_hours": {"details": {"precipitation_amount": -1}}}), "no forecast"),
    ],
)
def test_an_answer_that_is_no_forecast_is_refused(answer: bytes, why: str) -> None:
    with pytest.raises(NotAForecast, match=why):
        read(answer)


def test_a_forecast_in_fahrenheit_is_refused() -> None:
    whole = document(FIRST)
    whole["properties"]["meta"]["units"]["air_temperature"] = "fahrenheit"

    with pytest.raises(NotAForecast, match="other units"):
        read(json.dumps(whole).encode())


def test_a_forecast_out_of_order_is_refused() -> None:
    whole = document(FIRST)
    whole["properties"]["timeseries"].reverse()

    with pytest.raises(NotAForecast, match="not in order"):
        read(json.dumps(whole).encode())


def test_a_forecast_of_no_instant_is_refused() -> None:
    whole = document(FIRST)
    whole["properties"]["timeseries"] = []

    with pytest.raises(NotAForecast, match="0 instants"):
        read(json.dumps(whole).encode())


@given(st.integers(0, 3 * HOUR_MS))
def test_the_temperature_never_leaves_what_the_hours_beside_it_say(after_ms: int) -> None:
    told = weather_at(FORECAST, FIRST_MS + after_ms, since_ms=None)["air_temp_c"]

    hour = min(after_ms // HOUR_MS, len(HOURS) - 2)
    beside = (HOURS[hour][0], HOURS[hour + 1][0])
    assert told is not None
    assert min(beside) <= float(told) <= max(beside)
