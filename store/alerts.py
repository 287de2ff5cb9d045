"""Alerts as the detectors read and write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.findings import Cause, Episode, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAlert:
    """An alert that stands in the tables, with the episode it tells of.

    `refuted` says that it was closed because later data did not confirm it.
    """

    alert_id: UUID
    landlord_id: str
    tenancy_id: str | None
    refuted: bool
    episode: Episode


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """That an alert was raised, and when."""

    landlord_id: str
    home_id: str
    detector: str
    place: str
    raised_at: datetime


def alerts_since(
    conn: psycopg.Connection,
    homes: Iterable[tuple[str, str]],
    detectors: Sequence[str],
    since: datetime,
) -> list[KnownAlert]:
    """The homes' alerts by these detectors that are open, or were cleared at `since` or later."""
    landlord_ids, home_ids = _columns(homes)
    rows = conn.execute(
        """SELECT alert_id, landlord_id, tenancy_id, cleared_why, home_id, detector, place,
                  began_at, raised_at, cleared_at, severity, severity_max, confidence, evidence,
                  sentence, causes, flapping
           FROM alerts
           WHERE (landlord_id, home_id) IN (SELECT * FROM unnest(%(landlords)s::text[],
                                                                 %(homes)s::text[]))
             AND detector = ANY(%(detectors)s)
             AND (cleared_at IS NULL OR cleared_at >= %(since)s)
           ORDER BY raised_at""",
        {
            "landlords": landlord_ids,
            "homes": home_ids,
            "detectors": list(detectors),
            "since": since,
        },
    )
    return [_known(*row) for row in rows]


def raised_between(
    conn: psycopg.Connection,
    tenancies: Iterable[tuple[str, str]],
    detectors: Sequence[str],
    since: datetime,
    until: datetime,
) -> list[RaisedAlert]:
    """Alerts of these tenancies (landlord and tenancy id) raised from `since` on, before `until`.

    In order of time. Those that stand, or ended with their trouble: not what later data did not
    confirm, nor what consent ended.
    """
    landlord_ids, tenancy_ids = _columns(tenancies)
    with conn.cursor(row_factory=class_row(RaisedAlert)) as cursor:
        return cursor.execute(
            """SELECT landlord_id, home_id, detector, place, raised_at FROM alerts
               WHERE (landlord_id, tenancy_id) IN (SELECT * FROM unnest(%(landlords)s::text[],
                                                                        %(tenancies)s::text[]))
                 AND detector = ANY(%(detectors)s)
                 AND raised_at >= %(since)s AND raised_at < %(until)s
                 AND cleared_why IS DISTINCT FROM 'not_confirmed'
                 AND cleared_why IS DISTINCT FROM 'consent'
               ORDER BY raised_at""",
            {
                "landlords": landlord_ids,
                "tenancies": tenancy_ids,
                "detectors": list(detectors),
                "since": since,
                "until": until,
            },
        ).fetchall()


def open_alerts(conn: psycopg.Connection, homes: Iterable[tuple[str, str]]) -> list[KnownAlert]:
    """Every open alert of these homes, by whichever detector."""
    landlord_ids, home_ids = _columns(homes)
    rows = conn.execute(
        """SELECT alert_id, landlord_id, tenancy_id, cleared_why, home_id, detector, place,
                  began_at, raised_at, cleared_at, severity, severity_max, confidence, evidence,
                  sentence, causes, flapping
           FROM alerts
           WHERE (landlord_id, home_id) IN (SELECT * FROM unnest(%(landlords)s::text[],
                                                                 %(homes)s::text[]))
             AND cleared_at IS NULL
           ORDER BY raised_at""",
        {"landlords": landlord_ids, "homes": home_ids},
    )
    return [_known(*row) for row in rows]


def homes_with_open_alerts(conn: psycopg.Connection) -> set[tuple[str, str]]:
    """Landlord and home of every alert that is not cleared."""
    rows = conn.execute("SELECT DISTINCT landlord_id, home_id FROM alerts WHERE cleared_at IS NULL")
    return set(rows.fetchall())


