"""The schema grows by numbered files, each applied once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from local.database import role_urls
from store import migrate as migrating
from store.migrate import ChangedMigration, Migration, migrate, migrations
from store.roles import Role, prepare_cluster, prepare_database
from tests.servers import NewDatabase


@pytest.fixture
def owner_url(new_database: NewDatabase, role_passwords: dict[Role, str]) -> str:
    """The owner's address of an empty database."""
    admin_url = new_database()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        prepare_cluster(admin, role_passwords)
        prepare_database(admin)
    return role_urls(admin_url, role_passwords)[Role.OWNER]


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as conn:
        yield conn


def names() -> list[str]:
    return [migration.name for migration in migrations()]


def with_more(
    monkeypatch: pytest.MonkeyPatch, *more: Migration, without: frozenset[int] = frozenset()
) -> None:
    """Let this version ship other files."""
    kept = [one for one in migrations() if one.number not in without]
    monkeypatch.setattr(migrating, "migrations", lambda: [*kept, *more])


def test_every_file_of_the_folder_ships_in_order_without_a_gap() -> None:
    folder = Path(migrating.__file__).with_name("migrations")

    assert names() == sorted(file.name for file in folder.glob("*.sql"))
    assert [one.number for one in migrations()] == list(range(1, len(names()) + 1))


def test_migrating_twice_is_migrating_once(owner: psycopg.Connection) -> None:
    assert migrate(owner) == names()
    assert migrate(owner) == []


def test_two_that_start_at_once_apply_every_file_once(owner_url: str) -> None:
    def start(_: int) -> list[str]:
        with psycopg.connect(owner_url, autocommit=True) as conn:
            return migrate(conn)

    with ThreadPoolExecutor(2) as threads:
        done = sorted(threads.map(start, range(2)))

    assert done == [[], names()]


def test_a_file_edited_after_it_was_applied_is_refused(
    owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_more(monkeypatch, Migration(9001, "9001_more.sql", "CREATE TABLE more (a integer)"))
    migrate(owner)
    monkeypatch.undo()
    with_more(monkeypatch, Migration(9001, "9001_more.sql", "CREATE TABLE more (b integer)"))

    with pytest.raises(ChangedMigration) as refusal:
        migrate(owner)

    assert str(refusal.value) == (
        "9001_more.sql was applied to this database in another form; restore the file and put "
        "the change into a new migration"
    )


def test_a_file_that_fails_leaves_nothing_behind_and_can_be_tried_again(
    owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_more(
        monkeypatch, Migration(9001, "9001_bad.sql", "CREATE TABLE half (a integer); SELECT 1/0")
    )
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(owner)
    monkeypatch.undo()
    with_more(monkeypatch, Migration(9001, "9001_good.sql", "CREATE TABLE half (a integer)"))

    assert migrate(owner) == ["9001_good.sql"]


def test_who_would_wait_long_for_a_table_gives_up_and_holds_nobody_up(
    owner: psycopg.Connection, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(owner)
    monkeypatch.setattr(migrating, "_LOCK_TIMEOUT", "50ms")
    with_more(
        monkeypatch,
        Migration(9001, "9001_column.sql", "ALTER TABLE homes ADD COLUMN nickname text"),
    )

    with psycopg.connect(owner_url) as busy:
        busy.execute("LOCK TABLE homes IN ACCESS SHARE MODE")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(owner)

    assert migrate(owner) == ["9001_column.sql"]
