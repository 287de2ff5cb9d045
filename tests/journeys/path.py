"""The whole path for a journey: real broker, ingest, database, detectors, api and landlord."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.casework import decide_pending
from api.delivery import deliver_due, webhook_client
from core.registry import Webhook
from detectors.run.service import Service
from store.roles import Role
from tests.api.landlords import SECRET, Landlord, landlord_system
from tests.api.town import ORIGIN, Town, town
from tests.estate import ROOMS
from tests.fixtures_database import HomewellDatabase
from tests.ingest.gateway_side import GatewaySide
from tests.ingest.ingest_process import IngestProcess
from tests.servers import Broker

STEP = timedelta(minutes=10)
DAYS = 35
STEPS = int(timedelta(days=DAYS) / STEP)
DAMP_FROM_DAY = 20
SAMPLES_A_MESSAGE = 288  # two days


@dataclass(frozen=True, slots=True)
class Air:
    """Air that breathes a little, by day and from reading to reading, as no stuck sensor's does.

    From DAMP_FROM_DAY on it holds `damp_humidity_pct` where that is given.
    """

    temp_c: float
    humidity_pct: float
    damp_humidity_pct: float | None = None

    def temps_c(self) -> list[float]:
        """The temperature at every step."""
        return [self.temp_c + _breath(step) for step in range(STEPS)]

    def humidities_pct(self) -> list[float]:
        """The humidity at every step."""
        later = self.humidity_pct if self.damp_humidity_pct is None else self.damp_humidity_pct
        began = DAMP_FROM_DAY * STEPS // DAYS
        return [
            (later if step >= began else self.humidity_pct) - 2.0 * _breath(step)
            for step in range(STEPS)
        ]


@dataclass(slots=True, kw_only=True)
class Journey:
    """Home-1 of landlord `demo`, from its sensors to the repair."""

    town: Town
    landlord: Landlord
    gateway: GatewaySide
    service: Service = field(repr=False)

    def five_weeks(self, *, outdoors: Air, **rooms: Air) -> None:
        """Five weeks up to now, measured in home-1 and outdoors, stored and judged.

        A room is named with an underscore for its space.
        """
        sent = self._send("weather-1", "weather", outdoors)
        for room, air in rooms.items():
            sensor = ROOMS.index(room.replace("_", " ")) + 1
            sent += self._send(f"th-01{sensor:02}", "room", air)
        self.gateway.until_settled(*sent)
        with self.town.database.connect(Role.DETECTORS) as conn:
            self.service.sweep_once(conn, now=self.town.clock.now)

    def decide_and_deliver(self) -> list[dict[str, Any]]:
        """Casework decides and delivers; what the landlord's system has received so far."""
        with self.town.database.connect(Role.CASEWORK) as conn:
            decide_pending(conn, now=self.town.clock.now)

            async def deliver() -> None:
                async with webhook_client() as client:
                    await deliver_due(conn, client, now=self.town.clock.now, public_url=ORIGIN)

            asyncio.run(deliver())
        return self.landlord.events

    def tenant_says(self, purpose: str, choice: str) -> None:
        """The tenant of home-1 chooses, a minute later."""
        self.later()
        said = {"purpose": purpose, "choice": choice}
        answer = self.town.ask(("tenant", "tenant-1"), "PUT", "/consents", json=said)
        assert answer.status_code == 200, answer.text

    def landlord_says(self, repair_id: str, status: str) -> None:
        """The landlord's system tells how the repair goes on, a minute later."""
        self.later()
        path = f"/repairs/{repair_id}"
        who = ("landlord_system", "repairs-system")
        answer = self.town.ask(who, "PATCH", path, json={"status": status})
        assert answer.status_code == 200, answer.text

    def seen_by(self, role: str, person: str, path: str) -> Any:
        """What somebody gets from the API."""
        return self.town.ask((role, person), "GET", path).json()

    def later(self) -> None:
        """A minute passes."""
        self.town.clock.now += timedelta(minutes=1)

    def _send(self, device: str, kind: str, air: Air) -> list[int]:
        now = self.town.clock.now
        times = [round((now - STEP * (STEPS - i)).timestamp() * 1000) for i in range(STEPS)]
        temps_c, humidities_pct = air.temps_c(), air.humidities_pct()
        sent = []
        for first in range(0, STEPS, SAMPLES_A_MESSAGE):
            here = slice(first, first + SAMPLES_A_MESSAGE)
            sent.append(
                self.gateway.send(
                    device,
                    kind,
                    times[here],
                    air_temp_c=temps_c[here],
                    rel_humidity_pct=humidities_pct[here],
                )
            )
        return sent


def _breath(step: int) -> float:
    """Half a kelvin over the day, and a tenth from one reading to the next."""
    day = step * STEP / timedelta(days=1)
    return round(0.5 * math.sin(2.0 * math.pi * day) + 0.1 * (step * 7 % 5), 2)


@contextmanager
def journey(database: HomewellDatabase, broker: Broker, folder: Path) -> Iterator[Journey]:
    """Everything runs, nothing is measured yet; it is now."""
    with (
        landlord_system(folder) as landlord,
        town(database, webhook=Webhook(url=landlord.url, secret=SECRET)) as here,
        IngestProcess(folder, database.url(Role.INGEST), broker.url("ingest")),
        GatewaySide(broker.url("gw-a")) as gateway,
    ):
        here.clock.now = datetime.now(UTC).replace(second=0, microsecond=0)
        service = Service(database.url(Role.DETECTORS))
        yield Journey(town=here, landlord=landlord, gateway=gateway, service=service)
