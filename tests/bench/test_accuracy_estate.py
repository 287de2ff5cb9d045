"""Simulated homes judged without files are judged as from their estate folder."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from bench.accuracy import estate, lines, measure
from bench.accuracy.baselines import BASELINES
from bench.accuracy.estate import block_faults, block_frames
from detectors.offline.alert_lines import alert_lines
from detectors.offline.analyse import analyse
from detectors.offline.judging import judged
from firmware_sim.folder.blocks import Block, Order, blocks_of
from firmware_sim.folder.write import write_estate


def block_with(*faults: str) -> Block:
    """Twelve homes for six days, half of them with one of these faults."""
    [block] = blocks_of(Order(homes=12, days=6, seed=3, block_homes=50, faults=faults))
    return block


def test_streamed_homes_give_the_alerts_of_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = block_with("silent", "low_pressure")
    write_estate(block.order, tmp_path / "estate", say=lambda _: None)
    monkeypatch.setattr(estate, "CHUNK_DAYS", 4)

    rooms, boilers = block_frames(block)

    in_files = analyse(tmp_path / "estate", say=lambda _: None)
    assert {one.detector for one in in_files} == {"silent", "low_pressure"}
    assert list(alert_lines(judged(rooms, boilers))) == list(alert_lines(in_files))
    assert {one.fault for one in block_faults(block)} == {"silent", "low_pressure"}


def test_days_read_at_a_time_change_nothing_even_where_clocks_are_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = block_frames(block_with("clock_wrong"))
    monkeypatch.setattr(estate, "CHUNK_DAYS", 1)

    day_by_day = block_frames(block_with("clock_wrong"))

    for whole, pieced in zip(at_once, day_by_day, strict=True):
        assert (pieced.rows, pieced.shape) == (whole.rows, whole.shape)
        for name in {*whole.values, *pieced.values}:
            np.testing.assert_array_equal(pieced[name], whole[name])
    np.testing.assert_array_equal(day_by_day[0].outdoor_temp_c, at_once[0].outdoor_temp_c)


def test_a_whole_run_scores_detectors_and_baselines_on_the_same_homes() -> None:
    result = measure(Namespace(homes=10, days=12, seed=3))

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
