"""`homewell replay`: a recording through the whole path, and what became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from gateway.spool import Spool
from local.column_map import read_map
from local.csv_recording import Problems
from local.replay import Extent, Recording, extent, registration, send, wait_until_judged
from local.running import running_stack
from local.stack import Say, Stack
from store import recordings
from store.registry import register
from store.roles import Role

_JUDGED_WITHIN_S = 600.0  # a year of a home takes the detectors seconds; more is a stop
_SHOWN_EVERY = 20  # of the progress: every twentieth of the file
EMPTY = {"rows": 0, "stored": 0, "already_stored": 0, "rejected": 0, "alerts": 0}


class RowsLost(RuntimeError):
    """Rows of the recording are neither in the tables nor rejected; the text says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a recording; `rows` are samples, one device at one instant."""

    rows: int
    stored: int
    already_stored: int
    rejected: int
    alerts: list[recordings.ReplayedAlert]


def replay(stack: Stack, file: Path, map_file: Path, say: Say) -> Outcome:
    """Send a recording through the running stack, or through one started for it.

    Raises local.column_map.NotAColumnMap, OSError, local.replay.ReplayStalled and RowsLost.
    """
    recording = Recording(path=file, column_map=read_map(map_file))
    problems = Problems()
    found = extent(recording, problems)
    for words in problems.first:
        say(f"not readable: {words}")
    if found is None:
        say(f"{file} holds no sample")
        return Outcome(rows=0, stored=0, already_stored=0, rejected=problems.count, alerts=[])
    with running_stack(stack, say):
        with psycopg.connect(stack.database_urls[Role.REGISTRAR], autocommit=True) as conn:
            register(conn, registration(recording, found.first_ms))
        stack.start_central_broker()
        with psycopg.connect(stack.database_urls[Role.OBSERVER], autocommit=True) as conn:
            return _send_and_look(stack, recording, found, problems.count, conn, say)


def _send_and_look(
    stack: Stack,
    recording: Recording,
    found: Extent,
    unreadable: int,
    conn: psycopg.Connection,
    say: Say,
) -> Outcome:
    name = recording.name
    before = recordings.rows_stored(conn, name)
    newest_rejection = recordings.newest_rejection(conn)
    _send(stack, recording, found, say)
    stored = recordings.rows_stored(conn, name) - before
    rejected, samples_lost = recordings.rejections_since(conn, name, newest_rejection)
    present = _present(conn, recording)
    if present + samples_lost < found.rows:
        raise RowsLost(
            f"{found.rows - present - samples_lost} of {found.rows} rows are neither stored nor "
            f"rejected: please report this with the logs in {stack.log_folder}"
        )
    say("All is stored or rejected; waiting for the detectors …")
    lasts = {
        device: datetime.fromtimestamp(last_ms / 1000, UTC)
        for device, last_ms in found.last_ms_by_device.items()
    }
    wait_until_judged(
        lambda: recordings.judged_to_the_end(conn, name, lasts), within_s=_JUDGED_WITHIN_S
    )
    return Outcome(
        rows=found.rows,
        stored=stored,
        already_stored=present - stored,
        rejected=rejected + unreadable,
        alerts=recordings.replayed_alerts(conn, name),
    )


def _send(stack: Stack, recording: Recording, found: Extent, say: Say) -> None:
    folder = stack.folder("replays")
    spool = Spool(folder / f"{recording.name}.db")
    url = stack.broker_url(recording.name)
    try:
        asyncio.run(send(recording, spool, url, Problems(), _progress(found.rows, say)))
    finally:
        spool.close()


def _progress(rows: int, say: Say) -> Callable[[int], None]:
    shown = 0

    def show(sent: int) -> None:
        nonlocal shown
        share = sent * _SHOWN_EVERY // rows
        if share > shown:
            shown = share
            say(f"{sent:,} of {rows:,} rows sent")

    return show


def _present(conn: psycopg.Connection, recording: Recording) -> int:
    present = 0
    for device, samples in recording.read(Problems()):
        kind = recording.column_map.devices[device].kind
        present += recordings.instants_present(
            conn, recording.name, kind, {device: samples.times_ms}
        )
    return present
