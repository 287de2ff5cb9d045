"""Others beside ingest, where they are installed: the same messages, queued the same way.

Both do less: no gate, no receipts, no check of values. Pathway keeps no duplicate out either.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import mqtt5
import psycopg

from bench.ingest.client import BenchFailed, Client
from bench.ingest.drains import PLAIN_ROOT
from bench.ingest.load import Load, fresh_in
from bench.ingest.publisher import fill
from bench.ingest.stand import Stand
from bench.ingest.worker import tail, until_quiet
from local.place import write_private

_HERE = Path(__file__).parent
_FOREVER_S = 0xFFFFFFFF
_POLL_S = 0.25
_SILENT_S = 10.0  # without a new row: it is through, or stuck
_UP_AFTER_S = 3.0  # a start has quiet moments of its own
_UP_WITHIN_S = 60.0
_STOPS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program that reads the queue and writes tables of its own.

    `sessions` are its client ids and what each subscribes to; `tables` are made by `make_tables`.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    sessions: Mapping[str, str]
    make_tables: LiteralString
    tables: tuple[LiteralString, ...]
    keeps_duplicates: bool


def drain(stand: Stand, peer: Peer, load: Load, messages: int) -> dict[str, Any]:
    """Messages a second, as ingest's are counted: from release to the last row.

    Raises BenchFailed when it does not come up or writes nothing.
    """
    for client_id, pattern in peer.sessions.items():
        with Client(
            stand.broker, client_id, session_expiry_s=_FOREVER_S, clean_start=False
        ) as client:
            client.subscribe([pattern], mqtt5.QoS.AT_LEAST_ONCE)
    log = stand.folder / "peer.log"
    due = messages if peer.keeps_duplicates else fresh_in(messages)
    with psycopg.connect(stand.admin_url, autocommit=True) as conn, log.open("wb") as output:
        conn.execute(peer.make_tables)
        process = subprocess.Popen(
            peer.command,
            env={**os.environ, **peer.environment},
            cwd=stand.folder,
            stdout=output,
            stderr=output,
        )
        try:
            _until_up(process, log)
            process.send_signal(signal.SIGSTOP)
            fill(stand.broker, load, 0, messages)
            began = time.monotonic()
            process.send_signal(signal.SIGCONT)
            ended, rows = _watch(conn, peer, due)
        finally:
            _end(process)
    for client_id in peer.sessions:
        with Client(stand.broker, client_id):
            pass  # ends its session
    if not rows:
        raise BenchFailed(f"{peer.command[0]} wrote nothing; it said:\n{tail(log)}")
    return {
        "messages_per_s": messages / (ended - began),
        "messages": messages,
        "rows": rows,
        "rows_due": due,
    }


def pathway(stand: Stand) -> Peer | None:
    """Pathway, in the Python of BENCH_PATHWAY_PYTHON or in ours; None where it is not installed."""
    python = os.environ.get("BENCH_PATHWAY_PYTHON")
    if python is None and importlib.util.find_spec("pathway") is not None:
        python = sys.executable
    if python is None:
        return None
    sessions = {f"bench-pathway-{kind}": f"{PLAIN_ROOT}/+/+/{kind}" for kind in ("room", "boiler")}
    broker = stand.broker
    user = f"{broker.username}:{quote(broker.password, safe='')}"
    return Peer(
        command=[python, str(_HERE / "pathway_pipeline.py")],
        environment={
            "BENCH_MQTT": f"mqtt://{user}@127.0.0.1:{broker.port}/",
            "BENCH_POSTGRES": json.dumps(_parameters(stand)),
            "BENCH_SESSIONS": json.dumps(sessions),
        },
        sessions=sessions,
        make_tables=_PATHWAY_TABLES,
        tables=("bench_pathway_room", "bench_pathway_boiler"),
        keeps_duplicates=True,
    )


def node_red(stand: Stand) -> Peer | None:
    """Node-RED, in the folder BENCH_NODE_RED with `pg` beside it; None where there is none."""
    folder = os.environ.get("BENCH_NODE_RED")
    if folder is None:
        return None
    modules = Path(folder).resolve() / "node_modules"
    home = stand.folder / "node-red"
    home.mkdir()
    client_id, pattern = "bench-node-red", f"{PLAIN_ROOT}/#"
    flow = (_HERE / "node_red_flow.json").read_text("utf-8")
    write = json.dumps((_HERE / "node_red_write.js").read_text("utf-8"))
    write_private(home / "flows.json", flow.replace('"@write@"', write), None)
    credentials = {
        "broker": {"user": stand.broker.username, "password": stand.broker.password},
    }
    write_private(home / "flows_cred.json", json.dumps(credentials), None)
    write_private(home / "settings.js", (_HERE / "node_red_settings.js").read_text("utf-8"), None)
    return Peer(
        command=["node", str(modules / "node-red/red.js"), "--userDir", str(home)],
        environment={
            "NODE_PATH": str(modules),
            "BENCH_POSTGRES": json.dumps(_parameters(stand)),
            "BENCH_PORT": str(stand.broker.port),
            "BENCH_CLIENT_ID": client_id,
            "BENCH_PATTERN": pattern,
        },
        sessions={client_id: pattern},
        make_tables=_NODE_RED_TABLES,
        tables=("bench_node_red_room", "bench_node_red_boiler"),
        keeps_duplicates=False,
    )


def _parameters(stand: Stand) -> dict[str, str]:
    found = psycopg.conninfo.conninfo_to_dict(stand.admin_url)
    return {name: str(found[name]) for name in ("host", "port", "user", "password", "dbname")}


def _until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _UP_WITHIN_S

    def check() -> None:
        if process.poll() is not None or time.monotonic() > end:
            raise BenchFailed(f"{process.args!r} did not come up; it said:\n{tail(log)}")

    time.sleep(_UP_AFTER_S)
    until_quiet(process.pid, check)


def _watch(conn: psycopg.Connection, peer: Peer, due: int) -> tuple[float, int]:
    """When the last row was there, and how many there are then."""
    count = psycopg.sql.SQL(" + ").join(
        psycopg.sql.SQL("(SELECT count(*) FROM {})").format(psycopg.sql.Identifier(table))
        for table in peer.tables
    )
    question = psycopg.sql.SQL("SELECT {}").format(count)
    rows, changed = 0, time.monotonic()
    while rows < due and time.monotonic() - changed < _SILENT_S:
        found = conn.execute(question).fetchone()
        if found is not None and found[0] > rows:
            rows, changed = int(found[0]), time.monotonic()
        time.sleep(_POLL_S)
    return changed, rows


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_PATHWAY_TABLES: LiteralString = """
    CREATE TABLE bench_pathway_room (
        t bigint NOT NULL, air_temp_c float8, rel_humidity_pct float8, battery_pct float8,
        time bigint, diff bigint);
    SELECT create_hypertable('bench_pathway_room', by_range('t', 604800000),
                             create_default_indexes => false);
    CREATE TABLE bench_pathway_boiler (
        t bigint NOT NULL, flow_temp_c float8, return_temp_c float8, hot_water_temp_c float8,
        flow_target_c float8, pressure_bar float8, modulation_pct float8, flame_on boolean,
        pump_on boolean, heat_demand boolean, burner_starts bigint, time bigint, diff bigint);
    SELECT create_hypertable('bench_pathway_boiler', by_range('t', 604800000),
                             create_default_indexes => false)"""
_NODE_RED_TABLES: LiteralString = """
    CREATE TABLE bench_node_red_room (
        device text, measured_at timestamptz, air_temp_c real, rel_humidity_pct real,
        battery_pct real, PRIMARY KEY (device, measured_at));
    SELECT create_hypertable('bench_node_red_room', by_range('measured_at', interval '7 days'),
                             create_default_indexes => false);
    CREATE TABLE bench_node_red_boiler (
        device text, measured_at timestamptz, flow_temp_c real, return_temp_c real,
        hot_water_temp_c real, flow_target_c real, pressure_bar real, modulation_pct real,
        flame_on boolean, pump_on boolean, heat_demand boolean, burner_starts integer,
        PRIMARY KEY (device, measured_at));
    SELECT create_hypertable('bench_node_red_boiler', by_range('measured_at', interval '7 days'),
                             create_default_indexes => false)"""
