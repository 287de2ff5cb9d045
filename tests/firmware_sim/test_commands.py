"""The commands: breaking and mending, what can be chosen, and how a refusal is told."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

import firmware_sim
from firmware_sim.breaking import MEND, carry_out, request_of
from firmware_sim.built import build
from firmware_sim.commands import main
from firmware_sim.faults.table import FAULTS
from firmware_sim.live import open_run
from firmware_sim.oddities.table import ODDITIES
from firmware_sim.rundir import AlreadyRunningError, NotRunningError, RunDir
from firmware_sim.scenario import load_scenario
from firmware_sim.simulation import Simulation

NOW = 29_900_003


@pytest.fixture
def simulation(small: Path) -> Simulation:
    """Three homes, at rest."""
    return build(load_scenario(small)).at_rest(minute=NOW)


def test_a_request_breaks_the_home_and_is_answered_with_the_truth(simulation: Simulation) -> None:
    answer = carry_out(request_of("home-3", "fast_leak", None, {"rate": 0.4}), simulation)

    assert answer["truth"]["home_id"] == "home-3"
    assert answer["truth"]["parameters"] == {"rate": 0.4}
    assert simulation.effects.boiler.leak_bar_day.tolist() == [0.0, 0.0, 0.4]


def test_a_request_mends_what_was_broken(simulation: Simulation) -> None:
    carry_out(request_of("home-3", "fast_leak", None, {"rate": 0.4}), simulation)
    simulation.run(10)

    answer = carry_out(request_of("home-3", "fast_leak", None, {}, do=MEND), simulation)

    assert answer["truth"]["ended_at"] == "2026-11-06T21:33:00Z"
    assert simulation.effects.boiler.leak_bar_day.tolist() == [0.0, 0.0, 0.0]


def test_what_is_not_broken_cannot_be_mended(simulation: Simulation) -> None:
    carry_out(request_of("home-3", "fast_leak", None, {}), simulation)

    answer = carry_out(request_of("home-3", "slow_leak", None, {}, do=MEND), simulation)

    assert answer == {"error": "home-3 has no slow_leak at present; it has: fast_leak"}


def test_an_oddity_can_be_asked_for_like_a_fault(simulation: Simulation) -> None:
    answer = carry_out(request_of("home-1", "gateway_outage", None, {}), simulation)

    assert answer["truth"]["fault"] == "gateway_outage"
    assert simulation.effects.devices.gateway_down.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("request_made", "reason"),
    [
        (
            request_of("home-12", "fast_leak", None, {}),
            "there is no home 'home-12'; there are home-1 to home-3",
        ),
        (None, "the request cannot be read: it needs do, home, fault, place, parameters"),
        (
            {"home": "home-1"},
            "the request cannot be read: it needs do, home, fault, place, parameters",
        ),
        (
            {
                "do": "break",
                "home": "home-1",
                "fault": "slow_leak",
                "place": ["boiler"],
                "parameters": {"rate": [1]},
            },
            "the request cannot be read: it needs do, home, fault, place, parameters",
        ),
        (
            request_of("home-1", "slow_leak", None, {}, do="explode"),
            "cannot 'explode' a home: ask to break or to mend it",
        ),
    ],
    ids=["no such home", "unreadable", "incomplete", "lists for words", "no such deed"],
)
def test_a_request_that_cannot_be_done_breaks_nothing(
    simulation: Simulation, request_made: Any, reason: str
) -> None:
    answer = carry_out(request_made, simulation)

    assert answer == {"error": reason}
    assert len(simulation.episodes) == 0


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


def test_a_request_that_nobody_waits_for_is_thrown_away_at_a_start(tmp_path: Path) -> None:
    place = RunDir(tmp_path)
    place.requests.mkdir()
    (place.requests / "old.json").write_text("{}")

    open_run(tmp_path)

    assert place.asked() == []


def test_what_lies_among_the_requests_and_is_none_stops_nothing(tmp_path: Path) -> None:
    place = open_run(tmp_path)
    (place.requests / "folder.json").mkdir()
    (place.requests / "gone.json").symlink_to(tmp_path / "gone")
    (place.requests / "deep.json").write_text("[" * 9_000)

    assert place.asked() == [(place.requests / "deep.json", None)]


def test_only_their_owner_can_make_requests(tmp_path: Path) -> None:
    place = open_run(tmp_path / "run")

    assert place.requests.stat().st_mode & 0o777 == 0o700


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


def test_a_run_directory_that_cannot_be_written_is_said_to_be_so(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    status = main(
        ["live", f"--scenario={small}", f"--run-dir={in_the_way}", "--until-history-only"]
    )

    assert status == 1
    assert capsys.readouterr().err == (
        f"firmware-sim: {in_the_way} cannot be written (File exists): "
        "make room or choose another --run-dir, then start again\n"
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("--speed", "0"), "the speed cannot be 0: choose 1 to 100,000"),
        (("--from", "2026-01-05T00:00:00Z"), "a start of one's own needs a --speed above 1"),
        (
            ("--speed", "60", "--from", "yesterday"),
            "--from cannot be 'yesterday': write it as 2026-01-05T00:00:00Z",
        ),
        (
            ("--speed", "60", "--from", "0001-01-05T00:00:00Z"),
            "--from cannot be '0001-01-05T00:00:00Z': choose a year from 1980 to 2099",
        ),
        (("--url", "localhost"), "the broker's address must be mqtt://user:password@host:port"),
    ],
    ids=["no speed", "no fast time", "no instant", "before all minutes", "no address"],
)
def test_time_and_broker_that_cannot_be_are_refused_in_one_line(
    small: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    given: tuple[str, ...],
    reason: str,
) -> None:
    status = main(["live", f"--scenario={small}", f"--run-dir={tmp_path}", *given])

    assert status == 1
    assert capsys.readouterr().err == f"firmware-sim: {reason}\n"


def test_a_command_that_is_not_understood_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["break", "home-1", "slow_leak", "--rate", "much"])

    assert refused.value.code == 2
    assert capsys.readouterr().err == (
        "firmware-sim break: argument --rate: invalid float value: 'much'; "
        "see `firmware-sim break --help`\n"
    )


@pytest.mark.parametrize(("command", "kinds"), [("faults", FAULTS), ("oddities", ODDITIES)])
def test_the_kinds_are_listed_and_explained(
    capsys: pytest.CaptureFixture[str], command: str, kinds: dict[str, object]
) -> None:
    status = main([command])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == list(kinds)


def test_one_fault_is_explained_with_what_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["faults", "slow_leak"])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert lines[0].startswith("slow_leak: ")
    assert "    --rate: fall of cold pressure, 0.005 to 0.15 bar/day (default 0.05)" in lines


def test_a_fault_that_does_not_exist_is_not_explained(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["faults", "slow_leek"])

    assert status == 1
    said = capsys.readouterr().err
    assert said.startswith("firmware-sim: there is no fault 'slow_leek' (did you mean slow_leak?)")
    assert said.count("\n") == 1


def test_the_simulator_shares_no_code_with_what_it_tests() -> None:
    allowed = {"numpy", "firmware_sim"} | set(sys.stdlib_module_names)
    folder = Path(firmware_sim.__file__).parent
    imported = {
        (path.relative_to(folder).parts[0], name.split(".")[0])
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in names_imported(node)
    }

    others = {(where, name) for where, name in imported if name not in allowed}
    assert others == {("broker.py", "aiomqtt"), ("folder", "pyarrow")}


def names_imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []
