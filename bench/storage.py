"""How readings are best cut into chunks, and what erasing a home costs."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

import psutil
import psycopg
from psycopg import sql

from bench.ingest import estate
from bench.ingest.stand import Stand, say, stand
from ingest.upkeep.retention import Retention
from store import chunks, erasure
from store.roles import Role

CHUNK_DAYS = (1, 7, 14, 28)
STARTS = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday, where chunks of whole weeks begin
HOME_DEVICES = 4
LOOKS = 40  # of each question, at other homes each time
LATE_ROWS = 4_000  # a full batch of ingest
LATE_BATCHES = 20
ESTATE_HOMES = 5_000
WRONG_SINCE = datetime(2000, 1, 1, tzinfo=UTC)  # as far back as ingest takes a reading

Query = Callable[[], object]


def add_options(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--every-hours", type=int, default=3, help="one reading a device so often")


def measure(options: Namespace) -> dict[str, Any]:
    """Chunks of several lengths beside each other, the wrong clock, and the erasure of a home."""
    with stand() as servers:
        cut = [asdict(_chunks_of(servers, days, options)) for days in CHUNK_DAYS]
        say("a clock that was wrong in every week since 2000")
        wrong = _wrong_clock(servers)
        say("the erasure of a home's year, and retention")
        erased = _erasure(servers)
    sizes = {"devices": options.devices, "weeks": options.weeks, "every_h": options.every_hours}
    return {**sizes, "chunks": cut, "wrong_clock": wrong, "erasure": erased}


def lines(result: dict[str, Any]) -> list[str]:
    """The result for a person."""
    said = [
        f"{result['devices']:,} devices, {result['weeks']} weeks, a reading each "
        f"{result['every_h']} h; CPU is the server's own",
        "chunk days | chunks | insert rows/CPU s | bytes heap + index a row | home's week ms | "
        "last value ms | a day over all ms | late batch CPU ms, chunks",
    ]
    said += [
        f"{one['days']:10} | {one['chunks']:6} | {one['rows_per_cpu_s']:17,.0f} | "
        f"{one['heap_bytes']:.0f} + {one['index_bytes']:.0f} | {one['home_week_ms']:.2f} | "
        f"{one['last_value_ms']:.2f} | {one['day_ms']:.0f} | {one['late_cpu_ms']:.0f}, "
        f"{one['late_chunks']}"
        for one in result["chunks"]
    ]
    wrong, erased = result["wrong_clock"], result["erasure"]
    said.append(
        f"wrong clock: {wrong['chunks']} chunks in {wrong['open_s']:.1f} s; a home's week "
        f"{wrong['home_week_ms']:.2f} ms, last value {wrong['last_value_ms']:.0f} ms; empty ones "
        f"dropped in {wrong['drop_s']:.1f} s, {wrong['left']} left"
    )
    said.append(
        f"erasure: {erased['readings']:,} readings of one home among {erased['rows']:,} rows, "
        f"looked at in {erased['survey_s']:.1f} s, erased in {erased['erase_s']:.1f} s "
        f"({erased['erase_cpu_s']:.1f} CPU s), the longest transaction {erased['longest_s']:.2f} s"
    )
    said.append(
        f"retention: {erased['expired']:,} rows deleted by device and day in "
        f"{erased['retention_s']:.1f} s ({erased['retention_cpu_s']:.1f} CPU s)"
    )
    return said


@dataclass(slots=True)
class _Clock:
    """What some statements took: wall, and CPU of the connection's server process."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    longest_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Chunks of one length."""

    days: int
    chunks: int
    rows: int
    rows_per_s: float
    rows_per_cpu_s: float
    heap_bytes: float
    index_bytes: float
    home_week_ms: float
    last_value_ms: float
    day_ms: float
    late_cpu_ms: float
    late_chunks: int


