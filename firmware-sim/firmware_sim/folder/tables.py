"""The tables of an estate folder: their columns, and rows turned into Arrow tables."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

INSTANT = pa.timestamp("ms", tz="UTC")
_WORDS = pa.dictionary(pa.int32(), pa.string())


def _schema(columns: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


HOMES = _schema(
    {
        "home_id": pa.string(),
        "area": pa.string(),
        "floor_area_m2": pa.float32(),
        "f_rsi": pa.float32(),
        "rooms": pa.string(),
        "boiler_make": pa.string(),
        "boiler_type": pa.string(),
    }
)
ROOM_READINGS = _schema(
    {
        "home_id": _WORDS,
        "room": _WORDS,
        "measured_at": INSTANT,
        "air_temp_c": pa.float32(),
        "rel_humidity_pct": pa.float32(),
        "co2_ppm": pa.float32(),
        "surface_temp_c": pa.float32(),
        "battery_pct": pa.float32(),
    }
)
BOILER_READINGS = _schema(
    {
        "home_id": _WORDS,
        "measured_at": INSTANT,
        "flow_temp_c": pa.float32(),
        "return_temp_c": pa.float32(),
        "hot_water_temp_c": pa.float32(),
        "flow_target_c": pa.float32(),
        "hot_water_target_c": pa.float32(),
        "pressure_bar": pa.float32(),
        "modulation_pct": pa.float32(),
        "flame_current_ua": pa.float32(),
        "flame_on": pa.bool_(),
        "pump_on": pa.bool_(),
        "heat_demand": pa.bool_(),
        "hot_water_demand": pa.bool_(),
        "burner_starts": pa.int32(),
        "ignition_failures": pa.int32(),
        "fault_code": _WORDS,
    }
)
WEATHER_READINGS = _schema(
    {
        "area": _WORDS,
        "measured_at": INSTANT,
        "air_temp_c": pa.float32(),
        "rel_humidity_pct": pa.float32(),
        "rain_mm": pa.float32(),
    }
)
TRUTH = _schema(
    {
        "home_id": pa.string(),
        "fault": pa.string(),
        "place": pa.string(),
        "began_at": INSTANT,
        "ended_at": INSTANT,
        "noticed_at": INSTANT,
        "severity": pa.float32(),
    }
)

Columns = Mapping[str, NDArray[Any]]
"""The columns of some rows as arrays: NaN, or -1 in flags, counters and words, where absent."""
Words = Mapping[str, tuple[str, ...]]
"""The words that a column of words gives by their numbers."""


def table_of(schema: pa.Schema, columns: Columns, words: Words) -> pa.Table:
    """These rows as an Arrow table; what is absent is null."""
    arrays = [
        _array(field.type, columns[field.name], words.get(field.name, ())) for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(kind: pa.DataType, values: NDArray[Any], words: tuple[str, ...]) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return _words(values, words)
    if pa.types.is_boolean(kind):
        return pa.array(values > 0, mask=values < 0)
    if pa.types.is_integer(kind):
        return pa.array(values, type=kind, mask=values < 0)
    if pa.types.is_timestamp(kind):
        return pa.array(values.view("datetime64[ms]"), type=kind)
    return pa.array(values, type=kind, from_pandas=True)


def _words(values: NDArray[Any], words: tuple[str, ...]) -> pa.Array:
    """Words by their numbers; a word that stands for two numbers comes once in the dictionary."""
    once = list(dict.fromkeys(words))
    place = np.array([once.index(word) for word in words], dtype=np.int32)
    numbers = pa.array(place[np.maximum(values, 0)], mask=values < 0)
    return pa.DictionaryArray.from_arrays(numbers, pa.array(once, pa.string()))
