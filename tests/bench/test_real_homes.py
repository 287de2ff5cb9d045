"""Recordings of real rooms: every alert on them is known here, and explained on the page."""

import csv
from pathlib import Path
from typing import Any

import pytest

from bench.accuracy.explained import EXPLAINED
from bench.accuracy.page_real import recordings
from bench.accuracy.real import NOT_EXPLAINED, real_homes
from bench.accuracy.recorded import Extent, recorded_homes, write_folder
from bench.reference import DATA
from tests.detectors.run.simple import SIMPLE

UCI_HEAD = ["time_local", *(f"{name}{n}" for n in range(1, 10) for name in ("T", "RH_"))]


def recording_of_three_samples(folder: Path) -> Path:
    """A folder of recordings with three lines of the Belgian house alone."""
    place = folder / "uci_appliances_energy"
    place.mkdir()
    with (place / "home.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(UCI_HEAD)
        for minute in (0, 10, 20):
            values = [20.5, 45.0] * 9
            writer.writerow([f"2016-01-11T17:{minute:02}:00", *values])
    return folder


def test_a_recording_becomes_a_folder_in_utc_with_its_rooms_and_its_weather(
    tmp_path: Path,
) -> None:
    [home] = recorded_homes(recording_of_three_samples(tmp_path), tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()

    extent = write_folder(home, folder)

    assert extent == Extent(rooms=8, days=20 / 1440)
    with (folder / "room_readings.csv").open(newline="") as file:
        rooms = list(csv.DictReader(file))
    assert len(rooms) == 24
    assert rooms[0]["measured_at"] == "2016-01-11T16:00:00.000Z"
    assert (rooms[0]["room"], rooms[0]["air_temp_c"]) == ("kitchen", "20.5")
    with (folder / "weather_readings.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 3


def test_an_alert_that_nobody_looked_at_is_printed_as_not_explained() -> None:
    alert = {
        "detector": "mould_risk",
        "place": "kitchen",
        "severity": "low",
        "raised_at": "2016-02-01T00:00:00+00:00",
        "cleared_at": None,
        "sentence": "It is damp.",
        "explanation": NOT_EXPLAINED,
    }
    home = {"home": "a", "words": "a house", "rooms": 1, "days": 30.0, "alerts": [alert]}

    page = list(recordings({"real_homes": [home]}))

    line = (
        "| a, kitchen | `mould_risk`, low | 2016-02-01 to the end | It is damp. | not explained |"
    )
    assert page[-2:] == [line, ""]


def test_without_recordings_nothing_is_judged(tmp_path: Path) -> None:
    assert real_homes(tmp_path, SIMPLE) == []


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    if not (DATA / "uci_appliances_energy").exists():
        pytest.skip("the recordings of real homes are not here")
    return real_homes(DATA)


def test_every_alert_on_real_homes_is_explained_and_every_explanation_has_its_alert(
    recorded: list[dict[str, Any]],
) -> None:
    raised = {
        (home["home"], alert["detector"], alert["place"], int(alert["raised_at"][:4]))
        for home in recorded
        for alert in home["alerts"]
    }

    assert raised == set(EXPLAINED)


def test_no_alert_on_real_homes_is_more_than_information(recorded: list[dict[str, Any]]) -> None:
    worse = [
        (home["home"], alert["detector"])
        for home in recorded
        for alert in home["alerts"]
        if alert["severity"] != "low"
    ]

    assert [one["home"] for one in recorded[:5]] == ["stambruges", "R1", "R2", "R3", "R4"]
    assert worse == []
