"""The time of the year, by the calendar or held still."""

from enum import StrEnum

from firmware_sim.clock import day_of_year

DAYS_A_YEAR = 365.25
COLDEST_DAY = 20
"""Day of the year on which Britain is coldest, about a month after the shortest day."""


class Season(StrEnum):
    """Which season the estate lives in: the calendar's, or one that is held for ever."""

    CALENDAR = "calendar"
    AUTUMN = "autumn"
    WINTER = "winter"


_HELD_DAY_OF_YEAR = {Season.AUTUMN: 335, Season.WINTER: COLDEST_DAY}


def day_of_season(day: int, season: Season) -> int:
    """The day of the year (1 to 366) that a day (since 1970-01-01) has in this season."""
    return _HELD_DAY_OF_YEAR.get(season, day_of_year(day))
