"""Why the detectors told what they told of real rooms: each alert looked up in the recording.

By home, detector, place and the year of raising: what is told in another year is another matter.
Figures are counted in the recordings themselves.
"""

from collections.abc import Mapping

_HOT_NIGHTS = (
    "True: nights were too hot. Between 22 and 7 o'clock this room was above 26 °C for {hours} "
    "hours in {year}; CIBSE TM59 allows a bedroom 32 in a year."
)
_SUMMER, _UP_TO_JULY = "the summer of 2011", "2012 up to July"
_STUDY_OVER = (
    "True: this sensor's record ends at 14:00 on 2 November, half a day before that of the other "
    "one in the room, and so in all three rooms: the study was over."
)

EXPLAINED: Mapping[tuple[str, str, str, int], str] = {
    ("R2", "overheating", "indoor 1", 2011): _HOT_NIGHTS.format(hours=229, year=_SUMMER),
    ("R2", "overheating", "indoor 2", 2011): _HOT_NIGHTS.format(hours=209, year=_SUMMER),
    ("R3", "overheating", "indoor 1", 2011): _HOT_NIGHTS.format(hours=452, year=_SUMMER),
    ("R3", "overheating", "indoor 1", 2012): _HOT_NIGHTS.format(hours=75, year=_UP_TO_JULY),
    ("R3", "overheating", "indoor 2", 2011): _HOT_NIGHTS.format(hours=463, year=_SUMMER),
    ("R3", "overheating", "indoor 2", 2012): _HOT_NIGHTS.format(hours=78, year=_UP_TO_JULY),
    ("R4", "overheating", "indoor 1", 2011): _HOT_NIGHTS.format(hours=55, year=_SUMMER),
    ("R4", "overheating", "indoor 2", 2011): _HOT_NIGHTS.format(hours=54, year=_SUMMER),
    **{
        (f"office {number}", "silent", "office, co2 meter", 2022): _STUDY_OVER
        for number in ("917810", "925038", "999169")
    },
}
