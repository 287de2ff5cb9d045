"""When a home was last heard, by what stands in it now and since it stands there."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from core.quantities import Kind
from store import homes
from store.roles import Role
from store.session import act_for
from tests.estate import SINCE, estate
from tests.fixtures_database import HomewellDatabase

MOVED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """The three sensors of home-1 are heard, and then moved to home-2, which has none."""
    made = estate(homes_per_gateway=2)
    first, second = made.homes
    second = msgspec.structs.replace(second, devices=[])
    homewell_db.register(msgspec.structs.replace(made, homes=[first, second]))
    hear(homewell_db, SINCE)
    moved = [msgspec.structs.replace(one, since=MOVED_AT) for one in first.devices]
    second = msgspec.structs.replace(second, devices=moved)
    first = msgspec.structs.replace(first, devices=[])
    homewell_db.register(msgspec.structs.replace(made, homes=[first, second]))
    return homewell_db


def hear(database: HomewellDatabase, at: datetime) -> None:
    with database.connect_as_administrator() as conn:
        conn.execute(
            """INSERT INTO room_readings (device_id, measured_at, air_temp_c)
               SELECT device_id, %s, 20 FROM devices WHERE kind = 'room'""",
            (at,),
        )


def heard(database: HomewellDatabase) -> dict[str, dict[Kind, datetime | None]]:
    with database.connect(Role.API) as conn, conn.transaction():
        act_for(conn, "demo")
        return homes.last_heard(conn)


def test_what_a_sensor_said_elsewhere_is_not_heard_from_the_home_it_came_to(
    here: HomewellDatabase,
) -> None:
    assert heard(here) == {"home-2": {Kind.ROOM: None, Kind.BOILER: None}}

    hear(here, MOVED_AT + timedelta(minutes=10))

    assert heard(here)["home-2"][Kind.ROOM] == MOVED_AT + timedelta(minutes=10)
