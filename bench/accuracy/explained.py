"""Why the detectors told what they told of real rooms: each alert looked up in the recording.

By home, detector and place. Figures are counted in the recordings themselves.
"""

from collections.abc import Mapping

_HOT_NIGHTS = (
    "True: nights were too hot. Between 22 and 7 o'clock this room was above 26 °C for {hours} "
    "hours in {year}; CIBSE TM59 allows a bedroom 32 in a year."
)
_STUDY_OVER = (
    "True: this sensor's record ends at 14:00 on 2 November, half a day before that of the other "
    "one in the room, and so in all three rooms: the study was over."
)

EXPLAINED: Mapping[tuple[str, str, str], str] = {
    ("R2", "overheating", "indoor 1"): _HOT_NIGHTS.format(hours=229, year="the summer of 2011"),
    ("R2", "overheating", "indoor 2"): _HOT_NIGHTS.format(hours=209, year="the summer of 2011"),
    ("R3", "overheating", "indoor 1"): _HOT_NIGHTS.format(
        hours="452", year="the summer of 2011, and for 75 in 2012 up to July"
    ),
    ("R3", "overheating", "indoor 2"): _HOT_NIGHTS.format(
        hours="463", year="the summer of 2011, and for 78 in 2012 up to July"
    ),
    ("R4", "overheating", "indoor 1"): _HOT_NIGHTS.format(hours=55, year="the summer of 2011"),
    ("R4", "overheating", "indoor 2"): _HOT_NIGHTS.format(hours=54, year="the summer of 2011"),
    **{
        (f"office {number}", "silent", "office, co2 meter"): _STUDY_OVER
        for number in ("917810", "925038", "999169")
    },
}
