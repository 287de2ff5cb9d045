"""`mqtts://`: the broker's certificate is checked, and one that will not do ends the worker."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from ingest.answers import Lost, Refused
from ingest.broker_check import check_broker
from ingest.connecting import connect
from ingest.settings import parse_broker
from local.mosquitto import MosquittoServer
from local.place import Place, hand_over, write_private
from local.ports import free_port
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase
from tests.ingest.gateway_side import GatewaySide
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LESS_LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
T0 = 1_795_219_200_000 - 86_400_000 * 30


class TlsBroker:
    """A broker that listens with TLS beside its plain listener."""

    def __init__(self, server: MosquittoServer, port: int) -> None:
        self._server = server
        self._port = port
        self.plain_url = server.url("ingest")
        self.gateway_url = server.url("gw-a")

    def url(self, host: str = "localhost") -> str:
        """Its address with TLS under this name."""
        user = self.plain_url.removeprefix("mqtt://").partition("@")[0]
        return f"mqtts://{user}@{host}:{self._port}"

    @property
    def log(self) -> str:
        """What the broker has said."""
        return self._server.log.read_text("utf-8")


Serve = Callable[[trustme.LeafCert], AbstractContextManager[TlsBroker]]


@pytest.fixture
def serve(make_broker: MakeBroker, place: Place, server_folder: Path) -> Serve:
    """Runs a broker that shows this certificate."""

    @contextmanager
    def run(certificate: trustme.LeafCert) -> Iterator[TlsBroker]:
        port = free_port()
        folder = server_folder / f"tls-{port}-certificates"
        folder.mkdir()
        hand_over(folder, place.account)
        chain = b"".join(pem.bytes() for pem in certificate.cert_chain_pems).decode()
        write_private(folder / "chain.pem", chain, place.account)
        key = certificate.private_key_pem.bytes().decode()
        write_private(folder / "key.pem", key, place.account)
        settings = (
            f"listener {port} 127.0.0.1\ncertfile {folder}/chain.pem\nkeyfile {folder}/key.pem\n"
        )
        with make_broker(f"tls-{port}", settings=settings) as server:
            yield TlsBroker(server, port)

    return run


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The authority that this machine trusts, as SSL_CERT_FILE names it."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return ca


def attempt(url: str) -> None:
    """Connect once and go; raises what connecting raises."""

    async def come_and_go() -> None:
        broker = parse_broker(url)
        connection = await connect(broker, "ingest-0", receive_max=10, session_expiry_s=0)
        await connection.close()

    asyncio.run(come_and_go())


def test_a_broker_whose_certificate_a_trusted_authority_signed_is_used(
    serve: Serve, authority: trustme.CA
) -> None:
    with serve(authority.issue_cert("localhost")) as broker:
        warnings = asyncio.run(check_broker(parse_broker(broker.url()), "ingest-0", shares=True))

    assert warnings == []


def test_a_certificate_of_another_authority_is_refused(serve: Serve, authority: trustme.CA) -> None:
    with (
        serve(trustme.CA().issue_cert("localhost")) as broker,
        pytest.raises(Refused, match=r"unable to get local issuer certificate.*SSL_CERT_FILE"),
    ):
        attempt(broker.url())


def test_a_certificate_for_another_host_is_refused(serve: Serve, authority: trustme.CA) -> None:
    with (
        serve(authority.issue_cert("broker.example")) as broker,
        pytest.raises(Refused, match="Hostname mismatch, certificate is not valid for 'localhost'"),
    ):
        attempt(broker.url())


def test_a_certificate_that_has_run_out_is_refused(serve: Serve, authority: trustme.CA) -> None:
    spent = authority.issue_cert("localhost", not_before=LONG_AGO, not_after=LESS_LONG_AGO)
    with serve(spent) as broker, pytest.raises(Refused, match="certificate has expired"):
        attempt(broker.url())


def test_where_nobody_speaks_tls_the_word_says_so_and_it_is_tried_again(
    serve: Serve, authority: trustme.CA
) -> None:
    with serve(authority.issue_cert("localhost")) as broker:
        port = parse_broker(broker.plain_url).port
        with pytest.raises(Lost, match=f"no broker with TLS at localhost:{port}"):
            attempt(f"mqtts://ingest:x@localhost:{port}")


def test_a_worker_that_cannot_trust_its_broker_ends_after_one_attempt_and_says_why(
    serve: Serve, authority: trustme.CA, homewell_db: HomewellDatabase, tmp_path: Path
) -> None:
    with serve(trustme.CA().issue_cert("localhost")) as broker, ExitStack() as after:
        worker = IngestProcess(tmp_path, homewell_db.url(Role.INGEST), broker.url())
        worker.start()
        after.push(worker)
        status = worker.ended()
        attempts = broker.log.count("OpenSSL Error")

    assert status == 1
    assert "the certificate of the broker at localhost" in worker.log()
    assert attempts == 1


def test_readings_come_in_over_tls(
    serve: Serve, authority: trustme.CA, homewell_db: HomewellDatabase, tmp_path: Path
) -> None:
    homewell_db.register(estate())
    with (
        serve(authority.issue_cert("localhost")) as broker,
        IngestProcess(tmp_path, homewell_db.url(Role.INGEST), broker.url()),
        GatewaySide(broker.gateway_url) as gateway,
    ):
        sent = [gateway.send("th-0101", "room", [T0 + i], air_temp_c=[20.5]) for i in range(200)]
        gateway.until_settled(*sent)

    with homewell_db.connect_as_administrator() as admin:
        assert admin.execute("SELECT count(*) FROM room_readings").fetchone() == (200,)
