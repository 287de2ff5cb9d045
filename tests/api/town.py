"""Two landlords with homes, people past and present, and the whole app over real HTTP.

What belongs to each home carries a mark of its own, so that a leak shows in any answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import psycopg
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from api.app import create_app
from api.settings import Settings
from api.signing_in import Claim, DevelopmentTokens
from api.signing_in import Role as SignInRole
from core.consent import Choice, Purpose
from core.registry import Registration, TenancyEntry, Webhook
from store import consents
from store.roles import Role
from store.session import act_for
from tests.api.pages_world import served
from tests.estate import SINCE, estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEY = "a key for tests alone, of forty characters"
ORIGIN = "http://127.0.0.1:8000"
FORMER = TenancyEntry(
    id="tenancy-before",
    since=datetime(2025, 1, 1, tzinfo=UTC),
    until=SINCE,
    tenants=["tenant-before"],
)


@dataclass(slots=True)
class Clock:
    """The time in a town; tests move it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now


@dataclass(slots=True, kw_only=True)
class Town:
    """The database, the app and its address; `clock` is the time in it."""

    database: HomewellDatabase
    app: FastAPI
    client: httpx.Client
    clock: Clock
    tokens: DevelopmentTokens = field(default_factory=lambda: DevelopmentTokens(KEY))

    def token(
        self, role: str, person: str, landlord: str = "demo", *, age: timedelta = timedelta(0)
    ) -> str:
        """A token that was made `age` ago."""
        claim = Claim(role=SignInRole(role), landlord_id=landlord, person_id=person)
        return self.tokens.issue(claim, now=self.clock.now - age)

    def ask(
        self, who: tuple[str, str] | tuple[str, str, str], method: str, path: str, **given: Any
    ) -> httpx.Response:
        """A call of the API by (role, person) or (role, person, landlord)."""
        headers = given.pop("headers", {}) | {"Authorization": f"Bearer {self.token(*who)}"}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **given)

    def choose(self, number: int, purpose: Purpose, choice: str, *, at: datetime = NOW) -> None:
        """The tenant of home `number` of `demo` says this at `at`."""
        with self.database.connect(Role.API) as conn, conn.transaction():
            act_for(conn, "demo", home_id=f"home-{number}", tenancy_id=f"tenancy-{number}")
            said = Choice(
                tenancy_id=f"tenancy-{number}",
                revision=1,
                purpose=purpose,
                choice=choice,
                at=at,
                notice_version="2026-11",
                channel="page",
                actor=f"tenant:tenant-{number}",
            )
            consents.append(conn, "demo", said)

    def alert(
        self,
        home: str,
        detector: str,
        place: str,
        *,
        landlord: str = "demo",
        severity: str = "high",
        tenancy: str | None = None,
        raised_at: datetime = NOW - timedelta(days=1),
    ) -> UUID:
        """An open alert with its first finding; its sentence carries the home's mark."""
        alert_id = uuid4()
        values = {
            "id": alert_id,
            "landlord": landlord,
            "home": home,
            "tenancy": tenancy or home.replace("home", "tenancy"),
            "detector": detector,
            "place": place,
            "raised": raised_at,
            "severity": severity,
            "evidence": Jsonb({"pressure_bar": 0.77}),
            "sentence": f"{mark(landlord, tenancy or home)}: it measured 0.77.",
            "causes": Jsonb([{"cause": "under_ventilated", "weight": 0.6}]),
        }
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """INSERT INTO alerts (alert_id, landlord_id, home_id, tenancy_id, detector,
                       detector_version, place, began_at, raised_at, judged_at, severity,
                       severity_max, confidence, evidence, sentence, causes)
                   VALUES (%(id)s, %(landlord)s, %(home)s, %(tenancy)s, %(detector)s, '1',
                       %(place)s, %(raised)s, %(raised)s, %(raised)s, %(severity)s, %(severity)s,
                       0.9, %(evidence)s, %(sentence)s, %(causes)s)""",
                values,
            )
            conn.execute(
                """INSERT INTO findings (landlord_id, alert_id, judged_at, severity, confidence,
                       evidence, sentence)
                   VALUES (%(landlord)s, %(id)s, %(raised)s, %(severity)s, 0.9, %(evidence)s,
                       %(sentence)s)""",
                values,
            )
        return alert_id

    def group(self, *alerts: UUID, homes: int = 12, homes_there: int = 40) -> str:
        """The alerts, of landlord `demo`, are known to be of one mass event; its id."""
        group_id = f"area-1/frozen_condensate/{uuid4()}"
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """INSERT INTO mass_events (landlord_id, group_id, area_id, detector, first_at,
                       last_at, homes, homes_there)
                   VALUES ('demo', %(group)s, 'area-1', 'frozen_condensate', %(at)s, %(at)s,
                       %(homes)s, %(there)s)""",
                {
                    "group": group_id,
                    "at": NOW - timedelta(days=1),
                    "homes": homes,
                    "there": homes_there,
                },
            )
        for alert in alerts:
            self.set_alert(alert, "group_id", group_id)
        return group_id

    def set_alert(self, alert_id: UUID, column: str, value: object) -> None:
        """A detector changes one column of an alert."""
        statement = psycopg.sql.SQL("UPDATE alerts SET {} = %s WHERE alert_id = %s").format(
            psycopg.sql.Identifier(column)
        )
        with self.database.connect_as_administrator() as conn:
            conn.execute(statement, (value, alert_id))

    def hear(self, landlord: str, home: str, since: datetime, until: datetime) -> None:
        """Readings every ten minutes in [since, until]: 20 °C plus the hour of the day (UTC)."""
        values = {"landlord": landlord, "home": home, "since": since, "until": until}
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """INSERT INTO room_readings (device_id, measured_at, air_temp_c, rel_humidity_pct)
                   SELECT device_id, at, 20 + extract(hour FROM at), 55
                   FROM devices JOIN placements USING (landlord_id, device_id),
                        generate_series(%(since)s, %(until)s, interval '10 minutes') at
                   WHERE landlord_id = %(landlord)s AND home_id = %(home)s AND kind = 'room'""",
                values,
            )
            conn.execute(
                """INSERT INTO boiler_readings (device_id, measured_at, pressure_bar, flame_on)
                   SELECT device_id, at, 1.25, true
                   FROM devices JOIN placements USING (landlord_id, device_id),
                        generate_series(%(since)s, %(until)s, interval '10 minutes') at
                   WHERE landlord_id = %(landlord)s AND home_id = %(home)s AND kind = 'boiler'""",
                values,
            )

    def reject(self, landlord: str, gateway: str) -> None:
        """A message that could not be stored; it carries the landlord's mark."""
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """INSERT INTO rejected_messages (dedupe_key, received_at, landlord_id, gateway_id,
                       scope, samples_lost, reason, topic, payload)
                   VALUES (%(key)s, %(now)s, %(landlord)s, %(gateway)s, 'message', 1, %(reason)s,
                       'homewell/v1/x', %(payload)s)""",
                {
                    "key": uuid4().hex,
                    "now": NOW,
                    "landlord": landlord,
                    "gateway": gateway,
                    "reason": mark(landlord, "rejected"),
                    "payload": b'{"t": []}\x00\xff',
                },
            )

    def one(self, question: str, *values: object) -> Any:
        """One value out of the tables, as the administrator sees them."""
        with self.database.connect_as_administrator() as conn:
            row = conn.execute(question.encode(), values).fetchone()
        assert row is not None
        return row[0]


