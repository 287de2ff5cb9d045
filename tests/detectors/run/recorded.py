"""One home in the database, its readings put there as ingest commits them, and sweeps over it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from core.consent import Choice, Purpose
from core.registry import Area, Gateway, Home, Landlord, Registration, TenancyEntry
from detectors.run.sweep import sweep
from detectors.run.telling import Swept
from detectors.run.watching import Watching
from store import consents
from store.registry import register
from store.roles import Role
from store.session import act_for
from tests.detectors.run.simple import SIMPLE
from tests.estate import SINCE, estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2028, 1, 1, tzinfo=UTC)
"""The wall clock of the sweeps: long after every recording here."""

BEDROOM, LIVING_ROOM, BATHROOM = "th-0102", "th-0101", "th-0103"
BOILER, STATION = "boiler-01", "weather-1"
ROOM_DEVICES = (LIVING_ROOM, BEDROOM, BATHROOM)

DAMP = {"air_temp_c": 16.0, "rel_humidity_pct": 75.0}
"""Beside 3 °C outdoors a surface of temperature factor 0.75 is at 93 %: mould grows."""
DRY = {"air_temp_c": 20.0, "rel_humidity_pct": 40.0}
COLD = {"air_temp_c": 3.0, "rel_humidity_pct": 85.0}

_EVERY = timedelta(minutes=30)

Row = tuple[datetime, Mapping[str, float | str]]
Told = tuple[str, str, datetime, datetime | None, str | None]
"""Of an alert: detector, place, raised and cleared, and why cleared."""


def steady(
    values: Mapping[str, float], days: float, *, since: datetime = SINCE, every: timedelta = _EVERY
) -> list[Row]:
    """The same values, again and again for so many days."""
    count = int(timedelta(days=days) / every)
    return [(since + number * every, values) for number in range(count)]


def begun() -> Watching:
    """A process with the simplest of detectors that remembers nothing yet."""
    return Watching(detectors=SIMPLE)


@dataclass(frozen=True, slots=True)
class Sessions:
    """A test module's own database, and a session in it for each part that works here."""

    database: HomewellDatabase
    ingest: psycopg.Connection
    detectors: psycopg.Connection
    registrar: psycopg.Connection
    administrator: psycopg.Connection


@contextmanager
def sessions(database: HomewellDatabase) -> Iterator[Sessions]:
    """Open the sessions and close them in the end."""
    with (
        database.connect(Role.INGEST) as ingest,
        database.connect(Role.DETECTORS) as detectors,
        database.connect(Role.REGISTRAR) as registrar,
        database.connect_as_administrator() as administrator,
    ):
        yield Sessions(database, ingest, detectors, registrar, administrator)


@dataclass(frozen=True, slots=True)
class RecordedHome:
    """`home-1` of a landlord of its own: three rooms, a boiler, and a weather station outdoors."""

    sessions: Sessions
    landlord: str

    @classmethod
    def register(cls, sessions: Sessions, landlord: str, *, homes: int = 1) -> "RecordedHome":
        """Register the home, lived in since SINCE, under this landlord; others like it beside."""
        own = estate((f"gw-{landlord}",), landlord=landlord, homes_per_gateway=homes)
        register(sessions.registrar, own)
        return cls(sessions, landlord)

    @property
    def gateway(self) -> str:
        """The gateway that all its devices hang on."""
        return f"gw-{self.landlord}"

    def store(self, device: str, rows: Sequence[Row]) -> None:
        """Rows of one device with their arrival, in one commit."""
        kind = _kind(device)
        names = sorted({name for _, values in rows for name in values})
        conn = self.sessions.ingest
        with conn.transaction():
            device_id = self._device_id(conn, device)
            copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(f"{kind}_readings"),
                sql.SQL(", ").join(map(sql.Identifier, ["device_id", "measured_at", *names])),
            )
            with conn.cursor().copy(copy) as lines:
                for at, values in rows:
                    lines.write_row((device_id, at, *(values.get(name) for name in names)))
            self._arrive(conn, kind, device_id, rows)

    def arrive_again(self, device: str, rows: Sequence[Row]) -> None:
        """Only the arrival, as when rows already there had a missing value filled."""
        conn = self.sessions.ingest
        self._arrive(conn, _kind(device), self._device_id(conn, device), rows)

    def say(self, purpose: Purpose, choice: str, *, at: datetime) -> None:
        """What the tenant of `tenancy-1` answers."""
        line = Choice(
            tenancy_id="tenancy-1",
            revision=1,
            purpose=purpose,
            choice=choice,
            at=at,
            notice_version="test",
            channel="test",
            actor="tenant:tenant-1",
        )
        with self.sessions.registrar.transaction():
            act_for(self.sessions.registrar, self.landlord)
            consents.append(self.sessions.registrar, self.landlord, line)

    def sweep(self, watching: Watching | None = None, *, now: datetime = NOW) -> Swept:
        """Sweep the whole database until nothing is due; by a process that has just begun."""
        running = watching or begun()
        total = Swept()
        while True:
            swept = sweep(self.sessions.detectors, running, now=now)
            total.homes += swept.homes
            total.raised += swept.raised
            total.updated += swept.updated
            total.closed += swept.closed
            if not swept.due:
                return total

    def alerts(self) -> list[Told]:
        """What people were told, in order."""
        return self.sessions.administrator.execute(
            """SELECT detector, place, raised_at, cleared_at, cleared_why FROM alerts
               WHERE landlord_id = %(landlord)s ORDER BY raised_at, detector, place""",
            {"landlord": self.landlord},
        ).fetchall()

    def open_places(self) -> list[tuple[str, str]]:
        """Detector and place of the open alerts."""
        return [
            (detector, place) for detector, place, _, cleared, _ in self.alerts() if not cleared
        ]

    def _device_id(self, conn: psycopg.Connection, device: str) -> int:
        row = conn.execute(
            "SELECT device_id FROM devices WHERE gateway_id = %(gateway)s AND wire_name = %(name)s",
            {"gateway": self.gateway, "name": device},
        ).fetchone()
        assert row is not None
        return int(row[0])

    @staticmethod
    def _arrive(conn: psycopg.Connection, kind: str, device_id: int, rows: Sequence[Row]) -> None:
        times = [at for at, _ in rows]
        conn.execute(
            """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
               VALUES (%(kind)s, %(devices)s, %(first)s, %(last)s)""",
            {
                "kind": kind,
                "devices": [device_id],
                "first": [min(times)],
                "last": [max(times)],
            },
        )


def begin_tenancy(home: RecordedHome, *, ended_at: datetime) -> None:
    """The first tenant moves out and another moves in at the same instant."""
    tenancies = [
        TenancyEntry(id="tenancy-1", since=SINCE, until=ended_at),
        TenancyEntry(id="next-tenancy", since=ended_at, tenants=["next-tenant"]),
    ]
    register(
        home.sessions.registrar,
        Registration(
            landlord=Landlord(id=home.landlord, name="Landlord"),
            areas=[Area(id="area-1", name="Area 1")],
            gateways=[Gateway(id=home.gateway)],
            homes=[Home(id="home-1", area="area-1", tenancies=tenancies)],
        ),
    )


def _kind(device: str) -> str:
    return {"boiler": "boiler", "weather": "weather"}.get(device.partition("-")[0], "room")
