"""What ingest is told from outside: the environment, and nothing else."""

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.wire import NAME
from ingest.connecting import Broker
from store.connection import NotAnAddress, check_url

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PORT_MAX = 65_535


class NotSet(ValueError):
    """A setting is missing or unfit; the text says which and what it should be."""


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where metrics and health are to be had; port 0 is any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where ingest reads and writes. With `shared_group` several workers share the messages."""

    database_url: str
    broker: Broker
    client_id: str
    shared_group: str | None
    status_file: Path | None
    http: HttpAddress | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in these variables; raises NotSet."""
        status_file = environment.get("INGEST_STATUS_FILE")
        return cls(
            database_url=_database_url(environment),
            broker=parse_broker(_needed(environment, "MQTT_URL", "mqtt://user:password@host:port")),
            client_id=_name(environment, "INGEST_CLIENT_ID") or "ingest-0",
            shared_group=_name(environment, "INGEST_SHARED_GROUP"),
            status_file=Path(status_file) if status_file else None,
            http=http_address(environment, "INGEST_HTTP"),
        )


def parse_broker(url: str) -> Broker:
    """The broker in `mqtt://user:password@host:port` (percent-encoded), `mqtts` for TLS.

    Raises NotSet without repeating the URL, which holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotSet("MQTT_URL cannot be read; it is mqtt://user:password@host:port") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise NotSet("MQTT_URL must be mqtt://user:password@host:port, or mqtts:// for TLS")
    return Broker(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=ssl.create_default_context() if parts.scheme == "mqtts" else None,
    )


def http_address(environment: Mapping[str, str], variable: str) -> HttpAddress | None:
    """An address of this machine and a port, or None; without an address, loopback.

    Raises NotSet when it is neither.
    """
    value = environment.get(variable)
    if not value:
        return None
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
        number = int(port) if port.isascii() and port.isdecimal() else -1
    except ValueError:
        number = -1
    if not 0 <= number <= _PORT_MAX:
        raise NotSet(
            f"{variable} is {value!r}; it must be an address of this machine and a port, such as "
            "127.0.0.1:9464"
        )
    return HttpAddress(str(address), number)


def _database_url(environment: Mapping[str, str]) -> str:
    url = _needed(environment, "DATABASE_URL", "postgresql://user:password@host/db")
    try:
        check_url(url)
    except NotAnAddress as error:
        raise NotSet(f"DATABASE_URL: {error}") from None
    return url


def _needed(environment: Mapping[str, str], variable: str, form: str) -> str:
    value = environment.get(variable)
    if not value:
        raise NotSet(f"{variable} is not set; it is of the form {form}")
    return value


def _name(environment: Mapping[str, str], variable: str) -> str | None:
    value = environment.get(variable)
    if value and not NAME.fullmatch(value):
        raise NotSet(f"{variable} is {value!r}; it must be 1 to 63 of a-z, 0-9, _ and -")
    return value or None
