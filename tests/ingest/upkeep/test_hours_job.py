"""The upkeep's job of hours works in small steps, and says whether it has more to do."""

from datetime import UTC, datetime, timedelta

from core.quantities import Kind
from ingest.upkeep.hours import roll_up_hours
from ingest.upkeep.job import Step
from ingest.upkeep.jobs import jobs
from store.connection import connect
from store.hours import HOURS_MAX
from store.roles import Role
from tests.fixtures_database import HomewellDatabase
from tests.rollups import recomputed, stored_hours

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=100, minutes=20)


def test_a_pile_of_hours_is_worked_off_step_by_step(homewell_db: HomewellDatabase) -> None:
    hours = HOURS_MAX + 10
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """INSERT INTO room_readings (device_id, measured_at, air_temp_c)
               SELECT 1, %(start)s + number * interval '1 hour', 20
               FROM generate_series(0, %(last)s) AS number""",
            {"start": START, "last": hours - 1},
        )
        admin.execute(
            """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
               SELECT 'room', ARRAY[1], ARRAY[min(measured_at)], ARRAY[max(measured_at)]
               FROM room_readings"""
        )
    with connect(homewell_db.url(Role.UPKEEP), application="test") as upkeep:
        steps = [roll_up_hours(upkeep, NOW) for _ in range(3)]

    assert steps == [
        Step(f"computed {HOURS_MAX} hours", more=True),
        Step("computed 10 hours", more=True),
        Step(),
    ]
    with homewell_db.connect_as_administrator() as admin:
        assert stored_hours(admin, Kind.ROOM) == recomputed(admin, Kind.ROOM)


def test_the_upkeep_has_the_job() -> None:
    assert [job.step for job in jobs() if job.name == "hours"] == [roll_up_hours]
