"""Devices that fell silent, judged against the clock of their own gateway.

A gateway that is away, or still sending what it kept while it was, says nothing about its devices:
only time in which the gateway was heard counts, and a gateway that is catching up is not judged
until it has settled. So an outage of ours, of the line or of a whole block raises nothing falsely.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import psycopg

from core.consent import Permit, allowed_spans
from core.quantities import Kind
from detectors import silent
from detectors.arrays import Booleans
from detectors.episodes import episodes
from detectors.frame import Frame, Row
from detectors.judgement import Judgement
from detectors.placing import STEP_S, Stay, presence_frame, steps_between
from detectors.registry import VERSION
from detectors.run.candidates import HomeKey, purpose_of
from detectors.run.grouping import group_alerts
from detectors.run.placed import stay
from detectors.run.telling import Swept, came_before, known_alerts, open_episodes, tell
from detectors.run.windows import Window, whole_day
from store import frames
from store.frames import Arrival, Place
from store.ledgers import TenancyLedger, in_force, ledgers_of_homes

_HALF_STEP = timedelta(seconds=STEP_S / 2)

BEHIND = timedelta(hours=1)
"""A gateway whose news are older than this beside its newest is sending what it kept."""

SETTLE = timedelta(seconds=30)
"""On the wall clock: how long nothing old may have come before a gateway is judged again."""

LOOK_BACK = timedelta(days=3)
"""Devices that fell silent longer ago are not told of anew after a restart: they have their alert,
or were taken away without a word to us."""


@dataclass(slots=True)
class GatewayClock:
    """What is known of a gateway's own time."""

    heard_until: datetime
    judged_until: datetime | None = None
    unsettled_at: datetime | None = None


@dataclass(slots=True)
class Silence:
    """Which gateways have settled. Kept in memory: after a restart every gateway settles anew."""

    clocks: dict[str, GatewayClock] = field(default_factory=dict)

    def hear(
        self, gateway_of: Mapping[int, str], arrived: Mapping[int, Arrival], *, now: datetime
    ) -> None:
        """Take note of what a sweep took; `gateway_of` maps device to gateway."""
        for device_id, arrival in arrived.items():
            gateway_id = gateway_of.get(device_id)
            if gateway_id is None:
                continue
            clock = self.clocks.setdefault(
                gateway_id, GatewayClock(arrival.last_at, unsettled_at=now)
            )
            if abs(arrival.last_at - clock.heard_until) > BEHIND:
                clock.unsettled_at = now
            clock.heard_until = max(clock.heard_until, arrival.last_at)

    def settled(self, *, now: datetime) -> list[str]:
        """Gateways with something new to judge that have nothing old left to send."""
        return [
            gateway_id
            for gateway_id, clock in self.clocks.items()
            if clock.judged_until != clock.heard_until
            and (clock.unsettled_at is None or now - clock.unsettled_at >= SETTLE)
        ]


def judge_silence(
    conn: psycopg.Connection, silence: Silence, gateway_id: str, *, now: datetime
) -> Swept:
    """Judge one settled gateway's devices up to the time it was last heard."""
    clock = silence.clocks[gateway_id]
    since = clock.judged_until or whole_day(clock.heard_until - LOOK_BACK)
    start = whole_day(since - silent.RULES.lookback)
    stretch = Window(start=start, since=since, end=clock.heard_until)
    swept = Swept()
    with conn.transaction():
        places = frames.places_of_gateways(conn, [gateway_id], at=clock.heard_until)
        homes = {(place.landlord_id, place.home_id) for place in places}
        ledgers = ledgers_of_homes(conn, homes)
        listened = [
            _listened(conn, kind, places, ledgers, stretch, now)
            for kind in (Kind.ROOM, Kind.BOILER)
        ]
        heard = _gateway_heard([frame for frame, _ in listened], stretch)
        for frame, permits in listened:
            judgement = silent.judge_in_gateway_time(frame, heard)
            _tell(conn, judgement, permits.values(), stretch, swept)
        group_alerts(conn, swept, within={})
    clock.judged_until = clock.heard_until
    return swept


def _listened(
    conn: psycopg.Connection,
    kind: Kind,
    places: Sequence[Place],
    ledgers: Mapping[HomeKey, Sequence[TenancyLedger]],
    stretch: Window,
    now: datetime,
) -> tuple[Frame, dict[HomeKey, Permit]]:
    """Where devices of a kind should be heard, what was heard, and by whose leave."""
    permits: dict[HomeKey, Permit] = {}
    stays: list[Stay] = []
    for place in places:
        home = (place.landlord_id, place.home_id)
        ledger = in_force(ledgers.get(home, ()), now)
        permit = ledger.decide(purpose_of(kind), now) if ledger else None
        if place.kind is kind and ledger and isinstance(permit, Permit):
            permits[home] = permit
            stays.append(stay(place, not_before=_allowed_since(ledger, kind, now)))
    table = frames.samples(
        conn, kind, (one.device_id for one in stays), stretch.start, stretch.end + _HALF_STEP
    )
    steps = steps_between(stretch.start, stretch.end)
    return presence_frame(stays, table, stretch.start, steps), permits


def _allowed_since(ledger: TenancyLedger, kind: Kind, now: datetime) -> datetime:
    """Since when, without a break, the device may be heard: before, silence was agreed."""
    spans = allowed_spans(ledger.choices, tenancy=ledger.tenancy, purpose=purpose_of(kind))
    return max(start for start, _ in spans if start <= now)


def _gateway_heard(looked_at: Sequence[Frame], stretch: Window) -> Booleans:
    """(times,): whether the gateway sent anything at all in a step."""
    heard = np.zeros(steps_between(stretch.start, stretch.end), dtype=np.bool_)
    for frame in looked_at:
        heard |= silent.heard(frame).any(axis=0)
    return heard


def _tell(
    conn: psycopg.Connection,
    judgement: Judgement,
    permits: Collection[Permit],
    stretch: Window,
    swept: Swept,
) -> None:
    standing = set(judgement.rows)
    known = [
        one
        for one in known_alerts(conn, permits, [silent.NAME], stretch)
        if Row(one.landlord_id, one.episode.home_id, one.episode.place) in standing
    ]
    rules, rows = silent.RULES, judgement.rows
    came = came_before(conn, permits, [silent.NAME], rows, stretch.since, step_s=STEP_S)
    judged = episodes(
        judgement,
        dwell_steps=rules.dwell_steps(judgement.step_s),
        clear_steps=rules.clear_steps(judgement.step_s),
        raise_from=rules.raise_from,
        since_step=_step_at(judgement, stretch.since),
        open_before=open_episodes(known, rows, stretch.since).get(silent.NAME, {}),
        came_before=came.get(silent.NAME, {}),
    )
    told = [(rows[row], episode) for row, episode in judged]
    tell(conn, permits, known, told, stretch, VERSION, swept)


def _step_at(judgement: Judgement, at: datetime) -> int:
    """The first step whose verdict was given at `at` or later."""
    passed_s = (at - judgement.start).total_seconds()
    steps = judgement.severity.shape[1]
    return int(np.clip(-(-passed_s // judgement.step_s), 0, steps))
