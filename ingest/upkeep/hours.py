"""The job that keeps readings by the hour in step with the readings."""

from datetime import datetime

from ingest.upkeep.job import Job, Step
from store.connection import Connection
from store.hours import LINES_MAX, ROLLED_KINDS, roll_up, take_in

EVERY_S = 15.0  # late or replayed data stands in the charts of long periods after so long


def hours_job() -> Job:
    """The job for the upkeep's list."""
    return Job(name="hours", every_s=EVERY_S, step=roll_up_hours)


def roll_up_hours(conn: Connection, now: datetime) -> Step:
    """Take in what arrived and compute a bounded number of the hours that are due and over."""
    lines = take_in(conn)
    hours = [roll_up(conn, kind, now=now) for kind in ROLLED_KINDS]
    return Step(
        did=f"computed {sum(hours)} hours" if sum(hours) else "",
        more=lines == LINES_MAX or any(hours),
    )
