import os
from pathlib import Path

import pytest

from local.place import Place, find_place, unprivileged_account, write_private

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands servers to an account")


@as_root
def test_a_repository_that_shuts_the_servers_out_is_left_as_it_is(tmp_path: Path) -> None:
    shut = tmp_path / "private"
    shut.mkdir(mode=0o700)
    (shut / "homewell").mkdir()

    place = find_place(shut / "homewell")

    assert place.root.parent == Path("/var/lib")
    assert place.account == unprivileged_account()
    assert shut.stat().st_mode & 0o777 == 0o700
    assert list((shut / "homewell").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root finds its place by who may enter")
def test_without_root_everything_is_in_the_repository(tmp_path: Path) -> None:
    assert find_place(tmp_path) == Place(root=tmp_path / ".homewell", account=None)


def test_a_private_file_is_never_readable_by_others_not_even_while_written(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    path.touch(mode=0o644)
    write_private(path, "ingest:secret", None)
    assert path.read_text() == "ingest:secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["passwords"]
