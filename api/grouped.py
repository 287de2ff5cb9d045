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
from core.alerts import Alert, Decision
from core.casework import covering_detectors
from store.alert_answers import covering_alert

AT_ONCE_MAX = 500
"""Alerts that one press acts on: some seconds; of a larger event the next press takes the next."""

MEMBERS_MAX = 20_000
"""Alerts of one event that are looked through for these: rooms of the largest area."""

GROUP_LENGTH_MAX = 300
"""An area's id, a detector and an instant."""


class NoSuchGroup(LookupError):
    """There is no such mass event with open alerts, or none of them may be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOfGroup:
    """The alerts that nobody had acknowledged before; `more` says that others are left to do."""

    acknowledged: tuple[UUID, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedForGroup:
    """The repairs that were raised, and for which alerts none was: for want of consent, or because
    there is one already, another alert's covers it, or there is nothing to do.

    `more` says that others are left to do.
    """

    raised: tuple[UUID, ...]
    withheld: tuple[UUID, ...]
    left: tuple[UUID, ...]
    more: bool


def acknowledge_group(
    database: Database, officer: Officer, group_id: str, *, now: datetime
) -> SeenOfGroup:
    """Note that the officer has seen the group's alerts, AT_ONCE_MAX of them. Raises NoSuchGroup.

    One after another: detectors write to the same alerts, in an order of their own.
    """
    members = _members(database, officer, group_id, now)
    unseen = [alert.alert_id for alert in members if alert.acknowledged_at is None]
    at_once = unseen[:AT_ONCE_MAX]
    for alert_id in at_once:
        with database.acting_for(officer) as conn:
            acknowledge_alert(conn, officer, alert_id, now=now)
    return SeenOfGroup(acknowledged=tuple(at_once), more=len(unseen) > AT_ONCE_MAX)


def raise_for_group(
    database: Database, officer: Officer, group_id: str, *, now: datetime
) -> RaisedForGroup:
    """Raise the repair that each alert of the group asks for, where its tenant has agreed.

    AT_ONCE_MAX of them, those first that wait for an officer or a decision. Raises NoSuchGroup.
    Doing it again raises none twice, and none that a repair of the same place covers.
    """
    members = sorted(_members(database, officer, group_id, now), key=_is_answered)
    raised: list[UUID] = []
    withheld: list[UUID] = []
    left: list[UUID] = []
    for alert in members[:AT_ONCE_MAX]:
        try:
            with database.acting_for(officer) as conn:
                if covering_alert(conn, alert, covering_detectors(alert.detector)) is not None:
                    left.append(alert.alert_id)
                    continue
                asked = ask_for_repair(conn, officer, alert.alert_id, now=now)
        except Withheld:
            withheld.append(alert.alert_id)
        except (RepairIsOpen, NothingToRepair):
            left.append(alert.alert_id)
        else:
            raised.append(asked.repair.repair_id)
    return RaisedForGroup(
        raised=tuple(raised),
        withheld=tuple(withheld),
        left=tuple(left),
        more=not all(map(_is_answered, members[AT_ONCE_MAX:])),
    )


def _is_answered(alert: Alert) -> bool:
    """Whether it is decided what becomes of it, other than to leave it to an officer."""
    return alert.decision is not Decision.UNDECIDED and alert.decided_group is None


def _members(database: Database, officer: Officer, group_id: str, now: datetime) -> list[Alert]:
    """The open alerts of a group that this officer may see, in order of raising."""
    with database.acting_for(officer) as conn:
        seen = group_for(conn, officer, group_id, now=now, limit=MEMBERS_MAX)
    if not seen:
        raise NoSuchGroup(group_id)
    return [one.alert for one in seen]
