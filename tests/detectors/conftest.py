"""What tests of the detectors on files share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from detectors.__main__ import main
from detectors.offline import command
from tests.detectors.offline_folders import Folder
from tests.detectors.run.simple import SIMPLE


@pytest.fixture(scope="module")
def simple_detectors() -> Iterator[None]:
    """Let `analyse` run detectors as simple as can be: what is tried is the way to them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "DETECTORS", SIMPLE)
        yield


@pytest.fixture
def analysed(tmp_path: Path) -> Callable[..., bytes]:
    """Write a folder, analyse it, and give the alerts."""

    def run(folder: Folder, form: str = "parquet") -> bytes:
        place, out = folder.write(tmp_path / "estate", form=form), tmp_path / "alerts.jsonl"
        assert main(["analyse", str(place), "--out", str(out)]) == 0
        return out.read_bytes()

    return run
