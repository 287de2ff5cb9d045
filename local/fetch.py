"""Fetches TimescaleDB and Mosquitto, once, without root and without installing anything."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.apt import Apt, AptFailed, Plan, require_tools, unpack
from local.archive import NoArchive, archives
from local.place import Place
from local.programs import POSTGRES_MAJOR, Programs

Say = Callable[[str], None]

_APT_CONFIGURATION = Path("/etc/apt")
_TIMESCALEDB = f"postgresql-{POSTGRES_MAJOR}-timescaledb"
_PACKAGES = (f"postgresql-{POSTGRES_MAJOR}", _TIMESCALEDB, "mosquitto", "mosquitto-clients")
_NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian")
_OWN_SERVERS = (
    "Or use servers of your own: set DATABASE_URL to a PostgreSQL with TimescaleDB and MQTT_URL to "
    "a Mosquitto, 2.0.21 or newer"
)


class FetchFailed(RuntimeError):
    """TimescaleDB and Mosquitto could not be fetched; the text says why and what to do."""


def needs_fetching(environ: Mapping[str, str]) -> bool:
    """Whether any server has to run here: not when both are given by address."""
    return not (environ.get("DATABASE_URL") and environ.get("MQTT_URL"))


def fetch(place: Place, environ: Mapping[str, str], say: Say) -> Programs:
    """The servers' programs, fetched if they are not there yet.

    Two runs at once do no harm: the second waits and finds the work done. One that was
    interrupted starts over. Raises FetchFailed.
    """
    servers = place.folder("servers")
    programs = Programs(servers / "tree")
    if programs.versions() is not None:
        return programs
    with _one_at_a_time(servers / "lock", say):
        if programs.versions() is None:
            try:
                _fetch(servers, programs, environ, say)
            except (AptFailed, NoArchive, OSError) as error:
                raise FetchFailed(
                    f"TimescaleDB and Mosquitto could not be fetched: {error}. {_OWN_SERVERS}"
                ) from error
    return programs


def _fetch(servers: Path, programs: Programs, environ: Mapping[str, str], say: Say) -> None:
    require_tools()
    unfinished, download = servers / "unfinished", servers / "apt"
    for leftover in (programs.tree, unfinished, download):
        shutil.rmtree(leftover, ignore_errors=True)
    say(f"Looking for TimescaleDB and Mosquitto in the Debian archive (into {servers})")
    apt = _first_that_answers(download, environ)
    plan = apt.plan(_PACKAGES)
    say(_announcement(plan))
    packages = apt.fetch(_PACKAGES)
    say(f"Unpacking {len(packages)} packages")
    unfinished.mkdir(mode=0o755)
    for package in packages:
        unpack(package, unfinished)
    _trim(unfinished)
    _point_at_own_libraries(Programs(unfinished), final=programs)
    unfinished.rename(programs.tree)
    shutil.rmtree(download)
    _check(programs)
    programs.finish(plan.versions)
    say("TimescaleDB and Mosquitto are ready")


def _first_that_answers(folder: Path, environ: Mapping[str, str]) -> Apt:
    failure: AptFailed | None = None
    for archive in archives(_APT_CONFIGURATION, environ):
        shutil.rmtree(folder, ignore_errors=True)
        apt = Apt(folder, archive)
        try:
            apt.update()
        except AptFailed as error:
            failure = failure or error
            continue
        return apt
    raise failure or AptFailed("there is no archive to fetch from")


def _announcement(plan: Plan) -> str:
    return (
        f"Fetching TimescaleDB {plan.versions[_TIMESCALEDB]} and Mosquitto "
        f"{plan.versions['mosquitto']} ({plan.size_bytes / 1e6:.0f} MB)"
    )


def _trim(tree: Path) -> None:
    for name in _NOT_NEEDED:
        shutil.rmtree(tree / name, ignore_errors=True)
    # Byte code for the just-in-time compiler, which is not fetched either.
    shutil.rmtree(tree / f"usr/lib/postgresql/{POSTGRES_MAJOR}/lib/bitcode", ignore_errors=True)


def _point_at_own_libraries(programs: Programs, *, final: Programs) -> None:
    """Make the programs load the unpacked C library, not the machine's, which may be older.

    The search path is the old kind (`--force-rpath`): it holds for the libraries' own libraries
    and for extensions loaded later too, so that none of those needs changing.
    """
    loader = _loader(programs.tree)
    final_loader = final.tree / loader.relative_to(programs.tree)
    for program in programs.runnable():
        libraries = os.path.relpath(loader.parent, program.parent)
        _patchelf(program, "--set-interpreter", str(final_loader))
        _patchelf(program, "--force-rpath", "--set-rpath", f"$ORIGIN/{libraries}")


def _loader(tree: Path) -> Path:
    found = sorted(tree.glob("usr/lib/*-linux-*/ld-linux-*.so.*"))
    if not found:
        raise AptFailed("the C library's loader is not in the fetched packages")
    return found[0]


def _patchelf(program: Path, *arguments: str) -> None:
    patchelf = Path(sys.executable).with_name("patchelf")
    done = subprocess.run(
        [str(patchelf), *arguments, str(program)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AptFailed(f"{program.name} cannot be made to run in place: {done.stderr.strip()}")


def _check(programs: Programs) -> None:
    """Start each server once; a machine that cannot run them says so now, not at the first use."""
    for program, option in (
        (programs.postgres("postgres"), "--version"),
        (programs.mosquitto, "-h"),
    ):
        done = subprocess.run([program, option], capture_output=True, text=True, check=False)
        # Mosquitto's help ends with status 3: what it prints is the better witness.
        if not re.search(r"mosquitto version|PostgreSQL", done.stdout):
            raise AptFailed(
                f"{program} was unpacked but does not run on this machine: "
                f"{done.stderr.strip() or f'exit status {done.returncode}'}"
            )


@contextmanager
def _one_at_a_time(path: Path, say: Say) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of the same folder to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
