"""A spool's file read from beside it: what was accepted and what became of it, for making accounts.

The gateway must run with `keep_settled`, or what has its receipt is gone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core import wire
from core.quantities import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """One message as it was accepted; `settled` once its receipt came."""

    seq: int
    device: str
    kind: Kind
    times_ms: tuple[int, ...]
    settled: bool
    withheld_samples: int


def newest_seq(path: Path) -> int:
    """The number of the message accepted last; 0 when there is none, or no spool yet."""
    if not path.exists():
        return 0
    with closing(_open(path)) as db:
        (newest,) = db.execute("SELECT coalesce(max(seq), 0) FROM messages").fetchone()
    return int(newest)


def spool_id(path: Path) -> str:
    """The id under which the spool sends; empty while there is no spool."""
    if not path.exists():
        return ""
    with closing(_open(path)) as db:
        (found,) = db.execute("SELECT id FROM spool").fetchone()
    return str(found)


def accepted_since(path: Path, seq: int) -> Iterator[Spooled]:
    """The messages accepted after the one numbered `seq`, in order."""
    if not path.exists():
        return
    with closing(_open(path)) as db:
        rows = db.execute(
            "SELECT seq, device, kind, payload, settled, withheld_samples"
            " FROM messages WHERE seq > :seq ORDER BY seq",
            {"seq": seq},
        )
        for number, device, kind, payload, settled, withheld in rows:
            samples = wire.decode_samples(Kind(kind), payload)
            yield Spooled(
                seq=number,
                device=device,
                kind=Kind(kind),
                times_ms=tuple(samples.times_ms),
                settled=bool(settled),
                withheld_samples=withheld,
            )


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
