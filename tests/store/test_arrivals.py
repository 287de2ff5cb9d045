"""Arrivals that nobody takes are folded, and who takes them then finds the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import arrivals, frames
from store.frames import Arrival
from store.roles import Role
from tests.fixtures_database import HomewellDatabase

START = datetime(2026, 11, 1, tzinfo=UTC)
Spans = dict[int, tuple[int, int]]

spans = st.dictionaries(
    st.sampled_from([1, 2, 4095, 4096, 9000]),
    st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda two: (min(two), max(two))),
    min_size=1,
)
commits = st.lists(spans, max_size=12)


@pytest.fixture(scope="module")
def admin(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect_as_administrator() as conn:
        yield conn


@pytest.fixture(scope="module")
def upkeep(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.UPKEEP) as conn:
        yield conn


@pytest.fixture(scope="module")
def detectors(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.DETECTORS) as conn:
        yield conn


@pytest.fixture(autouse=True)
def folds_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "FOLD_BEYOND", 0)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def arrive(admin: psycopg.Connection, commit: Spans, kind: str = "room") -> None:
    """One commit of ingest, with the upkeep's roll-up of it forgotten."""
    admin.execute(
        """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
           VALUES (%s, %s, %s, %s)""",
        (
            kind,
            list(commit),
            [at(first) for first, _ in commit.values()],
            [at(last) for _, last in commit.values()],
        ),
    )


def count(admin: psycopg.Connection, table: str) -> int:
    row = admin.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - our own names
    assert row is not None
    return int(row[0])


@settings(max_examples=60)
@given(early=commits, late=commits)
def test_what_is_folded_is_taken_as_if_it_were_not(
    admin: psycopg.Connection,
    upkeep: psycopg.Connection,
    detectors: psycopg.Connection,
    early: list[Spans],
    late: list[Spans],
) -> None:
    admin.execute("TRUNCATE arrivals")
    for commit in early:
        arrive(admin, commit)
    folded = arrivals.fold_arrivals(upkeep)
    for commit in late:
        arrive(admin, commit)
    folded += arrivals.fold_arrivals(upkeep)
    rows = count(admin, "arrivals")

    taken = frames.take_arrivals(detectors)

    said: dict[int, tuple[int, int]] = {}
    for commit in early + late:
        for device, (first, last) in commit.items():
            known = said.get(device, (first, last))
            said[device] = (min(known[0], first), max(known[1], last))
    assert sorted(taken, key=lambda one: one.device_id) == [
        Arrival(device_id=device, first_at=at(first), last_at=at(last))
        for device, (first, last) in sorted(said.items())
    ]
    assert folded == len(early) + len(late)
    assert rows == len({device // 4096 for device in said})


def test_a_few_are_left_as_they_are(
    admin: psycopg.Connection, upkeep: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "FOLD_BEYOND", 3)
    admin.execute("TRUNCATE arrivals")
    for _ in range(3):
        arrive(admin, {1: (0, 1)})

    few = arrivals.fold_arrivals(upkeep)
    arrive(admin, {1: (0, 1)})

    assert (few, arrivals.fold_arrivals(upkeep)) == (0, 1)


def test_what_the_detectors_take_at_this_moment_is_left_to_them(
    admin: psycopg.Connection, upkeep: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    admin.execute("TRUNCATE arrivals")
    arrive(admin, {1: (0, 1)})
    with detectors.transaction():
        taken = frames.take_arrivals(detectors)
        arrive(admin, {1: (5, 6)})
        folded = arrivals.fold_arrivals(upkeep)

    assert (len(taken), folded) == (1, 1)
    assert frames.take_arrivals(detectors) == [Arrival(device_id=1, first_at=at(5), last_at=at(6))]


def test_rooms_and_boilers_are_folded_apart_and_no_hour_is_due_again_for_it(
    admin: psycopg.Connection, upkeep: psycopg.Connection
) -> None:
    admin.execute("TRUNCATE arrivals, rollup_arrivals")
    arrive(admin, {1: (0, 1)})
    arrive(admin, {2: (0, 1)}, "boiler")

    arrivals.fold_arrivals(upkeep)

    kinds = admin.execute("SELECT kind FROM arrivals ORDER BY kind").fetchall()
    assert kinds == [("boiler",), ("room",)]
    assert count(admin, "rollup_arrivals") == 2