def _chunks_of(servers: Stand, days: int, options: Namespace) -> _Cut:
    say(f"chunks of {days} days")
    name = f"cut_{days}"
    table = sql.Identifier(name)
    with psycopg.connect(servers.admin_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE TABLE {} (LIKE room_readings INCLUDING ALL)").format(table))
        conn.execute(
            """SELECT create_hypertable(%(table)s::regclass,
                   by_range('measured_at', make_interval(days => %(days)s)),
                   create_default_indexes => false)""",
            {"table": name, "days": days},
        )
        inserted = _fill(conn, table, options)
        rows = options.devices * options.weeks * 7 * 24 // options.every_hours
        conn.execute(sql.SQL("VACUUM ANALYZE {}").format(table))
        heap, index = _bytes(conn, name)
        looks = _looks(conn, table, options)
        late_cpu_s = _late_cpu_s(conn, table, options)
        count = _chunk_count(conn, name)
        conn.execute(sql.SQL("DROP TABLE {}").format(table))
    return _Cut(
        days=days,
        chunks=count,
        rows=rows,
        rows_per_s=rows / inserted.wall_s,
        rows_per_cpu_s=rows / inserted.cpu_s,
        heap_bytes=heap / rows,
        index_bytes=index / rows,
        late_cpu_ms=late_cpu_s * 1000,
        late_chunks=min(count, options.weeks * 7 // days),
        **looks,
    )


def _fill(conn: psycopg.Connection, table: sql.Identifier, options: Namespace) -> _Clock:
    """A reading of every device at every step, in order of time as it is live."""
    clock = _Clock()
    statement = sql.SQL(
        """INSERT INTO {} SELECT d, %(at)s + make_interval(secs => d %% 3600),
               20 + d %% 7, 50 + d %% 31, 400 + d %% 500, 15 + d %% 5, 90 + d %% 10
           FROM generate_series(1, %(devices)s) d"""
    ).format(table)
    for step in range(options.weeks * 7 * 24 // options.every_hours):
        at = STARTS + timedelta(hours=step * options.every_hours)
        with _timed(conn, clock):
            conn.execute(statement, {"at": at, "devices": options.devices})
    return clock


def _late_cpu_s(conn: psycopg.Connection, table: sql.Identifier, options: Namespace) -> float:
    """A batch whose rows are late by anything up to all of the weeks, the mean of several."""
    clock = _Clock()
    statement = sql.SQL(
        """INSERT INTO {} (device_id, measured_at, air_temp_c)
           SELECT n, %(start)s + make_interval(
                      secs => (n::bigint * 7919 * 13) %% %(span)s + 0.001 * %(batch)s), 20
           FROM generate_series(1, %(rows)s) n ORDER BY 2"""
    ).format(table)
    span_s = options.weeks * 7 * 86_400
    for batch in range(1, LATE_BATCHES + 1):
        values = {"start": STARTS, "span": span_s, "rows": LATE_ROWS, "batch": batch}
        with _timed(conn, clock):
            conn.execute(statement, values)
    return clock.cpu_s / LATE_BATCHES


def _looks(conn: psycopg.Connection, table: sql.Identifier, options: Namespace) -> dict[str, float]:
    random = Random(1)  # noqa: S311 - the same homes for every length
    end = STARTS + timedelta(weeks=options.weeks)
    week = sql.SQL(
        """SELECT * FROM {} WHERE device_id = ANY(%(devices)s)
             AND measured_at >= %(since)s AND measured_at < %(until)s ORDER BY 1, 2"""
    ).format(table)
    last = sql.SQL(
        "SELECT measured_at FROM {} WHERE device_id = %(device)s ORDER BY measured_at DESC LIMIT 1"
    ).format(table)
    day = sql.SQL(
        """SELECT count(*), avg(air_temp_c) FROM {}
           WHERE measured_at >= %(since)s AND measured_at < %(until)s"""
    ).format(table)

    def home_week() -> object:
        first = random.randrange(1, options.devices - HOME_DEVICES)
        since = STARTS + timedelta(days=random.randrange((options.weeks - 1) * 7))
        values = {
            "devices": list(range(first, first + HOME_DEVICES)),
            "since": since,
            "until": since + timedelta(days=7),
        }
        return conn.execute(week, values).fetchall()

    def last_value() -> object:
        return conn.execute(last, {"device": random.randrange(1, options.devices)}).fetchall()

    def a_day() -> object:
        values = {"since": end - timedelta(days=10), "until": end - timedelta(days=9)}
        return conn.execute(day, values).fetchall()

    return {
        "home_week_ms": _median_ms(home_week, LOOKS),
        "last_value_ms": _median_ms(last_value, LOOKS),
        "day_ms": _median_ms(a_day, 5),
    }


def _wrong_clock(servers: Stand) -> dict[str, Any]:
    """One device that said something in every week since 2000, among the boilers."""
    device = 2_000_000_000  # nobody's
    with psycopg.connect(servers.admin_url, autocommit=True) as conn:
        opening = _Clock()
        for year in range(WRONG_SINCE.year, STARTS.year):
            with _timed(conn, opening):
                conn.execute(
                    """INSERT INTO boiler_readings (device_id, measured_at)
                       SELECT %(device)s, generate_series(make_date(%(year)s, 1, 1)::timestamptz,
                           make_date(%(year)s + 1, 1, 1)::timestamptz - interval '1 day',
                           interval '7 days')""",
                    {"device": device, "year": year},
                )
        opened = _chunk_count(conn, "boiler_readings")
        values = {"device": device, "since": STARTS - timedelta(days=7)}
        week = _median_ms(
            lambda: conn.execute(
                """SELECT * FROM boiler_readings
                   WHERE device_id = %(device)s AND measured_at >= %(since)s""",
                values,
            ).fetchall(),
            LOOKS,
        )
        last = _median_ms(
            lambda: conn.execute(
                """SELECT measured_at FROM boiler_readings WHERE device_id = %(device)s
                   ORDER BY measured_at DESC LIMIT 1""",
                values,
            ).fetchall(),
            5,
        )
        conn.execute("DELETE FROM boiler_readings WHERE device_id = %(device)s", values)
        dropping = _Clock()
        with (
            psycopg.connect(servers.url(Role.UPKEEP), autocommit=True) as upkeep,
            _timed(upkeep, dropping),
        ):
            while chunks.drop_empty_chunks(upkeep):
                pass
        left = _chunk_count(conn, "boiler_readings")
    return {
        "chunks": opened,
        "open_s": opening.wall_s,
        "home_week_ms": week,
        "last_value_ms": last,
        "drop_s": dropping.wall_s,
        "left": left,
    }


def _erasure(servers: Stand) -> dict[str, Any]:
    """A home with a year of boiler readings each minute, rooms each five, among 5,000 homes."""
    now = datetime.now(UTC)
    estate.register(servers.url(Role.OWNER), ESTATE_HOMES, now)
    with psycopg.connect(servers.admin_url, autocommit=True) as admin:
        for statement in _YEAR:
            admin.execute(statement, {"home": "home-002500", "until": now})
        admin.execute("VACUUM ANALYZE room_readings, boiler_readings")
        row = admin.execute(
            """SELECT (SELECT count(*) FROM room_readings)
                      + (SELECT count(*) FROM boiler_readings)"""
        ).fetchone()
    found: dict[str, Any] = {"rows": row[0] if row else 0}
    scope = erasure.Scope(landlord_id=estate.LANDLORD, home_id="home-002500")
    with psycopg.connect(servers.url(Role.ERASER), autocommit=True) as conn:
        looking, erasing = _Clock(), _Clock()
        with _timed(conn, looking):
            where = erasure.stretches(conn, scope, now=now)
            found["readings"] = erasure.survey(conn, scope, where).readings
        parts = erasure.erase(conn, scope, where)
        more = True
        while more:
            with _timed(conn, erasing):
                more = next(parts, None) is not None
    found |= {
        "survey_s": looking.wall_s,
        "erase_s": erasing.wall_s,
        "erase_cpu_s": erasing.cpu_s,
        "longest_s": erasing.longest_s,
    }
    return found | _retention(servers, now)


def _retention(servers: Stand, now: datetime) -> dict[str, Any]:
    """The landlord keeps half a year from now on."""
    with psycopg.connect(servers.admin_url, autocommit=True) as admin:
        admin.execute("UPDATE landlords SET keep_readings_for = '180 days'")
        before = _room_rows(admin)
        clock, job = _Clock(), Retention()
        with psycopg.connect(servers.url(Role.UPKEEP), autocommit=True) as conn:
            more = True
            while more:
                with _timed(conn, clock):
                    more = job.step(conn, now).more
        return {
            "expired": before - _room_rows(admin),
            "retention_s": clock.wall_s,
            "retention_cpu_s": clock.cpu_s,
        }


def _room_rows(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT count(*) FROM room_readings").fetchone()
    return int(row[0]) if row else 0


_YEAR = (
    """INSERT INTO room_readings (device_id, measured_at, air_temp_c, rel_humidity_pct)
       SELECT device_id, at, 20, 50
       FROM generate_series(%(until)s - interval '365 days', %(until)s, interval '1 day') AS at,
            devices
       WHERE kind = 'room' AND gateway_id <> replace(%(home)s, 'home-', 'gw-')
       ORDER BY at, device_id""",
    """INSERT INTO room_readings (device_id, measured_at, air_temp_c, rel_humidity_pct)
       SELECT device_id, at, 20, 50
       FROM generate_series(%(until)s - interval '365 days', %(until)s, interval '5 minutes') AS at,
            placements JOIN devices USING (device_id)
       WHERE kind = 'room' AND home_id = %(home)s ORDER BY at, device_id""",
    """INSERT INTO boiler_readings (device_id, measured_at, flow_temp_c, pressure_bar)
       SELECT device_id, at, 55, 1.4
       FROM generate_series(%(until)s - interval '365 days', %(until)s, interval '1 minute') AS at,
            placements JOIN devices USING (device_id)
       WHERE kind = 'boiler' AND home_id = %(home)s ORDER BY at, device_id""",
)


@contextmanager
def _timed(conn: psycopg.Connection, clock: _Clock) -> Iterator[None]:
    server = psutil.Process(conn.info.backend_pid)
    before, began = server.cpu_times(), time.perf_counter()
    yield
    took, after = time.perf_counter() - began, server.cpu_times()
    clock.wall_s += took
    clock.longest_s = max(clock.longest_s, took)
    clock.cpu_s += after.user + after.system - before.user - before.system


def _median_ms(question: Query, times: int) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        question()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _bytes(conn: psycopg.Connection, table: str) -> tuple[int, int]:
    row = conn.execute(
        """SELECT sum(pg_relation_size(chunk)), sum(pg_indexes_size(chunk))
           FROM show_chunks(%(table)s::regclass) AS chunk""",
        {"table": table},
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _chunk_count(conn: psycopg.Connection, table: str) -> int:
    row = conn.execute(
        "SELECT count(*) FROM show_chunks(%(table)s::regclass)", {"table": table}
    ).fetchone()
    return int(row[0]) if row else 0
