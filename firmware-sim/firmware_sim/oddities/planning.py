"""Which harmless oddities each home has, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import MINUTES_A_DAY, MINUTES_AN_HOUR
from firmware_sim.faults.drawing import between, pick, places_in, values_at
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS
from firmware_sim.kinds import Floats
from firmware_sim.oddities.kind import OddityKind
from firmware_sim.oddities.table import ODDITIES

MINUTES_A_YEAR = 365 * MINUTES_A_DAY
GRID_MIN = 15
"""Oddities begin and end on the quarter of an hour: effects seldom have to be worked out anew."""
_KINDS = tuple(ODDITIES.values())
_MOST = ceil(1.5 * max(kind.times_a_year for kind in _KINDS)) + 1
_DRAWS = 6  # for each oddity: day, time of day, length, severity, place, choice
_SPARE = 1 << 20  # the day under which a home's one oddity is drawn that would have none
TOPS_UP_SHARE = 0.4  # of the homes with a slow leak
_TOPS_UP_AFTER_BAR = (0.4, 0.7)  # of fall, by when the gauge leaves its green field
_TOP_UPS_MOST = 12
_SPARE_KINDS = tuple(ODDITIES[name] for name in ("window_left_open", "party", "drying_day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A year of the run, or what there is of it."""

    first_minute: int
    last_minute: int
    rooms: Sequence[str]

    @property
    def years(self) -> float:
        return (self.last_minute - self.first_minute) / MINUTES_A_YEAR


def plan_oddities(
    homes: range,
    *,
    seed: int,
    first_minute: int,
    days: float,
    rooms: Sequence[str],
    faults: Sequence[Planned],
) -> list[Planned]:
    """The oddities of these homes, at least one each; `homes` begins at a tile.

    One that would cure or hide a fault of `faults` is left out. But some people with a slow leak
    fill up the water again and again, which cures nothing.
    """
    last_minute = first_minute + round(days * MINUTES_A_DAY)
    lots: dict[int, list[Planned]] = {home: [] for home in homes}
    each = (len(_KINDS), 2 + _MOST * _DRAWS)
    for year, start in enumerate(range(first_minute, last_minute, MINUTES_A_YEAR)):
        end = min(start + MINUTES_A_YEAR, last_minute)
        span = _Span(first_minute=start, last_minute=end, rooms=rooms)
        luck = shares(seed, Subject.PLAN_ODDITIES, homes, each, day=year)
        for home, of_home in zip(homes, luck, strict=True):
            lots[home] += _of_span(home, of_home, span)
    spare = shares(seed, Subject.PLAN_ODDITIES, homes, (1 + _DRAWS,), day=_SPARE)
    whole = _Span(first_minute=first_minute, last_minute=last_minute, rooms=rooms)
    wrong: dict[int, list[Planned]] = {home: [] for home in homes}
    for fault in faults:
        wrong[fault.home].append(fault)
    return [
        one
        for home, of_home in zip(homes, spare, strict=True)
        for one in [
            *(_kept(lots[home], wrong[home]) or [_at_any_hour(home, of_home, whole)]),
            *_top_ups(wrong[home], of_home, whole),
        ]
    ]


def _of_span(home: int, luck: Floats, span: _Span) -> Iterator[Planned]:
    for kind, numbers in zip(_KINDS, luck, strict=True):
        often = kind.times_a_year * span.years * (0.5 + numbers[1])  # some people more than others
        count = int(often + numbers[0])
        for which in range(count):
            first = 2 + which * _DRAWS
            one = _oddity(home, kind, numbers[first : first + _DRAWS], span)
            if span.first_minute <= one.began_minute < span.last_minute:
                yield one


def _oddity(home: int, kind: OddityKind, luck: Floats, span: _Span) -> Planned:
    day = _minute(span, float(luck[0])) // MINUTES_A_DAY
    hour = between(kind.begins_h, float(luck[1]))
    return _begun(home, kind, luck, span, day * MINUTES_A_DAY + hour * MINUTES_AN_HOUR)


def _at_any_hour(home: int, luck: Floats, span: _Span) -> Planned:
    kind = pick(_SPARE_KINDS, float(luck[-1]))
    minute = max(_minute(span, float(luck[0])), span.first_minute + GRID_MIN)
    return _begun(home, kind, luck, span, minute)


def _begun(home: int, kind: OddityKind, luck: Floats, span: _Span, minute: float) -> Planned:
    began = int(minute) // GRID_MIN * GRID_MIN
    values = values_at(kind, float(luck[3]), float(luck[5]))
    ended = None
    if kind.lasts_h is not None:
        takes = between(kind.lasts_h, float(luck[2])) * MINUTES_AN_HOUR
        ended = began + max(round(takes / GRID_MIN), 1) * GRID_MIN
    return Planned(
        home=home,
        name=kind.name,
        place=pick(places_in(kind, span.rooms), float(luck[4])),
        began_minute=began,
        ended_minute=ended,
        parameters=values,
        severity=kind.severity(values),
    )


def _top_ups(faults: list[Planned], luck: Floats, span: _Span) -> Iterator[Planned]:
    """What people with a slow leak do against it, each time that so much pressure is gone."""
    for fault in faults:
        if fault.name != "slow_leak" or luck[0] >= TOPS_UP_SHARE:
            continue
        fall_bar = between(_TOPS_UP_AFTER_BAR, float(luck[1]))
        every_min = fall_bar / fault.parameters["rate"] * MINUTES_A_DAY
        for number in range(1, _TOP_UPS_MOST + 1):
            minute = fault.began_minute + number * every_min
            if minute < span.last_minute:
                yield _begun(fault.home, ODDITIES["top_up"], luck, span, minute)


def _minute(span: _Span, share: float) -> int:
    return span.first_minute + int(share * (span.last_minute - span.first_minute))


def _kept(lot: list[Planned], faults: list[Planned]) -> list[Planned]:
    """Those that neither touch a fault nor come oftener than they may."""
    seen: set[str] = set()
    kept = []
    for one in sorted(lot, key=lambda one: one.began_minute):
        kind = ODDITIES[one.name]
        touched = any(
            FAULTS[fault.name].family is kind.touches
            and fault.began_minute <= (one.ended_minute or one.began_minute)
            for fault in faults
        )
        if touched or (kind.once and one.name in seen):
            continue
        seen.add(one.name)
        kept.append(one)
    return kept
