"""What a person is told of the upkeep."""

import json
from pathlib import Path

from local.watching import upkeep_lines

LOG = Path("upkeep.log")


def test_a_job_that_fails_is_named_and_one_that_does_not_is_no_news(tmp_path: Path) -> None:
    status = tmp_path / "upkeep.json"
    jobs = {"retention": {"error": "LockNotAvailable 55P03"}, "hours": {"error": None}}
    status.write_text(json.dumps({"jobs": jobs}), "utf-8")

    assert upkeep_lines(status, LOG) == [
        "upkeep: retention fails (LockNotAvailable 55P03); it is tried again, and upkeep.log says "
        "why"
    ]


def test_an_upkeep_that_never_spoke_is_told_of(tmp_path: Path) -> None:
    assert upkeep_lines(tmp_path / "none.json", LOG) == ["upkeep has said nothing yet"]
