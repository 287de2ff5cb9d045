"""Two landlords, their people and an app that serves their pages, in a real database."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

import httpx
import uvicorn
from fastapi import FastAPI
from psycopg import sql
from psycopg.types.json import Jsonb

from api.app import create_app
from api.settings import Settings
from api.signing_in import Claim, DevelopmentTokens, Role
from core.consent import Choice, Purpose
from store.consents import append
from store.roles import Role as DatabaseRole
from store.session import act_for
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEY = "a key for tests alone, of forty characters"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}

LEAK = "The boiler's water pressure falls by 0.04 bar a day."
DAMP = "The mould index of the coldest surfaces here is 2.6 of 6."


@dataclass(frozen=True, slots=True)
class World:
    """The database and the app; NOW is the time in both."""

    database: HomewellDatabase
    client: httpx.Client
    tokens: DevelopmentTokens
    browsers: ExitStack

    def signed_in(self, role: Role, person: str, landlord: str = "demo") -> httpx.Client:
        """A browser in which this person has opened their link."""
        claim = Claim(role=role, landlord_id=landlord, person_id=person)
        browser = self.browsers.enter_context(
            httpx.Client(base_url=self.client.base_url, headers=SAME_ORIGIN)
        )
        browser.get("/sign-in", params={"token": self.tokens.issue(claim, now=NOW)})
        return browser

    def officer(self, landlord: str = "demo") -> httpx.Client:
        """An officer's browser."""
        return self.signed_in(Role.OFFICER, f"officer-{landlord}", landlord)

    def tenant(self, number: int, landlord: str = "demo") -> httpx.Client:
        """The browser of the tenant of home `number`."""
        return self.signed_in(Role.TENANT, f"tenant-{number}", landlord)

    def engineer(self, landlord: str = "demo") -> httpx.Client:
        """An engineer's browser."""
        return self.signed_in(Role.ENGINEER, f"engineer-{landlord}", landlord)

    def alert(
        self,
        home: str,
        detector: str,
        place: str,
        sentence: str,
        *,
        severity: str = "high",
        decision: str = "undecided",
        landlord: str = "demo",
    ) -> UUID:
        """An open alert of this home and its tenancy."""
        alert_id = uuid4()
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """INSERT INTO alerts (alert_id, landlord_id, home_id, tenancy_id, detector,
                       detector_version, place, began_at, raised_at, judged_at, severity,
                       severity_max, confidence, evidence, sentence, decision, decided_at)
                   VALUES (%(id)s, %(landlord)s, %(home)s, %(tenancy)s, %(detector)s, '1',
                       %(place)s, %(began)s, %(raised)s, %(now)s, %(severity)s, %(severity)s, 0.9,
                       %(evidence)s, %(sentence)s, %(decision)s, %(now)s)""",
                {
                    "id": alert_id,
                    "landlord": landlord,
                    "home": home,
                    "tenancy": home.replace("home", "tenancy"),
                    "detector": detector,
                    "place": place,
                    "began": NOW - timedelta(days=4),
                    "raised": NOW - timedelta(days=1),
                    "now": NOW,
                    "severity": severity,
                    "evidence": Jsonb({"measured": 1.0}),
                    "sentence": sentence,
                    "decision": decision,
                },
            )
        return alert_id

    def choose(self, number: int, purpose: Purpose, choice: str, *, at: datetime = NOW) -> None:
        """The tenant of home `number` says this."""
        with self.database.connect(DatabaseRole.API) as conn, conn.transaction():
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
            append(conn, "demo", said)

    def hear(self, landlord: str, home: str, *, until: datetime = NOW) -> None:
        """Two days of readings of every device in a home, each half hour, ending at `until`."""
        with self.database.connect_as_administrator() as conn:
            for kind, insert in _READINGS.items():
                conn.execute(
                    insert,
                    {
                        "landlord": landlord,
                        "home": home,
                        "kind": kind,
                        "since": until - timedelta(days=2),
                        "until": until,
                    },
                )

    def forget(self, home: str, *, since: datetime) -> None:
        """A home of `demo` falls silent at `since`."""
        with self.database.connect_as_administrator() as conn:
            for kind in ("room", "boiler"):
                conn.execute(
                    sql.SQL(
                        """DELETE FROM {} USING placements p
                           WHERE p.device_id = {}.device_id AND p.landlord_id = 'demo'
                             AND p.home_id = %(home)s AND measured_at > %(since)s"""
                    ).format(*[sql.Identifier(f"{kind}_readings")] * 2),
                    {"home": home, "since": since},
                )

    def lived_before(self, tenant: str, home: str) -> None:
        """Somebody lived in this home of `demo` until 2026."""
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """WITH past AS (
                       INSERT INTO tenancies (landlord_id, tenancy_id, home_id, began_at, ended_at)
                       VALUES ('demo', 'past', %(home)s, '2024-01-01', '2025-12-31')
                       RETURNING tenancy_id)
                   INSERT INTO tenants (landlord_id, tenant_id, tenancy_id)
                   SELECT 'demo', %(tenant)s, tenancy_id FROM past""",
                {"home": home, "tenant": tenant},
            )

    def close(self, alert_id: UUID) -> None:
        """The alert is over."""
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """UPDATE alerts SET cleared_at = %(now)s, cleared_why = 'recovered'
                   WHERE alert_id = %(id)s""",
                {"id": alert_id, "now": NOW},
            )

    def reject(self, gateway: str, payload: bytes) -> None:
        """A message of a gateway of `demo` that could not be stored."""
        with self.database.connect_as_administrator() as conn:
            conn.execute(
                """INSERT INTO rejected_messages (dedupe_key, received_at, landlord_id, gateway_id,
                       device, kind, scope, quantity, measured_at, samples_lost, reason, topic,
                       payload)
                   VALUES (%(key)s, %(now)s, 'demo', %(gateway)s, 'th-0101', 'room', 'value',
                       'rel_humidity_pct', %(now)s, 0, 'relative humidity cannot be 140 %%',
                       %(topic)s, %(payload)s)""",
                {
                    "key": uuid4().hex,
                    "now": NOW,
                    "gateway": gateway,
                    "topic": f"homewell/v1/{gateway}/th-0101/room",
                    "payload": payload,
                },
            )


