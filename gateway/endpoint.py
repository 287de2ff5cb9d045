"""Where a broker is and who we are to it, as an MQTT address says."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


class EndpointWrong(ValueError):
    """A broker's address cannot be understood; the text says what is expected, and no password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a broker is and who we are to it."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_endpoint(url: str) -> Endpoint:
    """The endpoint in `mqtt://user:password@host:port` or `mqtts://…`; raises EndpointWrong.

    User and password may be percent-encoded.

    >>> parse_endpoint("mqtts://gw-1:s%40lt@broker.example").port
    8883
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host, parts = None, None, urlsplit("")
    if parts.scheme not in PORTS or not host or parts.path not in ("", "/") or parts.query:
        raise EndpointWrong("an MQTT address reads mqtt://user:password@host:port (or mqtts://…)")
    return Endpoint(
        host=host,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )
