"""The table of the truth: what was broken, and when a tenant would notice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from firmware_sim.folder.tables import TRUTH


def truth_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """The lines of the truth as a table; what only the lines hold is left out."""
    arrays = [
        pa.array([_value(field.type, row[field.name]) for row in rows], type=field.type)
        for field in TRUTH
    ]
    return pa.Table.from_arrays(arrays, schema=TRUTH)


def _value(kind: pa.DataType, value: Any) -> Any:
    if pa.types.is_timestamp(kind) and value is not None:
        return datetime.fromisoformat(value)
    return value
