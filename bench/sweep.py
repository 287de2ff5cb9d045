"""What a running sweep costs after five new minutes, store and all, and what a midnight costs."""

import resource
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import psycopg

from bench.ingest import estate
from bench.ingest.stand import Stand, say, stand
from detectors.registry import DETECTORS
from detectors.run import closing, minutes, news, reading
from detectors.run import sweep as sweeping
from detectors.run.candidates import HomesKnown
from detectors.run.memory import Memory
from detectors.run.sweep import sweep
from detectors.run.watching import Watching
from store import days, frames, judgements
from store.roles import Role

STARTS = datetime(2026, 1, 14, 23, 0, tzinfo=UTC)  # an hour before midnight, in the heating season
WARM = timedelta(hours=9)  # of readings before the five minutes: more than a verdict rests on
NEWS = timedelta(minutes=5)
SIZES = (500, 1_000, 2_000)  # homes: what it costs should grow as they do
ARRIVALS_AT_ONCE = 4_000  # devices in a full batch of ingest

PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "arrivals": (
        (frames, "take_arrivals"),
        (frames, "places_touched"),
        (frames, "places_of_homes"),
        (sweeping, "close_refused"),
        (HomesKnown, "add"),
        (judgements, "home_judgements"),
        (judgements, "minutes_due"),
        (judgements, "days_due"),
        (news, "_counted_in"),
    ),
    "reading": ((frames, "samples"), (days, "days_between")),
    "gridding": (
        (reading, "room_frame"),
        (reading, "boiler_frame"),
        (Memory, "before"),
        (Memory, "keep"),
    ),
    "judging": (
        (minutes, "judge_minutes"),
        (closing, "day_of_rooms"),
        (closing, "day_of_boilers"),
        (closing, "judge_days"),
    ),
    "writing": (
        (judgements, "keep_home_judgements"),
        (days, "keep_days"),
        (days, "forget_days"),
        (minutes, "tell"),
        (closing, "tell"),
    ),
}
"""What a sweep calls, by what its time is spent on."""


@dataclass(slots=True)
class Spent:
    """Seconds by part: wall, and of them CPU of our own."""

    wall_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    cpu_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    under_way: bool = False

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time counted; one within another counts for the outer one."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            if self.under_way:
                return call(*args, **kwargs)
            self.under_way = True
            began, cpu = time.perf_counter(), time.process_time()
            try:
                return call(*args, **kwargs)
            finally:
                self.wall_s[part] += time.perf_counter() - began
                self.cpu_s[part] += time.process_time() - cpu
                self.under_way = False

        return counted


