"""What the one-machine stack keeps of people's homes is shut to everybody else of the machine."""

from pathlib import Path

import pytest

from local.place import Place
from local.stack import Stack


@pytest.mark.parametrize("name", ["run", "logs", "demo", "replays"])
def test_a_folder_of_spools_logs_or_repairs_is_its_owners_alone(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (home / name).mkdir(parents=True, mode=0o755)  # as an earlier version left it
    place = Place(root=tmp_path / "place", account=None)

    folder = Stack(place=place, environ={}, say=print, home=home).folder(name)

    assert folder.stat().st_mode & 0o777 == 0o700
