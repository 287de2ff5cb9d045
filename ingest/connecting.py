"""Coming to a connection with the broker."""

import asyncio
import ssl
from dataclasses import dataclass

import mqtt5

from ingest.answers import Lost, Refused
from ingest.connection import Connection
from ingest.packets import PACKET_BYTES_MAX

_CONNECT_TIMEOUT_S = 10.0
_KEEPALIVE_S = 15  # a dead broker or line is noticed within 23 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is and who we are there."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None


async def connect(
    broker: Broker,
    client_id: str,
    *,
    receive_max: int,
    session_expiry_s: int,
    clean_start: bool = False,
) -> Connection:
    """A connection that the broker has accepted.

    Raises Lost when there is none to be had now, Refused when there never will be one like this: a
    certificate that is not trusted, has run out or names another host is not asked for again.
    """
    hello = mqtt5.ConnectPacket(
        client_id,
        username=broker.username,
        password=broker.password.encode() if broker.password is not None else None,
        clean_start=clean_start,
        keep_alive=_KEEPALIVE_S,
        session_expiry_interval=session_expiry_s,
        receive_max=receive_max,
        max_packet_size=PACKET_BYTES_MAX,
    )
    connection = Connection(hello)
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT_S):
            await asyncio.get_running_loop().create_connection(
                lambda: connection, broker.host, broker.port, ssl=broker.tls
            )
            await connection.accepted()
    except (Lost, Refused):
        raise
    except TimeoutError:
        connection.abort("no answer")
        raise Lost(f"the broker at {broker.host}:{broker.port} does not answer") from None
    except ssl.SSLCertVerificationError as error:
        raise Refused(
            f"the certificate of the broker at {broker.host}:{broker.port} is not to be trusted: "
            f"{error.verify_message}. Name the authority that signed it in SSL_CERT_FILE, or "
            "mend the certificate"
        ) from error
    except OSError as error:
        secured = " with TLS" if broker.tls else ""
        raise Lost(f"no broker{secured} at {broker.host}:{broker.port}: {error}") from error
    return connection
