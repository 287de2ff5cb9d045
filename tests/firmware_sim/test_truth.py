"""The ground truth as lines that others read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY, minute_of
from firmware_sim.faults.episodes import Episodes
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import make_fault
from firmware_sim.oddities.table import make_oddity
from firmware_sim.truth import COLUMNS, truth_row, truth_rows, write_truth

BEGAN = minute_of(datetime(2026, 10, 8, 6, 30, tzinfo=UTC))
NOW = BEGAN + 60 * MINUTES_A_DAY
HOMES = ("home-51", "home-52")


def fault(name: str, *, began: int = BEGAN, home: int = 51, **values: float) -> Planned:
    return make_fault(home=home, name=name, place=None, began_minute=began, values=values)


def test_a_fault_is_a_line_of_the_truth() -> None:
    episodes = Episodes.of([fault("slow_leak", rate=0.05)])
    episodes.noticed_minute[0] = BEGAN + 2 * MINUTES_A_DAY
    episodes.end(np.array([0]), BEGAN + 3 * MINUTES_A_DAY)

    assert truth_row(episodes, 0, home_id="home-52") == {
        "home_id": "home-52",
        "fault": "slow_leak",
        "place": "boiler",
        "began_at": "2026-10-08T06:30:00Z",
        "ended_at": "2026-10-11T06:30:00Z",
        "noticed_at": "2026-10-10T06:30:00Z",
        "severity": 0.31,
        "parameters": {"rate": 0.05},
        "severity_over_time": [["2026-10-08T06:30:00Z", 0.31], ["2026-10-11T06:30:00Z", 0.31]],
    }


def test_a_line_has_every_column_of_the_table() -> None:
    row = truth_row(Episodes.of([fault("silent")]), 0, home_id="home-52")

    assert tuple(row)[: len(COLUMNS)] == COLUMNS


def test_severity_grows_as_the_fault_does() -> None:
    episodes = Episodes.of([fault("expansion_vessel", left=0.05)])

    growing = truth_row(episodes, 0, home_id="home-52")["severity_over_time"]
    episodes.end(np.array([0]), BEGAN + 15 * MINUTES_A_DAY)
    cut_short = truth_row(episodes, 0, home_id="home-52")["severity_over_time"]

    assert growing == [["2026-10-08T06:30:00Z", 0.0], ["2026-11-07T06:30:00Z", 1.0]]
    assert cut_short == [["2026-10-08T06:30:00Z", 0.0], ["2026-10-23T06:30:00Z", 0.5]]


def test_an_end_that_is_to_come_is_not_known_yet() -> None:
    episodes = Episodes.of([fault("stuck")])
    episodes.end(np.array([0]), NOW + 1)

    rows = truth_rows(episodes, minute=NOW, home_ids=HOMES, first=50)

    assert [row["ended_at"] for row in rows] == [None]
    assert len(rows[0]["severity_over_time"]) == 1


def test_the_truth_holds_what_has_begun_in_the_order_of_its_onset() -> None:
    episodes = Episodes.of(
        [
            fault("stuck", began=BEGAN + 500),
            fault("slow_leak", home=50),
            fault("railed", began=NOW + 1),
            make_oddity(home=50, name="holiday", place=None, began_minute=BEGAN, values={}),
        ]
    )

    rows = truth_rows(episodes, minute=NOW, home_ids=HOMES, first=50)
    odd = truth_rows(episodes, minute=NOW, home_ids=HOMES, first=50, faults=False)

    assert [(row["home_id"], row["fault"]) for row in rows] == [
        ("home-51", "slow_leak"),
        ("home-52", "stuck"),
    ]
    assert [row["fault"] for row in odd] == ["holiday"]


def test_the_truth_is_written_as_lines_of_json(tmp_path: Path) -> None:
    rows = truth_rows(
        Episodes.of([fault("silent"), fault("no_heat", home=50)]),
        minute=NOW,
        home_ids=HOMES,
        first=50,
    )

    write_truth(tmp_path / "truth.jsonl", rows)

    lines = (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert [path.name for path in tmp_path.iterdir()] == ["truth.jsonl"]
