"""What leaves the simulator: the two dialects, the recordings, and the commands that make them."""

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import firmware_sim
from firmware_sim.boiler import Doing
from firmware_sim.breaking import carry_out, request_of
from firmware_sim.commands import main
from firmware_sim.devices import Device, Kind
from firmware_sim.dialects import payload_of
from firmware_sim.estate import Estate, build, silenced
from firmware_sim.faults import make_fault
from firmware_sim.live import Run, open_run
from firmware_sim.recording import BrokenOffError
from firmware_sim.rundir import AlreadyRunningError, NotRunningError, RunDir
from firmware_sim.scenario import load_scenario
from firmware_sim.sensing import sense
from firmware_sim.simulation import Simulation

NOW = 29_900_003
STAMP = "2026-11-06T21:23"


@pytest.fixture
def estate(small: Path) -> Estate:
    """Three homes in two blocks."""
    return build(load_scenario(small))


@pytest.fixture
def simulation(estate: Estate) -> Simulation:
    """Their simulation at the start of its history."""
    return estate.start(now_minute=NOW)


def said(estate: Estate, simulation: Simulation, topic: str) -> dict[str, Any]:
    """What the device of that topic publishes now."""
    device = next(one for one in estate.devices if one.topic == topic)
    sensed = sense(simulation, estate.sensors, estate.oddities)
    message: dict[str, Any] = json.loads(payload_of(device, sensed, estate.sensors, STAMP))
    return message


def test_every_device_has_the_name_its_registry_expects(estate: Estate) -> None:
    topics = sorted(device.topic for device in estate.devices)

    assert topics == [
        "block-1/ems-esp-01/boiler_data",
        "block-1/ems-esp-02/boiler_data",
        "block-1/zigbee2mqtt/th-0101",
        "block-1/zigbee2mqtt/th-0102",
        "block-1/zigbee2mqtt/th-0103",
        "block-1/zigbee2mqtt/th-0201",
        "block-1/zigbee2mqtt/th-0202",
        "block-1/zigbee2mqtt/th-0203",
        "block-1/zigbee2mqtt/weather-1",
        "block-2/ems-esp-03/boiler_data",
        "block-2/zigbee2mqtt/th-0301",
        "block-2/zigbee2mqtt/th-0302",
        "block-2/zigbee2mqtt/th-0303",
    ]


@pytest.mark.parametrize("name", ["th-0101", "weather-1"])
def test_a_zigbee_sensor_says_what_zigbee2mqtt_says(
    estate: Estate, simulation: Simulation, name: str
) -> None:
    message = said(estate, simulation, f"block-1/zigbee2mqtt/{name}")

    assert list(message) == [
        "battery",
        "humidity",
        "last_seen",
        "linkquality",
        "temperature",
        "voltage",
    ]
    assert message["last_seen"].startswith(STAMP)
    assert message["last_seen"].endswith(".000Z")
    assert isinstance(message["battery"], int)
    assert isinstance(message["linkquality"], int)


def test_a_boiler_says_what_ems_esp_says(estate: Estate, simulation: Simulation) -> None:
    message = said(estate, simulation, "block-1/ems-esp-01/boiler_data")

    # The members of a real gateway's message, as its documentation lists them.
    assert list(message) == [
        "heatingactive",
        "tapwateractive",
        "selflowtemp",
        "heatingpump",
        "heatingpumpmod",
        "curflowtemp",
        "rettemp",
        "syspress",
        "burngas",
        "flamecurr",
        "curburnpow",
        "burnstarts",
        "burnworkmin",
        "servicecode",
        "servicecodenumber",
        "lastcode",
        "dhw",
    ]
    assert set(message["dhw"]) == {"seltemp", "curtemp"}
    assert message["burngas"] in {"on", "off"}
    assert message["syspress"] == round(message["syspress"], 1)


def test_a_burning_boiler_says_so_in_every_member(estate: Estate, simulation: Simulation) -> None:
    seen: set[str] = set()
    for _ in simulation.every(7, until=NOW - 1440):
        message = said(estate, simulation, "block-1/ems-esp-01/boiler_data")
        burning = message["burngas"] == "on"
        assert (message["flamecurr"] > 5) == burning
        assert (message["curburnpow"] > 0) == burning
        assert (message["servicecode"] in {"-H", "=H"}) == burning
        assert (message["heatingpumpmod"] > 0) == (message["heatingpump"] == "on")
        seen.add(message["servicecode"])

    assert {"0H", "-H", "=H"} <= seen


