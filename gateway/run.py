"""The gateway put together: its parts, and how they start and stop."""

import asyncio
import logging
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from gateway import status
from gateway.edge_consent import EdgeConsent
from gateway.endpoint import Endpoint
from gateway.intake import Intake
from gateway.keep_connected import keep_connected
from gateway.recording import Inbox
from gateway.settings import Settings
from gateway.spool import Spool
from gateway.tally import Tally
from gateway.uplink import Uplink

STATUS_EVERY_S = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    settings: Settings
    folder: Path
    spool: Spool
    consent: EdgeConsent
    tally: Tally
    uplink: Uplink
    intake: Intake
    inbox: Inbox


async def run(
    settings: Settings,
    folder: Path,
    *,
    central: Endpoint,
    block: Endpoint | None,
    stop: asyncio.Event,
) -> None:
    """Runs the gateway until `stop` is set; paths in `settings` are relative to `folder`.

    Without `block` only recordings are read. Raises SpoolInUse.
    """
    spool = Spool(folder / settings.spool, keep_settled=settings.keep_settled)
    try:
        parts = _assemble(settings, folder, spool)
        async with asyncio.TaskGroup() as group:
            work = [
                keep_connected(
                    "Homewell", parts.uplink.terms(central), parts.uplink.serve, now_ms=_now_ms
                ),
                parts.inbox.run(),
                _report(parts),
            ]
            if block is None:
                _log.info("no BLOCK_MQTT_URL: only recordings are read")
            else:
                terms = parts.intake.terms(block)
                work.append(keep_connected("the block", terms, parts.intake.serve, now_ms=_now_ms))
            tasks = [group.create_task(coroutine) for coroutine in work]
            await stop.wait()
            for task in tasks:
                task.cancel()
        _write_status(parts)
    finally:
        spool.close()
    _log.info("stopped")


def _assemble(settings: Settings, folder: Path, spool: Spool) -> _Parts:
    consent, tally, sources = EdgeConsent(spool.consent()), Tally(), settings.sources()
    uplink = Uplink(settings.gateway_id, spool, consent, tally)
    intake = Intake(settings.gateway_id, sources, spool, consent, tally, spooled=uplink.stir)
    inbox = Inbox(folder / settings.inbox, sources, spool, consent, tally, spooled=uplink.stir)
    return _Parts(
        settings=settings,
        folder=folder,
        spool=spool,
        consent=consent,
        tally=tally,
        uplink=uplink,
        intake=intake,
        inbox=inbox,
    )


async def _report(parts: _Parts) -> None:
    while True:
        _write_status(parts)
        await asyncio.sleep(STATUS_EVERY_S)


def _write_status(parts: _Parts) -> None:
    document, reading, receipt_ms = (
        parts.consent.document,
        parts.inbox.reading,
        parts.uplink.last_receipt_ms,
    )
    now = status.Status(
        gateway_id=parts.settings.gateway_id,
        version=version("homewell"),
        pid=os.getpid(),
        written_at=_instant(_now_ms()),
        online=parts.uplink.online,
        block_online=parts.intake.online,
        consent_revision=document.revision if document else None,
        last_receipt_at=None if receipt_ms is None else _instant(receipt_ms),
        spool_id=parts.spool.id,
        spool=parts.spool.counters(),
        refused=dict(parts.tally.counts),
        recordings_waiting=len(parts.inbox.waiting()),
        recording=reading.name if reading else None,
        recording_lines=reading.lines if reading else 0,
    )
    status.write(parts.folder / parts.settings.status, now)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _instant(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="milliseconds")
