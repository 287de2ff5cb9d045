"""What a worker says in its log: readable by machines, bounded, and nothing of anybody's home."""

import asyncio
import io
import json
import logging
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from core.consent import Purpose
from ingest.__main__ import main
from ingest.answers import Lost
from ingest.logs import LogFormat, RateLimit, set_up_logging
from ingest.patience import pause
from store.connection import Unavailable
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase
from tests.ingest.asking import ON_ANY_PORT, get
from tests.ingest.gateway_side import GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker

T0 = 1_795_219_200_000 - 86_400_000 * 30


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """A clock at nought."""
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> RateLimit:
    """A rate limit by that clock."""
    return RateLimit(clock)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def heard(root: logging.Logger, limit: RateLimit, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is logged as text."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging(LogFormat.TEXT, verbose=False, limit=limit)
    return stream


def lines(heard: io.StringIO) -> list[str]:
    """The lines logged so far, from the level on."""
    return [line.split(" ", 2)[2] for line in heard.getvalue().splitlines()]


def test_a_flood_of_one_warning_is_said_ten_times_a_minute_and_then_counted(
    heard: io.StringIO, clock: Clock
) -> None:
    log = logging.getLogger("ingest.test")

    for number in range(4_322):
        log.warning("the database is away, try %d", number)
    clock.now_s = 61.0
    log.warning("the database is away, try %d", 4_322)

    said = lines(heard)
    assert len(said) == 11
    assert said[9] == "WARNING ingest.test: the database is away, try 9"
    assert said[10] == (
        "WARNING ingest.test: the database is away, try 4322 (and 4,312 more like it)"
    )


def test_a_flood_of_one_warning_holds_back_no_other(heard: io.StringIO) -> None:
    log = logging.getLogger("ingest.test")

    for _ in range(100):
        log.warning("one")
    log.info("one")
    log.warning("another")
    logging.getLogger("ingest.other").warning("one")

    assert lines(heard)[10:] == [
        "INFO ingest.test: one",
        "WARNING ingest.test: another",
        "WARNING ingest.other: one",
    ]


def test_a_database_that_is_away_hides_no_broker_that_is_away(
    heard: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.patience.backoff_s", lambda _: 0.0)

    async def both_away() -> None:
        for failures in range(50):
            await pause(Unavailable("the database is not available"), failures)
        await pause(Lost("no broker"), 0)

    asyncio.run(both_away())

    assert lines(heard)[10:] == ["WARNING ingest.answers: no broker; trying again in 0.0 s"]


def test_what_was_held_back_is_said_when_the_flood_is_over(
    heard: io.StringIO, limit: RateLimit, clock: Clock
) -> None:
    log = logging.getLogger("ingest.test")
    for number in range(30):
        log.warning("try %d", number)

    limit.tell()
    too_soon = len(lines(heard))
    clock.now_s = 60.0
    limit.tell()
    limit.tell()

    assert too_soon == 10
    assert lines(heard)[10:] == ["WARNING ingest.test: 20 more like it, the last: try 29"]


def test_at_the_end_everything_held_back_is_said(heard: io.StringIO, limit: RateLimit) -> None:
    for _ in range(12):
        logging.getLogger("ingest.test").warning("try")

    limit.tell(everything=True)

    assert lines(heard)[10:] == ["WARNING ingest.test: 2 more like it, the last: try"]


def test_an_error_is_always_said(heard: io.StringIO) -> None:
    for _ in range(1_000):
        logging.getLogger("ingest.test").error("a bug")

    assert len(lines(heard)) == 1_000


def test_a_flood_of_many_kinds_is_counted_in_bounded_memory(
    heard: io.StringIO, limit: RateLimit
) -> None:
    log = logging.getLogger("ingest.test")
    for _ in range(11):
        log.warning("the first kind")

    for number in range(10_000):
        log.warning(f"kind {number}")  # noqa: G004 - a template for each is what is tried here
    limit.tell(everything=True)

    assert len(limit._said) <= 500  # noqa: SLF001 - the bound is what is tried here
    assert lines(heard)[-1] == "WARNING ingest.logs: 1 more records of many kinds were held back"


def test_json_is_one_object_a_line_with_its_count_and_its_trace(
    root: logging.Logger, limit: RateLimit, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging(LogFormat.JSON, verbose=False, limit=limit)
    log = logging.getLogger("ingest.test")

    for _ in range(13):
        log.warning("away: %s", 'a "quoted"\nreason – in words')
    clock.now_s = 60.0
    log.warning("away: %s", "again")
    try:
        raise ValueError("nought")
    except ValueError:
        log.exception("a bug")
    log.debug("not said")

    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(found) == 12
    assert {name: found[0][name] for name in ("level", "logger", "message")} == {
        "level": "WARNING",
        "logger": "ingest.test",
        "message": 'away: a "quoted"\nreason – in words',
    }
    assert set(found[0]) == {"at", "level", "logger", "message"}
    assert found[0]["at"].endswith("+00:00")
    assert found[10]["more_like_it"] == 3
    assert found[11]["exc_info"].endswith("ValueError: nought")


def _lose_the_database_for_a_moment(database: HomewellDatabase) -> None:
    with database.connect_as_administrator() as admin:
        admin.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name LIKE 'homewell-ingest%' AND datname = current_database()"""
        )


def test_neither_log_nor_metrics_nor_health_tell_of_a_home_or_a_password(
    homewell_db: HomewellDatabase,
    role_passwords: dict[Role, str],
    make_broker: MakeBroker,
    tmp_path: Path,
) -> None:
    homewell_db.register(estate())
    with make_broker("ingest-logs") as central, GatewaySide(central.url("gw-a")) as gateway:
        urls = (homewell_db.url(Role.INGEST), central.url("ingest"))
        worker = IngestProcess(tmp_path, *urls, INGEST_HTTP=ON_ANY_PORT)
        worker.start("--verbose")
        worker.until_connected()
        gateway.until_settled(
            gateway.send("th-0101", "room", [T0], air_temp_c=[20.4375], rel_humidity_pct=[140.25]),
            gateway.send("grans-bedroom", "room", [T0], air_temp_c=[20.4375]),
            gateway.send("th-0102", "boiler", [T0], pressure_bar=[1.5]),
            gateway.send_bytes("th-0103", "room", b"grans-payload"),
        )
        with homewell_db.connect(Role.API) as api, api.transaction():
            say(api, Purpose.DAMP_RISK, "no", datetime.now(UTC))
        gateway.until_told({"boiler-01": ["boiler"], "weather-1": ["weather"]})
        _lose_the_database_for_a_moment(homewell_db)
        gateway.until_settled(gateway.send("th-0101", "room", [T0], air_temp_c=[20.4375]))
        until(lambda: "WARNING" in worker.log(), "a warning")
        pages = [get(worker, path)[1] for path in ("/metrics", "/readyz", "/healthz")]
        other = tmp_path / "other"
        other.mkdir()
        with IngestProcess(other, *urls):
            assert worker.ended() == 1

    said = [json.loads(line) for line in worker.log().splitlines()]
    assert said[-1]["level"] == "CRITICAL"
    assert said[-1]["message"] == "another process connected as 'ingest-0'"
    told = "\n".join([worker.log(), *pages])
    secrets = [role_passwords[Role.INGEST], unquote(urlsplit(urls[1]).password or "")]
    homes = ["gw-a", "th-01", "grans-", "boiler-01", "homewell/v1/", "20.4375", "140.25", "tenancy"]
    assert [one for one in [*secrets, *homes] if one in told] == []
    assert "ingest-0" in told


def test_the_log_is_for_people_where_they_ask_for_it(
    homewell_db: HomewellDatabase, make_broker: MakeBroker, tmp_path: Path
) -> None:
    with make_broker("ingest-logs-text") as central:
        urls = (homewell_db.url(Role.INGEST), central.url("ingest"))
        with IngestProcess(tmp_path, *urls, INGEST_LOG_FORMAT="text") as worker:
            assert worker.end(signal.SIGTERM) == 0

    assert "INFO ingest.session: connected to the broker as ingest-0\n" in worker.log()


def test_an_unknown_format_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INGEST_LOG_FORMAT", "xml")

    status = main([])

    assert status == 1
    assert capsys.readouterr().err == (
        "ingest: INGEST_LOG_FORMAT is 'xml'; it must be text or json\n"
    )
