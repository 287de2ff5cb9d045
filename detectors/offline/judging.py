"""A block of homes, judged over the whole time of their readings by every detector."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from core.findings import Episode
from core.quantities import Kind
from detectors import silent
from detectors.arrays import Booleans
from detectors.episodes import episodes
from detectors.frame import BoilerFrame, Frame, RoomFrame, Row
from detectors.judgement import Judgement, Rules
from detectors.offline.samples import PlacedSamples
from detectors.placing import STEP_S, Stay, boiler_frame, room_frame
from detectors.registry import BOILER_DETECTORS, ROOM_DETECTORS, Detector, FrameT

LANDLORD = ""  # a folder says nothing of landlords

_STEPS_A_DAY = 86_400 // STEP_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a table of homes and the weather say beside the readings.

    `area_of` and `f_rsi_of` are by home, without those of which it is not known.
    """

    area_of: dict[str, str]
    f_rsi_of: dict[str, float]
    weather: PlacedSamples


class _Window(NamedTuple):
    """Steps of a frame: from `begin` on, without `end`."""

    begin: int
    end: int


def frames_of(
    rooms: PlacedSamples,
    boilers: PlacedSamples,
    around: Surroundings,
    *,
    start: datetime,
    steps: int,
) -> tuple[RoomFrame, BoilerFrame]:
    """The samples of a block as the frames that the detectors judge."""
    station_of = {area: number for number, (area,) in enumerate(around.weather.places)}

    def stay(device_id: int, home_id: str, place: str) -> Stay:
        return Stay(
            row=Row(LANDLORD, home_id, place),
            device_id=device_id,
            weather_device_id=station_of.get(around.area_of.get(home_id, "")),
            f_rsi=around.f_rsi_of.get(home_id),
            since=datetime.min.replace(tzinfo=start.tzinfo),
            until=None,
        )

    in_rooms = [stay(number, home, room) for number, (home, room) in enumerate(rooms.places)]
    at_boilers = [
        stay(number, home, Kind.BOILER.value) for number, (home,) in enumerate(boilers.places)
    ]
    return (
        room_frame(in_rooms, rooms, around.weather, start, steps),
        boiler_frame(at_boilers, boilers, start, steps),
    )


def judged(rooms: RoomFrame, boilers: BoilerFrame) -> list[Episode]:
    """What every detector tells of a block of homes over all their time.

    The two frames have one start, a midnight, and as many steps, those of STEP_S; they reach one
    step beyond the last that may be judged. As in the running service each home is judged from the
    day on which it was first heard to the last step that had settled when it was last heard,
    rooms and boilers by themselves.
    """
    return [
        *_told_of_kind(ROOM_DETECTORS, rooms),
        *_told_of_kind(BOILER_DETECTORS, boilers),
        *_silences((rooms, boilers)),
    ]


def _told_of_kind(detectors: Sequence[Detector[FrameT]], frame: FrameT) -> Iterator[Episode]:
    for window, homes in _windows(_heard_by_home((frame,))).items():
        part = _cut(frame, homes, window)
        for detector in detectors:
            if detector.name != silent.NAME:
                yield from _told(detector.judge(part), detector.rules)


def _silences(frames: Sequence[Frame]) -> Iterator[Episode]:
    """Devices that fell silent while others of their home were heard.

    A folder names no gateways: the devices of a home are taken to hang on one of its own.
    """
    heard = _heard_by_home(frames)
    for window, homes in _windows(heard).items():
        for frame in frames:
            part = _cut(frame, homes, window)
            if part.rows:
                gateways = np.stack([heard[row.home_id] for row in part.rows])
                judgement = silent.judge_in_gateway_time(part, gateways[:, slice(*window)])
                yield from _told(judgement, silent.RULES)


def _told(judgement: Judgement, rules: Rules) -> Iterator[Episode]:
    for _, episode in episodes(
        judgement,
        dwell_steps=rules.dwell_steps(judgement.step_s),
        clear_steps=rules.clear_steps(judgement.step_s),
        raise_from=rules.raise_from,
    ):
        yield episode


def _heard_by_home(frames: Sequence[Frame]) -> dict[str, Booleans]:
    """(times,) by home: whether any of its devices was heard in a step."""
    found: dict[str, Booleans] = {}
    for frame in frames:
        for row, measured in zip(frame.rows, silent.heard(frame), strict=True):
            found[row.home_id] = found.get(row.home_id, False) | measured
    return found


def _windows(heard: dict[str, Booleans]) -> dict[_Window, set[str]]:
    """Homes by the steps over which they are judged; those never heard are left out.

    The step in which a home was last heard may still get samples, and is not judged.
    """
    found: dict[_Window, set[str]] = {}
    for home, in_step in heard.items():
        steps = np.flatnonzero(in_step)
        if len(steps):
            begin = int(steps[0]) // _STEPS_A_DAY * _STEPS_A_DAY
            found.setdefault(_Window(begin, int(steps[-1])), set()).add(home)
    return found


def _cut(frame: FrameT, homes: set[str], window: _Window) -> FrameT:
    """These homes' rows in these steps; where that is all rows, nothing is copied."""
    numbers = [number for number, row in enumerate(frame.rows) if row.home_id in homes]
    rows = slice(None) if len(numbers) == len(frame.rows) else numbers
    steps = slice(*window)
    part: dict[str, Any] = {
        "start": frame.instant(window.begin),
        "steps": window.end - window.begin,
        "rows": tuple(frame.rows[number] for number in numbers),
        "values": {name: array[rows, steps] for name, array in frame.values.items()},
    }
    if isinstance(frame, RoomFrame):
        part["outdoor_temp_c"] = frame.outdoor_temp_c[rows, steps]
        part["outdoor_rel_humidity_pct"] = frame.outdoor_rel_humidity_pct[rows, steps]
        part["f_rsi"] = frame.f_rsi[rows]
    return replace(frame, **part)
