"""A store that judged in windows comes to judge by days, and loses nothing that it was told."""

from datetime import UTC, datetime

import pytest

from core.quantities import Kind
from store import migrate as migrating
from store.judgements import home_judgements
from store.migrate import migrate, migrations
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase, prepared
from tests.servers import NewDatabase

WINDOW_FROM = datetime(2026, 1, 1, tzinfo=UTC)
JUDGED_UNTIL = datetime(2026, 2, 14, 8, 30, tzinfo=UTC)
DAYS_ARE_KEPT = 11


@pytest.fixture
def before_days(
    new_database: NewDatabase, role_passwords: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> HomewellDatabase:
    """A database of the version before, with a home that it has judged."""
    earlier = [one for one in migrations() if one.number < DAYS_ARE_KEPT]
    with monkeypatch.context() as shipped:
        shipped.setattr(migrating, "migrations", lambda: earlier)
        database = prepared(new_database(), role_passwords)
    database.register(estate())
    with database.connect_as_administrator() as admin:
        admin.execute(
            """INSERT INTO home_judgements (landlord_id, home_id, kind, window_from, judged_until)
               VALUES ('demo', 'home-1', 'room', %(since)s, %(until)s)""",
            {"since": WINDOW_FROM, "until": JUDGED_UNTIL},
        )
    return database


def test_a_home_judged_in_windows_is_of_no_version_and_told_from_where_it_stood(
    before_days: HomewellDatabase,
) -> None:
    with before_days.connect(Role.OWNER) as owner:
        migrate(owner)

    with before_days.connect(Role.DETECTORS) as conn:
        one = home_judgements(conn, [("demo", "home-1")], Kind.ROOM)["demo", "home-1"]
    assert (one.version, one.tenancy_id) == ("", None)
    assert one.heard_until == one.silent_until == JUDGED_UNTIL
    assert one.days_until == one.days_due == WINDOW_FROM


def test_row_security_holds_for_the_owner_again_afterwards(
    before_days: HomewellDatabase,
) -> None:
    with before_days.connect(Role.OWNER) as owner:
        migrate(owner)
        seen = owner.execute("SELECT count(*) FROM home_judgements").fetchone()

    assert seen == (0,)
