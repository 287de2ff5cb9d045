"""A block of simulated homes as the frames that detectors judge, by way of what `analyse` reads.

Some days are read at a time, so that memory holds frames of the whole run and samples of a few
days: a tenth.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.accuracy.scoring import Fault
from core.quantities import QUANTITIES, Form, Kind
from detectors.arrays import Booleans
from detectors.frame import BoilerFrame, Frame, RoomFrame, Row
from detectors.offline.judging import Surroundings, frames_of
from detectors.offline.samples import placed_samples
from detectors.offline.tables import Rows, Words
from detectors.placing import STEP_MS, STEP_S, epoch_ms
from firmware_sim.folder.blocks import Block
from firmware_sim.folder.homes_table import area_id, homes_table
from firmware_sim.folder.rows import HOLD_BACK_MS
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.sensing.readings import (
    BoilerReadings,
    Readings,
    RoomReadings,
    WeatherReadings,
)

CHUNK_DAYS = 4
_STEPS_A_DAY = 86_400 // STEP_S
_HELD_BACK_STEPS = HOLD_BACK_MS // STEP_MS  # for devices whose clock runs behind

_Reported = RoomReadings | BoilerReadings | WeatherReadings


def block_frames(block: Block) -> tuple[RoomFrame, BoilerFrame]:
    """What the devices of a block report over its whole run, on the detectors' grid."""
    start = datetime.fromtimestamp(block.order.first_minute * 60, UTC)
    area_of, f_rsi_of = _known_of_homes(block)
    rooms: list[RoomFrame] = []
    boilers: list[BoilerFrame] = []
    held: dict[Kind, Rows] = {}
    days_read = begin = 0
    for days in _chunks(block.days()):
        days_read += len(days)
        last = days_read == block.order.days
        # One step more than the days have: it takes the last minutes before midnight.
        end = days_read * _STEPS_A_DAY + (1 if last else -_HELD_BACK_STEPS)
        ready = _ready(block, days, held, None if last else epoch_ms(start) + end * STEP_MS)
        around = Surroundings(
            area_of=area_of,
            f_rsi_of=f_rsi_of,
            weather=placed_samples(Kind.WEATHER, [ready[Kind.WEATHER]], ["area"]),
        )
        room_frame, boiler_frame = frames_of(
            placed_samples(Kind.ROOM, [ready[Kind.ROOM]], ["home_id", "room"]),
            placed_samples(Kind.BOILER, [ready[Kind.BOILER]], ["home_id"]),
            around,
            start=start + timedelta(seconds=begin * STEP_S),
            steps=end - begin,
        )
        rooms.append(room_frame)
        boilers.append(boiler_frame)
        begin = end
    return _joined_rooms(rooms, f_rsi_of), _joined_boilers(boilers)


def block_faults(block: Block) -> list[Fault]:
    """The faults that have begun in a block that has lived through its run."""
    return [
        Fault(
            home_id=row["home_id"],
            fault=row["fault"],
            place=row["place"],
            began_at=datetime.fromisoformat(row["began_at"]),
            ended_at=_instant(row["ended_at"]),
            noticed_at=_instant(row["noticed_at"]),
            severity=row["severity"],
        )
        for row in block.truth()
    ]


def _known_of_homes(block: Block) -> tuple[dict[str, str], dict[str, float]]:
    table = homes_table(block.homes, block.home_ids, seed=block.order.seed).to_pydict()
    f_rsi = {
        home: value
        for home, value in zip(table["home_id"], table["f_rsi"], strict=True)
        if value is not None
    }
    return dict(zip(table["home_id"], table["area"], strict=True)), f_rsi


def _chunks(days: Iterator[Readings]) -> Iterator[list[Readings]]:
    while chunk := list(islice(days, CHUNK_DAYS)):
        yield chunk


def _ready(
    block: Block, days: Sequence[Readings], held: dict[Kind, Rows], until_ms: int | None
) -> dict[Kind, Rows]:
    """Rows that belong before a step of the grid; the others are held for the next time."""
    areas = tuple(area_id(number) for number in range(block.order.areas))
    fresh = {
        Kind.ROOM: _rows([day.rooms for day in days], Kind.ROOM, home_id=block.home_ids),
        Kind.BOILER: _rows([day.boilers for day in days], Kind.BOILER, home_id=block.home_ids),
        Kind.WEATHER: _rows([day.weather for day in days], Kind.WEATHER, area=areas),
    }
    ready: dict[Kind, Rows] = {}
    for kind, rows in fresh.items():
        both = _both(held[kind], rows) if kind in held else rows
        if until_ms is None:
            ready[kind] = both
            continue
        now = both.instants["measured_at"] < until_ms - STEP_MS // 2
        ready[kind], held[kind] = _some(both, now), _some(both, ~now)
    return ready


