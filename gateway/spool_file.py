"""The spool's file: its schema, its lock, and what is done when it is damaged."""

import fcntl
import logging
import secrets
import sqlite3
import time
from io import BufferedWriter
from pathlib import Path

_FILE_MODE = 0o600  # it holds what was measured in people's homes
BUSY_TIMEOUT_S = 5.0  # another process may read the file for a moment, to report on it

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE spool (
    id TEXT NOT NULL,
    consent BLOB,
    heard_ms INTEGER,
    accepted_samples INTEGER NOT NULL DEFAULT 0,
    settled_samples INTEGER NOT NULL DEFAULT 0,
    dropped_samples INTEGER NOT NULL DEFAULT 0,
    withheld_samples INTEGER NOT NULL DEFAULT 0,
    withheld_at_ingest_samples INTEGER NOT NULL DEFAULT 0,
    waiting_messages INTEGER NOT NULL DEFAULT 0,
    waiting_samples INTEGER NOT NULL DEFAULT 0,
    waiting_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, not even after a deletion
    device TEXT NOT NULL,
    kind TEXT NOT NULL,
    samples INTEGER NOT NULL,
    payload BLOB NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    withheld_samples INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX waiting ON messages (seq) WHERE settled = 0;
CREATE TABLE recordings (
    name TEXT PRIMARY KEY,
    read_to INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    refused_lines INTEGER NOT NULL,
    finished INTEGER NOT NULL
) STRICT;
"""


class SpoolInUse(RuntimeError):
    """Another gateway has this spool open; the text says which file."""


def lock(path: Path) -> BufferedWriter:
    """Holds the spool at `path` for this process until the result is closed; raises SpoolInUse.

    The lock is on a file of its own, which outlives a damaged spool, and ends with the process
    however that ends.
    """
    held = path.with_name(f"{path.name}.lock").open("wb")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise SpoolInUse(f"another gateway is using {path}; stop it first") from None
    return held


def open_sound(path: Path) -> sqlite3.Connection:
    """The spool at `path`, new when there was none or when a damaged one had to be set aside."""
    new = not path.exists()
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if new or isinstance(error, sqlite3.OperationalError):
            raise
        aside = _set_aside(path)
        _log.error(
            "the spool %s is damaged (%s): it is kept as %s and a new one begins",
            path,
            error,
            aside,
        )
        return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    path.touch(_FILE_MODE)  # SQLite gives its journal files the mode of the file itself
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")  # what consent forbids is really gone
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        if database.execute("PRAGMA user_version").fetchone() == (0,):
            _begin(database)
    except BaseException:
        database.close()
        raise
    return database


def _begin(database: sqlite3.Connection) -> None:
    database.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = 1;")
    database.execute("INSERT INTO spool (id) VALUES (:id)", {"id": secrets.token_hex(8)})
    database.execute("COMMIT")


def _set_aside(path: Path) -> Path:
    """Renames the spool and its journal files; the time in the name keeps an earlier one."""
    aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))
    return aside
