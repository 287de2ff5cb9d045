"""Weather that was recorded is played as it was, and what cannot be played says why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from firmware_sim.climate.recorded import GAP_MAX_MIN, Recorded, UnreadableWeather
from firmware_sim.clock import EPOCH
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import rel_humidity_pct

START = datetime(2021, 1, 1, tzinfo=UTC)
DAY = (START - EPOCH).days
TRH1 = Path(__file__).parents[3] / "shared/data/trh1_finland/R2_outdoor.csv"


def rows(hours: int, **columns: Floats) -> list[dict[str, str | float]]:
    """Hourly rows from `START`; 5 °C and 80 % unless said."""
    there = {"air_temp_c": np.full(hours, 5.0), "rel_humidity_pct": np.full(hours, 80.0)} | columns
    return [
        {"time": (START + timedelta(hours=hour)).isoformat()}
        | {name: float(values[hour]) for name, values in there.items()}
        for hour in range(hours)
    ]


def test_a_recorded_hour_comes_back_and_between_hours_it_goes_in_a_straight_line() -> None:
    temp = np.arange(48.0)

    day = Recorded.of_rows(rows(48, air_temp_c=temp), areas=3).day(DAY)

    assert day.air_temp_c.shape == (1440, 3)
    assert day.air_temp_c[5 * 60, 2] == 5.0
    assert day.air_temp_c[5 * 60 + 30, 0] == 5.5
    humidity = rel_humidity_pct(day.air_temp_c, day.vapour_kg_m3)
    assert humidity[::60] == pytest.approx(80.0)


def test_no_drop_of_recorded_rain_is_lost() -> None:
    rain = np.zeros(48)
    rain[[1, 7, 30]] = 1.2, 0.4, 2.0
    recorded = Recorded.of_rows(rows(48, rain_mm=rain))

    first, second = recorded.day(DAY).rain_mm, recorded.day(DAY + 1).rain_mm

    assert first.sum() == pytest.approx(1.6)
    assert second.sum() == pytest.approx(2.0)
    assert first[:60].sum() == pytest.approx(1.2)  # it fell in the hour before its row


def test_a_short_recording_is_met_again_after_its_own_days() -> None:
    recorded = Recorded.of_rows(rows(72, air_temp_c=np.arange(72.0) / 10.0))

    assert recorded.days == 3
    for later in (3, 6, 300):
        assert (recorded.day(DAY + later).air_temp_c == recorded.day(DAY).air_temp_c).all()


def test_a_year_is_met_again_a_year_later_at_the_same_season() -> None:
    hours = 24 * 400
    recorded = Recorded.of_rows(rows(hours, air_temp_c=np.arange(hours) / hours))

    later = recorded.day(DAY + 10 + 5 * 365)

    assert (later.air_temp_c == recorded.day(DAY + 10).air_temp_c).all()


def test_what_was_not_recorded_is_no_rain_usual_wind_and_a_winter_sun() -> None:
    day = Recorded.of_rows(rows(48)).day(DAY)

    assert day.rain_mm.max() == 0.0
    assert (day.wind_m_s == 4.0).all()
    assert 0 < np.count_nonzero(day.sun) < 8.5 * 60


def test_a_day_far_from_its_night_is_taken_for_a_sunny_one() -> None:
    swing = 7.0 * np.sin(np.arange(48) * np.pi / 12.0)

    sunny, dull = (
        Recorded.of_rows(rows(48, air_temp_c=5.0 + swing * factor)).day(DAY).sun.sum()
        for factor in (1.0, 0.1)
    )

    assert sunny > 2.0 * dull


def test_a_file_with_empty_cells_is_bridged(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    lines = [f"{START + timedelta(hours=n):%Y-%m-%dT%H:%MZ},{n},80" for n in range(25)]
    lines[6] = lines[6].replace(",6,", ",,")
    path.write_text("\n".join(["time,air_temp_c,rel_humidity_pct", *lines]), encoding="utf-8")

    day = Recorded.read(path).day(DAY)

    assert day.air_temp_c[6 * 60, 0] == pytest.approx(6.0)


def changed(number: int, name: str, value: str) -> list[dict[str, str | float]]:
    hourly = rows(48)
    hourly[number - 1][name] = value
    return hourly


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (changed(7, "air_temp_c", "mild"), "data row 7: air_temp_c 'mild' is not a number"),
        (changed(7, "air_temp_c", "999"), "data row 7: air_temp_c 999 is not between -60 and 55"),
        (changed(7, "time", "yesterday"), "data row 7: the time 'yesterday' is not like"),
        (changed(7, "time", "2021-01-01T06:00"), "has no offset from UTC"),
        (changed(7, "time", "2021-01-01T03:00Z"), "data row 7: .* does not come after"),
        ([{"time": START.isoformat(), "air_temp_c": 5.0}], "no column rel_humidity_pct"),
        (rows(5), "holds no whole day"),
        ([], "there are no rows"),
    ],
)
def test_a_recording_that_cannot_be_played_says_where_and_why(
    wrong: list[dict[str, str | float]], says: str
) -> None:
    with pytest.raises(UnreadableWeather, match=says):
        Recorded.of_rows(wrong)


def test_a_gap_too_long_for_a_straight_line_is_refused() -> None:
    missing = GAP_MAX_MIN // 60 + 2
    temp = np.full(missing + 48, 5.0)
    temp[20 : 20 + missing] = np.nan

    with pytest.raises(
        UnreadableWeather, match=r"after data row 20 air_temp_c is missing for 51 h"
    ):
        Recorded.of_rows(rows(len(temp), air_temp_c=temp))


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("time,air_temp_c\n", encoding="utf-8")

    with pytest.raises(UnreadableWeather, match=r"weather\.csv: there are no rows"):
        Recorded.read(path)


@pytest.mark.skipif(not TRH1.exists(), reason="the real outdoor series of TRH-1 are not here")
def test_a_finnish_winter_is_played_as_it_was_recorded(tmp_path: Path) -> None:
    lines = TRH1.read_text(encoding="utf-8").splitlines()[1:]
    path = tmp_path / "trh1.csv"
    cells = [line.split(",") for line in lines]
    kept = [f"{row[0].replace(' ', 'T')}+02:00,{row[1]},{row[2]}" for row in cells]
    path.write_text("\n".join(["time,air_temp_c,rel_humidity_pct", *kept]), encoding="utf-8")

    recorded = Recorded.read(path)
    played = [recorded.day(recorded.first_day + day).air_temp_c for day in range(90)]

    assert recorded.days > 500
    # The file's own rows from the first midnight UTC on (02:00 local time).
    hourly = np.array([float(row[1]) for row in cells if row[1] != "NaN"])
    first = next(n for n, row in enumerate(cells) if row[0].endswith("02:00:00"))
    assert np.concatenate(played)[::60, 0] == pytest.approx(hourly[first : first + 90 * 24])
