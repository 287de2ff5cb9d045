"""What a landlord registers, once or again, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest

from core.consent import Basis, Purpose
from core.ledger import first_broken
from core.quantities import Kind
from core.registry import (
    Area,
    Device,
    Gateway,
    Home,
    Landlord,
    NotARegistration,
    Registration,
    TenancyEntry,
    Webhook,
)
from store import consents
from store.registry import gateway_ids, register, tenancy_of_tenant
from store.roles import Role
from tests.estate import SINCE, estate
from tests.fixtures_database import HomewellDatabase

LATER = datetime(2026, 6, 1, tzinfo=UTC)
_LANDLORDS = count(1)


@pytest.fixture
def landlord() -> str:
    """A landlord that no other test here has."""
    return f"landlord-{next(_LANDLORDS)}"


@pytest.fixture(scope="module")
def registrar(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.REGISTRAR) as conn:
        yield conn


@pytest.fixture(scope="module")
def admin(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect_as_administrator() as conn:
        yield conn


def one_home(landlord: str, *homes: Home, weather: str | None = None) -> Registration:
    return Registration(
        landlord=Landlord(id=landlord, name="Harbour Homes"),
        areas=[Area(id="area-1", name="Area 1", weather=weather)],
        gateways=[Gateway(id=f"gw-{landlord}")],
        homes=list(homes),
    )


def sensor(
    landlord: str, room: str, since: datetime = SINCE, until: datetime | None = None
) -> Device:
    return Device(
        gateway=f"gw-{landlord}",
        name="th-1",
        kind=Kind.ROOM,
        room=room,
        since=since,
        until=until,
    )


def home(name: str, *devices: Device, tenancies: tuple[TenancyEntry, ...] = ()) -> Home:
    return Home(id=name, area="area-1", devices=list(devices), tenancies=list(tenancies))


Stay = tuple[str, str, datetime, datetime | None]


def placements(admin: psycopg.Connection, landlord: str) -> list[Stay]:
    return admin.execute(
        """SELECT home_id, room, placed_at, removed_at FROM placements
           WHERE landlord_id = %(landlord)s ORDER BY placed_at""",
        {"landlord": landlord},
    ).fetchall()


def everything(admin: psycopg.Connection, landlord: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the landlord in every table, the changes of the gate among them."""
    tables = admin.execute(
        """SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
             AND a.attname = 'landlord_id'"""
    ).fetchall()
    return {
        table: admin.execute(
            f"SELECT t.* FROM {table} t WHERE landlord_id = %(landlord)s ORDER BY t".encode(),  # noqa: S608 - names from the catalogue
            {"landlord": landlord},
        ).fetchall()
        for (table,) in tables
    }


