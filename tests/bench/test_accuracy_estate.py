"""Simulated homes watched without files are judged as from their estate folder."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.accuracy import add_options, lines, measure
from bench.accuracy.baselines import BASELINES
from bench.accuracy.block import run_block
from bench.accuracy.estate import (
    boiler_samples,
    days_lived,
    room_samples,
    watch_of,
    weather_samples,
)
from bench.accuracy.page import write_page
from core.quantities import Kind
from detectors.arrays import Floats
from detectors.frame import BoilerFrame, Frame
from detectors.offline.alert_lines import alert_lines
from detectors.offline.analyse import analyse
from firmware_sim.folder.blocks import Order, block_from
from firmware_sim.folder.write import write_estate
from tests.detectors.run.simple import SIMPLE

NO_RECORDINGS = Path("/nowhere")
OPTIONS = {"seed": 3, "healthy": False, "workers": 1, "page": None, "data": NO_RECORDINGS}


def ordered(*faults: str, homes: int = 12, days: int = 6) -> Order:
    """Homes half of which have one of these faults."""
    return Order(homes=homes, days=days, seed=3, block_homes=50, faults=faults)


def test_streamed_homes_give_the_alerts_of_their_folder(tmp_path: Path) -> None:
    order = ordered("silent", "low_pressure")
    write_estate(order, tmp_path / "estate", say=lambda _: None)

    run = run_block(order, SIMPLE, 0)

    in_files = analyse(tmp_path / "estate", say=lambda _: None, detectors=SIMPLE).episodes
    assert {one.detector for one in in_files} >= {"silent", "low_pressure"}
    assert list(alert_lines(run.alerts)) == list(alert_lines(in_files))
    assert {one.fault for one in run.faults} == {"silent", "low_pressure"}
    assert run.homes == 12


def test_days_that_come_one_by_one_change_nothing_even_where_clocks_are_wrong() -> None:
    block = block_from(ordered("clock_wrong", days=3), 0)
    watch = watch_of(block, SIMPLE)
    one_by_one = [watch.judge(day) for day, _ in days_lived(block, watch)]

    block = block_from(block.order, 0)
    watch = watch_of(block, SIMPLE)
    whole = block.whole()
    watch.add(Kind.ROOM, room_samples(whole.rooms, watch.homes.rooms))
    watch.add(Kind.BOILER, boiler_samples(whole.boilers, watch.homes.boilers))
    areas = watch.around.weather.places
    watch.around = watch.around.under(weather_samples(whole.weather, areas))
    at_once = [watch.judge(day) for day in watch.homes.days]

    for (rooms, boilers), (other_rooms, other_boilers) in zip(one_by_one, at_once, strict=True):
        assert_same(rooms, other_rooms)
        assert_same(boilers, other_boilers)
        np.testing.assert_array_equal(rooms.outdoor_temp_c, other_rooms.outdoor_temp_c)
        np.testing.assert_array_equal(boilers.indoor_temp_c, other_boilers.indoor_temp_c)


def assert_same(frame: Frame, other: Frame) -> None:
    assert (frame.rows, frame.start, frame.shape) == (other.rows, other.start, other.shape)
    for name in {*frame.values, *other.values}:
        np.testing.assert_array_equal(frame[name], other[name])


def test_a_boiler_says_its_code_and_how_warm_it_is_in_the_home_and_outdoors() -> None:
    block = block_from(ordered("lockout", days=4), 0)
    watch = watch_of(block, SIMPLE)
    frames: list[BoilerFrame] = [watch.judge(day)[1] for day, _ in days_lived(block, watch)]

    last = frames[-1]
    said = {last.codes[int(place)] for place in known(last.values["fault_code"])}
    assert said <= set(last.codes)
    assert said != set()
    assert 5 < known(last.indoor_temp_c).mean() < 30
    assert np.isnan(last.outdoor_temp_c).mean() < 0.05


def known(values: Floats) -> Floats:
    told: Floats = values[~np.isnan(values)]
    return told


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return measure(Namespace(homes=10, days=12, **OPTIONS))


def test_a_whole_run_scores_detectors_and_baselines_on_the_same_homes(
    result: dict[str, Any],
) -> None:
    by_fault = result["detectors"]["by_fault"]
    assert sum(one["events"] for one in by_fault.values()) > 0
    assert (
        sum(one["events"] for one in by_fault.values())
        == sum(one["events"] for one in result["detectors"]["by_third"])
        == result["detectors"]["overall"]["events"]
    )
    assert list(result["baselines"]) == [one.name for one in BASELINES]
    for both in result["baselines"].values():
        assert both["alone"]["overall"]["events"] == both["detectors"]["overall"]["events"]
    assert json.loads(json.dumps(result)) == result
    table = "\n".join(lines(result))
    assert [name for name in by_fault if f"\n{name} " not in table] == []


def test_the_page_says_how_it_was_made_and_every_fault(
    result: dict[str, Any], tmp_path: Path
) -> None:
    write_page(tmp_path / "accuracy.md", result)

    page = (tmp_path / "accuracy.md").read_text("utf-8")
    assert [name for name in result["detectors"]["by_fault"] if f"| `{name}` |" not in page] == []
    for words in (
        "`python -m bench accuracy --homes 10 --days 12 --seed 3 --page docs/accuracy.md`",
        "501 to 599, 601 to 699, 701 to 799, 7001, 8001, 20001 to 20009; "
        "the seed 3 is none of them",
        "not like for like",
        "no alert can come before the onset",
        "| VTT mould index, real TRH-1 recordings | not here | not here | 0.001 at most |",
        "The recordings are not here: nothing was judged.",
    ):
        assert words in page
    assert [one.name for one in tmp_path.iterdir()] == ["accuracy.md"]


def test_healthy_homes_have_no_event_and_no_right_alert() -> None:
    result = measure(Namespace(homes=5, days=3, **{**OPTIONS, "healthy": True}))

    assert result["detectors"]["overall"]["events"] == 0
    assert result["detectors"]["overall"]["found"] == 0
    false_homes = [
        one["medium"] + one["high"] + one["emergency"] for one in result["told_wrongly"].values()
    ]
    assert result["detectors"]["false"] == sum(false_homes)


def test_a_run_on_a_seed_that_thresholds_were_looked_at_says_that_it_proves_nothing(
    result: dict[str, Any], tmp_path: Path
) -> None:
    write_page(tmp_path / "accuracy.md", {**result, "seed": 7001})

    assert "**this run proves nothing**" in (tmp_path / "accuracy.md").read_text("utf-8")


def test_two_processes_give_what_one_gives() -> None:
    """Also: a home comes out the same in a block of fifty and in one of all."""

    def figures(workers: int) -> dict[str, object]:
        whole = measure(Namespace(homes=51, days=1, **{**OPTIONS, "workers": workers}))
        return {
            name: one
            for name, one in whole.items()
            if name not in ("cpu_s", "judging_home_days_per_cpu_s")
        }

    assert figures(2) == figures(1)


def test_a_page_in_a_folder_that_is_not_there_is_refused_before_a_home_is_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = ArgumentParser()
    add_options(parser)

    with pytest.raises(SystemExit):
        parser.parse_args(["--page", str(tmp_path / "none" / "page.md")])

    assert f"{tmp_path / 'none'} is no folder; make it first\n" in capsys.readouterr().err
