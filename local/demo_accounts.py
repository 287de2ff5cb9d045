"""The demonstration's accounts: every sample that a gateway accepted, looked for in the tables.

Nobody's word is taken for it: what a spool accepted is read from its file, what is stored is read
from the tables, and only the rest may be explained by rejections, consent or what still waits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from core.quantities import Kind
from gateway.ledger import accepted_since, newest_seq, spool_id
from store.recordings import instants_present, samples_rejected_of_spool
from store.status import Counts, counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How things stood when a run began."""

    newest_seqs: Mapping[str, int]
    tables: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the samples accepted into a spool in this run.

    `already_stored` samples were in the tables before, or were sent by their device twice;
    `withheld_at_ingest` were kept out, or taken out of the spool again, by consent.
    """

    sent: int
    stored: int
    already_stored: int
    rejected: int
    withheld_at_ingest: int
    in_spool: int

    @property
    def lost(self) -> int:
        """What nothing explains."""
        explained = self.stored + self.already_stored + self.rejected + self.withheld_at_ingest
        return self.sent - explained - self.in_spool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolTotals:
    """Counters of a gateway's status file that its spool no longer shows line by line."""

    deleted_by_consent: int
    dropped: int


def opening(conn: psycopg.Connection, landlord_id: str, spools: Mapping[str, Path]) -> Opening:
    """Note how things stand; `spools` are the spool files by gateway id."""
    return Opening(
        newest_seqs={gateway_id: newest_seq(path) for gateway_id, path in spools.items()},
        tables=counts(conn, landlord_id),
    )


def account(
    conn: psycopg.Connection,
    landlord_id: str,
    spools: Mapping[str, Path],
    begun: Opening,
    gone_from_spools: Iterable[SpoolTotals],
) -> Account:
    """The account of a run; `gone_from_spools` is what spools deleted in it without a receipt."""
    tallies = [
        _spool(conn, gateway_id, path, begun.newest_seqs[gateway_id])
        for gateway_id, path in spools.items()
    ]
    totals = list(gone_from_spools)
    deleted = sum(one.deleted_by_consent for one in totals)
    present = sum(one.present for one in tallies)
    # What an earlier run left waiting was stored in this one too, but is none of its samples.
    stored = min(present, counts(conn, landlord_id).readings - begun.tables.readings)
    lost_to_rejection = sum(
        samples_rejected_of_spool(conn, gateway_id, spool_id(path), begun.newest_seqs[gateway_id])
        for gateway_id, path in spools.items()
    )
    accepted = sum(one.accepted for one in tallies)
    return Account(
        sent=accepted + deleted + sum(one.dropped for one in totals),
        stored=stored,
        already_stored=present - stored,
        rejected=lost_to_rejection,
        withheld_at_ingest=sum(one.withheld for one in tallies) + deleted,
        in_spool=sum(one.waiting for one in tallies),
    )


@dataclass(slots=True)
class _Tally:
    accepted: int = 0
    present: int = 0
    withheld: int = 0
    waiting: int = 0


def _spool(conn: psycopg.Connection, gateway_id: str, path: Path, after_seq: int) -> _Tally:
    """One spool's samples: accepted, of them in the tables, and the rest as far as explained."""
    tally = _Tally()
    settled: dict[Kind, dict[str, list[int]]] = {kind: {} for kind in Kind}
    unsettled: dict[Kind, dict[str, list[int]]] = {kind: {} for kind in Kind}
    for message in accepted_since(path, after_seq):
        tally.accepted += len(message.times_ms)
        tally.withheld += message.withheld_samples
        side = settled if message.settled else unsettled
        side[message.kind].setdefault(message.device, []).extend(message.times_ms)
    for kind in Kind:
        tally.present += instants_present(conn, gateway_id, kind, settled[kind])
        arrived = instants_present(conn, gateway_id, kind, unsettled[kind])
        tally.present += arrived
        tally.waiting += sum(map(len, unsettled[kind].values())) - arrived
    return tally
