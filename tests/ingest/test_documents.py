"""What gateways are told and in which order, from the ledger alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from core.consent import Purpose
from core.wire import decode_consent
from ingest import documents
from ingest.documents import TOLD_TOPIC, Documents, Told
from ingest.gate_terms import CLOCK_SKEW_MS
from store import gate
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase, prepared
from tests.servers import NewDatabase

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
BOILER = {"boiler-01": ["boiler"], "weather-1": ["weather"]}
ALL = {"th-0101": ["room"], "th-0102": ["room"], "th-0103": ["room"], **BOILER}


@pytest.fixture
def database(new_database: NewDatabase, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """Two homes, each behind a gateway of its own: tenancy-1 behind gw-a, tenancy-2 behind gw-b."""
    made = prepared(new_database(), role_passwords)
    made.register(estate(["gw-a", "gw-b"]))
    return made


@pytest.fixture
def ours(database: HomewellDatabase) -> Iterator[Documents]:
    """The documents of that database."""
    made = Documents(database.url(Role.INGEST))
    yield made
    made.close()


def told(ours: Documents, now_ms: int = NOW_MS) -> list[tuple[str, dict[str, list[str]]]]:
    """Everything that is to be told, in order: gateways and what they may send."""
    found = []
    while block := ours.next(now_ms):
        for one in block:
            gateway_id = one.topic.split("/")[2]
            allowed = decode_consent(one.payload).allowed
            found.append(
                (gateway_id, {name: [*map(str, kinds)] for name, kinds in allowed.items()})
            )
    return found


def gateways_told(ours: Documents, now_ms: int = NOW_MS) -> list[str]:
    """Everybody who is to be told, in order."""
    return [gateway_id for gateway_id, _ in told(ours, now_ms)]


def withdraw(
    database: HomewellDatabase,
    tenancy: str,
    at: datetime = NOW,
    expires_at: datetime | None = None,
) -> None:
    """The tenant does not want rooms to be watched."""
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", at, tenancy=tenancy, expires_at=expires_at)


def test_a_broker_that_retains_nothing_is_told_everything(ours: Documents) -> None:
    ours.begin(None, NOW_MS)

    everything = told(ours)

    assert [gateway_id for gateway_id, _ in everything] == ["gw-a", "gw-b"]
    assert everything[0] == ("gw-a", ALL)
    assert told(ours) == []


def test_what_the_broker_retains_is_not_told_again(
    ours: Documents, database: HomewellDatabase
) -> None:
    ours.begin(None, NOW_MS)
    told(ours)
    marker = ours.marker()
    withdraw(database, "tenancy-1")

    ours.begin(marker.payload, NOW_MS)

    assert marker.topic == TOLD_TOPIC
    assert told(ours) == [("gw-a", BOILER)]


def test_what_changed_last_is_told_first(
    ours: Documents, database: HomewellDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.register(estate([f"gw-{name}" for name in "abcde"]))
    monkeypatch.setattr(documents, "BLOCK_GATEWAYS", 1)
    ours.begin(None, NOW_MS)
    first = ours.next(NOW_MS)
    withdraw(database, "tenancy-5")

    rest = gateways_told(ours)

    assert [one.topic for one in first] == ["homewell/v1/gw-a/consent"]
    assert rest == ["gw-e", "gw-b", "gw-c", "gw-d", "gw-e"]


def test_a_marker_of_no_use_counts_for_nothing(ours: Documents) -> None:
    for marker in (b"", b"{}", b"\xff", b'{"history":"another","version":1,"at_ms":1}'):
        ours.begin(marker, NOW_MS)

        assert gateways_told(ours) == ["gw-a", "gw-b"]


def test_a_database_that_was_set_back_has_everybody_told(
    ours: Documents, database: HomewellDatabase
) -> None:
    ours.begin(None, NOW_MS)
    told(ours)
    marker = msgspec.json.decode(ours.marker().payload, type=Told)
    ahead = msgspec.structs.replace(marker, version=marker.version + 1)

    ours.begin(msgspec.json.encode(ahead), NOW_MS)

    assert gateways_told(ours) == ["gw-a", "gw-b"]


def test_where_the_changes_since_are_forgotten_everybody_is_told(
    ours: Documents, database: HomewellDatabase
) -> None:
    ours.begin(None, NOW_MS)
    told(ours)
    marker = ours.marker().payload
    for _ in range(3):
        withdraw(database, "tenancy-2")
    with database.connect_as_administrator() as upkeep:
        gate.prune_changes(upkeep, datetime.now(UTC) + gate.CHANGES_KEPT + timedelta(minutes=1))

    ours.begin(marker, NOW_MS)

    assert gateways_told(ours) == ["gw-a", "gw-b"]


def test_a_no_that_ends_by_itself_is_told_at_its_end(
    ours: Documents, database: HomewellDatabase
) -> None:
    end = NOW + timedelta(minutes=5)
    end_ms = NOW_MS + 5 * 60_000
    withdraw(database, "tenancy-1", NOW - timedelta(days=1), end)
    ours.begin(None, NOW_MS)

    before = dict(told(ours))
    early = gateways_told(ours, end_ms - CLOCK_SKEW_MS - 1)
    at_last = dict(told(ours, end_ms))

    assert before["gw-a"] == BOILER
    assert early == []
    assert at_last == {"gw-a": ALL}
    assert told(ours, end_ms + 60_000) == []


def test_a_yes_that_ends_is_taken_back_two_seconds_before(
    ours: Documents, database: HomewellDatabase
) -> None:
    leaving = NOW + timedelta(hours=3)
    leaving_ms = NOW_MS + 3 * 3_600_000
    ours.begin(None, NOW_MS)
    told(ours)
    withdraw(database, "tenancy-1", leaving)

    soon = dict(told(ours))
    early = told(ours, leaving_ms - CLOCK_SKEW_MS - 1)
    due = told(ours, leaving_ms - CLOCK_SKEW_MS)

    assert soon == {"gw-a": ALL}
    assert early == []
    assert due == [("gw-a", BOILER)]


def test_what_ended_while_nobody_told_is_told_by_the_next_who_does(
    ours: Documents, database: HomewellDatabase
) -> None:
    withdraw(database, "tenancy-2", NOW + timedelta(hours=3))
    ours.begin(None, NOW_MS)
    told(ours)

    ours.begin(ours.marker().payload, NOW_MS + 10 * 3_600_000)

    assert gateways_told(ours, NOW_MS + 10 * 3_600_000) == ["gw-b"]


def test_a_gateway_that_is_not_registered_any_more_may_send_nothing(
    ours: Documents, database: HomewellDatabase
) -> None:
    ours.begin(None, NOW_MS)
    told(ours)
    with database.connect_as_administrator() as admin:
        admin.execute("SELECT set_config('app.landlord_id', 'demo', false)")
        admin.execute("DELETE FROM placements WHERE home_id = 'home-2'")
        admin.execute("DELETE FROM devices WHERE gateway_id = 'gw-b'")
        admin.execute("DELETE FROM gateways WHERE gateway_id = 'gw-b'")

    assert dict(told(ours)) == {"gw-b": {}}