def _rows(parts: Sequence[_Reported], kind: Kind, **owners: tuple[str, ...]) -> Rows:
    """What was sent in some stretches as rows of a table, home by home or area by area."""
    [(key, names)] = owners.items()
    sent = np.concatenate([part.sent for part in parts], axis=-1)
    which = np.nonzero(sent)

    def column(name: str) -> npt.NDArray[Any]:
        whole: npt.NDArray[Any] = np.concatenate([getattr(part, name) for part in parts], axis=-1)
        return whole[which]

    words = {key: Words(which[0].astype(np.int32), names)}
    if kind is Kind.ROOM:
        words["room"] = Words(column("room").astype(np.int32), ROOMS)
    return Rows(
        count=len(which[0]),
        words=words,
        instants={"measured_at": column("measured_ms").astype(np.int64)},
        numbers={
            one.name: _number(column(one.name), one.form)
            for one in QUANTITIES[kind]
            if one.form is not Form.TEXT
        },
    )


def _number(values: npt.NDArray[Any], form: Form) -> npt.NDArray[np.float32]:
    numbers: npt.NDArray[np.float32] = values.astype(np.float32)
    if form is not Form.REAL:
        numbers[values < 0] = np.nan
    return numbers


def _both(first: Rows, second: Rows) -> Rows:
    return Rows(
        count=first.count + second.count,
        words={
            name: Words(np.concatenate([one.places, second.words[name].places]), one.words)
            for name, one in first.words.items()
        },
        instants={
            name: np.concatenate([one, second.instants[name]])
            for name, one in first.instants.items()
        },
        numbers={
            name: np.concatenate([one, second.numbers[name]]) for name, one in first.numbers.items()
        },
    )


def _some(rows: Rows, which: Booleans) -> Rows:
    return Rows(
        count=int(which.sum()),
        words={name: Words(one.places[which], one.words) for name, one in rows.words.items()},
        instants={name: one[which] for name, one in rows.instants.items()},
        numbers={name: one[which] for name, one in rows.numbers.items()},
    )


def _joined_rooms(parts: Sequence[RoomFrame], f_rsi_of: dict[str, float]) -> RoomFrame:
    rows = _all_rows(parts)
    return RoomFrame(
        start=parts[0].start,
        step_s=STEP_S,
        steps=sum(part.steps for part in parts),
        rows=rows,
        values=_joined_values(parts, rows),
        outdoor_temp_c=_joined([(part, part.outdoor_temp_c) for part in parts], rows),
        outdoor_rel_humidity_pct=_joined(
            [(part, part.outdoor_rel_humidity_pct) for part in parts], rows
        ),
        f_rsi=np.array([f_rsi_of.get(row.home_id, np.nan) for row in rows]),
    )


def _joined_boilers(parts: Sequence[BoilerFrame]) -> BoilerFrame:
    rows = _all_rows(parts)
    return BoilerFrame(
        start=parts[0].start,
        step_s=STEP_S,
        steps=sum(part.steps for part in parts),
        rows=rows,
        values=_joined_values(parts, rows),
    )


def _all_rows(parts: Sequence[Frame]) -> tuple[Row, ...]:
    return tuple(sorted({row for part in parts for row in part.rows}))


def _joined_values(
    parts: Sequence[Frame], rows: tuple[Row, ...]
) -> dict[str, npt.NDArray[np.float32]]:
    names = sorted({name for part in parts for name in part.values})
    return {name: _joined([(part, part[name]) for part in parts], rows) for name in names}


def _joined(
    parts: Sequence[tuple[Frame, npt.NDArray[Any]]], rows: tuple[Row, ...]
) -> npt.NDArray[np.float32]:
    """One array after the other in time, NaN in parts in which a row was not heard."""
    line = {row: number for number, row in enumerate(rows)}
    steps = sum(frame.steps for frame, _ in parts)
    whole = np.full((len(rows), steps), np.nan, dtype=np.float32)
    begin = 0
    for frame, array in parts:
        whole[[line[row] for row in frame.rows], begin : begin + frame.steps] = array
        begin += frame.steps
    return whole


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
