"""An estate folder, judged: a block of homes at a time, with what was odd about it said once."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.findings import Episode
from core.quantities import Kind
from detectors.mass_events import group_of, mass_events, within_of
from detectors.offline.contents import Contents, blocks, contents
from detectors.offline.judging import BlockWatch, Homes, Surroundings
from detectors.offline.parts import StoredTable, stored_table
from detectors.offline.reach import DAY_MS, DayCounts, Reach, reach
from detectors.offline.samples import PlacedSamples, placed_samples
from detectors.offline.tables import (
    BOILER_READINGS,
    HOMES,
    ROOM_READINGS,
    WEATHER_READINGS,
    FolderUnreadable,
)
from detectors.registry import DETECTORS, Detectors

Say = Callable[[str], None]
"""Told one line a person may want to know."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Every alert, in no stated order, and by its place the mass event of each that is in one."""

    episodes: list[Episode]
    groups: dict[int, str]


@dataclass(slots=True)
class _Oddities:
    """Rows that are not as the folder's rules have them, counted over all blocks."""

    nameless: int = 0
    stray: int = 0
    doubled: int = 0
    timeless: int = 0
    impossible: int = 0
    homeless: list[str] = field(default_factory=list)

    def add(self, samples: PlacedSamples) -> None:
        self.timeless += samples.timeless
        self.impossible += samples.impossible


def analyse(folder: Path, *, say: Say, detectors: Detectors = DETECTORS) -> Analysis:
    """Every alert that the readings in an estate folder give rise to.

    Raises FolderUnreadable.
    """
    homes, rooms, boilers, weather = (
        stored_table(folder, table)
        for table in (HOMES, ROOM_READINGS, BOILER_READINGS, WEATHER_READINGS)
    )
    if rooms.absent and boilers.absent:
        raise FolderUnreadable(
            f"{folder} has neither room_readings nor boiler_readings: there is nothing to judge"
        )
    for stored in (homes, rooms, boilers, weather):
        _say_what_is_missing(stored, say)
    found = {Kind.ROOM: contents(rooms), Kind.BOILER: contents(boilers)}
    odd = _Oddities(nameless=sum(table.nameless for table in found.values()))
    around = _surroundings(homes, weather, odd, say)
    unheard = [
        home for home in around.area_of if not any(home in one.homes for one in found.values())
    ]
    if unheard:
        say(f"{len(unheard):,} homes have no readings, such as {unheard[0]}: nothing is known")
    episodes = _judge_blocks(found, around, detectors, odd, say)
    _say_oddities(odd, say)
    groups = mass_events(
        episodes,
        area_of_home=around.area_of,
        homes_in_area=Counter(around.area_of.values()),
        within=within_of(detectors),
    )
    if groups:
        together = sum(len(one.members) for one in groups)
        say(f"{together:,} alerts are of {len(groups):,} mass events")
    return Analysis(episodes, group_of(groups))


def _judge_blocks(
    found: Mapping[Kind, Contents],
    around: Surroundings,
    detectors: Detectors,
    odd: _Oddities,
    say: Say,
) -> list[Episode]:
    tables = list(found.values())
    days: dict[str, list[DayCounts]] = {}
    for table in tables:
        for home, counts in table.days.items():
            days.setdefault(home, []).extend(counts)
    reaches = {home: reach(DayCounts.of(counts)) for home, counts in days.items()}
    in_blocks, grouped = blocks(tables, reaches, around.area_of)
    if not grouped:
        say(
            "homes lie too mixed to be read apart (group rows by home, some 100,000 in a row "
            "group): all are read at once, which takes more memory"
        )
    odd.stray += sum(one.stray for one in reaches.values())
    odd.homeless += [home for home in reaches if home not in around.area_of]
    done, episodes = 0, []
    for block in in_blocks:
        watch = BlockWatch(_homes_of(block, found, reaches), around, detectors)
        _live_through(watch, found, block, odd)
        episodes += watch.episodes()
        done += len(block)
        say(f"{done:,} of {len(reaches):,} homes judged, {len(episodes):,} alerts")
    return episodes