def test_a_locked_boiler_shows_its_fault_and_no_flame(
    estate: Estate, simulation: Simulation
) -> None:
    begun = make_fault(home=0, name="low_pressure", place=None, began_minute=0, values={"to": 0.3})
    simulation.begin(begun)
    simulation.advance(simulation.minute + 10)

    message = said(estate, simulation, "block-1/ems-esp-01/boiler_data")

    assert (message["servicecode"], message["servicecodenumber"]) == ("2E", 207)
    assert message["lastcode"].startswith("2E(207) ")
    assert message["burngas"] == "off"
    assert sense(simulation, estate.sensors, estate.oddities).doing[0] is Doing.LOCKED


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
        clock=lambda: minute * 60.0 + 5.0,
        stopped=stopped,
        say=lambda _line: None,
    )
    run.catch_up()
    return run


def test_a_history_is_recorded_in_time_order_in_the_form_of_mosquitto_sub(
    small: Path, tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()

    run_at(small, run_dir, NOW)

    recordings = written(run_dir)
    assert list(recordings) == [
        "block-1-20261104T2122Z-20261106T2122Z.jsonl",
        "block-2-20261104T2122Z-20261106T2122Z.jsonl",
    ]
    for name, lines in recordings.items():
        assert [line["tst"] for line in lines] == sorted(line["tst"] for line in lines)
        for line in lines:
            assert list(line) == ["tst", "topic", "qos", "retain", "payloadlen", "payload"]
            assert line["payloadlen"] == len(line["payload"].encode())
            assert line["topic"].startswith(f"{name[:7]}/")
            assert isinstance(json.loads(line["payload"]), dict)
    one_sensor = [
        line["tst"]
        for line in recordings["block-1-20261104T2122Z-20261106T2122Z.jsonl"]
        if line["topic"].endswith("th-0101")
    ]
    assert len(one_sensor) == 2 * 144  # every ten minutes for two days
    assert one_sensor[0][:15] == "2026-11-04T21:3"


def test_a_careless_sensor_leaves_its_humidity_out_now_and_then(
    small: Path, tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    run_at(small, run_dir, NOW)

    without = [
        line["topic"]
        for lines in written(run_dir).values()
        for line in lines
        if "zigbee2mqtt" in line["topic"] and "humidity" not in json.loads(line["payload"])
    ]

    assert 0 < len(without) < 30  # of 288, one in fifty
    assert set(without) == {"block-1/zigbee2mqtt/th-0201"}


def test_an_absence_becomes_a_recording_of_its_own(small: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()

    run_at(small, run_dir, NOW)
    run_at(small, run_dir, NOW + 3)  # too short to be worth a file
    run_at(small, run_dir, NOW + 240)

    assert list(written(run_dir)) == [
        "block-1-20261104T2122Z-20261106T2122Z.jsonl",
        "block-1-20261106T2125Z-20261107T0122Z.jsonl",
        "block-2-20261104T2122Z-20261106T2122Z.jsonl",
        "block-2-20261106T2125Z-20261107T0122Z.jsonl",
    ]


def test_a_stopped_history_leaves_nothing_behind(small: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()

    with pytest.raises(BrokenOffError):
        run_at(small, run_dir, NOW, stopped=lambda: True)

    assert list((run_dir / "history").iterdir()) == []
    assert not (run_dir / "state.npz").exists()


def test_a_recording_saved_but_not_named_is_named_at_the_next_start(
    small: Path, tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    run_at(small, run_dir, NOW)
    names = list(written(run_dir))
    for path in (run_dir / "history").iterdir():
        path.rename(path.with_name(path.name + ".part"))  # as a kill between the two would leave it

    run_at(small, run_dir, NOW)

    assert list(written(run_dir)) == names


def test_the_status_says_how_far_the_history_is(small: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()

    run_at(small, run_dir, NOW)

    status = json.loads((run_dir / "status.json").read_text())
    lines = sum(len(lines) for lines in written(run_dir).values())
    assert status == {
        "phase": "history",
        "samples_history": lines,
        "samples_live": 0,
        "messages_live": 0,
        "waiting": 0,
        "dropped": 0,
        "connected": False,
        "now": "2026-11-06T21:22:00Z",
        "history_days": 2,
        "history_days_done": 2,
    }


def test_a_silent_boiler_says_nothing_more(estate: Estate, simulation: Simulation) -> None:
    begun = make_fault(home=2, name="silent", place="boiler", began_minute=0, values={})
    simulation.begin(begun)

    assert silenced(simulation, estate.devices) == {"block-2/ems-esp-03/boiler_data"}


def test_live_devices_take_turns(estate: Estate) -> None:
    def times_an_hour(device: Device) -> int:
        return sum(device.due(minute) for minute in range(NOW, NOW + 60))

    counts = {(device.kind, times_an_hour(device)) for device in estate.devices}

    assert counts == {(Kind.BOILER, 60), (Kind.ROOM, 12), (Kind.WEATHER, 6)}


def test_a_request_breaks_the_home_and_is_answered_with_the_truth(simulation: Simulation) -> None:
    answer = carry_out(request_of("home-3", "fast_leak", None, {"rate": 0.4}), simulation)

    assert answer["truth"]["home_id"] == "home-3"
    assert answer["truth"]["parameters"] == {"rate": 0.4}
    assert simulation.effects.leak_bar_day.tolist() == [0.0, 0.0, 0.4]


@pytest.mark.parametrize(
    ("request_made", "reason"),
    [
        (
            request_of("home-12", "fast_leak", None, {}),
            "there is no home 'home-12'; there are home-1 to home-3",
        ),
        (None, "the request cannot be read: it needs home, fault, place, parameters"),
        ({"home": "home-1"}, "the request cannot be read: it needs home, fault, place, parameters"),
    ],
    ids=["no such home", "unreadable", "incomplete"],
)
def test_a_request_that_cannot_be_done_breaks_nothing(
    simulation: Simulation, request_made: Any, reason: str
) -> None:
    answer = carry_out(request_made, simulation)

    assert answer == {"error": reason}
    assert simulation.happened == []


def test_breaking_needs_a_simulator_that_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["break", "home-1", "slow_leak", "--run-dir", str(tmp_path)])

    assert status == 1
    assert capsys.readouterr().err == (
        f"firmware-sim: no simulator is running in {tmp_path}; start one with `live`, "
        "or name its directory with --run-dir\n"
    )


def test_a_simulator_that_does_not_answer_is_said_not_to(tmp_path: Path) -> None:
    open_run(tmp_path)

    with pytest.raises(NotRunningError, match="did not answer within 0 s"):
        RunDir(tmp_path).ask({}, within_s=0.1)

    assert list((tmp_path / "requests").iterdir()) == []


def test_a_run_directory_has_one_simulator(tmp_path: Path) -> None:
    open_run(tmp_path)

    with pytest.raises(AlreadyRunningError):
        open_run(tmp_path)


def test_live_without_a_broker_says_how_to_name_one(
    small: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FIRMWARE_SIM_URL", raising=False)

    status = main(["live", "--scenario", str(small), "--run-dir", str(tmp_path)])

    assert status == 1
    assert capsys.readouterr().err == (
        "firmware-sim: which broker? Set FIRMWARE_SIM_URL=mqtt://user:password@host:port\n"
    )


def test_the_faults_are_listed_with_what_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["faults"])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert "    --rate: fall of cold pressure, 0.005 to 0.15 bar/day (default 0.05)" in lines


def test_the_simulator_shares_no_code_with_what_it_tests() -> None:
    allowed = {"numpy", "aiomqtt", "firmware_sim"} | set(sys.stdlib_module_names)
    folder = Path(firmware_sim.__file__).parents[1]
    imported = {
        (path.name, name.split(".")[0])
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in names_imported(node)
    }

    assert {(file, name) for file, name in imported if name not in allowed} == set()
    assert ("broker.py", "aiomqtt") in imported


def names_imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []
