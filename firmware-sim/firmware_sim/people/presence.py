"""Who is at home, and who sleeps."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN, weekend
from firmware_sim.homes.homes import Homes
from firmware_sim.homes.household import PEOPLE_MAX, Role
from firmware_sim.kinds import Bools, Floats, Ints
from firmware_sim.people.comings import Comings
from firmware_sim.people.timetable import laid, school_day, summer_time

CHILD_WEIGHT = 0.7
"""Of a grown person's heat, vapour and breath."""
_DAY_OFF_SHARE = 0.12  # of a worker's weekdays: leave, illness, work from home
_GOES_OUT_SHARE = 0.65  # of days without work
_EVENING_OUT_SHARE = 0.08

# Getting up and going to bed, by each role and by the household's own clock; at weekends later.
_GETS_UP_MIN = np.array([420, 450, 400, 430, 420, 410], dtype=np.float64)
_TO_BED_MIN = np.array([1370, 1370, 1350, 1380, 1270, 1170], dtype=np.float64)
_WEEKEND_LATER_MIN = 50.0

# Early, late and night shift, each for a week: leaves home, and sleeps from, to.
_SHIFT_LEAVES_MIN = np.array([325, 800, 1265], dtype=np.float64)
_SHIFT_AWAY_MIN = 540.0
_SHIFT_TO_BED_MIN = np.array([1290, 1440, 510], dtype=np.float64)
_SHIFT_GETS_UP_MIN = np.array([280, 500, 930], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Arrays (slots, homes), unless said; people are weighed by `CHILD_WEIGHT`."""

    awake: Floats
    asleep: Floats
    occupied: Bools
    gets_up_min: Floats
    """By UTC, when each person of a home gets up this morning, (homes, PEOPLE_MAX)."""
    to_bed_min: Floats
    """(homes, PEOPLE_MAX)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plans:
    """When each person sleeps and is out, minutes by the household's clock, (homes, people)."""

    gets_up_min: Floats
    to_bed_min: Floats
    leaves_min: Floats
    out_min: Floats
    evening_leaves_min: Floats
    evening_out_min: Floats


def presence_of(day: int, homes: Homes, *, seed: int, comings: Comings) -> Presence:
    """Presence through a day (days since 1970-01-01 UTC)."""
    role = homes.household.role
    plans = _plans(day, homes, role, seed)
    earlier = clock_ahead_min(day, homes)[:, None]
    present = ~comings.away
    indoors = _indoors(role, plans, earlier) * present
    asleep = np.minimum(_in_bed(role, plans, earlier) * present, indoors)
    guests_asleep = asleep > 0.5 * indoors  # guests keep the household's hours
    weight = _mean_weight(role)
    return Presence(
        awake=weight * (indoors - asleep) + np.where(guests_asleep, 0.0, comings.guests),
        asleep=weight * asleep + np.where(guests_asleep, comings.guests, 0.0),
        occupied=indoors + comings.guests > 0.5,
        gets_up_min=plans.gets_up_min - earlier,
        to_bed_min=plans.to_bed_min - earlier,
    )


def _indoors(role: Ints, plans: _Plans, earlier: Floats) -> Floats:
    """How many people are not out, (slots, homes)."""
    one = (role != Role.NOBODY).astype(np.float64)
    start = np.concatenate((plans.leaves_min, plans.evening_leaves_min), axis=1) - earlier
    minutes = np.concatenate((plans.out_min, plans.evening_out_min), axis=1)
    out = laid(start, minutes, np.concatenate((one, one), axis=1), step_min=SLOT_MIN)
    heads: Floats = one.sum(axis=1)
    return np.maximum(heads - out, 0.0)


def _in_bed(role: Ints, plans: _Plans, earlier: Floats) -> Floats:
    """How many people have gone to bed, at home or not, (slots, homes)."""
    one = (role != Role.NOBODY).astype(np.float64)
    minutes = np.mod(plans.gets_up_min - plans.to_bed_min, MINUTES_A_DAY)
    return laid(plans.to_bed_min - earlier, minutes, one, step_min=SLOT_MIN)


def clock_ahead_min(day: int, homes: Homes) -> Floats:
    """How far these people's clock is ahead of UTC, (homes,)."""
    return homes.household.clock_shift_min + (60.0 if summer_time(day) else 0.0)


def _mean_weight(role: Ints) -> Floats:
    """Mean weight of a home's people: who of them is out is not kept, (homes,)."""
    there = role != Role.NOBODY
    young = (role == Role.PUPIL) | (role == Role.TODDLER)
    weights = np.where(young, CHILD_WEIGHT, 1.0) * there
    mean: Floats = weights.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return mean


def _plans(day: int, homes: Homes, role: Ints, seed: int) -> _Plans:
    share = shares(seed, Subject.LIVING, homes.indices, (9, PEOPLE_MAX), day=day)
    shift = (day // 7 + homes.household.shift_phase) % 3
    works = _works(day, role, share[:, 0])
    gets_up, to_bed = _sleep(day, role, shift[:, None], works, share[:, 1], share[:, 2])
    leaves, out = _day_out(role, shift[:, None], works, share[:, 3], share[:, 4], share[:, 5])
    evening = (share[:, 6] < _EVENING_OUT_SHARE) & (role <= Role.WORKER)
    leaves_evening = 1140.0 + 40.0 * share[:, 7]
    back = np.minimum(leaves_evening + 60.0 + 90.0 * share[:, 8], to_bed - 15.0)
    return _Plans(
        gets_up_min=_whole_slots(gets_up),
        to_bed_min=_whole_slots(to_bed),
        leaves_min=_whole_slots(leaves),
        out_min=_whole_slots(out),
        evening_leaves_min=_whole_slots(leaves_evening),
        evening_out_min=np.where(evening, _whole_slots(back - leaves_evening), 0.0),
    )


def _works(day: int, role: Ints, share: Floats) -> Bools:
    """Who goes to work or school on this day."""
    regular = (role == Role.WORKER) & (not weekend(day)) & (share > _DAY_OFF_SHARE)
    by_shift = (role == Role.SHIFT_WORKER) & (share > 2.0 / 7.0)
    works: Bools = regular | by_shift | ((role == Role.PUPIL) & school_day(day))
    return works


def _sleep(
    day: int, role: Ints, shift: Ints, works: Bools, up_share: Floats, bed_share: Floats
) -> tuple[Floats, Floats]:
    later = np.where(works, 0.0, _WEEKEND_LATER_MIN if weekend(day) else 25.0)
    gets_up = _GETS_UP_MIN[role] + later + 40.0 * (up_share - 0.5)
    to_bed = _TO_BED_MIN[role] + 0.4 * later + 50.0 * (bed_share - 0.5)
    on_shift = works & (role == Role.SHIFT_WORKER)
    gets_up = np.where(on_shift, _SHIFT_GETS_UP_MIN[shift], gets_up)
    return gets_up, np.where(on_shift, _SHIFT_TO_BED_MIN[shift], to_bed)


def _day_out(
    role: Ints, shift: Ints, works: Bools, goes: Floats, when: Floats, how_long: Floats
) -> tuple[Floats, Floats]:
    """When each leaves by day, and for how many minutes; 0 for who stays."""
    pupil = role == Role.PUPIL
    leaves = np.where(pupil, 505.0, 465.0 + 50.0 * when)
    out = np.where(pupil, 435.0, 510.0 + 80.0 * how_long)
    on_shift = role == Role.SHIFT_WORKER
    leaves = np.where(on_shift, _SHIFT_LEAVES_MIN[shift], leaves)
    out = np.where(on_shift, _SHIFT_AWAY_MIN, out)
    free_out = np.where(goes < _GOES_OUT_SHARE, 45.0 + 165.0 * how_long, 0.0)
    leaves = np.where(works, leaves, 600.0 + 270.0 * when)
    out = np.where(works, out, free_out)
    # The youngest go wherever the first adult goes, pupils on a free day too, but not to work.
    along = role == Role.TODDLER
    along |= pupil & ~works & ~works[:, :1]
    return np.where(along, leaves[:, :1], leaves), np.where(along, out[:, :1], out)


def _whole_slots(minutes: Floats) -> Floats:
    return SLOT_MIN * np.round(minutes / SLOT_MIN)
