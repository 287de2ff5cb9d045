"""Mass events of the running service: alerts that were told, brought into groups or out of them.

Which alerts make a group is for detectors/mass_events.py to say, of those that stand; what was not
confirmed does not count. Here a group that is known keeps its id while others join, late ones too.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from detectors.mass_events import USUAL_OVER, WITHIN, WITHIN_DAILY, Group, mass_events
from detectors.run.telling import Swept
from store import mass_events as kept
from store.mass_events import AreaAlert, MassEvent

LOOK_BACK = 2 * USUAL_OVER + WITHIN_DAILY
"""Before what changed: so the windows of the last 28 days know what was usual before each."""


def group_alerts(
    conn: psycopg.Connection, swept: Swept, *, within: Mapping[str, timedelta]
) -> None:
    """Work out the groups that the alerts of a sweep may have changed, in its own transaction.

    `within` is a window by detector, WITHIN for those it does not name. `swept.to_group` is then
    empty.
    """
    if not swept.to_group:
        return
    homes = {(landlord_id, home_id) for landlord_id, home_id, _ in swept.to_group}
    areas = kept.areas_of_homes(conn, homes)
    since: dict[tuple[str, str, str], datetime] = {}
    for (landlord_id, home_id, detector), at in swept.to_group.items():
        key = (landlord_id, areas[landlord_id, home_id], detector)
        since[key] = min(at, since.get(key, at))
    for (landlord_id, area_id, detector), at in sorted(since.items()):
        window = within.get(detector, WITHIN)
        _regroup(conn, landlord_id, area_id, detector, at, window)
    swept.to_group.clear()


def _regroup(
    conn: psycopg.Connection,
    landlord_id: str,
    area_id: str,
    detector: str,
    at: datetime,
    within: timedelta,
) -> None:
    """Groups of one detector in one area, where its alerts raised at `at` or later have changed."""
    known = kept.alerts_of_area(conn, landlord_id, area_id, detector, since=at - LOOK_BACK)
    there = kept.homes_in_area(conn, landlord_id, area_id)
    standing = [one for one in known if not one.refuted]
    groups = mass_events(
        standing,
        area_of_home={one.home_id: area_id for one in standing},
        homes_in_area={area_id: there},
        within={detector: within},
    )
    # Windows that reach further back do not know all of their past here: they stand as they are.
    settled_before = at - USUAL_OVER
    groups = [one for one in groups if one.last_at >= settled_before]
    wanted: dict[UUID, str] = {}
    for group, group_id in _named(groups, standing, _told(conn, landlord_id, known)):
        kept.keep_mass_event(conn, _event(landlord_id, group_id, group))
        wanted |= {standing[place].alert_id: group_id for place in group.members}
    moved: dict[str | None, list[AreaAlert]] = {}
    for one in known:
        new = wanted.get(one.alert_id)
        settled = one.raised_at < settled_before and new is None
        if new != one.group_id and not settled:
            moved.setdefault(new, []).append(one)
    for new, some in moved.items():
        kept.set_group(conn, landlord_id, [one.alert_id for one in some], new)
    left = {one.group_id for some in moved.values() for one in some if one.group_id is not None}
    kept.forget_empty(conn, landlord_id, left)


def _told(
    conn: psycopg.Connection, landlord_id: str, known: Iterable[AreaAlert]
) -> dict[str, datetime]:
    """Since when there is each group that these alerts are in."""
    ids = {one.group_id for one in known if one.group_id is not None}
    return {one.group_id: one.first_at for one in kept.mass_events(conn, landlord_id, ids)}


def _named(
    groups: Iterable[Group], standing: Sequence[AreaAlert], told: Mapping[str, datetime]
) -> Iterable[tuple[Group, str]]:
    """Each group with the id that its members were told, or with its own.

    Of two that became one the older gives the name; of one that fell apart the first part keeps it.
    """
    given: set[str] = set()
    for group in groups:
        ids = {standing[place].group_id or "" for place in group.members}
        earlier = sorted((told[one], one) for one in (ids & told.keys()) - given)
        group_id = earlier[0][1] if earlier else group.id
        given.add(group_id)
        yield group, group_id


def _event(landlord_id: str, group_id: str, group: Group) -> MassEvent:
    return MassEvent(
        landlord_id=landlord_id,
        group_id=group_id,
        area_id=group.area,
        detector=group.detector,
        first_at=group.first_at,
        last_at=group.last_at,
        homes=group.homes,
        homes_there=group.homes_there,
    )
