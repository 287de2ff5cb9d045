"""What `python -m bench reference` prints is what the reference says, and not what we wish."""

import argparse
from pathlib import Path

import pytest

from bench.reference import DATA, home_assistant_state, lines, measure


def test_every_reference_value_is_met() -> None:
    result = measure(argparse.Namespace(data=DATA))

    assert result["vtt_constant"]["worst"] <= 0.001
    assert result["vtt_dynamic"]["worst"] <= 0.001
    assert result["vtt_real"] is None or result["vtt_real"]["worst"] <= 0.001
    assert result["psychrometrics_pct"] <= 0.1
    assert (result["home_assistant_vectors"], result["home_assistant_differ"]) == (9, 0)


def test_recordings_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    result = measure(argparse.Namespace(data=tmp_path))

    assert result["vtt_real"] is None
    assert [line for line in lines(result) if "not measured" in line] == [
        "VTT index, real TRH-1 recordings: not measured, the recordings are not there (--data DIR)"
    ]


@pytest.mark.parametrize(
    ("calibration", "rel_humidity", "state"), [(2, 50, 68), (0, 50, None), (2, 101, None)]
)
def test_home_assistant_s_state_is_a_whole_number_or_unavailable(
    calibration: float, rel_humidity: float, state: int | None
) -> None:
    assert home_assistant_state(20.0, 10.0, rel_humidity, calibration) == state
