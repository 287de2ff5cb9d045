"""What it costs: CPU by process tree, memory, bytes in the database."""

import re
import resource
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

_TABLES = ("room_readings", "boiler_readings")
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """The processes that share the machine, by name."""

    pids: dict[str, int]

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds of each so far, with all its children, those that have ended too.

        `others` is what the machine has spent besides: a figure taken beside much of it is noise.
        """
        ours = {name: cpu_s(pid) for name, pid in self.pids.items()}
        busy = psutil.cpu_times()
        return {**ours, "others": busy.user + busy.system - sum(ours.values())}


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children so far; those that ended are in the root's."""
    root = psutil.Process(pid)
    own = root.cpu_times()
    spent = own.user + own.system + own.children_user + own.children_system
    for child in root.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:  # it has ended since it was listed
            continue
        spent += times.user + times.system
    return float(spent)


def children_cpu_s() -> float:
    """CPU seconds of our own children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shares(cpu_s: dict[str, float], took_s: float) -> dict[str, float]:
    """How many cores each had in use."""
    return {name: used / took_s for name, used in cpu_s.items()}


def per_million(cpu_s: dict[str, float], messages: int) -> dict[str, float]:
    """CPU seconds for a million messages."""
    return {name: used / messages * 1e6 for name, used in cpu_s.items() if name != "others"}


def since(before: dict[str, float], now: dict[str, float]) -> dict[str, float]:
    """What each has spent in between."""
    return {name: now[name] - before[name] for name in now}


def peak_mb(pid: int) -> float:
    """The most memory that a process has held, in MB (the kernel's VmHWM)."""
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else float("nan")


def held_mb(pid: int) -> float:
    """What a process holds now, in MB."""
    return float(psutil.Process(pid).memory_info().rss) / 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What stands in the readings' tables, with indexes, and the log written so far."""

    rows: int
    table_bytes: int
    wal_bytes: int


def stored(admin_url: str) -> Stored:
    """Ask the database."""
    with psycopg.connect(admin_url) as conn:
        rows = table_bytes = 0
        for table in _TABLES:
            name = psycopg.sql.Identifier(table)
            found = conn.execute(
                psycopg.sql.SQL(
                    "SELECT (SELECT count(*) FROM {}), hypertable_size(%(table)s)"
                ).format(name),
                {"table": table},
            ).fetchone()
            if found is not None:
                rows += found[0]
                table_bytes += found[1]
        wal = conn.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchone()
    return Stored(rows=rows, table_bytes=table_bytes, wal_bytes=int(wal[0]) if wal else 0)
