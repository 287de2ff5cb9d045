"""One sweep: what is new in the store is judged, and the alerts are brought up to it.

Everything is one transaction. What arrived is taken away in it, and judging again what was judged
already changes nothing, so a sweep that fails, or a process that is killed, repeats and loses
nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from core.consent import Permit
from core.findings import Episode
from core.quantities import Kind
from detectors import condensation, low_pressure, mould_risk, slow_leak
from detectors.frame import Row
from detectors.reconcile import reconcile
from detectors.run.candidates import Candidate, HomeKey, candidates, kind_of_place, purpose_of
from detectors.run.judging import (
    VERSION,
    BlockVerdicts,
    episodes_by_home,
    judge_boilers,
    judge_rooms,
)
from detectors.run.windows import LOOK_BACK, Window, whole_day, window
from store import alerts, frames
from store.alerts import HomeJudgement
from store.frames import Arrival
from store.ledgers import in_force, ledgers_of_homes

BLOCK_HOME_DAYS_MAX = 22_500  # 45 days of 500 homes' rooms at ten-minute steps: about 150 MB

JUDGED_BY = {
    Kind.ROOM: (mould_risk.NAME, condensation.NAME),
    Kind.BOILER: (low_pressure.NAME, slow_leak.NAME),
}


@dataclass(slots=True)
class Swept:
    """What a sweep did."""

    homes: int = 0
    raised: int = 0
    updated: int = 0
    closed: int = 0
    arrived: dict[int, Arrival] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begin:
    """Where a window begins; it `goes_on` from an earlier one, or begins on a home's first day."""

    at: datetime
    goes_on: bool


def sweep(conn: psycopg.Connection, *, now: datetime) -> Swept:
    """Judge what arrived since the last sweep; `now` is the wall clock, for consent alone."""
    swept = Swept()
    with conn.transaction():
        swept.arrived = {one.device_id: one for one in frames.take_arrivals(conn)}
        arrived = swept.arrived
        places = frames.places_touched(conn, list(arrived)) if arrived else []
        homes = {(place.landlord_id, place.home_id) for place in places}
        swept.closed += close_refused(conn, now=now)
        ledgers = ledgers_of_homes(conn, homes) if homes else {}
        for kind in (Kind.ROOM, Kind.BOILER):
            judged = alerts.home_judgements(conn, homes, kind.value)
            found = candidates(kind, places, arrived, ledgers, judged, now=now)
            swept.homes += len(found)
            for begin, group in _by_start(conn, kind, found, judged):
                for block in _blocks(begin, group):
                    _judge_block(conn, kind, begin, block, judged, swept)
    return swept


def close_refused(conn: psycopg.Connection, *, now: datetime) -> int:
    """Close the open alerts that are no longer allowed to rest on what they rest on; how many.

    That is so when the tenant objects, and when the tenancy has ended in which they were raised:
    the next tenant's home is judged by itself.
    """
    homes = alerts.homes_with_open_alerts(conn)
    if not homes:
        return 0
    ledgers = ledgers_of_homes(conn, homes)
    closed = 0
    for alert in alerts.open_alerts(conn, homes):
        ledger = in_force(ledgers.get((alert.landlord_id, alert.episode.home_id), ()), now)
        purpose = purpose_of(kind_of_place(alert.episode.place))
        permit = ledger.decide(purpose, now) if ledger else None
        if not isinstance(permit, Permit) or permit.tenancy_id != alert.tenancy_id:
            alerts.close_alert(conn, alert.alert_id, at=now, why="consent")
            closed += 1
    return closed


def _by_start(
    conn: psycopg.Connection,
    kind: Kind,
    found: Sequence[Candidate],
    judged: dict[HomeKey, HomeJudgement],
) -> Iterable[tuple[_Begin, list[Candidate]]]:
    """Candidates that can share a frame: of one landlord, with the same start of their window.

    A home goes on in the window where it stands when its news leave that window enough to look
    back on; else it is judged from its first day, and never in one block with those that go on.
    """
    with_state = {
        (state.landlord_id, state.home_id, state.at)
        for state in alerts.detector_states(
            conn, [one.home for one in found], mould_risk.NAME, VERSION
        )
    }
    groups: dict[tuple[str, datetime, bool], list[Candidate]] = {}
    for one in found:
        known = judged.get(one.home)
        if known is not None and _goes_on(one, known):
            goes_on = kind is Kind.BOILER or (*one.home, known.window_from) in with_state
        else:
            goes_on = False
        start = known.window_from if known and goes_on else _first_day(conn, kind, one)
        groups.setdefault((one.home[0], start, goes_on), []).append(one)
    for (_, start, goes_on), group in sorted(groups.items(), key=lambda item: item[0]):
        yield _Begin(at=start, goes_on=goes_on), group


def _goes_on(one: Candidate, known: HomeJudgement) -> bool:
    in_this_tenancy = known.window_from >= one.tenancy.began_at
    return in_this_tenancy and _since(one, known) >= known.window_from + LOOK_BACK


