"""Who may touch what: row security on every table of a landlord, narrow grants for every role."""

from collections.abc import Iterator

import psycopg
import pytest

from store.roles import Role
from store.session import act_for
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

HYPERTABLES = (
    *("room_readings", "boiler_readings", "weather_readings"),
    *("room_hours", "boiler_hours"),
)
SERVICES = (Role.INGEST, Role.DETECTORS, Role.CASEWORK, Role.OBSERVER)
FOR_ONE_LANDLORD = (Role.API, Role.REGISTRAR)
WITHOUT_ROW_SECURITY = {"gate_changes"}
"""Only ingest reads it, for every landlord at once; it holds names and no choice of anybody."""


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> HomewellDatabase:
    homewell_db.register(estate(("gw-a",), homes_per_gateway=2))
    homewell_db.register(estate(("gw-b",), landlord="other"))
    return homewell_db


@pytest.fixture(scope="module")
def catalogue(here: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with here.connect_as_administrator() as conn:
        yield conn


@pytest.fixture
def api(here: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(here.url(Role.API)) as conn:
        yield conn


def count(conn: psycopg.Connection, table: str) -> int:
    row = conn.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - our own names
    assert row is not None
    return int(row[0])


def test_every_table_of_a_landlord_has_forced_row_security_and_a_policy(
    catalogue: psycopg.Connection,
) -> None:
    rows = catalogue.execute(
        """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                  EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive)
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
             AND a.attname = 'landlord_id' AND NOT a.attisdropped"""
    ).fetchall()

    unguarded = {name for name, *guards in rows if not all(guards)}
    assert unguarded == WITHOUT_ROW_SECURITY
    assert len(rows) >= 19


def test_nobody_steps_around_row_security_or_owns_anything_but_the_owner(
    catalogue: psycopg.Connection,
) -> None:
    powers = catalogue.execute(
        """SELECT rolname FROM pg_roles
           WHERE rolname LIKE 'homewell%' AND (rolbypassrls OR rolsuper OR rolcreaterole
                                               OR rolcreatedb)"""
    ).fetchall()
    owners = catalogue.execute(
        """SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
           WHERE relnamespace = 'public'::regnamespace
           UNION SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND proname LIKE '%of_home'"""
    ).fetchall()

    assert powers == []
    assert {owner for (owner,) in owners} - {"postgres"} == {Role.OWNER.value}


@pytest.mark.parametrize("table", HYPERTABLES)
def test_the_api_reads_no_reading_but_through_the_functions(
    here: HomewellDatabase, table: str
) -> None:
    for role in (Role.API, Role.CASEWORK, Role.REGISTRAR):
        with here.connect(role) as conn:
            act_for_session(conn, "demo")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                count(conn, table)


def test_the_functions_over_readings_are_for_the_api_alone(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        """SELECT p.proname, r.rolname FROM pg_proc p CROSS JOIN pg_roles r
           WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
             AND p.proname ~ '(_of_home|_last_seen|_last_heard)$'
             AND r.rolname LIKE 'homewell%' AND has_function_privilege(r.oid, p.oid, 'EXECUTE')"""
    ).fetchall()

    assert {role for _, role in rows} == {Role.API.value, Role.OWNER.value}
    assert len({name for name, _ in rows}) == 8


ROLLED_UP = {"rollup_arrivals", "rollup_due", "room_hours", "boiler_hours"}
RIGHTS: dict[Role, dict[str, set[str]]] = {
    Role.API: {
        "INSERT": {"consent_events", "repairs", "repair_events", "outbox", "notices"},
        "DELETE": set(),
        "UPDATE": set(),
    },
    Role.CASEWORK: {
        "INSERT": {"alerts", "repairs", "outbox", "repair_events", "notices"},
        "DELETE": set(),
        "UPDATE": {"alerts", "repairs", "outbox"},
    },
    Role.OBSERVER: {"INSERT": set(), "DELETE": set(), "UPDATE": set()},
    Role.UPKEEP: {
        "INSERT": {"retention_passes", "arrivals"} | ROLLED_UP,
        "DELETE": {
            "room_readings",
            "boiler_readings",
            "weather_readings",
            "rejected_messages",
            "rejected_days",
            "arrivals",
            "gate_changes",
            "home_days",
        }
        | ROLLED_UP,
        "UPDATE": {"retention_passes", "gate_history", "rollup_due"},
    },
    Role.ERASER: {
        "INSERT": {"rollup_due"},
        "DELETE": {
            "room_readings",
            "boiler_readings",
            "room_hours",
            "boiler_hours",
            "rejected_messages",
            "home_days",
            "home_judgements",
        },
        "UPDATE": {"rollup_due"},  # of arrivals single columns: see test_roles
    },
}
"""What a role may write as whole rows; the api updates single columns only."""


@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_writes_where_its_work_is_and_nowhere_else(
    catalogue: psycopg.Connection, role: Role
) -> None:
    for right, tables in RIGHTS[role].items():
        rows = catalogue.execute(
            """SELECT c.relname FROM pg_class c
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND has_table_privilege(%s, c.oid, %s)""",
            (role.value, right),
        ).fetchall()

        assert {name for (name,) in rows} == tables


def test_the_api_updates_only_what_people_answer(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        """SELECT table_name || '.' || column_name FROM information_schema.column_privileges
           WHERE grantee = %s AND privilege_type = 'UPDATE'""",
        (Role.API.value,),
    ).fetchall()

    assert {name for (name,) in rows} == {
        "alerts.acknowledged_at",
        "alerts.acknowledged_by",
        "alerts.decision",
        "alerts.decision_reason",
        "alerts.decided_at",
        "alerts.decided_group",
        "alerts.decided_severity",
        "alerts.decided_with",
        "alerts.decided_revision",
        "repairs.status",
        "repairs.status_at",
        "repairs.landlord_reference",
        "notices.read_at",
    }


def act_for_session(conn: psycopg.Connection, landlord: str) -> None:
    conn.execute("SELECT set_config('app.landlord_id', %s, false)", (landlord,))


def test_who_acts_for_nobody_sees_nothing(api: psycopg.Connection) -> None:
    assert [count(api, table) for table in ("landlords", "homes", "tenancies")] == [0, 0, 0]


def test_who_acts_for_a_landlord_sees_that_one_until_the_transaction_ends(
    api: psycopg.Connection,
) -> None:
    act_for(api, "demo")
    inside = count(api, "homes")
    api.rollback()

    assert (inside, count(api, "homes")) == (2, 0)


def test_a_tenant_sees_their_home_and_tenancy_and_no_device(api: psycopg.Connection) -> None:
    act_for(api, "demo", home_id="home-1", tenancy_id="tenancy-1")

    seen = {
        table: count(api, table)
        for table in ("landlords", "homes", "tenancies", "tenants", "placements", "devices")
    }

    assert seen == {
        "landlords": 1,
        "homes": 1,
        "tenancies": 1,
        "tenants": 1,
        "placements": 4,
        "devices": 0,
    }


def test_a_session_that_names_half_a_tenant_is_refused(api: psycopg.Connection) -> None:
    with pytest.raises(ValueError, match="both the home and the tenancy"):
        act_for(api, "demo", home_id="home-1")


def test_nothing_can_be_written_for_another_landlord_or_tenancy(api: psycopg.Connection) -> None:
    write = """INSERT INTO notices (landlord_id, tenancy_id, at, channel, subject, body)
               VALUES (%s, %s, now(), 'letter', 'x', 'y')"""
    for landlord, tenancy in (("other", "tenancy-1"), ("demo", "tenancy-2")):
        act_for(api, "demo", home_id="home-1", tenancy_id="tenancy-1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api.execute(write, (landlord, tenancy))
        api.rollback()


@pytest.mark.parametrize("role", FOR_ONE_LANDLORD)
def test_a_role_for_one_landlord_is_no_service(catalogue: psycopg.Connection, role: Role) -> None:
    row = catalogue.execute(
        "SELECT pg_has_role(%s, 'homewell_service', 'member')", (role.value,)
    ).fetchone()

    assert row == (False,)


@pytest.mark.parametrize("role", SERVICES)
def test_a_service_works_for_every_landlord(here: HomewellDatabase, role: Role) -> None:
    with here.connect(role) as conn:
        assert count(conn, "landlords") == 2
