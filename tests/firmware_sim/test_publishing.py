"""What leaves the simulator: recordings of the past, and what devices say of the present."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.built import Built, build
from firmware_sim.careless import IMPOSSIBLE_HUMIDITY_PCT
from firmware_sim.commands import main
from firmware_sim.faults.table import make_fault
from firmware_sim.listening import messages_of
from firmware_sim.live import Run
from firmware_sim.pace import Pace
from firmware_sim.recording import BrokenOffError
from firmware_sim.rundir import RunDir
from firmware_sim.scenario import load_scenario
from firmware_sim.simulation import Simulation

NOW = 29_900_003


@pytest.fixture
def built(small: Path) -> Built:
    """Three homes in two blocks."""
    return build(load_scenario(small))


@pytest.fixture
def simulation(built: Built) -> Simulation:
    """Their simulation, at rest."""
    return built.at_rest(minute=NOW)


def test_every_device_has_the_name_its_registry_expects(built: Built) -> None:
    assert sorted(device.topic for device in built.devices.all()) == [
        "block-1/ems-esp-01",
        "block-1/ems-esp-02",
        "block-1/zigbee2mqtt/th-0101",
        "block-1/zigbee2mqtt/th-0102",
        "block-1/zigbee2mqtt/th-0103",
        "block-1/zigbee2mqtt/th-0201",
        "block-1/zigbee2mqtt/th-0202",
        "block-1/zigbee2mqtt/th-0203",
        "block-1/zigbee2mqtt/weather-1",
        "block-2/ems-esp-03",
        "block-2/zigbee2mqtt/th-0301",
        "block-2/zigbee2mqtt/th-0302",
        "block-2/zigbee2mqtt/th-0303",
    ]


def written(run_dir: Path) -> dict[str, list[dict[str, Any]]]:
    """The recordings of a run, by file name."""
    return {
        path.name: [json.loads(line) for line in path.read_text().splitlines()]
        for path in sorted((run_dir / "history").iterdir())
    }


def run_at(
    scenario: Path, run_dir: Path, minute: int, stopped: Callable[[], bool] = lambda: False
) -> Run:
    """Start a simulator whose wall clock stands at `minute`, and let it catch up."""
    run = Run(
        build(load_scenario(scenario)),
        RunDir(run_dir),
        pace=Pace(lambda: minute * 60.0 + 5.0),
        stopped=stopped,
        say=lambda _line: None,
    )
    run.catch_up()
    return run


@pytest.fixture(scope="module")
def past(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of a first start at `NOW`; to be looked at and copied only."""
    run_dir = tmp_path_factory.mktemp("past") / "run"
    run_dir.mkdir()
    run_at(small, run_dir, NOW)
    return run_dir


@pytest.fixture
def run_dir(past: Path, tmp_path: Path) -> Path:
    """The same, to go on with."""
    return Path(shutil.copytree(past, tmp_path / "run"))


def test_a_history_is_recorded_in_time_order_in_the_form_of_mosquitto_sub(past: Path) -> None:
    recordings = written(past)

    assert list(recordings) == [
        "block-1-20261104T2123Z-20261106T2123Z.jsonl",
        "block-2-20261104T2123Z-20261106T2123Z.jsonl",
    ]
    for name, lines in recordings.items():
        assert [line["tst"] for line in lines] == sorted(line["tst"] for line in lines)
        for line in lines:
            assert list(line) == ["tst", "topic", "qos", "retain", "payloadlen", "payload"]
            assert line["payloadlen"] == len(line["payload"].encode())
            assert line["topic"].startswith(f"{name[:7]}/")
            assert isinstance(json.loads(line["payload"]), dict)


def test_a_recording_samples_boilers_every_ten_minutes(past: Path) -> None:
    minutes = [
        line["tst"][14:16]
        for lines in written(past).values()
        for line in lines
        if line["topic"].endswith("ems-esp-01/boiler_data")
    ]

    assert 260 <= len(minutes) <= 295  # 288 in two days, a few lost and a few doubled
    assert {minute[1] for minute in minutes[:20]} == {"0"}


def humidity_said(run_dir: Path) -> dict[str, list[float | None]]:
    """The humidity in each room message of a history, by the sensor's name."""
    said: dict[str, list[float | None]] = {}
    for lines in written(run_dir).values():
        for line in lines:
            if "/th-" in line["topic"]:
                name = line["topic"].rpartition("/")[2]
                said.setdefault(name, []).append(json.loads(line["payload"]).get("humidity"))
    return said