def _first_day(conn: psycopg.Connection, kind: Kind, one: Candidate) -> datetime:
    """The day on which a home was first heard in this tenancy."""
    devices = [place.device_id for place in one.places]
    began_at = one.tenancy.began_at
    first = frames.first_sample_at(conn, kind, devices, not_before=began_at)
    return whole_day(first or max(one.new_since, began_at))


def _blocks(begin: _Begin, group: Sequence[Candidate]) -> Iterable[Sequence[Candidate]]:
    """The group in parts that fit into memory, however long their window is."""
    days = (max(one.heard_until for one in group) - begin.at) / timedelta(days=1)
    homes = max(int(BLOCK_HOME_DAYS_MAX / max(days, 1.0)), 1)
    for first in range(0, len(group), homes):
        yield group[first : first + homes]


def _judge_block(
    conn: psycopg.Connection,
    kind: Kind,
    begin: _Begin,
    block: Sequence[Candidate],
    judged: dict[HomeKey, HomeJudgement],
    swept: Swept,
) -> None:
    homes = [one.home for one in block]
    stretch = window(
        start=begin.at,
        since=min(_since(one, judged.get(one.home)) for one in block),
        end=max(one.heard_until for one in block),
    )
    verdicts = _verdicts(conn, kind, begin, block, stretch)
    _write_alerts(conn, kind, block, verdicts, stretch, swept)
    alerts.keep_detector_states(conn, verdicts.states)
    alerts.keep_home_judgements(
        conn,
        [
            HomeJudgement(
                landlord_id=home[0],
                home_id=home[1],
                kind=kind.value,
                window_from=stretch.next_start,
                judged_until=one.heard_until,
                damp_score=verdicts.damp_scores.get(home),
            )
            for home, one in zip(homes, block, strict=True)
        ],
    )


def _since(one: Candidate, judged: HomeJudgement | None) -> datetime:
    return min(one.new_since, judged.judged_until) if judged else one.new_since


def _verdicts(
    conn: psycopg.Connection,
    kind: Kind,
    begin: _Begin,
    block: Sequence[Candidate],
    stretch: Window,
) -> BlockVerdicts:
    if kind is Kind.BOILER:
        return judge_boilers(conn, block, stretch)
    if not begin.goes_on:
        return judge_rooms(conn, block, stretch, {})
    states = alerts.detector_states(conn, [one.home for one in block], mould_risk.NAME, VERSION)
    before = {
        Row(state.landlord_id, state.home_id, state.place): state
        for state in states
        if state.at == stretch.start
    }
    return judge_rooms(conn, block, stretch, before)


def _write_alerts(
    conn: psycopg.Connection,
    kind: Kind,
    block: Sequence[Candidate],
    verdicts: BlockVerdicts,
    stretch: Window,
    swept: Swept,
) -> None:
    homes = [one.home for one in block]
    permits = [one.permit for one in block]
    known = of_these_tenancies(
        alerts.alerts_since(conn, homes, JUDGED_BY[kind], stretch.since), permits
    )
    for verdict in verdicts.verdicts:
        mine = [one for one in known if one.episode.detector == verdict.judgement.detector]
        by_home = episodes_by_home(verdict, mine, stretch.since)
        for one in block:
            write_home(conn, one.permit, mine, by_home.get(one.home, []), stretch, swept)


def of_these_tenancies(
    known: Iterable[alerts.KnownAlert], permits: Iterable[Permit]
) -> list[alerts.KnownAlert]:
    """The alerts that were raised in the tenancies of these permits; a former tenant's are not."""
    tenancies = {(permit.landlord_id, permit.tenancy_id) for permit in permits}
    return [one for one in known if (one.landlord_id, one.tenancy_id) in tenancies]


def write_home(
    conn: psycopg.Connection,
    permit: Permit,
    known: Iterable[alerts.KnownAlert],
    judged: Iterable[Episode],
    stretch: Window,
    swept: Swept,
) -> None:
    """Bring one home's alerts by one detector up to what was judged from `stretch.since` on."""
    home = (permit.landlord_id, permit.home_id)
    mine: dict[UUID, alerts.KnownAlert] = {
        one.alert_id: one for one in known if (one.landlord_id, one.episode.home_id) == home
    }
    changes = reconcile(
        {alert_id: one.episode for alert_id, one in mine.items()}, judged, since=stretch.since
    )
    for alert_id in changes.unconfirmed:
        alerts.close_alert(conn, alert_id, at=stretch.end, why="not_confirmed")
    for alert_id, episode in changes.updated.items():
        alerts.update_alert(conn, mine[alert_id], episode, judged_at=stretch.end)
    for episode in changes.raised:
        alerts.raise_alert(
            conn,
            permit.landlord_id,
            episode,
            tenancy_id=permit.tenancy_id,
            version=f"{episode.detector}/{VERSION}",
            judged_at=stretch.end,
        )
    swept.raised += len(changes.raised)
    swept.updated += len(changes.updated)
    swept.closed += len(changes.unconfirmed)
