"""Who may touch what: each process a role of its own, none of them above the rules."""

from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from store.migrate import migrate
from store.roles import Role, UnfitServer, prepare_cluster, prepare_database
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase
from tests.servers import NewDatabase

SERVICES = [role for role in Role if role is not Role.OWNER]


def test_no_role_is_above_the_rules(homewell_db: HomewellDatabase) -> None:
    with homewell_db.connect_as_administrator() as conn:
        above = conn.execute(
            """SELECT rolname FROM pg_roles
               WHERE rolname LIKE 'homewell%'
                 AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)"""
        ).fetchall()

    assert above == []


def test_the_owner_alone_owns_something(homewell_db: HomewellDatabase) -> None:
    with homewell_db.connect_as_administrator() as conn:
        owners = conn.execute(
            """SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
               WHERE relnamespace = 'public'::regnamespace
               UNION SELECT pg_get_userbyid(proowner) FROM pg_proc
               WHERE proname LIKE 'app\\_%' OR proname LIKE '%\\_of\\_home'"""
        ).fetchall()

    assert owners == [(Role.OWNER,)]


def test_row_security_is_forced_wherever_a_row_belongs_to_a_landlord(
    homewell_db: HomewellDatabase,
) -> None:
    with homewell_db.connect_as_administrator() as conn:
        open_tables = conn.execute(
            """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND a.attname = 'landlord_id' AND NOT a.attisdropped
                 AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"""
        ).fetchall()

    # Ids alone, of every landlord, which only ingest may read.
    assert open_tables == [("gate_changes",)]


@pytest.mark.parametrize("role", SERVICES)
def test_a_service_makes_nothing_in_the_schema(homewell_db: HomewellDatabase, role: Role) -> None:
    with (
        homewell_db.connect(role) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("CREATE TABLE mine (a integer)")


@pytest.mark.parametrize("role", [role for role in SERVICES if role is not Role.INGEST])
def test_nobody_but_ingest_has_temporary_tables(homewell_db: HomewellDatabase, role: Role) -> None:
    with (
        homewell_db.connect(role) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("CREATE TEMP TABLE mine (a integer)")


@pytest.mark.parametrize(
    ("role", "table"),
    [
        (Role.INGEST, "tenants"),
        (Role.INGEST, "alerts"),
        (Role.INGEST, "arrivals"),
        (Role.DETECTORS, "tenants"),
        (Role.DETECTORS, "repairs"),
        (Role.DETECTORS, "landlord_webhooks"),
        (Role.API, "room_readings"),
        (Role.API, "boiler_readings"),
        (Role.API, "landlord_webhooks"),
        (Role.CASEWORK, "room_readings"),
        (Role.CASEWORK, "tenants"),
        (Role.REGISTRAR, "room_readings"),
        (Role.UPKEEP, "tenants"),
        (Role.UPKEEP, "consent_events"),
        (Role.ERASER, "tenants"),
        (Role.ERASER, "rollup_arrivals"),
        (Role.REGISTRAR, "alerts"),
        (Role.OBSERVER, "tenants"),
        (Role.OBSERVER, "consent_events"),
        (Role.OBSERVER, "room_readings"),
        (Role.OBSERVER, "rejected_messages"),
    ],
)
def test_a_role_does_not_read_what_is_not_its_work(
    homewell_db: HomewellDatabase, role: Role, table: str
) -> None:
    with (
        homewell_db.connect(role) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.INGEST, "DELETE FROM room_readings"),
        (Role.ERASER, "DELETE FROM arrivals"),
        (Role.ERASER, "UPDATE arrivals SET kind = 'boiler'"),
        (Role.ERASER, "DELETE FROM weather_readings"),
        (Role.ERASER, "DELETE FROM alerts"),
        (Role.INGEST, "INSERT INTO consent_events DEFAULT VALUES"),
        (Role.DETECTORS, "INSERT INTO room_readings (device_id, measured_at) VALUES (1, now())"),
        (Role.DETECTORS, "DELETE FROM alerts"),
        (Role.DETECTORS, "UPDATE findings SET sentence = ''"),
        (Role.API, "UPDATE consent_events SET choice = 'yes'"),
        (Role.API, "UPDATE alerts SET severity = 'low'"),
        (Role.REGISTRAR, "DELETE FROM tenancies"),
        (Role.REGISTRAR, "UPDATE consent_events SET choice = 'yes'"),
        (Role.CASEWORK, "UPDATE consent_events SET choice = 'yes'"),
        (Role.OBSERVER, "UPDATE homes SET address = ''"),
    ],
)
def test_a_role_does_not_change_what_is_not_its_work(
    homewell_db: HomewellDatabase, role: Role, statement: str
) -> None:
    with (
        homewell_db.connect(role) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement.encode())