def raise_alert(
    conn: psycopg.Connection,
    landlord_id: str,
    episode: Episode,
    *,
    tenancy_id: str | None,
    version: str,
    judged_at: datetime,
) -> UUID:
    """Write a new alert and its first finding."""
    values = _values(episode, judged_at) | {
        "landlord": landlord_id,
        "home": episode.home_id,
        "tenancy": tenancy_id,
        "detector": episode.detector,
        "version": version,
        "place": episode.place,
        "began_at": episode.began_at,
        "raised_at": episode.raised_at,
    }
    row = conn.execute(
        """INSERT INTO alerts (landlord_id, home_id, tenancy_id, detector, detector_version, place,
               began_at, raised_at, cleared_at, cleared_why, judged_at, severity, severity_max,
               confidence, evidence, sentence, causes, flapping)
           VALUES (%(landlord)s, %(home)s, %(tenancy)s, %(detector)s, %(version)s, %(place)s,
               %(began_at)s, %(raised_at)s, %(cleared_at)s,
               CASE WHEN %(cleared_at)s::timestamptz IS NOT NULL THEN 'recovered' END,
               %(judged_at)s, %(severity)s, %(severity_max)s, %(confidence)s, %(evidence)s,
               %(sentence)s, %(causes)s, %(flapping)s)
           RETURNING alert_id""",
        values,
    ).fetchone()
    if row is None:
        raise RuntimeError("the database wrote an alert and gave no id back")
    alert_id: UUID = row[0]
    _add_finding(conn, landlord_id, alert_id, values)
    return alert_id


def update_alert(
    conn: psycopg.Connection, alert: KnownAlert, episode: Episode, *, judged_at: datetime
) -> None:
    """Bring an alert up to the episode as now judged; a change of severity is a finding of its own.

    When it was raised and first thought to have begun stays as people were told.
    """
    values = _values(episode, judged_at) | {"alert": alert.alert_id}
    conn.execute(
        """UPDATE alerts SET cleared_at = %(cleared_at)s,
               cleared_why = CASE WHEN %(cleared_at)s::timestamptz IS NOT NULL
                                  THEN 'recovered' END,
               judged_at = %(judged_at)s, severity = %(severity)s, severity_max = %(severity_max)s,
               confidence = %(confidence)s, evidence = %(evidence)s, sentence = %(sentence)s,
               causes = %(causes)s, flapping = %(flapping)s
           WHERE alert_id = %(alert)s""",
        values,
    )
    ended = (episode.cleared_at is None) != (alert.episode.cleared_at is None)
    if episode.severity is not alert.episode.severity or ended:
        _add_finding(conn, alert.landlord_id, alert.alert_id, values)


def close_alert(conn: psycopg.Connection, alert_id: UUID, *, at: datetime, why: str) -> None:
    """End an alert without a recovery: `not_confirmed` by later data, or `consent` that has ended.

    Consent ends when it is withdrawn, and with the tenancy.
    """
    conn.execute(
        """UPDATE alerts SET cleared_at = greatest(%(at)s, raised_at), cleared_why = %(why)s
           WHERE alert_id = %(alert)s AND cleared_at IS NULL""",
        {"alert": alert_id, "at": at, "why": why},
    )


def _columns(homes: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    pairs = list(homes)
    return [landlord_id for landlord_id, _ in pairs], [home_id for _, home_id in pairs]


def _values(episode: Episode, judged_at: datetime) -> dict[str, Any]:
    causes = [{"cause": one.cause, "weight": one.weight} for one in episode.causes]
    return {
        "cleared_at": episode.cleared_at,
        "judged_at": judged_at,
        "severity": episode.severity.word,
        "severity_max": episode.severity_max.word,
        "confidence": episode.confidence,
        "evidence": Jsonb(dict(episode.evidence)),
        "sentence": episode.sentence,
        "causes": Jsonb(causes),
        "flapping": episode.flapping,
    }


def _add_finding(
    conn: psycopg.Connection, landlord_id: str, alert_id: UUID, values: Mapping[str, Any]
) -> None:
    conn.execute(
        """INSERT INTO findings (landlord_id, alert_id, judged_at, severity, confidence, evidence,
               sentence)
           VALUES (%(landlord)s, %(alert)s, %(judged_at)s, %(severity)s, %(confidence)s,
               %(evidence)s, %(sentence)s)""",
        {**values, "landlord": landlord_id, "alert": alert_id},
    )


def _known(
    alert_id: UUID,
    landlord_id: str,
    tenancy_id: str | None,
    cleared_why: str | None,
    home_id: str,
    detector: str,
    place: str,
    began_at: datetime,
    raised_at: datetime,
    cleared_at: datetime | None,
    severity: str,
    severity_max: str,
    confidence: float,
    evidence: Mapping[str, float],
    sentence: str,
    causes: list[dict[str, Any]],
    flapping: bool,
) -> KnownAlert:
    episode = Episode(
        home_id=home_id,
        detector=detector,
        place=place,
        began_at=began_at,
        raised_at=raised_at,
        cleared_at=cleared_at,
        severity=Severity.of(severity),
        severity_max=Severity.of(severity_max),
        confidence=confidence,
        evidence=evidence,
        sentence=sentence,
        causes=tuple(Cause(cause=one["cause"], weight=one["weight"]) for one in causes),
        flapping=flapping,
    )
    return KnownAlert(
        alert_id=alert_id,
        landlord_id=landlord_id,
        tenancy_id=tenancy_id,
        refuted=cleared_why == "not_confirmed",
        episode=episode,
    )
