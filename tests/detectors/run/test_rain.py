"""Rain of the area's weather reaches what rooms' days come to, in the service and on files."""

from datetime import timedelta
from pathlib import Path

import pytest

from detectors.daily import DayFrame, Features, RoomParts
from detectors.damp.wet_weather import rain_day
from detectors.frame import RoomFrame
from detectors.judgement import Judgement
from detectors.offline.analyse import analyse
from detectors.registry import Detectors
from detectors.run.watching import Watching
from detectors.watch import Daily
from tests.detectors.offline_folders import AREA, Folder
from tests.detectors.run.recorded import BEDROOM, COLD, DRY, STATION, RecordedHome, Row, steady
from tests.detectors.run.simple import DAY, judgement, rules
from tests.estate import SINCE

DAYS = 3
WET_MM = 5.0


def rain_alone(frame: RoomFrame, _: Features) -> Features:
    return {"damp_rain_mm": rain_day(frame)}


def judge_rain(frame: DayFrame) -> Judgement:
    """MEDIUM on a wet day."""
    rain_mm = frame["damp_rain_mm"]
    return judgement(
        frame,
        "mould_risk",
        start=frame.start + DAY,
        step_s=frame.step_s,
        raised=rain_mm >= WET_MM,
        holds=rain_mm >= WET_MM,
        known=rain_mm >= 0.0,
        evidence={"rain_mm": rain_mm},
    )


RAIN = Detectors(
    rooms=RoomParts(others=(rain_alone,)),
    room_days=(Daily("mould_risk", judge_rain, rules(timedelta(0), DAY)),),
)


def rainy(every: timedelta) -> list[Row]:
    """A station that tells 0.3 mm an hour on the second day, and a dry first and third."""
    hour_mm = 0.3 * (every / timedelta(hours=1))
    return [
        (at, {**COLD, "rain_mm": hour_mm if DAY <= at - SINCE < 2 * DAY else 0.0})
        for at, _ in steady({}, DAYS, every=every)
    ]


def folder(weather: list[Row], room: list[Row]) -> Folder:
    return Folder(
        tables={
            "homes": {"home_id": ["home-1"], "area": [AREA]},
            "room_readings": {
                "home_id": ["home-1"] * len(room),
                "room": ["bedroom"] * len(room),
                "measured_at": [at for at, _ in room],
                **{name: [values[name] for _, values in room] for name in DRY},
            },
            "weather_readings": {
                "area": [AREA] * len(weather),
                "measured_at": [at for at, _ in weather],
                **{name: [values[name] for _, values in weather] for name in weather[0][1]},
            },
        }
    )


@pytest.mark.parametrize("minutes", [10, 60], ids=["a station", "a forecast"])
def test_a_days_rain_is_the_same_in_the_service_and_on_files(
    minutes: int, home: RecordedHome, tmp_path: Path
) -> None:
    weather = rainy(timedelta(minutes=minutes))
    room = steady(DRY, DAYS + 0.1, every=timedelta(minutes=10))

    home.store(STATION, weather)
    home.store(BEDROOM, room)
    home.sweep(Watching(detectors=RAIN))
    in_files = analyse(
        folder(weather, room).write(tmp_path / "estate"), say=lambda _: None, detectors=RAIN
    ).episodes

    assert [(one[0], one[2]) for one in home.alerts()] == [("mould_risk", SINCE + 2 * DAY)]
    [wet] = [one for one in in_files if one.detector == "mould_risk"]
    assert wet.raised_at == SINCE + 2 * DAY
    assert wet.evidence == {"rain_mm": pytest.approx(7.2, abs=1e-4)}
