"""Make the committed healthy year of an estate folder: `python thin.py ESTATE OUT`.

Instants to the second; the second home as gateways that ask every ten minutes would tell of it.
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SELDOM_READ = "home-2"
SELDOM_S = 600
TABLES = ("room_readings", "boiler_readings", "weather_readings")


def main(estate: Path, out: Path) -> None:
    """Write each table as one file of the folder `out`."""
    pq.write_table(pq.read_table(estate / "homes.parquet"), out / "homes.parquet")
    for name in TABLES:
        parts = [pq.read_table(file) for file in sorted((estate / name).glob("*.parquet"))]
        table = pa.concat_tables([thinned(to_the_second(part)) for part in parts])
        pq.write_table(
            table,
            out / f"{name}.parquet",
            compression="zstd",
            compression_level=19,
            use_dictionary=[column for column in table.schema.names if column != "measured_at"],
            column_encoding={"measured_at": "DELTA_BINARY_PACKED"},
            row_group_size=2**20,
            data_page_size=2**22,
        )


def to_the_second(table: pa.Table) -> pa.Table:
    """The table with its instants to the second."""
    place = table.schema.get_field_index("measured_at")
    column = table.schema.field(place)
    seconds = pc.round_temporal(table["measured_at"], unit="second")
    return table.set_column(place, column, seconds.cast(column.type))


def thinned(table: pa.Table) -> pa.Table:
    """Of a home that is read seldom the first reading of each device in each SELDOM_S."""
    if "home_id" not in table.schema.names or table["home_id"][0].as_py() != SELDOM_READ:
        return table
    seconds = pc.divide(table["measured_at"].cast(pa.int64()), 1000)
    turns = pc.divide(seconds, SELDOM_S).to_pylist()
    devices = table["room"].to_pylist() if "room" in table.schema.names else [""] * len(turns)
    heard: set[tuple[str, int]] = set()
    kept = []
    for number, turn in enumerate(zip(devices, turns, strict=True)):
        if turn not in heard:
            heard.add(turn)
            kept.append(number)
    return table.take(kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
