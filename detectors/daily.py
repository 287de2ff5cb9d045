"""Days: what a day of readings comes down to, and frames of such days for the slow detectors.

A day's features are a pure function of the readings of that UTC day and of the LEAD before it, so
that a day that is over is worked out once, however often a home is judged. What no day can know
alone (the mould index) goes on from what the day before came to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.frame import BoilerFrame, Frame, FrameT, RoomFrame
from detectors.tiles import BOILER_ROWS, ROOM_ROWS, tiles

DAY_S = 86_400
LEAD = timedelta(hours=6)
"""How far frames of readings reach back before what is judged of them."""
RUN_UP = LEAD + timedelta(hours=1)
"""How far readings are needed: whether a reading is believed rests on the hour before it."""

HEARD = "heard_steps"
"""The feature that every day has: in how many steps anything was measured."""

Features = Mapping[str, Floats]
"""What a day came to, (rows,) by name with its unit; NaN where the day does not tell."""

BoilerFeatures = Callable[[BoilerFrame], Features]
RoomFeatures = Callable[[RoomFrame, Features], Features]
"""The second argument is what the day before came to, in the same order of rows.

Left out it means nothing is known of it, as NaN does. Of a day without readings what is carried on
stays what it was.
"""


class FeatureTwice(ValueError):
    """Two feature functions give a feature of one name; prefix one with its subject."""


def as_told(frame: FrameT) -> FrameT:
    """Readings of which all are believed."""
    return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomParts:
    """What makes a day of rooms: features of devices see all, the others what is believed."""

    of_devices: tuple[RoomFeatures, ...] = ()
    others: tuple[RoomFeatures, ...] = ()
    believed: Callable[[RoomFrame], RoomFrame] = as_told


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerParts:
    """What makes a day of boilers: features of devices see all, the others what is believed.

    `indoor` names the features that rest on the home's rooms: where these may not be looked at any
    more, such features of days before are not known either.
    """

    of_devices: tuple[BoilerFeatures, ...] = ()
    others: tuple[BoilerFeatures, ...] = ()
    believed: Callable[[BoilerFrame], BoilerFrame] = as_told
    indoor: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayFrame(Frame):
    """One row for each room or boiler, one column for each UTC day.

    `values` holds what the days came to; `f_rsi` (rows,) the temperature factor of a room's home,
    NaN where it is unknown, and at boilers.
    """

    f_rsi: Floats

    def __post_init__(self) -> None:
        Frame.__post_init__(self)
        if self.step_s != DAY_S:
            raise ValueError(f"a frame of days has steps of {DAY_S} s, not {self.step_s}")
        if self.f_rsi.shape != (len(self.rows),):
            raise ValueError(f"f_rsi has shape {self.f_rsi.shape}; one value a row is needed")

    @property
    def heard(self) -> Booleans:
        """On which days anything was measured, (rows, days); on all where that is not told."""
        if HEARD not in self.values:
            return np.ones(self.shape, dtype=np.bool_)
        return self.values[HEARD] > 0


def day_of_rooms(parts: RoomParts, frame: RoomFrame, before: Features) -> Features:
    """What one day of rooms came to, in single precision; the frame has RUN_UP before it.

    `before` is what the day before came to. Many homes are looked at tile by tile. Raises
    FeatureTwice.
    """
    cut = list(tiles(frame.rows, ROOM_ROWS))
    if len(cut) < 2:
        return _day_of_few_rooms(parts, frame, before)
    return joined_features(
        [_day_of_few_rooms(parts, frame.part(rows=one), _part_of(before, one)) for one in cut]
    )


def day_of_boilers(
    parts: BoilerParts, frame: BoilerFrame, believed: BoilerFrame | None = None
) -> Features:
    """What one day of boilers came to, in single precision; the frame has RUN_UP before it.

    `believed` is that frame as `parts.believed` gives it, where it is known. Many boilers are
    looked at tile by tile. Raises FeatureTwice.
    """
    cut = list(tiles(frame.rows, BOILER_ROWS))
    if len(cut) < 2:
        return _day_of_few_boilers(parts, frame, believed)
    found = []
    for one in cut:
        known = None if believed is None else believed.part(rows=one)
        found.append(_day_of_few_boilers(parts, frame.part(rows=one), known))
    return joined_features(found)


def joined_features(parts: Sequence[Features]) -> Features:
    """What a day came to for the rows of all parts, one after another; of the same features."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def with_lead(frame: FrameT) -> FrameT:
    """A frame with RUN_UP cut to one with LEAD before what is judged; views."""
    surplus = int((RUN_UP - LEAD).total_seconds()) // frame.step_s
    return frame.part(steps=slice(surplus, None))


def lead_steps(frame: Frame) -> int:
    """How many steps of a frame lie before what is judged."""
    return int(LEAD.total_seconds()) // frame.step_s


def without_lead(array: Floats, frame: Frame) -> Floats:
    """The part of a (rows, steps) array that is judged; a view."""
    return array[:, lead_steps(frame) :]


def _day_of_few_rooms(parts: RoomParts, frame: RoomFrame, before: Features) -> Features:
    raw = with_lead(frame)
    told = [part(raw, before) for part in parts.of_devices]
    if parts.others:
        believed = with_lead(parts.believed(frame))
        told += [part(believed, before) for part in parts.others]
    return _joined(told, frame)


def _day_of_few_boilers(
    parts: BoilerParts, frame: BoilerFrame, believed: BoilerFrame | None
) -> Features:
    raw = with_lead(frame)
    told = [part(raw) for part in parts.of_devices]
    if parts.others:
        trusted = with_lead(parts.believed(frame) if believed is None else believed)
        told += [part(trusted) for part in parts.others]
    return _joined(told, frame)


def _part_of(features: Features, rows: range) -> Features:
    """What the day came to for rows that follow one another; views."""
    return {name: array[rows.start : rows.stop] for name, array in features.items()}


def _joined(told: Sequence[Features], frame: Frame) -> Features:
    found: dict[str, Floats] = {HEARD: _heard_steps(frame)}
    for one in told:
        if twice := found.keys() & one.keys():
            raise FeatureTwice(f"{', '.join(sorted(twice))}: told by two feature functions")
        found |= {name: values.astype(np.float32) for name, values in one.items()}
    return found


def _heard_steps(frame: Frame) -> Floats:
    fresh = slice(int(RUN_UP.total_seconds()) // frame.step_s, None)
    silent = np.ones((len(frame.rows), len(range(frame.steps)[fresh])), dtype=np.bool_)
    for array in frame.values.values():
        silent &= np.isnan(array[:, fresh])
    heard: Floats = (~silent).sum(axis=1).astype(np.float32)
    return heard
