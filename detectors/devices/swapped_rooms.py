"""Swapped rooms: two sensors that are each filed under the other's room.

From one day to the next each of two rooms behaves as the other one did: which is the warmer, which
the damper, in which people shower. `docs/detectors/swapped_rooms.md` explains it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import home_of
from detectors.daily import DayFrame
from detectors.devices.pairs import pairs_within
from detectors.devices.verdicts import judged
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import delayed, ratio, trailing_count, trailing_sum

NAME = "swapped_rooms"

USUAL_DAYS = 28
USUAL_KNOWN_MIN = 8  # days before it is known how two rooms differ (own)
RECENT_DAYS = 4
RECENT_MIN = 3  # days that must all be the other way round, of RECENT_DAYS: no party, no window
SAME_MIN = 2  # days of RECENT_DAYS on which they still differ as ever: no exchange (own)
STRONG = 1.6  # spreads by which two rooms must differ for it to be told when they change (own)
WEAK = 0.8  # and by which, for it to tell beside a strong one, in the mean of some days (own)
LEAN_MAX = 2.0  # a small difference is less well known (own)
MIRROR_MIN, MIRROR_MAX = 0.5, 1.6  # of the usual difference, the other way round (own)
BEHAVIOURS_MIN = 2  # one may be a radiator that was turned down, a leak; guests who stay for five
# days warm a room and make it damper, so without a mark two are no more than information (own)

BEHAVIOURS = {  # with the least spread that is taken for one, so that still rooms are not certain
    "beside_temp_c": 0.3,  # (own; sensors differ by 0.3 K for their lives, which cancels out)
    "beside_vapour_pa": 40.0,
    "beside_bursts": 0.6,
    "beside_night_k": 0.3,
}
TAKEN_ALONG = {  # by what a sensor moves a difference that is not its rooms' when it changes place
    "beside_temp_c": 0.8,  # twice what two sensors differ by: 0.3 K of each (own)
    "beside_vapour_pa": 180.0,  # 3 % of humidity of each
    "beside_bursts": 0.3,
    "beside_night_k": 0.2,
}
MARKS = {  # what a sensor takes with it to another room: its battery, how often it speaks
    "device_battery_pct": 1.5,
    "device_readings": 12.0,
}
LASTING_DAYS = 2.0  # a habit or the weather makes a day like the one before: 4 days tell as 2 (own)
ODDS_MAX = 5.0  # of one behaviour, as natural logarithm: no one of them decides alone (own)
ODDS_SURE = 6.0  # 400 to 1 that the filing is wrong; most exchanges are meant and filed (own)
ODDS_LOW = 3.0  # 20 to 1, so about as likely as not: worth a look when somebody is there (own)
CONFIDENCE_LOW, CONFIDENCE = 0.5, 0.95

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=2),
    lookback=timedelta(days=USUAL_DAYS + 2 * RECENT_DAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Mirrored:
    """Pairs by days: where a usual difference is now the other way round, or as it was.

    `mirrored` and `as_it_was` of strong differences, day by day; `leaning` of weaker ones too, in
    the mean of the last days. `odds`: natural logarithm of how much likelier the last days are of
    rooms filed wrongly than of sensors that change places and are filed where they are.
    """

    mirrored: Booleans
    leaning: Booleans
    as_it_was: Booleans
    odds: Floats


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on every room that has others in its home beside it.

    Needs `beside_` and `device_` features. Of the two rooms of a pair both are told.
    """
    first, second = pairs_within(home_of(frame.rows))
    behaviours = [
        _mirrored(frame, name, first, second, least) for name, least in BEHAVIOURS.items()
    ]
    marks = [_mirrored(frame, name, first, second, least) for name, least in MARKS.items()]
    turned = _count([one.mirrored for one in behaviours])
    leaning = _count([one.leaning for one in behaviours])
    unturned = _count([one.as_it_was for one in behaviours])
    odds = np.sum([one.odds for one in behaviours], axis=0)
    marked = _count([one.mirrored for one in marks])
    moved = (marked >= 1) & (_count([one.as_it_was for one in marks]) == 0)
    by_behaviour = (turned >= 1) & (leaning >= BEHAVIOURS_MIN) & (unturned == 0)
    sure = moved & (odds >= ODDS_SURE)
    swapped = np.where(marked >= 1, moved & (odds >= ODDS_LOW), by_behaviour)
    evidence = {
        name: _of_rows(frame, (first, second), np.where(swapped, count, 0))
        for name, count in (("behaviours_exchanged", leaning), ("sensor_marks_exchanged", marked))
    }
    severity = np.where(swapped, int(Severity.LOW), NOTHING)
    severity = np.where(sure, int(Severity.MEDIUM), severity)
    severe = _of_rows(frame, (first, second), severity)
    return judged(
        frame,
        detector=NAME,
        severity=severe.astype(np.int8),
        known=frame["device_readings"] > 0,
        holds=_of_rows(frame, (first, second), (turned > unturned) | (moved & (odds > 0))) > 0,
        confidence=np.where(severe >= int(Severity.MEDIUM), CONFIDENCE, CONFIDENCE_LOW),
        since_days=np.array(RECENT_DAYS),
        evidence=evidence,
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    text = (
        "This room's sensor and that of another room in the home seem to have changed places: "
        "since a few days each tells what used to be told of the other"
    )
    if evidence["sensor_marks_exchanged"]:
        text += ", and their batteries or habits of speaking have changed places too"
    return f"{text}. Please check which sensor hangs where."


def _mirrored(
    frame: DayFrame, name: str, first: Integers, second: Integers, least: float
) -> _Mirrored:
    """Whether what told two rooms apart until RECENT_DAYS ago tells them apart the other way."""
    difference = frame[name][first].astype(np.float64) - frame[name][second]
    before = delayed(difference, RECENT_DAYS)
    known = ~np.isnan(before)
    count = trailing_count(known, USUAL_DAYS)
    enough = count >= USUAL_KNOWN_MIN
    before = np.where(known, before, 0.0)
    usual = ratio(trailing_sum(before, USUAL_DAYS), count, where=enough)
    variance = ratio(trailing_sum(before * before, USUAL_DAYS), count, where=enough) - usual**2
    spread = np.sqrt(np.maximum(variance, 0.0)) + least
    square = usual * usual
    against = -difference * usual  # each day beside what was usual then
    other_way = (against >= MIRROR_MIN * square) & (against <= MIRROR_MAX * square)
    told = ~np.isnan(difference)
    recent = trailing_sum(np.where(told, difference, 0.0), RECENT_DAYS)
    count = trailing_count(told, RECENT_DAYS)
    lately = -recent / np.maximum(count, 1.0) * usual
    same_way = trailing_count(against <= 0, RECENT_DAYS)
    strong, weak = np.abs(usual) >= STRONG * spread, np.abs(usual) >= WEAK * spread
    mirrored = strong & (trailing_count(other_way, RECENT_DAYS) >= RECENT_MIN)
    leans = (lately >= MIRROR_MIN * square) & (lately <= LEAN_MAX * square) & (same_way < SAME_MIN)
    return _Mirrored(
        mirrored=mirrored,
        leaning=mirrored | (weak & leans),
        as_it_was=strong & (same_way >= SAME_MIN),
        odds=np.where(
            count >= RECENT_MIN, _odds(lately, variance, TAKEN_ALONG.get(name, 0.0)), 0.0
        ),
    )


def _odds(lately: Floats, variance: Floats, taken_along: float) -> Floats:
    """Of a mean of the last days that is minus the usual one, against one that is as usual.

    Both normal with the same variance: that of the mean of some days, and of what sensors take
    along. `lately` is minus the product of both means. 0 where the usual is not known.
    """
    spread = np.maximum(variance, 0.0) / LASTING_DAYS + taken_along**2
    odds = ratio(2.0 * lately, spread, where=spread > 0)
    return np.clip(np.nan_to_num(odds), -ODDS_MAX, ODDS_MAX)


def _count(masks: list[Booleans]) -> Floats:
    count: Floats = np.sum(masks, axis=0, dtype=np.float64)
    return count


def _of_rows(
    frame: DayFrame, pairs: tuple[Integers, Integers], of_pairs: Floats | Booleans
) -> Floats:
    """The highest of a row's pairs, (rows, days); 0 without any."""
    highest = np.zeros(frame.shape)
    some = np.flatnonzero(of_pairs.any(axis=1))
    for of_pair in pairs:
        np.maximum.at(highest, of_pair[some], of_pairs[some].astype(np.float64))
    return highest
