"""What a job of the upkeep is: small steps, one transaction or a few each, taken at intervals.

A new job is a `Job` in `ingest.upkeep.jobs.jobs`. Its step does a bounded piece of work on the
upkeep's own connection (autocommit, role `homewell_upkeep`, in UTC) and says what it did and
whether there is more. While there is more it is called again, in turn with the other jobs that are
due; when there is none, after `every_s`. A step opens its transactions itself with
`conn.transaction()`, must be right when it is repeated, and may raise anything: the others go on,
and it is tried again later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did, in words for the log without personal data; "" when it found nothing."""

    did: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job by its name, and how long it rests once it has nothing left to do."""

    name: str
    every_s: float
    step: Callable[[Connection, datetime], Step]