_READINGS: dict[str, LiteralString] = {
    "room": """INSERT INTO room_readings (device_id, measured_at, air_temp_c, rel_humidity_pct)
        SELECT d.device_id, at, 19.5, 61 FROM devices d JOIN placements p USING (device_id),
               generate_series(%(since)s, %(until)s, interval '30 minutes') AS at
        WHERE p.landlord_id = %(landlord)s AND p.home_id = %(home)s AND d.kind = %(kind)s""",
    "boiler": """INSERT INTO boiler_readings (device_id, measured_at, pressure_bar, flow_temp_c)
        SELECT d.device_id, at, 1.37, 52 FROM devices d JOIN placements p USING (device_id),
               generate_series(%(since)s, %(until)s, interval '30 minutes') AS at
        WHERE p.landlord_id = %(landlord)s AND p.home_id = %(home)s AND d.kind = %(kind)s""",
}


@contextmanager
def world(database: HomewellDatabase) -> Iterator[World]:
    """Landlord `demo` with homes 1 to 3 and landlord `other` with home 1, all heard up to NOW."""
    database.register(estate(("gw-a",), homes_per_gateway=3))
    database.register(estate(("gw-b",), landlord="other"))
    settings = Settings(
        database_url=database.url(DatabaseRole.API),
        casework_database_url=database.url(DatabaseRole.CASEWORK),
        token_key=KEY,
        public_url="http://127.0.0.1:8000",
    )
    app = create_app(settings, clock=lambda: NOW)
    with served(app) as address, ExitStack() as browsers:
        client = browsers.enter_context(httpx.Client(base_url=address))
        made = World(database, client, DevelopmentTokens(KEY), browsers)
        for number in (1, 2, 3):
            made.hear("demo", f"home-{number}")
        made.hear("other", "home-1")
        yield made


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a free loopback port, over real HTTP; its address."""
    server = uvicorn.Server(uvicorn.Config(app, ws="none", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
