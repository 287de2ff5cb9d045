"""Retention as a job: every landlord's readings and hours that are older than they are kept."""

from collections.abc import Iterator
from datetime import datetime

from ingest.upkeep.job import Step
from store import retention
from store.connection import Connection

DEVICES_AT_ONCE = 100
"""A day of them, the least that goes in one transaction, is 144,000 rows at one a minute."""

_STATEMENTS_A_STEP = 20  # other jobs have their turn after so many


class Retention:
    """Deletes in passes; where a pass stands is kept here, and a broken one begins again."""

    def __init__(self) -> None:
        self._pass: Iterator[int] | None = None

    def step(self, conn: Connection, now: datetime) -> Step:
        """Some transactions of the pass under way, or of a new one."""
        work = self._pass if self._pass is not None else _pass(conn, now)
        self._pass = None  # a pass that fails is over
        deleted = 0
        for count, rows in enumerate(work, start=1):
            deleted += rows
            if count == _STATEMENTS_A_STEP:
                self._pass = work
                break
        return Step(
            f"deleted {deleted:,} readings and hours older than they are kept" if deleted else "",
            more=self._pass is not None,
        )


def _pass(conn: Connection, now: datetime) -> Iterator[int]:
    """How many rows went, transaction by transaction, until no landlord has any left."""
    for limit in retention.limits(conn, now=now):
        after = 0
        while devices := retention.devices_after(
            conn, limit.landlord_id, after, most=DEVICES_AT_ONCE
        ):
            yield 0
            for table in retention.TABLES:
                yield from _of_devices(conn, table, devices, limit)
            after = devices[-1]
        yield retention.forget_days(conn, limit)
        retention.finish_pass(conn, limit)


def _of_devices(
    conn: Connection, table: retention.TimeTable, devices: list[int], limit: retention.Limit
) -> Iterator[int]:
    for since, until in retention.portions(conn, table, devices, limit.since, limit.oldest):
        yield retention.delete_rows(conn, table, devices, since, until)
