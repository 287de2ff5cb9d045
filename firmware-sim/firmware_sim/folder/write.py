"""The estate folder, written while its homes live: a block of them at a time.

Every home has its own part of a table, open while its block lives through the run: so the rows of
a home stay together, and memory holds no more than some days of one block.
"""

import json
import resource
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa

from firmware_sim.chance import TILE
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.folder import tables
from firmware_sim.folder.blocks import Block, EstateRefusedError, Order, blocks_of
from firmware_sim.folder.homes_table import area_id, homes_table
from firmware_sim.folder.parts import CsvPart, OpenPart, join_csv, parquet_part, write_table
from firmware_sim.folder.rows import HOLD_BACK_MS
from firmware_sim.folder.shelves import Shelf
from firmware_sim.folder.truth_table import truth_table
from firmware_sim.folder.unfinished import unfinished
from firmware_sim.heating.codes import CODES
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.sensing.readings import Readings

CHUNK_DAYS = 8
"""Days of a block that are gathered before they are written, as one row group of each home."""
_FILES_BESIDE = 64  # open files that are no parts of homes or areas
_MS_A_DAY = MINUTES_A_DAY * 60_000

Say = Callable[[int], None]
"""Told after each chunk how many home-days are done."""


class Form(StrEnum):
    """How the tables are written."""

    PARQUET = "parquet"
    CSV = "csv"


@dataclass(slots=True, kw_only=True)
class _Folder:
    """What is being written."""

    place: Path
    form: Form
    truth: TextIO
    oddities: TextIO
    homes: list[pa.Table] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    @property
    def opens(self) -> OpenPart:
        """What opens a part in this form."""
        return parquet_part if self.form is Form.PARQUET else CsvPart


def write_estate(order: Order, out: Path, *, form: Form = Form.PARQUET, say: Say) -> None:
    """Simulate an estate and write its folder; `out` appears when it is whole.

    EstateRefusedError when `out` is in use, or too few files can be open at once.
    """
    order = replace(order, block_homes=min(order.block_homes, _homes_at_once(order)))
    with unfinished(out) as place, ExitStack() as open_files:
        folder = _Folder(
            place=place,
            form=form,
            truth=open_files.enter_context((place / "truth.jsonl").open("w", encoding="utf-8")),
            oddities=open_files.enter_context(
                (place / "oddities.jsonl").open("w", encoding="utf-8")
            ),
        )
        for block in blocks_of(order):
            _write_block(folder, block, say)
        _finish(folder)


def _homes_at_once(order: Order) -> int:
    """For how many homes the files of both tables can be open, in whole tiles.

    The limit of this process is raised as far as the system allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        return order.block_homes
    homes = (soft - _FILES_BESIDE - order.areas) // 2
    if homes < TILE:
        raise EstateRefusedError(
            f"only {soft} files can be open at once, and {2 * TILE + _FILES_BESIDE + order.areas} "
            "are needed: raise the limit (ulimit -n)"
        )
    return homes // TILE * TILE


def _write_block(folder: _Folder, block: Block, say: Say) -> None:
    folder.homes.append(homes_table(block.homes, block.home_ids, seed=block.order.seed))
    before = block.homes.first * block.order.days
    done = 0
    with ExitStack() as shelves:
        open_shelves = _shelves(folder, block)
        for shelf in open_shelves.values():
            shelves.enter_context(shelf)
        for days in _chunks(block.days()):
            done += len(days)
            last = done == block.order.days
            midnight_ms = block.order.first_minute * 60_000 + done * _MS_A_DAY
            for name, shelf in open_shelves.items():
                upto_ms = None if last else midnight_ms - HOLD_BACK_MS
                shelf.add([getattr(day, name) for day in days], upto_ms=upto_ms)
            say(before + done * block.homes.count)
    faults = block.truth()
    _write_lines(folder.truth, faults)
    _write_lines(folder.oddities, block.oddities())
    folder.faults += faults


def _shelves(folder: _Folder, block: Block) -> dict[str, Shelf]:
    """The tables of a block by the name that their readings have within `Readings`."""
    ending = folder.form.value
    homes = {
        home: f"home-{index + 1:06d}.{ending}"
        for home, index in zip(block.home_ids, block.homes.indices, strict=True)
    }
    shelves = {
        "rooms": Shelf(
            folder.place / "room_readings",
            tables.ROOM_READINGS,
            {"room": ROOMS},
            homes,
            folder.opens,
        ),
        "boilers": Shelf(
            folder.place / "boiler_readings",
            tables.BOILER_READINGS,
            {"fault_code": tuple(code.text for code in CODES)},
            homes,
            folder.opens,
        ),
    }
    if block.first:
        areas = range(block.order.areas)
        shelves["weather"] = Shelf(
            folder.place / "weather_readings",
            tables.WEATHER_READINGS,
            {},
            {area_id(area): f"area-{area + 1:04d}.{ending}" for area in areas},
            folder.opens,
        )
    return shelves


def _chunks(days: Iterator[Readings]) -> Iterator[list[Readings]]:
    while chunk := list(islice(days, CHUNK_DAYS)):
        yield chunk


def _write_lines(file: TextIO, rows: Iterable[dict[str, Any]]) -> None:
    file.writelines(json.dumps(row) + "\n" for row in rows)


def _finish(folder: _Folder) -> None:
    """Write the small tables, and put the parts of CSV tables together."""
    for name, table in (
        ("homes", pa.concat_tables(folder.homes)),
        ("truth", truth_table(folder.faults)),
    ):
        write_table(folder.place / f"{name}.{folder.form.value}", table, folder.opens)
    for name, schema in (
        ("homes", tables.HOMES),
        ("truth", tables.TRUTH),
        ("room_readings", tables.ROOM_READINGS),
        ("boiler_readings", tables.BOILER_READINGS),
        ("weather_readings", tables.WEATHER_READINGS),
    ):
        if folder.form is Form.CSV:
            join_csv(folder.place / name, schema)
