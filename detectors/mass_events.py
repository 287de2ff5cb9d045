"""Mass events: what many homes of an area report at once is told once, as one thing.

A line that is down, a cold snap or a storm raises the same alert in many homes within hours. Each
alert stands as it is; a group beside them says that they have one cause, so that nobody sends ten
engineers. Pure: episodes in, groups out; which homes there are is the caller's to know.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from core.together import likely_cause
from detectors.registry import Detectors

HOMES_MIN = 5  # fewer are told one by one; no street is called because of four homes (own)
SHARE_MIN = 0.1  # of the area's homes (own)
WITHIN = timedelta(hours=6)  # a line or a main fails in minutes, and is noticed within hours (own)
WITHIN_DAILY = timedelta(days=1)  # verdicts that come by the day: two midnights in a row (own)
CHANCE_MAX = 1e-4  # by chance once in ten thousand windows, with what the area is used to (own)
USUAL_OVER = timedelta(days=28)  # what an area is used to, learnt from so long before (own)


class Raised(Protocol):
    """What grouping asks of an alert; an Episode says it."""

    @property
    def home_id(self) -> str:
        """Whose alert it is."""

    @property
    def detector(self) -> str:
        """Whose finding it is."""

    @property
    def raised_at(self) -> datetime:
        """When it was raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Alerts of one detector in one area that were raised together.

    `id` stays the same while later alerts join. `homes` is how many were raised, of `homes_there`
    in the area, from `first_at` to `last_at`; `members` are places in the episodes that were given.
    """

    id: str
    detector: str
    area: str
    first_at: datetime
    last_at: datetime
    homes: int
    homes_there: int
    members: tuple[int, ...]


def mass_events(
    episodes: Sequence[Raised],
    *,
    area_of_home: Mapping[str, str],
    homes_in_area: Mapping[str, int],
    within: Mapping[str, timedelta] | None = None,
) -> list[Group]:
    """The groups among episodes, in order of detector, area and time.

    Alerts whose raising falls within a window (`within` by detector, WITHIN for those it does not
    name) form a group when they are of HOMES_MIN homes, of SHARE_MIN of the area's, and of more
    homes than chance allows beside what the area raised in the 28 days before. Windows that share
    an alert are one group. A home of no known area is in no group. Joining needs nothing later
    than the alert itself, except that the first of a group are known to be one when there are
    enough of them. ValueError where an area that has homes is not counted.
    """
    windows = within or {}
    raised: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, episode in enumerate(episodes):
        area = area_of_home.get(episode.home_id)
        if area is not None:
            raised[episode.detector, area].append(place)
    found: list[Group] = []
    for (detector, area), places in sorted(raised.items()):
        if area not in homes_in_area:
            raise ValueError(f"nobody said how many homes area {area!r} has")
        there = homes_in_area[area]
        places.sort(key=lambda place: (episodes[place].raised_at, episodes[place].home_id, place))
        found += [
            _group(episodes, members, detector, area, there)
            for members in _together(episodes, places, windows.get(detector, WITHIN), there)
        ]
    return found


def within_of(detectors: Detectors) -> dict[str, timedelta]:
    """The windows of detectors whose verdicts come by the day; others have WITHIN."""
    daily = (
        *detectors.room_devices,
        *detectors.room_days,
        *detectors.boiler_devices,
        *detectors.boiler_days,
    )
    return {one.name: WITHIN_DAILY for one in daily}


def group_of(groups: Iterable[Group]) -> dict[int, str]:
    """The group of each episode that is in one, by its place."""
    return {place: group.id for group in groups for place in group.members}


def sentence(group: Group) -> str:
    """What a person is told of a group: how many homes, and which one cause is likely."""
    hours = math.ceil((group.last_at - group.first_at) / timedelta(hours=1))
    time = f"within {hours} hours" if hours > 1 else "within the hour"
    return (
        f"{group.homes} of the {group.homes_there} homes here reported the same {time}: "
        f"one cause is likelier than a fault in each: {likely_cause(group.detector)}."
    )


def _together(
    episodes: Sequence[Raised], places: Sequence[int], within: timedelta, there: int
) -> Iterator[list[int]]:
    """Runs of `places` (in order of raising) that lie in windows with too many homes for chance."""
    times = [episodes[place].raised_at for place in places]
    members: list[int] = []
    last = -1  # the newest of `places` among the members
    first = before = 0
    for newest, at in enumerate(times):
        while times[first] < at - within:
            first += 1
        while times[before] < times[first] - USUAL_OVER:
            before += 1
        homes = len({episodes[place].home_id for place in places[first : newest + 1]})
        usual = (first - before) * (within / USUAL_OVER)
        if not _too_many(homes, usual, there):
            continue
        if members and first > last:
            yield members
            members = []
        members += places[max(first, last + 1) : newest + 1]
        last = newest
    if members:
        yield members


def _too_many(homes: int, usual: float, there: int) -> bool:
    enough = homes >= HOMES_MIN and homes >= SHARE_MIN * there
    return enough and _chance(homes, usual) <= CHANCE_MAX


def _chance(homes: int, usual: float) -> float:
    """The chance of so many homes or more where `usual` are expected, by Poisson."""
    if usual <= 0.0:
        return 0.0
    below = math.fsum(
        math.exp(count * math.log(usual) - usual - math.lgamma(count + 1)) for count in range(homes)
    )
    return max(0.0, 1.0 - below)


def _group(
    episodes: Sequence[Raised], members: Sequence[int], detector: str, area: str, there: int
) -> Group:
    some = [episodes[place] for place in members]
    first = min(one.raised_at for one in some)
    began = first.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Group(
        id=f"{area}/{detector}/{began}",
        detector=detector,
        area=area,
        first_at=first,
        last_at=max(one.raised_at for one in some),
        homes=len({one.home_id for one in some}),
        homes_there=there,
        members=tuple(members),
    )