def add_options(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument("--homes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--midnight-homes", type=int, default=500, help="whose day is closed")


def measure(options: Namespace) -> dict[str, Any]:
    """One row for each number of homes, and one for the midnight of some."""
    found = []
    for homes in options.homes:
        with stand() as servers:
            say(f"{homes:,} homes, {WARM} of readings each")
            found.append(_five_minutes(servers, homes))
    with stand() as servers:
        say(f"the midnight of {options.midnight_homes:,} homes")
        midnight = _midnight(servers, options.midnight_homes)
    names = len({*DETECTORS.rooms.others, *DETECTORS.boilers.others, *DETECTORS.boiler_minutes})
    return {"parts_of_detectors": names, "sweeps": found, "midnight": midnight}


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result for a person."""
    yield "one sweep after five new minutes of every home (three rooms and a boiler)"
    yield "homes  | seconds, CPU (own + server's) | " + " | ".join(PARTS) + " | alone | peak MB"
    for row in result["sweeps"]:
        yield _line(row) + f" | {row['peak_mb']:.0f}"
    cold = result["sweeps"][-1]
    yield (
        f"the first sweeps of {cold['homes']:,} homes, read for {cold['read_h']:.0f} h: "
        f"{cold['first_s']:.1f} s"
    )
    yield "a day of every home closed: worked out, kept and judged"
    yield _line(result["midnight"])


def _line(row: dict[str, Any]) -> str:
    parts = " | ".join(f"{row['wall_s'][part]:.2f}" for part in PARTS)
    return (
        f"{row['homes']:6,} | {row['seconds']:.2f} s, {row['own_cpu_s']:.2f} + "
        f"{row['server_cpu_s']:.2f} | {parts} | {row['rest_s']:.2f}"
    )


def _five_minutes(servers: Stand, homes: int) -> dict[str, Any]:
    """Homes that a process has judged all along, and then five minutes more of them."""
    _register(servers, homes)
    until = STARTS + WARM
    with _as_administrator(servers) as admin:
        _measure_all(admin, STARTS, until)
        admin.execute("VACUUM ANALYZE")
    watching = Watching()
    with psycopg.connect(servers.url(Role.DETECTORS), autocommit=True) as conn:
        began = time.perf_counter()
        while sweep(conn, watching, now=until).due:
            pass
        first_s = time.perf_counter() - began
        with _as_administrator(servers) as admin:
            _measure_all(admin, until + timedelta(seconds=1), until + NEWS)
        row = _timed_sweep(conn, watching, until + NEWS)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    read_h = WARM / timedelta(hours=1)
    return {"homes": homes, "first_s": first_s, "read_h": read_h, "peak_mb": peak_mb, **row}


def _midnight(servers: Stand, homes: int) -> dict[str, Any]:
    """A day of homes that is over and not closed, and a sweep that closes it."""
    _register(servers, homes)
    day = STARTS.replace(hour=0) + timedelta(days=1)
    with _as_administrator(servers) as admin:
        _measure_all(admin, STARTS, day + timedelta(days=1))
        admin.execute("VACUUM ANALYZE")
    watching = Watching()
    with psycopg.connect(servers.url(Role.DETECTORS), autocommit=True) as conn:
        while sweep(conn, watching, now=day).due:
            pass
        with _as_administrator(servers) as admin:
            _measure_all(admin, day + timedelta(days=1, minutes=1), day + timedelta(days=1.03))
        row = _timed_sweep(conn, watching, day)
    return {"homes": homes, **row}


def _timed_sweep(conn: psycopg.Connection, watching: Watching, now: datetime) -> dict[str, Any]:
    """Sweeps until nothing is due, and what they are spent on."""
    server = psutil.Process(conn.info.backend_pid)
    spent = Spent()
    with _counted(spent):
        began, cpu, before = time.perf_counter(), time.process_time(), server.cpu_times()
        while sweep(conn, watching, now=now).due:
            pass
        seconds = time.perf_counter() - began
        own, after = time.process_time() - cpu, server.cpu_times()
    return {
        "seconds": seconds,
        "own_cpu_s": own,
        "server_cpu_s": after.user + after.system - before.user - before.system,
        "wall_s": spent.wall_s,
        "cpu_s": spent.cpu_s,
        "rest_s": seconds - sum(spent.wall_s.values()),
    }


@contextmanager
def _counted(spent: Spent) -> Iterator[None]:
    with ExitStack() as put_back:
        for part, calls in PARTS.items():
            for owner, name in calls:
                call = getattr(owner, name)
                put_back.callback(setattr, owner, name, call)
                setattr(owner, name, spent.timed(part, call))
        yield


def _register(servers: Stand, homes: int) -> None:
    estate.register(servers.url(Role.OWNER), homes, STARTS)
    with _as_administrator(servers) as admin:
        for statement in _STATION:
            admin.execute(statement, {"landlord": estate.LANDLORD})


def _as_administrator(servers: Stand) -> psycopg.Connection:
    return psycopg.connect(servers.admin_url, autocommit=True)


def _measure_all(admin: psycopg.Connection, since: datetime, until: datetime) -> None:
    """Readings of every device from `since` to `until`, both included, and their arrivals."""
    values = {"since": since, "until": until, "most": ARRIVALS_AT_ONCE}
    for statement in (*_READINGS, _ARRIVALS):
        admin.execute(statement, values)


_STATION = (
    """INSERT INTO devices (landlord_id, gateway_id, wire_name, kind)
       VALUES (%(landlord)s, 'gw-000000', 'weather-1', 'weather')""",
    """UPDATE areas SET weather_device_id = device_id FROM devices
       WHERE devices.kind = 'weather' AND areas.landlord_id = %(landlord)s""",
)
# Whole minutes from `since` on; a home's values differ from the next one's and change with time.
_READINGS = (
    """INSERT INTO weather_readings (device_id, measured_at, air_temp_c, rel_humidity_pct, rain_mm)
       SELECT device_id, at, 6, 85, 0
       FROM devices, generate_series(date_bin('10 minutes', %(since)s + interval '599 seconds',
                                              '2000-01-01Z'), %(until)s, '10 minutes') AS at
       WHERE kind = 'weather'""",
    """INSERT INTO room_readings (device_id, measured_at, air_temp_c, rel_humidity_pct,
                                  battery_pct)
       SELECT device_id, at, 19 + round((device_id %% 30 / 10.0
                  + sin(extract(epoch FROM at) / 13751))::numeric, 1),
              round(50 + device_id %% 15 + 5 * sin(extract(epoch FROM at) / 9000)), 90
       FROM devices, generate_series(date_bin('5 minutes', %(since)s + interval '299 seconds',
                                              '2000-01-01Z'), %(until)s, '5 minutes') AS at
       WHERE kind = 'room' ORDER BY at, device_id""",
    """INSERT INTO boiler_readings (device_id, measured_at, flow_temp_c, return_temp_c,
           hot_water_temp_c, flow_target_c, hot_water_target_c, pressure_bar, modulation_pct,
           flame_current_ua, flame_on, pump_on, heat_demand, hot_water_demand, burner_starts,
           ignition_failures)
       SELECT device_id, at, round(45 + 10 * wave, 1), round(38 + 8 * wave, 1), 48, 55, 50,
              round(1.4 + 0.1 * wave, 2), 30 + 20 * wave, 8, wave > 0, true, true, false,
              1000 + extract(epoch FROM at)::bigint / 3600 %% 1000, 3
       FROM devices,
            generate_series(date_bin('1 minute', %(since)s + interval '59 seconds',
                                     '2000-01-01Z'), %(until)s, '1 minute') AS at,
            LATERAL (SELECT sin(extract(epoch FROM at) / 300 + device_id)::numeric AS wave) AS w
       WHERE kind = 'boiler' ORDER BY at, device_id""",
)
_ARRIVALS = """
    INSERT INTO arrivals (kind, device_ids, first_at, last_at)
    SELECT kind, array_agg(device_id), array_agg(%(since)s::timestamptz),
           array_agg(%(until)s::timestamptz)
    FROM (SELECT kind, device_id, row_number() OVER (PARTITION BY kind ORDER BY device_id) AS n
          FROM devices) AS numbered
    GROUP BY kind, n / %(most)s"""
