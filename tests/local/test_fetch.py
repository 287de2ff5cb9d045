import os
import shutil
from pathlib import Path

import pytest

from local.apt import Apt, AptFailed
from local.archive import Archive
from local.fetch import FetchFailed, fetch, needs_fetching
from local.place import Place
from local.ports import free_port
from local.programs import Programs


def test_servers_of_ones_own_need_no_fetching() -> None:
    own = {"DATABASE_URL": "postgresql://db/homewell", "MQTT_URL": "mqtt://broker"}
    assert not needs_fetching(own)
    assert needs_fetching({"DATABASE_URL": own["DATABASE_URL"]})
    assert needs_fetching({})


def test_an_archive_without_a_valid_signature_is_refused(tmp_path: Path) -> None:
    """The machine may allow unsigned archives; we never do."""
    release = tmp_path / "archive/dists/trixie"
    (release / "main/binary-all").mkdir(parents=True)
    (release / "Release").write_text("Origin: Debian\nSuite: trixie\nComponents: main\n")
    apt = Apt(tmp_path / "apt", Archive(f"file:{tmp_path / 'archive'}", ""))

    with pytest.raises(AptFailed, match=r"signature of file:.* cannot be checked"):
        apt.update()


def test_an_archive_out_of_reach_is_named_with_the_way_out(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/debian"
    place = Place(root=tmp_path, account=None)

    with pytest.raises(FetchFailed) as failure:
        fetch(place, {**os.environ, "HOMEWELL_DEBIAN_MIRROR": nowhere}, print)

    assert f"{nowhere} cannot be reached: check the network" in str(failure.value)
    assert "set DATABASE_URL" in str(failure.value)
    assert Programs(tmp_path / "servers/tree").versions() is None


def test_what_an_interrupted_fetch_left_behind_does_not_count(tmp_path: Path) -> None:
    programs = Programs(tmp_path / "tree")
    programs.mosquitto.parent.mkdir(parents=True)
    programs.mosquitto.touch()
    assert programs.versions() is None

    programs.finish({"mosquitto": "2.0.21"})
    assert programs.versions() == {"mosquitto": "2.0.21"}


def test_a_moved_tree_is_fetched_afresh_for_its_programs_name_their_loader(tmp_path: Path) -> None:
    before = Programs(tmp_path / "before")
    before.tree.mkdir()
    before.finish({"mosquitto": "2.0.21"})

    shutil.move(before.tree, tmp_path / "after")

    assert Programs(tmp_path / "after").versions() is None


def test_a_fetched_tree_is_not_fetched_again(tmp_path: Path) -> None:
    said: list[str] = []
    place = Place(root=tmp_path, account=None)
    there = Programs(tmp_path / "servers/tree")
    there.tree.mkdir(parents=True)
    there.finish({"mosquitto": "2.0.21"})

    assert fetch(place, {}, said.append) == there
    assert said == []
