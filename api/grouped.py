"""What an officer does with all alerts of a mass event at one go. No HTTP here.

The same as with each of them by itself, by the same rules: what a tenant does not share, or has not
agreed to, a press for all does not bring about either.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.database import Database
from api.disclosure import acknowledge_alert, group_for
from api.principals import Officer
from api.repairing import NothingToRepair, RepairIsOpen, Withheld, ask_for_repair

AT_ONCE_MAX = 500
"""Alerts of one press: some seconds; a larger event is answered with a second one."""

GROUP_LENGTH_MAX = 300
"""An area's id, a detector and an instant."""


class NoSuchGroup(LookupError):
    """There is no such mass event with open alerts, or none of them may be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedForGroup:
    """The repairs that were raised, and for which alerts none was: for want of consent, or because
    there is one, or nothing to do."""

    raised: tuple[UUID, ...]
    withheld: tuple[UUID, ...]
    left: tuple[UUID, ...]


def acknowledge_group(
    database: Database, officer: Officer, group_id: str, *, now: datetime
) -> tuple[UUID, ...]:
    """Note that the officer has seen the group's alerts; those not seen before. Raises NoSuchGroup.

    One after another: detectors write to the same alerts, in an order of their own.
    """
    unseen = [
        alert_id for alert_id, is_seen in _members(database, officer, group_id, now) if not is_seen
    ]
    for alert_id in unseen:
        with database.acting_for(officer) as conn:
            acknowledge_alert(conn, officer, alert_id, now=now)
    return tuple(unseen)


def raise_for_group(
    database: Database, officer: Officer, group_id: str, *, now: datetime
) -> RaisedForGroup:
    """Raise the repair that each alert of the group asks for, where its tenant has agreed.

    Raises NoSuchGroup. Doing it again raises none twice.
    """
    raised: list[UUID] = []
    withheld: list[UUID] = []
    left: list[UUID] = []
    for alert_id, _ in _members(database, officer, group_id, now):
        try:
            with database.acting_for(officer) as conn:
                asked = ask_for_repair(conn, officer, alert_id, now=now)
        except Withheld:
            withheld.append(alert_id)
        except (RepairIsOpen, NothingToRepair):
            left.append(alert_id)
        else:
            raised.append(asked.repair.repair_id)
    return RaisedForGroup(raised=tuple(raised), withheld=tuple(withheld), left=tuple(left))


def _members(
    database: Database, officer: Officer, group_id: str, now: datetime
) -> list[tuple[UUID, bool]]:
    """The alerts of a group that this officer may see, and whether each is acknowledged."""
    with database.acting_for(officer) as conn:
        seen = group_for(conn, officer, group_id, now=now, limit=AT_ONCE_MAX)
    if not seen:
        raise NoSuchGroup(group_id)
    return [(one.alert.alert_id, one.alert.acknowledged_at is not None) for one in seen]
