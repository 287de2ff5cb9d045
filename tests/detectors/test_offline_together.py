"""Homes on files beside one another: each judged by itself, what they share told as one."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.__main__ import main
from tests.detectors.homes import boilers, rooms, with_values
from tests.detectors.offline_folders import AREA, folder_of

pytestmark = pytest.mark.usefixtures("simple_detectors")


def test_a_home_is_judged_from_its_own_first_day_on(analysed: Callable[..., bytes]) -> None:
    # Both are soaked; home-2 is first heard ten days after home-1.
    room = rooms(homes=2, days=30, air_temp_c=12.0, excess_pa=1500.0)
    values = {name: array.copy() for name, array in room.values.items()}
    for array in values.values():
        array[1, : 10 * 144] = np.nan

    lines = analysed(folder_of(with_values(room, **values), boilers(homes=2, days=30)))

    raised = {
        (one["home_id"], one["detector"]): datetime.fromisoformat(one["raised_at"])
        for one in map(json.loads, lines.splitlines())
    }
    later = raised["home-2", "mould_risk"] - raised["home-1", "mould_risk"]
    assert later == timedelta(days=10)


def test_what_many_homes_report_at_once_has_one_group(tmp_path: Path) -> None:
    falling = boilers(homes=8, days=10, leak_bar_per_day=0.2, leak_from_day=2)
    pressure = falling["pressure_bar"].copy()
    pressure[6:] = 1.4
    folder = folder_of(rooms(homes=8, days=10), with_values(falling, pressure_bar=pressure))
    out = tmp_path / "alerts.jsonl"

    assert main(["analyse", str(folder.write(tmp_path / "estate")), "--out", str(out)]) == 0

    low = [
        line
        for line in map(json.loads, out.read_text("utf-8").splitlines())
        if line["detector"] == "slow_leak"
    ]
    first = min(line["raised_at"] for line in low)
    assert {line["home_id"] for line in low} == {f"home-{number}" for number in range(1, 7)}
    assert {line["group"] for line in low} == {f"{AREA}/slow_leak/{first}"}