def mark(landlord: str, owner: str) -> str:
    """Words that stand in what belongs to this owner and nowhere else.

    >>> mark("demo", "home-1")
    'MARK<demo home-1>'
    """
    return f"MARK<{landlord} {owner}>"


def registration(
    landlord: str, gateway: str, homes: int, *, webhook: Webhook | None = None
) -> Registration:
    """An estate whose homes carry marks as addresses; home-2 had other tenants before."""
    made = estate((gateway,), landlord=landlord, homes_per_gateway=homes)
    marked = [
        msgspec.structs.replace(
            home,
            address=mark(landlord, home.id),
            uprn=str(100_000_000_000 + number),
            devices=[msgspec.structs.replace(one, since=FORMER.since) for one in home.devices],
            tenancies=[FORMER, *home.tenancies] if home.id == "home-2" else home.tenancies,
        )
        for number, home in enumerate(made.homes)
    ]
    owner = msgspec.structs.replace(made.landlord, webhook=webhook)
    return msgspec.structs.replace(made, landlord=owner, homes=marked)


@contextmanager
def town(
    database: HomewellDatabase, *, homes: int = 3, webhook: Webhook | None = None
) -> Iterator[Town]:
    """Landlord `demo` with so many homes, landlord `other` with home-1; nothing measured yet."""
    database.register(registration("demo", "gw-a", homes, webhook=webhook))
    database.register(registration("other", "gw-b", 1))
    clock = Clock()
    settings = Settings(
        database_url=database.url(Role.API),
        casework_database_url=database.url(Role.CASEWORK),
        token_key=KEY,
        public_url=ORIGIN,
    )
    app = create_app(settings, clock=clock)
    with served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield Town(database=database, app=app, client=client, clock=clock)
