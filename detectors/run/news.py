"""What arrived, taken from the store and counted in: what of each home is due by it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import psycopg

from core.quantities import Kind
from detectors.frame import Row
from detectors.run.candidates import Candidate, Heard, HomesKnown, heard, weather_since
from detectors.run.due import News, begun, of_version, with_news
from detectors.run.telling import Swept
from detectors.run.watching import Watching
from detectors.run.windows import earliest, latest, whole_day
from store import days, frames, judgements
from store.frames import Arrival
from store.judgements import HomeJudgement

KINDS = (Kind.ROOM, Kind.BOILER)


def take_news(
    conn: psycopg.Connection, watching: Watching, known: HomesKnown, swept: Swept, *, now: datetime
) -> None:
    """Take what arrived, and write down what is due by it."""
    swept.arrived = {one.device_id: one for one in frames.take_arrivals(conn)}
    if not swept.arrived:
        return
    known.add(conn, frames.places_touched(conn, list(swept.arrived)))
    stands = {kind: judgements.home_judgements(conn, known.places, kind) for kind in KINDS}
    changed: list[HomeJudgement] = []
    for home in known.places:
        judged = {
            kind: (candidate, stands[kind].get(home))
            for kind in KINDS
            if (candidate := known.candidate(home, kind, now=now)) is not None
        }
        found = _counted_in(conn, watching, judged, swept.arrived)
        swept.homes += bool(found)
        changed += found
    judgements.keep_home_judgements(conn, changed)


def _counted_in(
    conn: psycopg.Connection,
    watching: Watching,
    judged: Mapping[Kind, tuple[Candidate, HomeJudgement | None]],
    arrivals: Mapping[int, Arrival],
) -> list[HomeJudgement]:
    """What is due of a home by what arrived of it; kinds of which nothing changes are left out."""
    arrived = {
        kind: heard(one.places, arrivals, not_before=one.tenancy.began_at)
        for kind, (one, _) in judged.items()
    }
    home_heard = latest(
        [one.until for one in arrived.values()]
        + [
            stands.heard_until
            for one, stands in judged.values()
            if stands is not None and _of_this_tenancy(stands, one)
        ]
    )
    changed = []
    for kind, (one, stands) in judged.items():
        own = arrived[kind]
        around = [weather_since(one.places, arrivals, not_before=one.tenancy.began_at)]
        if kind is Kind.BOILER and one.rooms:
            around.append(arrived.get(Kind.ROOM, Heard(None, None)).since)
        mine = stands if stands and _of_this_tenancy(stands, one) else None
        heard_until = latest((own.until, mine.heard_until if mine else None))
        if heard_until is None or home_heard is None:
            continue
        news = News(
            own_since=own.since,
            around_since=earliest(around),
            heard_until=heard_until,
            home_heard_until=home_heard,
        )
        if mine is not None and mine.version:
            new = with_news(of_version(mine, watching.version), news)
        else:
            new = _begun(conn, watching, kind, one, stands, news)
        if new != stands:
            changed.append(new)
    return changed


def _begun(
    conn: psycopg.Connection,
    watching: Watching,
    kind: Kind,
    one: Candidate,
    stands: HomeJudgement | None,
    news: News,
) -> HomeJudgement:
    """A home judged from the first day of its tenancy; nothing goes on from a former one.

    What was judged in windows in this tenancy is told only from where it stood.
    """
    if stands is not None:
        days.forget_days(conn, [one.home], kind, date.max)
    if kind is Kind.BOILER:  # where nothing stands, what was measured there was erased
        watching.memory.drop(Row(*one.home, Kind.BOILER.value))
    devices = [place.device_id for place in one.places]
    # A sensor that stood in another home before was heard there: that is not this home's.
    placed_at = min(place.placed_at for place in one.places)
    not_before = max(one.tenancy.began_at, placed_at)
    first = frames.first_sample_at(conn, kind, devices, not_before=not_before)
    new = begun(
        (*one.home, one.tenancy.tenancy_id),
        kind,
        watching.version,
        first_at=first or news.heard_until,
        news=news,
    )
    if stands is None or stands.silent_until is None or not _of_this_tenancy(stands, one):
        return new
    return replace(new, silent_until=stands.silent_until)


def _of_this_tenancy(stands: HomeJudgement, one: Candidate) -> bool:
    if stands.tenancy_id is None:  # as it was judged in windows, which began anew with a tenancy
        return stands.window_from >= whole_day(one.tenancy.began_at)
    return stands.tenancy_id == one.tenancy.tenancy_id
