"""An estate folder, judged: a block of homes at a time, with what was odd about it said once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.findings import Episode
from core.quantities import Kind
from detectors.arrays import Integers
from detectors.offline.contents import Contents, blocks, contents
from detectors.offline.judging import Surroundings, frames_of, judged
from detectors.offline.parts import StoredTable, stored_table
from detectors.offline.reach import reach, shared_frames
from detectors.offline.samples import PlacedSamples, placed_samples
from detectors.offline.tables import (
    BOILER_READINGS,
    HOMES,
    ROOM_READINGS,
    WEATHER_READINGS,
    FolderUnreadable,
)
from detectors.placing import steps_between

Say = Callable[[str], None]
"""Told one line a person may want to know."""


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
        self.doubled += samples.doubled
        self.timeless += samples.timeless
        self.impossible += samples.impossible


def analyse(folder: Path, *, say: Say) -> list[Episode]:
    """Every alert that the readings in an estate folder give rise to, in no stated order.

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
    found = [contents(rooms), contents(boilers)]
    odd = _Oddities(nameless=sum(table.nameless for table in found))
    around = _surroundings(homes, weather, odd, say)
    unheard = [home for home in around.area_of if not any(home in one.homes for one in found)]
    if unheard:
        say(f"{len(unheard):,} homes have no readings, such as {unheard[0]}: nothing is known")
    episodes = _judge_blocks(found, around, odd, say)
    _say_oddities(odd, say)
    return episodes


def _judge_blocks(
    found: Sequence[Contents], around: Surroundings, odd: _Oddities, say: Say
) -> list[Episode]:
    in_blocks, grouped = blocks(found)
    if not grouped:
        say(
            "homes lie too mixed to be read apart (group rows by home, some 100,000 in a row "
            "group): all are read at once, which takes more memory"
        )
    homes = sum(len(block) for block in in_blocks)
    done, episodes = 0, []
    for block in in_blocks:
        rooms = _samples(Kind.ROOM, found[0], block)
        boilers = _samples(Kind.BOILER, found[1], block)
        odd.add(rooms)
        odd.add(boilers)
        odd.homeless += [home for home in block if home not in around.area_of]
        episodes += _judge_block(rooms, boilers, around, odd)
        done += len(block)
        say(f"{done:,} of {homes:,} homes judged, {len(episodes):,} alerts")
    return episodes


def _judge_block(
    rooms: PlacedSamples, boilers: PlacedSamples, around: Surroundings, odd: _Oddities
) -> list[Episode]:
    times: dict[str, list[Integers]] = {}
    for samples in (rooms, boilers):
        for home, of_home in samples.times_by_home().items():
            times.setdefault(home, []).append(of_home)
    reaches = {home: reach(np.concatenate(of_home)) for home, of_home in times.items()}
    odd.stray += sum(one.stray for one in reaches.values())
    episodes: list[Episode] = []
    for homes, covered in shared_frames(reaches):
        start = datetime.fromtimestamp(covered.start_ms / 1000, UTC)
        end = datetime.fromtimestamp(covered.end_ms / 1000, UTC)
        frames = frames_of(
            rooms.of(frozenset(homes)),
            boilers.of(frozenset(homes)),
            around,
            start=start,
            steps=steps_between(start, end) + 1,
        )
        episodes += judged(*frames)
    return episodes


def _samples(kind: Kind, table: Contents, homes: Sequence[str]) -> PlacedSamples:
    parts = [table.stored.read(piece) for piece in table.pieces_of(homes)]
    return placed_samples(kind, parts, table.names, homes)


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
