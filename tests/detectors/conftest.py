"""What tests of the detectors on files share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detectors.__main__ import main
from tests.detectors.offline_folders import Folder


@pytest.fixture
def analysed(tmp_path: Path) -> Callable[..., bytes]:
    """Write a folder, analyse it, and give the alerts."""

    def run(folder: Folder, form: str = "parquet") -> bytes:
        place, out = folder.write(tmp_path / "estate", form=form), tmp_path / "alerts.jsonl"
        assert main(["analyse", str(place), "--out", str(out)]) == 0
        return out.read_bytes()

    return run
