"""Seeds, worlds, and the table at the end of a run."""

import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from store.roles import Role
from tests.faults.runs import Result, Run, run_of
from tests.faults.table import table
from tests.faults.world import World
from tests.servers import MakeBroker, MakePostgres

_RESULTS = pytest.StashKey[list[Result]]()
_SEED = pytest.StashKey[str]()
_SOAKED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """A seed for all seeds; FAULTS_SEED gives an earlier run's again."""
    config.stash[_RESULTS] = []
    config.stash[_SOAKED] = []
    config.stash[_SEED] = os.environ.get("FAULTS_SEED") or secrets.token_hex(4)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every fault is done FAULTS_RUNS times, three unless that says otherwise."""
    if "nth" in metafunc.fixturenames:
        metafunc.parametrize("nth", range(int(os.environ.get("FAULTS_RUNS", "3"))))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of all runs."""
    results = config.stash[_RESULTS]
    if results:
        terminalreporter.section(f"faults (FAULTS_SEED={config.stash[_SEED]})")
        terminalreporter.write_line(table(results))
    for words in config.stash[_SOAKED]:
        terminalreporter.section("soak")
        terminalreporter.write_line(words)


class Begin(Protocol):
    """Begins a run of a fault; see `run_of`."""

    def __call__(
        self, fault: str, *, messages: int = ..., poison_every: int = ...
    ) -> AbstractContextManager[Run]: ...


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    make_postgres: MakePostgres,
    make_broker: MakeBroker,
    role_passwords: dict[Role, str],
) -> Iterator[World]:
    """Servers of this module's own, and nobody at work yet."""
    name = f"faults-{secrets.token_hex(4)}"
    folder: Path = tmp_path_factory.mktemp(name)
    broker = make_broker(name)
    with World(folder, make_postgres(f"{name}-db"), broker, role_passwords) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Soaked:
    """A soak's seed, and who takes its summary."""

    seed: str
    tell: Callable[[str], None]


@pytest.fixture
def soaked(request: pytest.FixtureRequest) -> Soaked:
    """What a soak says is printed at the end of the run."""
    stash = request.config.stash
    return Soaked(stash[_SEED], stash[_SOAKED].append)


@pytest.fixture
def begin(request: pytest.FixtureRequest, world: World, nth: int) -> Begin:
    """Begins the nth run of a fault, with a seed made of its name and FAULTS_SEED."""
    stash = request.config.stash
    note: Callable[[Result], None] = stash[_RESULTS].append

    def _begin(fault: str, **options: Any) -> AbstractContextManager[Run]:
        seed = zlib.crc32(f"{stash[_SEED]}:{fault}:{nth}".encode())
        return run_of(world, fault, seed, note, **options)

    return _begin
