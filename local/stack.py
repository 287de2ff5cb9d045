"""The servers and processes of one machine, with an address and a password for each."""

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local import database
from local.fetch import fetch
from local.mosquitto import CENTRAL_ACCESS_LIST, MosquittoServer
from local.place import REPOSITORY, Place
from local.ports import keep_port
from local.postgres import PostgresServer
from local.processes import ServerFailed
from local.programs import Programs
from local.secrets import Secrets
from local.supervisor import Program, child_environment
from local.weather_places import noted_places
from store.roles import Role
from store.status import every_gateway

log = logging.getLogger(__name__)

INGEST_USER = "ingest"
INGEST_STATUS = "ingest.json"
UPKEEP_STATUS = "upkeep.json"
BLOCK_DEVICES_USER = "devices"
_FOLDER_MODE = 0o700

Say = Callable[[str], None]


@dataclass(slots=True)
class Stack:
    """One machine's Homewell. `environ` may name servers of one's own.

    Servers and secrets live in `place`; what our own processes keep lives in `home`. `programs` are
    the servers' programs where they need not be fetched.
    """

    place: Place
    environ: Mapping[str, str]
    say: Say
    home: Path = REPOSITORY / ".homewell"
    programs: Programs | None = None
    postgres: PostgresServer | None = None
    central: MosquittoServer | None = None
    block: MosquittoServer | None = None
    database_urls: dict[Role, str] = field(default_factory=dict)
    _started: list[PostgresServer | MosquittoServer] = field(default_factory=list)

    @property
    def secrets(self) -> Secrets:
        """The passwords of this machine."""
        return Secrets(self.place.folder("secrets"))

    @property
    def run_folder(self) -> Path:
        """Where processes keep their status files, spools and addresses."""
        return self.folder("run")

    @property
    def log_folder(self) -> Path:
        """Where processes write."""
        return self.folder("logs")

    @property
    def weather_folder(self) -> Path:
        """Where it stands for which places weather is asked."""
        return self.folder("weather")

    def folder(self, name: str) -> Path:
        """A folder for files of our own processes, made if missing.

        Spools, logs and repairs tell of people's homes: nobody else of this machine looks in.
        """
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(_FOLDER_MODE)
        return path

    def start_database(self) -> None:
        """Start or find the database, with its roles and newest tables."""
        admin_url = self.environ.get("DATABASE_URL")
        if not admin_url:
            self.postgres = PostgresServer(
                self.place.folder("postgres"),
                programs=self._programs(),
                password=self.secrets.secret("postgres"),
                account=self.place.account,
                ends_with_us=True,
            )
            self._start(self.postgres)
            admin_url = self.postgres.admin_url()
        admin_url = database.own_database(admin_url)
        self.database_urls = database.prepare(admin_url, self.secrets)

    def start_central_broker(self) -> None:
        """Start the central broker, or let one that runs know every registered gateway."""
        if self.environ.get("MQTT_URL"):
            return
        with psycopg.connect(self.database_urls[Role.OBSERVER], autocommit=True) as conn:
            gateways = every_gateway(conn)
        self.central = MosquittoServer(
            self.place.folder("broker"),
            name="central",
            programs=self._programs(),
            users=self._passwords([INGEST_USER, *gateways]),
            access_list=CENTRAL_ACCESS_LIST.read_text("utf-8"),
            account=self.place.account,
            ends_with_us=True,
        )
        self._start(self.central)

    def start_block_broker(self, gateway_ids: Iterable[str]) -> None:
        """Start the broker that stands for those in the blocks of flats."""
        if self.environ.get("MQTT_URL"):
            return
        gateways = list(gateway_ids)
        self.block = MosquittoServer(
            self.place.folder("block-broker"),
            name="block",
            programs=self._programs(),
            users=self._passwords([BLOCK_DEVICES_USER, *gateways], "block-"),
            access_list=_block_access_list(gateways),
            account=self.place.account,
            ends_with_us=True,
        )
        self._start(self.block)

    def broker_url(self, user: str) -> str:
        """The central broker's address for a user."""
        return self.central.url(user) if self.central else self.environ["MQTT_URL"]

    def block_broker_url(self, user: str) -> str:
        """The block broker's address for a user."""
        return self.block.url(user) if self.block else self.environ["MQTT_URL"]

    @property
    def api_port(self) -> int:
        """The loopback port of the api, the same from one start to the next."""
        kept = self.run_folder / "api-port"
        return int(kept.read_text("ascii")) if kept.exists() else keep_port(kept)

    @property
    def api_url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.api_port}"

    def stop_servers(self) -> None:
        """Stop what `start_…` started, in reverse; what ran before us goes on."""
        while self._started:
            self._started.pop().stop()

    def look_after(self) -> None:
        """Start again what died of the servers that we started; one that will not, again later."""
        for server in self._started:
            if server.is_running():
                continue
            log.warning("%s is gone; starting it again", server.name)
            try:
                server.start()
            except ServerFailed as error:
                log.error("%s; trying again", error)

    def _start(self, server: PostgresServer | MosquittoServer) -> None:
        ran_before = server.is_running()
        server.start()
        if not ran_before:
            self._started.append(server)

    def ingest(self) -> Program:
        """The ingest process."""
        return self.program(
            "ingest",
            ["-m", "ingest"],
            {
                "DATABASE_URL": self.database_urls[Role.INGEST],
                "MQTT_URL": self.broker_url(INGEST_USER),
                "INGEST_STATUS_FILE": str(self.run_folder / INGEST_STATUS),
                "INGEST_HTTP": f"127.0.0.1:{keep_port(self.run_folder / 'ingest-port')}",
                "INGEST_LOG_FORMAT": "text",  # beside the other processes' logs, for a person
            },
        )

    def upkeep(self) -> Program:
        """The process that keeps the store in bounds."""
        return self.program(
            "upkeep",
            ["-m", "ingest.upkeep"],
            {
                "DATABASE_URL": self.database_urls[Role.UPKEEP],
                "UPKEEP_STATUS_FILE": str(self.run_folder / UPKEEP_STATUS),
                "UPKEEP_HTTP": f"127.0.0.1:{keep_port(self.run_folder / 'upkeep-port')}",
            },
        )

    def detectors(self) -> Program:
        """The detectors' process."""
        return self.program(
            "detectors",
            ["-m", "detectors.run"],
            {
                "DATABASE_URL": self.database_urls[Role.DETECTORS],
                "DETECTORS_STATUS_FILE": str(self.run_folder / "detectors.json"),
            },
        )

    def api(self) -> Program:
        """The api with its pages, casework and delivery."""
        return self.program(
            "api",
            ["-m", "api"],
            {
                "DATABASE_URL": self.database_urls[Role.API],
                "CASEWORK_DATABASE_URL": self.database_urls[Role.CASEWORK],
                "HOMEWELL_TOKEN_KEY": self.secrets.secret("token-key"),
                "HOMEWELL_API_PORT": str(self.api_port),
                "HOMEWELL_PUBLIC_URL": self.api_url,
            },
        )

    def weather(self) -> list[Program]:
        """A process for each gateway whose areas have coordinates."""
        return [
            self.program(
                f"weather-{gateway}",
                ["-m", "weather", str(path)],
                {"MQTT_URL": self.broker_url(gateway)},
            )
            for gateway, path in noted_places(self.weather_folder)
        ]

    def program(self, name: str, words: list[str], environment: Mapping[str, str]) -> Program:
        """A Python process of ours, with its log beside the others."""
        return Program(
            name=name,
            words=[sys.executable, *words],
            environment=child_environment(environment),
            log=self.log_folder / f"{name}.log",
        )

    def _programs(self) -> Programs:
        if self.programs is None:
            self.programs = fetch(self.place, self.environ, self.say)
        return self.programs

    def _passwords(self, users: Iterable[str], prefix: str = "broker-") -> dict[str, str]:
        return {user: self.secrets.secret(f"{prefix}{user}") for user in users}


def _block_access_list(gateway_ids: Iterable[str]) -> str:
    """In the block devices speak and gateways listen."""
    lines = [f"user {BLOCK_DEVICES_USER}", "topic write #"]
    for gateway_id in gateway_ids:
        lines += [f"user {gateway_id}", "topic read #"]
    return "\n".join(lines) + "\n"
