"""Real homes: occupied, healthy houses whose every alert is listed here, with its reason.

Finnish houses of TRH-1 (CC BY 4.0) and the Belgian house of Candanedo et al. (CC BY 4.0).
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from detectors.arrays import Floats, Integers
from detectors.daily import DAY_S, DayFrame
from detectors.frame import RoomFrame, Row
from detectors.humidity import rel_humidity_pct
from tests.detectors.damp.houses import AUTUMN, NAN, features_of, told

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
TRH1, UCI = DATA / "trh1_finland", DATA / "uci_appliances_energy" / "home.csv"
pytestmark = pytest.mark.skipif(
    not (TRH1.exists() and UCI.exists()), reason="the recordings of real homes are not here"
)
HOUSES = {"R1": 1, "R2": 2, "R3": 2, "R4": 2}
UCI_ROOMS = {
    1: "kitchen",
    2: "living room",
    3: "laundry",
    4: "office",
    5: "bathroom",
    7: "ironing room",
    8: "teenager's room",
    9: "parents' room",
}
LEAD_H = 6

Series = tuple[Integers, Floats]
"""Hours since 1970, UTC, and what was measured in them."""


def columns_of(path: Path, time: str, ahead_h: int, names: list[str]) -> list[Series]:
    """Samples of some columns with the UTC hour in which they fall."""
    with path.open() as lines:
        table = list(csv.DictReader(lines))
    at = np.array([line[time] for line in table], dtype="datetime64[s]").astype(np.int64)
    hours = at // 3600 - ahead_h
    return [(hours, np.array([float(line[name] or "nan") for line in table])) for name in names]


def houses() -> Iterator[tuple[str, dict[str, list[Series]], list[Series]]]:
    """Every house: its rooms and its weather, each temperature and humidity."""
    stamp = "t_UTC+2"
    for house, count in HOUSES.items():
        outdoors = ["T", "RH"] if house == "R1" else ["Te", "RHe"]
        rooms = {
            f"room {k + 1}": columns_of(TRH1 / f"{house}_indoor{k + 1}.csv", stamp, 2, ["T", "RH"])
            for k in range(count)
        }
        yield house, rooms, columns_of(TRH1 / f"{house}_outdoor.csv", stamp, 2, outdoors)
    names = [f"{what}{k}" for k in UCI_ROOMS for what in ("T", "RH_")] + ["T_out", "RH_out"]
    found = columns_of(UCI, "time_local", 1, names)
    pairs = [found[k : k + 2] for k in range(0, len(found), 2)]
    yield "UCI", dict(zip(UCI_ROOMS.values(), pairs, strict=False)), pairs[-1]


@pytest.fixture(scope="module")
def recorded() -> DayFrame:
    """The days of all rooms of all houses, each from its own first midnight."""
    rows, columns = [], []
    for house, rooms, weather in houses():
        first = -(-int(weather[0][0].min()) // 24) * 24
        for room, series in rooms.items():
            rows.append(Row("real", house, room))
            columns.append([_line(one, first) for one in (*series, *weather)])
    hours = max(len(line) for lines in columns for line in lines) // 24 * 24
    whole = np.full((4, len(rows), hours), NAN)
    for row, lines in enumerate(columns):
        for which, line in enumerate(lines):
            whole[which, row, : min(len(line), hours)] = line[:hours]
    return days_of(tuple(rows), (whole[0], whole[1], whole[2], whole[3]))


def _line(series: Series, first: int) -> Floats:
    """Means by the hour from `first` on."""
    hours, values = series[0] - first, series[1]
    use = (hours >= 0) & ~np.isnan(values)
    count = np.bincount(hours[use])
    sums = np.bincount(hours[use], values[use])
    return np.where(count > 0, sums / np.maximum(count, 1), NAN)


def days_of(rows: tuple[Row, ...], columns: tuple[Floats, ...]) -> DayFrame:
    """The days of these rooms, one after the other."""
    air, humidity, outdoor, outdoor_humidity = (
        np.pad(array, ((0, 0), (LEAD_H, 0)), constant_values=NAN) for array in columns
    )
    found: list[dict[str, Floats]] = []
    for day in range(columns[0].shape[1] // 24):
        hours = slice(24 * day, 24 * day + 24 + LEAD_H)
        frame = RoomFrame(
            start=datetime.fromtimestamp(
                AUTUMN.timestamp() + DAY_S * day - 3600 * LEAD_H, AUTUMN.tzinfo
            ),
            step_s=3600,
            steps=24 + LEAD_H,
            rows=rows,
            values={"air_temp_c": air[:, hours], "rel_humidity_pct": humidity[:, hours]},
            outdoor_temp_c=outdoor[:, hours],
            outdoor_rel_humidity_pct=outdoor_humidity[:, hours],
            f_rsi=np.full(len(rows), NAN),
        )
        found.append(dict(features_of(frame, found[-1] if found else {})))
    return DayFrame(
        start=AUTUMN,
        step_s=DAY_S,
        steps=len(found),
        rows=rows,
        values={name: np.stack([day[name] for day in found], axis=1) for name in found[0]},
        f_rsi=np.full(len(rows), NAN),
    )


def test_healthy_houses_that_people_live_in_get_no_alert(recorded: DayFrame) -> None:
    assert told(recorded) == []
    assert told(recorded, "condensation") == []
    assert np.nanmax(recorded["damp_score"]) < 40.0


def test_a_room_that_is_heated_more_and_holds_more_water_for_it_has_not_become_damp(
    recorded: DayFrame,
) -> None:
    # The Belgian house was heated 2 K more in February 2016 than before. Its teenager's room then
    # held 1.4 g/m³ more than weather explains; as much of that as was its own is within a sensor.
    home = [k for k, one in enumerate(recorded.rows) if one.home_id == "UCI"]
    room = [recorded.rows[k].place for k in home].index("teenager's room")
    air_c, vapour_pa = recorded["damp_air_temp_c"][home], recorded["damp_vapour_pa"][home]

    def rise(values: Floats) -> Floats:
        risen: Floats = values[:, 18:28].mean(axis=1) - values[:, :18].mean(axis=1)
        return risen

    humidity = rise(rel_humidity_pct(air_c, vapour_pa))
    assert rise(air_c)[room] > 1.5
    assert rise(vapour_pa)[room] > 200.0
    assert humidity[room] - np.delete(humidity, room).mean() < 3.0
    assert told(recorded.part(rows=home)) == []


def test_the_half_heated_empty_house_is_drier_than_those_that_people_live_in(
    recorded: DayFrame,
) -> None:
    # detection.md 1.2: medians at 0 °C and below are 115 Pa in R1 and 420 to 625 Pa in R2 to R4.
    freezing = recorded["damp_outdoor_temp_c"] <= 0.0
    medians = [
        float(np.nanmedian(recorded["damp_excess_pa"][k][freezing[k]]))
        for k, row in enumerate(recorded.rows)
        if row.home_id != "UCI"
    ]

    assert 80.0 < medians[0] < 150.0
    assert all(350.0 < median < 700.0 for median in medians[1:])