def test_a_careless_sensor_leaves_its_humidity_out_now_and_then(past: Path) -> None:
    said = humidity_said(past)

    missing = {name: values.count(None) for name, values in said.items()}
    assert 0 < missing.pop("th-0201") < 30  # of some 288, one in fifty
    assert set(missing.values()) == {0}


def test_another_says_now_and_then_what_cannot_be(past: Path) -> None:
    said = humidity_said(past)

    odd = {name: values.count(IMPOSSIBLE_HUMIDITY_PCT) for name, values in said.items()}
    assert 0 < odd.pop("th-0302") < 30
    assert set(odd.values()) == {0}


def test_an_absence_becomes_a_recording_of_its_own(small: Path, run_dir: Path) -> None:
    run_at(small, run_dir, NOW + 3)  # too short to be worth a file
    run_at(small, run_dir, NOW + 240)

    assert list(written(run_dir)) == [
        "block-1-20261104T2123Z-20261106T2123Z.jsonl",
        "block-1-20261106T2126Z-20261107T0123Z.jsonl",
        "block-2-20261104T2123Z-20261106T2123Z.jsonl",
        "block-2-20261106T2126Z-20261107T0123Z.jsonl",
    ]


def test_a_stopped_history_leaves_nothing_behind(small: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()

    with pytest.raises(BrokenOffError):
        run_at(small, run_dir, NOW, stopped=lambda: True)

    assert list((run_dir / "history").iterdir()) == []
    assert not (run_dir / "state.npz").exists()


def test_an_absence_that_is_not_recorded_to_its_end_is_recorded_by_the_next_start(
    small: Path, run_dir: Path
) -> None:
    before = list(written(run_dir))
    with pytest.raises(BrokenOffError):
        run_at(small, run_dir, NOW + 2 * 1440, stopped=lambda: True)
    assert list(written(run_dir)) == before

    run_at(small, run_dir, NOW + 240)

    assert list(written(run_dir))[1] == "block-1-20261106T2123Z-20261107T0123Z.jsonl"


def test_a_recording_saved_but_not_named_is_named_at_the_next_start(
    small: Path, run_dir: Path
) -> None:
    names = list(written(run_dir))
    for path in (run_dir / "history").iterdir():
        path.rename(path.with_name(path.name + ".part"))  # as a kill between the two would leave it

    run_at(small, run_dir, NOW)

    assert list(written(run_dir)) == names


def test_the_status_says_how_far_the_history_is(past: Path) -> None:
    status = json.loads((past / "status.json").read_text())

    lines = sum(len(lines) for lines in written(past).values())
    assert status == {
        "phase": "history",
        "samples_history": lines,
        "samples_live": 0,
        "messages_live": 0,
        "waiting": 0,
        "dropped": 0,
        "connected": False,
        "now": "2026-11-06T21:23:00Z",
        "history_days": 2,
        "history_days_done": 2,
    }


def test_a_silent_boiler_says_nothing_more(built: Built, simulation: Simulation) -> None:
    simulation.begin(make_fault(home=2, name="silent", place="boiler", began_minute=NOW, values={}))

    said = messages_of(built, simulation, built.no_memory(), 60)

    topics = {one.said.topic for one in said}
    assert "block-2/ems-esp-03/boiler_data" not in topics
    assert {"block-1/ems-esp-01/boiler_data", "block-1/ems-esp-02/boiler_data"} < topics


def test_what_is_said_does_not_depend_on_how_the_time_is_cut(built: Built) -> None:
    at_once, minute_by_minute = built.at_rest(minute=NOW), built.at_rest(minute=NOW)
    memory, other = built.no_memory(), built.no_memory()

    whole = messages_of(built, at_once, memory, 30)
    parts = [one for _ in range(30) for one in messages_of(built, minute_by_minute, other, 1)]

    assert sorted(parts) == sorted(whole)
    assert len(whole) > 90  # a boiler each minute, and the rooms


def test_the_truth_of_a_run_can_be_read_by_a_person(
    past: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["truth", "--run-dir", str(past)])

    [line] = capsys.readouterr().out.splitlines()
    assert status == 0
    assert line.startswith("home-2: slow_leak (boiler), severity 0.655, since 2026-11-05T21:23:00Z")