@pytest.mark.parametrize("statement", ["UPDATE {} SET choice = 'no'", "DELETE FROM {}"])
def test_not_even_the_owner_rewrites_the_ledger(
    homewell_db: HomewellDatabase, statement: str
) -> None:
    table = sql.Identifier("consent_events")
    with (
        homewell_db.connect(Role.OWNER) as conn,
        pytest.raises(psycopg.errors.RaiseException),
    ):
        conn.execute(sql.SQL(statement).format(table))


def test_a_session_that_acts_for_nobody_sees_no_landlords_row(
    homewell_db: HomewellDatabase,
) -> None:
    homewell_db.register(estate())

    for role in (Role.OWNER, Role.REGISTRAR, Role.API):
        with homewell_db.connect(role) as conn:
            assert conn.execute("SELECT count(*) FROM homes").fetchone() == (0,)


def test_preparing_twice_gives_new_passwords_and_changes_nothing_else(
    homewell_db: HomewellDatabase, role_passwords: dict[Role, str]
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        prepare_cluster(admin, role_passwords)
        prepare_database(admin)

    with homewell_db.connect(Role.OWNER) as owner:
        assert migrate(owner) == []


def test_a_role_that_was_given_too_much_is_put_back_in_its_place(
    homewell_db: HomewellDatabase, role_passwords: dict[Role, str]
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute("ALTER ROLE homewell_api BYPASSRLS CREATEDB")

        prepare_cluster(admin, role_passwords)

        rights = admin.execute(
            "SELECT rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = 'homewell_api'"
        ).fetchone()
    assert rights == (False, False)


def test_an_administrator_without_a_superusers_rights_can_prepare_again(
    homewell_db: HomewellDatabase, role_passwords: dict[Role, str]
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute("CREATE ROLE hosted_admin CREATEROLE")
        for role in Role:
            grant = "GRANT {} TO hosted_admin WITH ADMIN OPTION"
            admin.execute(sql.SQL(grant).format(sql.Identifier(role)))
        admin.execute("GRANT homewell_service TO hosted_admin WITH ADMIN OPTION")
        admin.execute("SET ROLE hosted_admin")
        try:
            prepare_cluster(admin, role_passwords)
        finally:
            admin.execute("RESET ROLE")
            admin.execute("DROP OWNED BY hosted_admin")
            admin.execute("DROP ROLE hosted_admin")


def test_the_server_is_given_hashes_and_never_a_password(
    homewell_db: HomewellDatabase, role_passwords: dict[Role, str]
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute("SET log_statement = 'all'")
        admin.execute("SET client_min_messages = 'log'")  # the log's lines, to us as well
        said: list[str] = []
        admin.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))

        prepare_cluster(admin, role_passwords)

    shown = "\n".join(said)
    assert [role for role in Role if role_passwords[role] in shown] == []
    assert shown.count("SCRAM-SHA-256$") == len(Role)


def test_a_database_that_cannot_have_timescaledb_is_refused_in_words(
    homewell_db: HomewellDatabase, new_database: NewDatabase
) -> None:
    bare_url = new_database()
    with psycopg.connect(bare_url, autocommit=True) as admin:
        admin.execute("DROP EXTENSION timescaledb")
    bare = urlsplit(bare_url).path.removeprefix("/")

    with (
        psycopg.connect(homewell_db.url(Role.API), dbname=bare, autocommit=True) as nobody,
        pytest.raises(UnfitServer) as refusal,
    ):
        prepare_database(nobody)

    assert str(refusal.value).startswith("the database server cannot carry Homewell: ")