def test_registering_twice_is_registering_once(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    registration = estate(
        (f"gw-{landlord}",),
        landlord=landlord,
        homes_per_gateway=2,
        choices={Purpose.AUTO_RAISE: "yes", Purpose.SHARE_WITH_LANDLORD: "daily"},
    )
    register(registrar, registration)
    once = everything(admin, landlord)

    register(registrar, registration)

    assert everything(admin, landlord) == once
    assert len(once["gate_changes"]) > 0
    assert len(once["placements"]) == 8


def test_a_device_that_moves_leaves_its_old_place_at_that_instant(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    register(registrar, one_home(landlord, home("home-1", sensor(landlord, "bedroom"))))

    register(registrar, one_home(landlord, home("home-2", sensor(landlord, "kitchen", LATER))))

    assert placements(admin, landlord) == [
        ("home-1", "bedroom", SINCE, LATER),
        ("home-2", "kitchen", LATER, None),
    ]


def test_a_file_that_tells_of_a_move_can_be_registered_again(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    both = one_home(
        landlord,
        home("home-1", sensor(landlord, "bedroom"), sensor(landlord, "kitchen", LATER)),
    )
    register(registrar, both)
    once = everything(admin, landlord)

    register(registrar, both)

    assert everything(admin, landlord) == once
    assert placements(admin, landlord) == [
        ("home-1", "bedroom", SINCE, LATER),
        ("home-1", "kitchen", LATER, None),
    ]


def test_an_older_file_does_not_bring_a_moved_device_back(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    older = one_home(landlord, home("home-1", sensor(landlord, "bedroom")))
    register(registrar, older)
    register(registrar, one_home(landlord, home("home-1", sensor(landlord, "kitchen", LATER))))
    moved = placements(admin, landlord)

    register(registrar, older)

    assert placements(admin, landlord) == moved


def test_a_device_stands_nowhere_between_two_stays(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    until = SINCE + timedelta(days=3)
    register(
        registrar,
        one_home(landlord, home("home-1", sensor(landlord, "bedroom", until=until))),
    )

    register(registrar, one_home(landlord, home("home-1", sensor(landlord, "kitchen", LATER))))

    assert placements(admin, landlord) == [
        ("home-1", "bedroom", SINCE, until),
        ("home-1", "kitchen", LATER, None),
    ]


def test_another_landlords_gateway_is_refused_without_a_word_on_whose_it_is(
    registrar: psycopg.Connection, landlord: str
) -> None:
    register(registrar, estate((f"gw-{landlord}",), landlord=landlord))

    with pytest.raises(NotARegistration) as refusal:
        register(registrar, estate((f"gw-{landlord}",), landlord=f"{landlord}-other"))

    assert str(refusal.value) == (
        f"gateway 'gw-{landlord}': that id is taken already; choose another"
    )


def test_what_is_refused_is_refused_whole(registrar: psycopg.Connection, landlord: str) -> None:
    register(registrar, estate((f"gw-{landlord}",), landlord=landlord))
    other = f"{landlord}-other"

    with pytest.raises(NotARegistration):
        register(registrar, estate((f"gw-{other}", f"gw-{landlord}"), landlord=other))

    assert gateway_ids(registrar, other) == []


def test_a_device_of_another_kind_is_another_device(
    registrar: psycopg.Connection, landlord: str
) -> None:
    register(registrar, one_home(landlord, home("home-1", sensor(landlord, "bedroom"))))
    boiler = Device(gateway=f"gw-{landlord}", name="th-1", kind=Kind.BOILER, room="boiler")

    with pytest.raises(NotARegistration) as refusal:
        register(registrar, one_home(landlord, home("home-1", boiler)))

    assert str(refusal.value) == (
        f"device 'th-1' of gateway 'gw-{landlord}' is registered as another kind"
    )


def test_weather_that_no_device_measures_is_refused_and_not_forgotten(
    registrar: psycopg.Connection, landlord: str
) -> None:
    with pytest.raises(NotARegistration) as refusal:
        register(registrar, one_home(landlord, weather=f"gw-{landlord}/weather-1"))

    assert str(refusal.value) == (
        f"area 'area-1': there is no weather device 'gw-{landlord}/weather-1'; name it among the "
        "devices of its gateway"
    )


def test_two_tenancies_of_a_home_at_once_are_refused_with_the_home_named(
    registrar: psycopg.Connection, landlord: str
) -> None:
    first, second = (TenancyEntry(id=name, since=SINCE) for name in ("t-1", "t-2"))

    with pytest.raises(NotARegistration) as refusal:
        register(registrar, one_home(landlord, home("home-1", tenancies=(first, second))))

    assert str(refusal.value) == (
        "home 'home-1' contradicts what is already registered: conflicting key value violates "
        'exclusion constraint "a_home_has_one_tenancy_at_a_time"'
    )


@pytest.mark.parametrize(
    ("home_id", "since"), [("home-2", SINCE), ("home-1", SINCE + timedelta(days=1))]
)
def test_a_tenancy_keeps_its_home_and_its_beginning(
    registrar: psycopg.Connection, landlord: str, home_id: str, since: datetime
) -> None:
    first = home("home-1", tenancies=(TenancyEntry(id="t-1", since=SINCE),))
    register(registrar, one_home(landlord, first))
    other = home(home_id, tenancies=(TenancyEntry(id="t-1", since=since),))

    with pytest.raises(NotARegistration) as refusal:
        register(registrar, one_home(landlord, other))

    assert str(refusal.value) == (
        "tenancy 't-1' is registered with another home or beginning; what was agreed in it holds "
        "for that home and time, so give this one an id of its own"
    )


def test_a_recording_is_never_taken_for_a_landlord(
    registrar: psycopg.Connection, landlord: str
) -> None:
    register(registrar, one_home(landlord))

    with pytest.raises(NotARegistration) as refusal:
        register(
            registrar,
            Registration(landlord=Landlord(id=landlord, name="A file", recording=True)),
        )

    assert str(refusal.value) == (
        f"landlord '{landlord}' is registered already, and one of the two is a recording: give "
        "the other a name of its own"
    )


def test_a_tenancy_that_ends_is_ended(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    for until in (None, LATER):
        entry = TenancyEntry(id="t-1", since=SINCE, until=until, tenants=["tenant-1"])
        register(registrar, one_home(landlord, home("home-1", tenancies=(entry,))))

    ends = admin.execute(
        "SELECT ended_at FROM tenancies WHERE landlord_id = %(landlord)s", {"landlord": landlord}
    ).fetchall()
    assert ends == [(LATER,)]
    assert tenancy_of_tenant(registrar, landlord, "tenant-1") == ("t-1", "home-1")
    assert tenancy_of_tenant(registrar, landlord, "nobody") is None


def test_first_choices_are_recorded_once_in_an_unbroken_chain(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    said = {Purpose.AUTO_RAISE: "yes", Purpose.CONTACT: "sms", Purpose.DAMP_RISK: "no"}
    changed_mind = {Purpose.AUTO_RAISE: "no"}
    for choices in (said, said, changed_mind):
        register(registrar, estate((f"gw-{landlord}",), landlord=landlord, choices=dict(choices)))

    chain = consents.history(admin, landlord, "tenancy-1")

    assert first_broken(chain) is None
    assert [
        (link.choice.revision, link.choice.purpose, link.choice.choice, link.choice.at)
        for link in chain
    ] == [
        (number, purpose, choice, SINCE)
        for number, (purpose, choice) in enumerate(said.items(), start=1)
    ]


def test_a_changed_basis_is_told_to_the_gate_and_a_changed_name_is_not(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    def changes(name: str, basis: Basis) -> int:
        owner = Landlord(id=landlord, name=name, basis=basis)
        register(registrar, Registration(landlord=owner))
        return len(everything(admin, landlord)["gate_changes"])

    registered = changes("Harbour Homes", Basis.PUBLIC_TASK)
    renamed = changes("Harbour", Basis.PUBLIC_TASK)
    on_consent = changes("Harbour", Basis.CONSENT)

    assert (registered, renamed) == (0, 0)
    assert on_consent > 0


def test_a_webhook_is_kept_and_can_be_exchanged(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    for url in ("https://old.example/repairs", "https://new.example/repairs"):
        webhook = Webhook(url=url, secret=f"secret of {url}")
        owner = Landlord(id=landlord, name="Harbour Homes", webhook=webhook)
        register(registrar, Registration(landlord=owner))

    kept = everything(admin, landlord)["landlord_webhooks"]

    url = "https://new.example/repairs"
    assert kept == [(landlord, url, f"secret of {url}")]


def test_how_long_readings_are_kept_is_said_once_and_stands_until_it_is_said_otherwise(
    registrar: psycopg.Connection, admin: psycopg.Connection, landlord: str
) -> None:
    def kept(days: int | None) -> timedelta | None:
        owner = Landlord(id=landlord, name="Harbour Homes", keep_readings_days=days)
        register(registrar, Registration(landlord=owner))
        row = admin.execute(
            "SELECT keep_readings_for FROM landlords WHERE landlord_id = %s", (landlord,)
        ).fetchone()
        assert row is not None
        return timedelta(days=row[0].days) if row[0] else None

    assert [kept(days) for days in (None, 400, None, 90)] == [
        None,
        timedelta(days=400),
        timedelta(days=400),
        timedelta(days=90),
    ]
