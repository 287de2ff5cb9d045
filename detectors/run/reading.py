"""Frames of homes from the store."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import psycopg

from core.quantities import Kind
from detectors.frame import BoilerFrame, RoomFrame
from detectors.placing import (
    BOILER_STEP_S,
    HELD,
    ROOM_STEP_S,
    WEATHER_STEP_S,
    Stay,
    boiler_frame,
    room_frame,
)
from detectors.run.candidates import Candidate
from detectors.run.placed import stay
from store import frames
from store.frames import Place, SampleTable

_OUTDOORS = ("air_temp_c", "rel_humidity_pct", "rain_mm")
_INDOORS = ("air_temp_c",)


def rooms_between(
    conn: psycopg.Connection, homes: Sequence[Candidate], start: datetime, end: datetime
) -> RoomFrame:
    """The rooms of homes from `start` to `end`, in steps of ROOM_STEP_S."""
    stays = _stays(homes, (one.places for one in homes))
    return room_frame(
        stays,
        _samples(conn, Kind.ROOM, stays, start, end, ROOM_STEP_S),
        _weather(conn, stays, start, end),
        start,
        _steps(start, end, ROOM_STEP_S),
        step_s=ROOM_STEP_S,
    )


def boilers_between(
    conn: psycopg.Connection, homes: Sequence[Candidate], start: datetime, end: datetime
) -> BoilerFrame:
    """The boilers of homes from `start` to `end`, in steps of BOILER_STEP_S, and what surrounds
    them."""
    stays = _stays(homes, (one.places for one in homes))
    weather = _weather(conn, stays, start, end)
    return boiler_frame(
        stays,
        _samples(conn, Kind.BOILER, stays, start, end, BOILER_STEP_S),
        start,
        _steps(start, end, BOILER_STEP_S),
        step_s=BOILER_STEP_S,
        weather=weather,
        rooms=_indoors(conn, homes, weather, start - HELD, end),
    )


def _indoors(
    conn: psycopg.Connection,
    homes: Sequence[Candidate],
    weather: SampleTable,
    start: datetime,
    end: datetime,
) -> RoomFrame | None:
    """The homes' rooms, as far as they may be looked at; None where none may."""
    stays = _stays(homes, (one.rooms for one in homes))
    if not stays:
        return None
    return room_frame(
        stays,
        _samples(conn, Kind.ROOM, stays, start, end, ROOM_STEP_S, _INDOORS),
        weather,
        start,
        _steps(start, end, ROOM_STEP_S),
        step_s=ROOM_STEP_S,
    )


def _stays(homes: Iterable[Candidate], places: Iterable[Iterable[Place]]) -> list[Stay]:
    return [
        stay(place, not_before=one.tenancy.began_at)
        for one, standing in zip(homes, places, strict=True)
        for place in standing
    ]


def _weather(
    conn: psycopg.Connection, stays: Iterable[Stay], start: datetime, end: datetime
) -> SampleTable:
    half_step = timedelta(seconds=WEATHER_STEP_S / 2)
    stations = {one.weather_device_id for one in stays if one.weather_device_id is not None}
    return frames.samples(
        conn,
        Kind.WEATHER,
        stations,
        start - HELD - half_step,
        end + half_step,
        quantities=_OUTDOORS,
    )


def _samples(
    conn: psycopg.Connection,
    kind: Kind,
    stays: Iterable[Stay],
    start: datetime,
    end: datetime,
    step_s: int,
    quantities: Sequence[str] | None = None,
) -> SampleTable:
    """Samples that belong to the steps from `start` on, before `end`."""
    half_step = timedelta(seconds=step_s / 2)
    devices = {one.device_id for one in stays}
    return frames.samples(
        conn, kind, devices, start - half_step, end - half_step, quantities=quantities
    )


def _steps(start: datetime, end: datetime, step_s: int) -> int:
    return int((end - start).total_seconds()) // step_s
