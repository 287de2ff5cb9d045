"""The database's disk is full: data, log of writes and all."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.roles import Role
from tests.faults.conftest import Begin
from tests.faults.world import World
from tests.servers import MakeBroker, MakePostgres

pytestmark = pytest.mark.faults

_DISK = "400m"  # the server's own files, its log of writes, and a little
_FULL_S = 1.0
_LEFT_BYTES = 24 * 1024 * 1024  # one more file of the log of writes, and the run's rows
_PIECE_BYTES = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def small_disk(server_folder: Path) -> Iterator[Path]:
    """A small file system where a database server's folder will be."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system: no full disk is tried")
    folder = server_folder / f"small-disk-{secrets.token_hex(4)}"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=0755", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def world(
    small_disk: Path,
    tmp_path_factory: pytest.TempPathFactory,
    make_postgres: MakePostgres,
    make_broker: MakeBroker,
    role_passwords: dict[Role, str],
) -> Iterator[World]:
    """Servers of this module's own, the database on the small disk."""
    folder = tmp_path_factory.mktemp("full-disk")
    broker = make_broker(f"{small_disk.name}-broker")
    with World(folder, make_postgres(small_disk.name), broker, role_passwords) as made:
        made.hire()
        yield made


def test_a_full_disk_loses_nothing(begin: Begin, world: World, small_disk: Path) -> None:
    filler = small_disk / "filler"
    fill(filler, leaving_bytes=_LEFT_BYTES)  # so that the last of it goes fast
    with begin("database: disk full") as run:
        run.until_some_instant()
        fill(filler, leaving_bytes=0)
        run.until_unsettled(500)
        time.sleep(_FULL_S)
        filler.unlink()
        world.postgres.start()  # where it could not write its log it has stopped
        run.over()


def fill(path: Path, *, leaving_bytes: int) -> None:
    """Make the file larger until the file system it is on has no more than this left."""
    with path.open("ab", buffering=0) as file:
        while (free := free_bytes(path.parent) - leaving_bytes) > 0:
            try:
                file.write(b"\0" * min(free, _PIECE_BYTES))
            except OSError:  # somebody else has taken the last of it
                return


def free_bytes(folder: Path) -> int:
    """What its file system has left."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
