"""Laying what happens at some minute, for some minutes, over the steps of a day.

A day bites its own tail: what runs on past midnight is laid over the first hours of the same day.
So a day needs no other day, and what a day holds comes out whole.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from firmware_sim.clock import EPOCH, MINUTES_A_DAY
from firmware_sim.kinds import Floats


def laid(start_min: Floats, minutes: Floats, level: Floats, *, step_min: int) -> Floats:
    """The sum of levels in each step of a day, (steps, homes).

    `start_min` (any number, by the clock round), `minutes` (less than a day by a step or more) and
    `level` are (homes, events). A step that an event covers partly has its part of the level, so
    that level times minutes is kept. Events on whole steps with levels of few binary digits sum
    exactly; others leave the dust of rounding where nothing happens.
    """
    steps, homes = MINUTES_A_DAY // step_min, start_min.shape[0]
    begins = np.mod(start_min, MINUTES_A_DAY) / step_min
    ends = begins + minutes / step_min
    begun, ended = np.floor(begins), np.floor(ends)
    level = np.broadcast_to(level, begins.shape)
    # Each edge rises partly in its own step and for the rest in the next one.
    rest, left = level * (begins - begun), level * (ends - ended)
    at = np.stack((begun, begun + 1.0, ended, ended + 1.0)).astype(np.intp)
    rise = np.stack((level - rest, rest, left - level, -left))
    home = np.broadcast_to(np.arange(homes)[:, None], at.shape)
    past = at >= steps  # on the next day: in force from the first step on, until it ends there
    place = np.where(past, at - steps, at) * homes + home
    summed = np.bincount(place.ravel(), rise.ravel(), minlength=steps * homes)
    rises = summed.astype(np.float64, copy=False).reshape(steps, homes)
    rises[0] -= np.bincount(home.ravel(), np.where(past, rise, 0.0).ravel(), minlength=homes)
    return np.cumsum(rises, axis=0, out=rises)


def summer_time(day: int) -> bool:
    """Whether British clocks are an hour ahead: last Sunday of March to last Sunday of October.

    >>> summer_time(20_540), summer_time(20_541), summer_time(20_751)  # 28, 29 March, 25 October
    (False, True, False)
    """
    today = (EPOCH + timedelta(days=day)).date()
    return _last_sunday(today.year, 3) <= today < _last_sunday(today.year, 10)


def _last_sunday(year: int, month: int) -> date:
    last = datetime(year, month, 31, tzinfo=UTC).date()
    return last - timedelta(days=(last.weekday() + 1) % 7)


def school_day(day: int) -> bool:
    """Whether pupils go to school: a weekday outside the holidays of most English schools."""
    today = (EPOCH + timedelta(days=day)).date()
    within = (today.month, today.day)
    holiday = (
        (7, 23) <= within <= (9, 2)
        or within >= (12, 20)
        or within <= (1, 4)
        or (4, 3) <= within <= (4, 17)
        or (10, 25) <= within <= (10, 31)
        or (2, 14) <= within <= (2, 20)
    )
    return today.weekday() < 5 and not holiday
