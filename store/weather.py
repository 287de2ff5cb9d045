"""Outdoor weather where a home stands; it is nobody's personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Readings of an area's weather device: equally long, `times` ascending."""

    times: Sequence[datetime]
    air_temp_c: Sequence[float | None]
    rel_humidity_pct: Sequence[float | None]
    rain_mm: Sequence[float | None]


def weather_of_home(
    conn: psycopg.Connection, home_id: str, since: datetime, until: datetime
) -> Weather:
    """The weather of the home's area in [since, until); empty where no device measures it."""
    rows = conn.execute(
        """SELECT measured_at, air_temp_c, rel_humidity_pct, rain_mm
           FROM weather_readings_of_home(%(home)s, %(since)s, %(until)s)""",
        {"home": home_id, "since": since, "until": until},
    ).fetchall()
    return Weather(
        times=[row[0] for row in rows],
        air_temp_c=[row[1] for row in rows],
        rel_humidity_pct=[row[2] for row in rows],
        rain_mm=[row[3] for row in rows],
    )
