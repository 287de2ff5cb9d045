"""One table of a block on its way out: a file a home (or area), open while its rows come in."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa

from firmware_sim.folder.parts import OpenPart
from firmware_sim.folder.rows import InOrder, Reported, rows_of
from firmware_sim.folder.tables import Words, table_of


class Shelf:
    """The open files of one table for the homes (or areas) of a block."""

    def __init__(
        self, place: Path, schema: pa.Schema, words: Words, names: dict[str, str], opens: OpenPart
    ) -> None:
        """Open a file in `place` for each of `names`: home_id (or area) and its file's name."""
        self._schema, self._words = schema, words
        self._names = tuple(names)
        self._in_order = [InOrder() for _ in names]
        place.mkdir(exist_ok=True)
        self._parts = [opens(place / file, schema) for file in names.values()]

    def add(self, parts: Sequence[Reported], *, upto_ms: int | None) -> None:
        """Write what was reported before `upto_ms` and keep the rest; None writes everything."""
        key = self._schema.names[0]
        for row, name in enumerate(self._names):
            rows = self._in_order[row].add(rows_of(self._schema, parts, row), upto_ms=upto_ms)
            number = np.zeros(len(rows["measured_at"]), dtype=np.int32)
            words = {**self._words, key: (name,)}
            table = table_of(self._schema, {**rows, key: number}, words)
            if table.num_rows:
                self._parts[row].write_table(table)

    def __enter__(self) -> Self:
        """The shelf itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every file."""
        for part in self._parts:
            part.close()
