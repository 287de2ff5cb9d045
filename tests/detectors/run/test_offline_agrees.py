"""The detectors on files tell what the running service tells of the same readings."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.findings import Episode
from detectors.offline.alert_lines import alert_lines
from detectors.offline.analyse import analyse
from detectors.run.service import Service
from detectors.run.silence import SETTLE
from store.alerts import alerts_since
from tests.detectors.offline_folders import AREA, Folder
from tests.detectors.run.recorded import (
    BATHROOM,
    BEDROOM,
    BOILER,
    COLD,
    DAMP,
    DRY,
    LIVING_ROOM,
    NOW,
    STATION,
    RecordedHome,
    Row,
    begun,
    steady,
)
from tests.detectors.run.simple import SIMPLE
from tests.estate import SINCE

DAYS = 70  # longer than a verdict looks back
SILENT_FROM_DAY = 68.5  # within the days of silence that a new service looks back over
TEN_MINUTES = timedelta(minutes=10)
ROOM_OF = {LIVING_ROOM: "living room", BEDROOM: "bedroom", BATHROOM: "bathroom"}
DETECTORS = ("mould_risk", "silent", "low_pressure", "slow_leak")


def falling_pressure() -> list[Row]:
    """A boiler that loses 0.02 bar a day from 1.6 bar on and heats every sixth hour.

    It is heard from the afternoon of the third day on, until some hours before the rooms are.
    """
    rows: list[Row] = []
    for at, _ in steady({}, DAYS, every=TEN_MINUTES):
        heats = at.hour % 6 == 0
        flow_c = 55.0 if heats else 25.0
        lost = 0.02 * ((at - SINCE) / timedelta(days=1))
        pressure = 1.6 - lost + 0.0061 * (flow_c - 20.0) + 0.37 * heats
        values = {"flow_temp_c": flow_c, "pump_on": heats, "pressure_bar": round(pressure, 1)}
        rows.append((at, values))
    return rows[2 * 144 + 93 : -22]


READINGS: Mapping[str, list[Row]] = {
    LIVING_ROOM: steady(DRY, DAYS, every=TEN_MINUTES),
    BEDROOM: steady(DAMP, DAYS, every=TEN_MINUTES),
    BATHROOM: steady(DRY, SILENT_FROM_DAY, every=TEN_MINUTES),
    BOILER: falling_pressure(),
    STATION: steady(COLD, DAYS, every=TEN_MINUTES),
}


def folder() -> Folder:
    """The same readings as an estate folder."""
    rooms = [(room, row) for device, room in ROOM_OF.items() for row in READINGS[device]]
    return Folder(
        tables={
            "homes": {"home_id": ["home-1"], "area": [AREA]},
            "room_readings": {
                "home_id": ["home-1"] * len(rooms),
                "room": [room for room, _ in rooms],
                **_columns([row for _, row in rooms]),
            },
            "boiler_readings": {
                "home_id": ["home-1"] * len(READINGS[BOILER]),
                **_columns(READINGS[BOILER]),
            },
            "weather_readings": {
                "area": [AREA] * len(READINGS[STATION]),
                **_columns(READINGS[STATION]),
            },
        }
    )


def _columns(rows: list[Row]) -> dict[str, list[Any]]:
    names = rows[0][1]
    return {
        "measured_at": [at for at, _ in rows],
        **{name: [values[name] for _, values in rows] for name in names},
    }


@pytest.mark.parametrize(
    ("sweeps", "restarts"), [(1, False), (30, False), (14, True)], ids=["at once", "on", "anew"]
)
def test_files_and_service_tell_the_same(
    sweeps: int, restarts: bool, home: RecordedHome, tmp_path: Path
) -> None:
    service = Service("", watching=begun())
    for number in range(sweeps):
        if restarts:
            service = Service("", watching=begun())
        since, until = (
            SINCE + timedelta(days=DAYS * part / sweeps) for part in (number, number + 1)
        )
        for device, rows in READINGS.items():
            new = [row for row in rows if since <= row[0] < until]
            if new:
                home.store(device, new)
        judge(home, service, now=NOW + timedelta(hours=number))

    estate = folder().write(tmp_path / "estate")
    in_files = analyse(estate, say=lambda _: None, detectors=SIMPLE).episodes

    key = [(home.landlord, "home-1")]
    known = alerts_since(home.sessions.administrator, key, DETECTORS, SINCE)
    assert said(one.episode for one in known) == said(in_files)
    assert {one.detector for one in in_files} == set(DETECTORS)


def said(episodes: Iterable[Episode]) -> list[Any]:
    """The lines of a file of alerts; the order of the evidence within a line says nothing."""
    return [json.loads(line) for line in alert_lines(episodes)]


def judge(home: RecordedHome, service: Service, *, now: datetime) -> None:
    """Sweep until nothing is left to judge, and again when what came has settled."""
    while service.sweep_once(home.sessions.detectors, now=now):
        pass
    service.sweep_once(home.sessions.detectors, now=now + SETTLE)