def _homes_of(
    block: Sequence[str], found: Mapping[Kind, Contents], reaches: Mapping[str, Reach]
) -> Homes:
    def places(kind: Kind) -> tuple[tuple[str, ...], ...]:
        return tuple(place for home in block for place in found[kind].places.get(home, {}))

    boilers = found[Kind.BOILER].days
    return Homes(
        rooms=places(Kind.ROOM),
        boilers=places(Kind.BOILER),
        reaches={home: reaches[home] for home in block},
        boiler_last_ms={
            home: reaches[home].last_ms(DayCounts.of(boilers[home]))
            for home in block
            if home in boilers
        },
    )


def _live_through(
    watch: BlockWatch, found: Mapping[Kind, Contents], block: Sequence[str], odd: _Oddities
) -> None:
    """Judge day after day, and read a piece when its first day has come."""
    unread = sorted(
        (first_ms // DAY_MS, kind.value, piece)
        for kind, table in found.items()
        for piece, first_ms in table.pieces_of(block).items()
    )
    unread.reverse()
    for day in watch.homes.days:
        while unread and unread[-1][0] <= day:
            _, word, piece = unread.pop()
            kind = Kind(word)
            rows = found[kind].stored.read(piece)
            samples = placed_samples(kind, [rows], found[kind].names, block)
            odd.add(samples)
            watch.add(kind, samples)
        watch.judge(day)
    odd.doubled += watch.rooms.doubled + watch.boilers.doubled


def _surroundings(
    homes: StoredTable, weather: StoredTable, odd: _Oddities, say: Say
) -> Surroundings:
    area_of: dict[str, str] = {}
    f_rsi_of: dict[str, float] = {}
    odd_f_rsi = 0
    for piece in range(len(homes.pieces)):
        rows = homes.read(piece)
        ids, areas = rows.words["home_id"], rows.words.get("area")
        f_rsi = rows.numbers.get("f_rsi")
        for row, place in enumerate(ids.places.tolist()):
            if place < 0:
                continue
            home = ids.words[place]
            if areas is not None and areas.places[row] >= 0:
                area_of.setdefault(home, areas.words[areas.places[row]])
            if f_rsi is not None and 0.0 < f_rsi[row] < 1.0:
                f_rsi_of.setdefault(home, float(f_rsi[row]))
            elif f_rsi is not None and not math.isnan(f_rsi[row]):
                odd_f_rsi += 1
    if odd_f_rsi:
        say(f"homes: {odd_f_rsi:,} f_rsi not between 0 and 1 are taken for unknown")
    parts = [weather.read(piece) for piece in range(len(weather.pieces))]
    outdoors = placed_samples(Kind.WEATHER, parts, ["area"])
    odd.add(outdoors)
    odd.doubled += outdoors.doubled
    return Surroundings(area_of=area_of, f_rsi_of=f_rsi_of, weather=outdoors)


def _say_what_is_missing(stored: StoredTable, say: Say) -> None:
    name = stored.table.name
    if stored.absent:
        lost = {
            "homes": "no home has weather, and surfaces are assumed",
            "weather_readings": "there is no finding on surfaces without a sensor on the wall",
        }
        say(f"there is no table {name}: {lost.get(name, 'what it would show is not judged')}")
    elif stored.missing_columns:
        say(f"{name}: not (everywhere) there: {', '.join(stored.missing_columns)}")


def _say_oddities(odd: _Oddities, say: Say) -> None:
    if odd.nameless or odd.timeless:
        say(
            f"{odd.nameless:,} rows without a home or a room and {odd.timeless:,} without an "
            "instant are left out"
        )
    if odd.stray:
        say(
            f"{odd.stray:,} rows are left out: they are few, and months or years from all others "
            "of their home, as those of a wrong clock are"
        )
    if odd.doubled:
        say(f"{odd.doubled:,} rows came twice, and count once")
    if odd.impossible:
        say(f"{odd.impossible:,} values cannot be true, and are taken for not measured")
    if odd.homeless:
        say(
            f"{len(odd.homeless):,} homes stand in no row of homes with an area, such as "
            f"{odd.homeless[0]}: they have no weather"
        )
