"""What was judged, brought to the alerts that stand: raised, updated, closed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from core.consent import Permit
from core.findings import Episode
from detectors.episodes import FLAPS_AT, Came, flaps_of
from detectors.frame import Row
from detectors.judgement import UNKNOWN, Judgement
from detectors.reconcile import reconcile
from detectors.run.candidates import HomeKey
from detectors.run.windows import Window
from store import alerts
from store.alerts import KnownAlert
from store.frames import Arrival

Rows = Sequence[Row]


@dataclass(slots=True)
class Swept:
    """What a sweep did; `due` says that days or minutes are left to judge.

    `to_group` says by landlord, home and detector since when there is another alert, or one less.
    """

    homes: int = 0
    home_days: int = 0
    raised: int = 0
    updated: int = 0
    closed: int = 0
    due: bool = False
    arrived: dict[int, Arrival] = field(default_factory=dict)
    to_group: dict[tuple[str, str, str], datetime] = field(default_factory=dict)

    def regroup(self, landlord_id: str, alerts: Iterable[Episode]) -> None:
        """Take note of alerts that are new, were refuted, or are so no longer."""
        for one in alerts:
            key = (landlord_id, one.home_id, one.detector)
            self.to_group[key] = min(one.raised_at, self.to_group.get(key, one.raised_at))


def known_alerts(
    conn: psycopg.Connection,
    permits: Iterable[Permit],
    detectors: Sequence[str],
    stretch: Window,
) -> list[KnownAlert]:
    """The alerts of these tenancies that a judgement of the stretch may go on with or change.

    Open ones too that were raised after it: trouble that late data show to be older is theirs.
    """
    held = list(permits)
    homes = [(permit.landlord_id, permit.home_id) for permit in held]
    known = alerts.alerts_since(conn, homes, detectors, stretch.since)
    tenancies = {(permit.landlord_id, permit.tenancy_id) for permit in held}
    return [
        one
        for one in known
        if (one.landlord_id, one.tenancy_id) in tenancies
        and (one.episode.cleared_at is None or one.episode.raised_at <= stretch.end)
    ]


def open_episodes(
    known: Iterable[KnownAlert], rows: Rows, since: datetime
) -> dict[str, dict[int, Episode]]:
    """The episodes open at `since`, by detector and place in `rows`."""
    place_of = {row: number for number, row in enumerate(rows)}
    found: dict[str, dict[int, Episode]] = {}
    for alert in known:
        told = alert.episode
        row = place_of.get(Row(alert.landlord_id, told.home_id, told.place))
        still_open = told.cleared_at is None or told.cleared_at >= since
        if row is not None and told.raised_at < since and still_open and not alert.refuted:
            found.setdefault(told.detector, {})[row] = replace(told, cleared_at=None)
    return found


def came_before(
    conn: psycopg.Connection,
    permits: Iterable[Permit],
    detectors: Sequence[str],
    rows: Rows,
    since: datetime,
    *,
    step_s: int,
) -> dict[str, Came]:
    """When the last alerts were raised before `since`, by detector and place in `rows`.

    As far back as matters for verdicts in steps of `step_s`.
    """
    tenancies = [(permit.landlord_id, permit.tenancy_id) for permit in permits]
    earliest = since - flaps_of(step_s).within
    place_of = {row: number for number, row in enumerate(rows)}
    found: dict[str, dict[int, tuple[datetime, ...]]] = {}
    for one in alerts.raised_between(conn, tenancies, detectors, earliest, since):
        number = place_of.get(Row(one.landlord_id, one.home_id, one.place))
        if number is not None:
            came = found.setdefault(one.detector, {})
            came[number] = (*came.get(number, ()), one.raised_at)[1 - FLAPS_AT :]
    return dict(found)


def unjudged(known: Iterable[KnownAlert], judgement: Judgement) -> set[UUID]:
    """The alerts of a judgement that were raised where it now knows too little to say anything.

    That refutes none of them: where neighbours are not judged beside a home, for one, or a sensor
    is in doubt.
    """
    mine = [one for one in known if one.episode.detector == judgement.detector]
    place_of = {row: number for number, row in enumerate(judgement.rows)} if mine else {}
    found: set[UUID] = set()
    for one in mine:
        row = place_of.get(Row(one.landlord_id, one.episode.home_id, one.episode.place))
        passed = one.episode.raised_at - judgement.start
        column = passed // timedelta(seconds=judgement.step_s)
        if row is None or not 0 <= column < judgement.severity.shape[1]:
            continue
        if judgement.severity[row, column] == UNKNOWN:
            found.add(one.alert_id)
    return found


def tell(
    conn: psycopg.Connection,
    permits: Iterable[Permit],
    known: Iterable[KnownAlert],
    judged: Iterable[tuple[Row, Episode]],
    stretch: Window,
    version: str,
    swept: Swept,
    *,
    left_open: Collection[UUID] = frozenset(),
) -> None:
    """Bring the alerts of homes up to all that was judged of them in the stretch.

    Those that are `left_open` are not refuted by it.
    """
    told: dict[tuple[HomeKey, str], list[Episode]] = {}
    for row, episode in judged:
        home = (row.landlord_id, row.home_id)
        told.setdefault((home, episode.detector), []).append(episode)
    stands: dict[tuple[HomeKey, str], list[KnownAlert]] = {}
    for one in known:
        home = (one.landlord_id, one.episode.home_id)
        stands.setdefault((home, one.episode.detector), []).append(one)
    permit_of = {(permit.landlord_id, permit.home_id): permit for permit in permits}
    for key in sorted(told.keys() | stands.keys()):
        permit = permit_of.get(key[0])
        if permit is not None:
            mine, judged_of_it = stands.get(key, []), told.get(key, [])
            _write(conn, permit, mine, judged_of_it, stretch, version, swept, left_open)


def _write(
    conn: psycopg.Connection,
    permit: Permit,
    known: Iterable[KnownAlert],
    judged: Iterable[Episode],
    stretch: Window,
    version: str,
    swept: Swept,
    left_open: Collection[UUID],
) -> None:
    mine: Mapping[UUID, KnownAlert] = {one.alert_id: one for one in known}
    changes = reconcile(
        {alert_id: one.episode for alert_id, one in mine.items()},
        judged,
        since=stretch.since,
        until=stretch.end,
    )
    unconfirmed = [alert_id for alert_id in changes.unconfirmed if alert_id not in left_open]
    for alert_id in unconfirmed:
        alerts.close_alert(conn, alert_id, at=stretch.end, why="not_confirmed")
    for alert_id, episode in changes.updated.items():
        alerts.update_alert(conn, mine[alert_id], episode, judged_at=stretch.end)
    for episode in changes.raised:
        alerts.raise_alert(
            conn,
            permit.landlord_id,
            episode,
            tenancy_id=permit.tenancy_id,
            version=f"{episode.detector}/{version}",
            judged_at=stretch.end,
        )
    reopened = (alert_id for alert_id in changes.updated if mine[alert_id].refuted)
    changed = [mine[alert_id].episode for alert_id in (*unconfirmed, *reopened)]
    swept.regroup(permit.landlord_id, (*changes.raised, *changed))
    swept.raised += len(changes.raised)
    swept.updated += len(changes.updated)
    swept.closed += len(unconfirmed)
