"""The statistics by which simulated rooms are compared, on rooms whose answer is known."""

from datetime import UTC, datetime

import numpy as np
from numpy.testing import assert_allclose

from bench.realism.real import Floats, Recording
from bench.realism.statistics import STATISTICS, vapour_pressure_pa

DAYS = 30
HOUR = np.arange(DAYS * 24)


def recording(
    temp_c: Floats, humidity_pct: Floats, *, outdoor_c: float = 0.0, outdoor_pct: float = 100.0
) -> Recording:
    """One room in unchanging weather."""
    return Recording(
        rooms=("room",),
        start=datetime(2026, 1, 1, tzinfo=UTC),
        temp_c=temp_c[None, :],
        humidity_pct=humidity_pct[None, :],
        outdoor_c=np.full(HOUR.size, outdoor_c),
        outdoor_humidity_pct=np.full(HOUR.size, outdoor_pct),
    )


def described(name: str, home: Recording) -> float:
    """The statistic of that name, of the only room."""
    [statistic] = [one for one in STATISTICS if one.name == name]
    [value] = statistic.of(home)
    return float(value)


def test_a_room_that_cools_by_the_clock_shows_its_time_constant() -> None:
    # Warm at 21 °C, then eight hours without heat, at 0 °C outdoors, with 40 h.
    hour = HOUR % 24
    temp = np.where(hour < 8, 21.0 * np.exp(-hour / 40.0), 21.0)

    home = recording(temp, np.full(HOUR.size, 50.0))

    assert_allclose(described("cooling time constant, fastest tenth", home), 40.0, rtol=0.02)


def test_a_room_that_lives_every_day_alike_is_wholly_like_itself_a_day_later() -> None:
    temp = 20.0 + 1.5 * np.sin(2 * np.pi * HOUR / 24)

    home = recording(temp, np.full(HOUR.size, 50.0))

    assert_allclose(described("temperature, swing of a day", home), 3.0, rtol=0.01)
    assert_allclose(described("temperature, correlation over 24 h", home), 1.0)
    assert_allclose(
        described("temperature, correlation over 1 h", home), np.cos(2 * np.pi / 24), atol=0.005
    )


def test_vapour_above_that_outdoors_is_counted_where_it_is_cold() -> None:
    humidity = np.full(HOUR.size, 50.0)
    temp = np.full(HOUR.size, 20.0)

    excess = described("vapour-pressure excess at cold, median", recording(temp, humidity))

    # ISO 13788: 1168.5 Pa indoors, 610.5 Pa outdoors.
    assert_allclose(excess, 1168.5 - 610.5, atol=0.1)


def test_a_moisture_peak_shows_how_fast_it_goes() -> None:
    left = np.exp(-(HOUR % 24) / 1.5)
    temp = np.full(HOUR.size, 20.0)
    saturated = vapour_pressure_pa(temp, np.full(HOUR.size, 100.0))

    home = recording(temp, 100.0 * (800.0 + 600.0 * left) / saturated)

    # Counted from the lowest value of six hours, a little sooner than the 1.5 h of the peak itself.
    hours = described("moisture peak, hours to a third", home)
    assert 1.2 < hours < 1.6
