"""Every job of the upkeep, and how often each looks."""

from datetime import datetime

from ingest.upkeep.hours import hours_job
from ingest.upkeep.job import Job, Step
from ingest.upkeep.retention import Retention
from store import arrivals, chunks, gate, rejected
from store.connection import Connection

_HOUR_S = 3600.0


def jobs() -> tuple[Job, ...]:
    """The jobs of one process; they may keep where they stand, so make them afresh for each."""
    return (
        # Before retention, which would delete row by row what goes with its whole chunk.
        Job(name="expired chunks", every_s=_HOUR_S, step=_drop_expired_chunks),
        # What is kept for days is gone some hours after its time.
        Job(name="retention", every_s=6 * _HOUR_S, step=Retention().step),
        Job(name="empty chunks", every_s=_HOUR_S, step=_drop_empty_chunks),
        Job(name="rejected messages", every_s=_HOUR_S, step=_bound_rejections),
        hours_job(),
        Job(name="arrivals", every_s=30.0, step=_fold_arrivals),
        Job(name="consent gate", every_s=_HOUR_S, step=_prune_gate_changes),
        Job(name="policies", every_s=_HOUR_S, step=_keep_policies),
    )


def _drop_expired_chunks(conn: Connection, now: datetime) -> Step:
    dropped = chunks.drop_chunks_past_every_limit(conn)
    return Step(f"dropped {dropped} chunks that no landlord keeps" if dropped else "")


def _drop_empty_chunks(conn: Connection, now: datetime) -> Step:
    dropped = chunks.drop_empty_chunks(conn)
    return Step(f"dropped {dropped} empty chunks" if dropped else "", more=dropped > 0)


def _bound_rejections(conn: Connection, now: datetime) -> Step:
    rows = rejected.forget_rejections(conn, now=now)  # first, so that nothing holds it up
    payloads = rejected.forget_payloads(conn, now=now)
    if not payloads and not rows:
        return Step()
    return Step(f"forgot {payloads} payloads and {rows} rejections", more=True)


def _fold_arrivals(conn: Connection, now: datetime) -> Step:
    folded = arrivals.fold_arrivals(conn)
    return Step(f"folded {folded} arrivals that nobody takes" if folded else "", more=folded > 0)


def _prune_gate_changes(conn: Connection, now: datetime) -> Step:
    pruned = gate.prune_changes(conn, now)
    return Step(f"forgot {pruned} changes of the consent gate" if pruned else "")


def _keep_policies(conn: Connection, now: datetime) -> Step:
    if chunks.edition(conn) is not chunks.Edition.COMMUNITY:
        return Step()
    chunks.keep_policies(conn)
    return Step()
