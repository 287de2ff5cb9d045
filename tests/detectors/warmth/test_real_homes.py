"""Real homes: what healthy houses that people live in are told of hot nights.

Finnish houses of TRH-1 (CC BY 4.0) and the Belgian house of Candanedo et al. (CC BY 4.0).
"""

from datetime import timedelta

import numpy as np
import pytest

from core.findings import Severity
from detectors.arrays import Floats
from detectors.daily import DAY_S, DayFrame
from detectors.frame import RoomFrame, Row
from detectors.warmth.overheating import HOT_HOURS_MAX, NAME, RULES, judge
from detectors.warmth.warmth_day import room_warmth
from detectors.watch import Daily
from tests.detectors.damp import test_real_homes as recordings
from tests.detectors.warmth.homes import NOVEMBER, told

pytestmark = recordings.pytestmark
DETECTOR = Daily(NAME, judge, RULES)
LEAD_H = 6


@pytest.fixture(scope="module")
def houses() -> dict[str, DayFrame]:
    """The nights of every house from its first midnight on, as if that were in November."""
    return {house: _nights(house, rooms) for house, rooms, _ in recordings.houses()}


def _nights(house: str, rooms: dict[str, list[recordings.Series]]) -> DayFrame:
    first = -(-min(int(temp[0].min()) for temp, _ in rooms.values()) // 24) * 24
    days = (max(int(temp[0].max()) for temp, _ in rooms.values()) - first) // 24
    air = np.stack(
        [_hourly(temp, first - LEAD_H, LEAD_H + 24 * days) for temp, _ in rooms.values()]
    )
    rows = tuple(Row("real", house, room) for room in rooms)
    nights = [_night(rows, air[:, 24 * day : 24 * day + 24 + LEAD_H]) for day in range(days)]
    return DayFrame(
        start=NOVEMBER,
        step_s=DAY_S,
        steps=days,
        rows=rows,
        values={name: np.stack([night[name] for night in nights], axis=1) for name in nights[0]},
        f_rsi=np.full(len(rows), np.nan),
    )


def _hourly(series: recordings.Series, first: int, hours: int) -> Floats:
    at, values = series[0] - first, series[1]
    use = (at >= 0) & (at < hours) & ~np.isnan(values)
    count = np.bincount(at[use], minlength=hours)
    sums = np.bincount(at[use], values[use], minlength=hours)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def _night(rows: tuple[Row, ...], air: Floats) -> dict[str, Floats]:
    unknown = np.full(air.shape, np.nan)
    frame = RoomFrame(
        start=NOVEMBER - timedelta(hours=LEAD_H),
        step_s=3600,
        steps=air.shape[1],
        rows=rows,
        values={"air_temp_c": air},
        outdoor_temp_c=unknown,
        outdoor_rel_humidity_pct=unknown,
        f_rsi=unknown[:, 0],
    )
    return dict(room_warmth(frame, {}))


def test_a_laundry_that_is_hot_by_night_keeps_nobody_awake(houses: dict[str, DayFrame]) -> None:
    belgian = houses["UCI"]
    laundry = [row.place for row in belgian.rows].index("laundry")

    assert np.nansum(belgian["warmth_hot_night_h"][laundry]) > HOT_HOURS_MAX
    assert told(DETECTOR, belgian) == []


def test_hot_summers_of_finnish_houses_are_information_that_ends_with_them(
    houses: dict[str, DayFrame],
) -> None:
    alerts = {house: told(DETECTOR, frame) for house, frame in houses.items() if house != "UCI"}

    # R3 was above 26 °C for 480 hours of the nights of two summers; R1 is a half-heated house.
    assert {house: len(some) for house, some in alerts.items()} == {
        "R1": 0,
        "R2": 2,
        "R3": 4,
        "R4": 2,
    }
    assert {one.severity_max for some in alerts.values() for one in some} == {Severity.LOW}
