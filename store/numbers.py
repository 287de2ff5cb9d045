"""Numbers by name as the detectors keep them: bytes, and once for many the order of the names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import psycopg

_LITTLE = np.dtype("<f4")

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameList:
    """The names of numbers, in their order, and the version of the detectors that told them."""

    version: str
    names: Names


def names_id(conn: psycopg.Connection, listed: NameList) -> int:
    """The id of this list of names, which is kept from now on. One process at a time may ask."""
    values = {"version": listed.version, "names": list(listed.names)}
    row = conn.execute(
        """SELECT names_id FROM number_names
           WHERE version = %(version)s AND names = %(names)s::text[]""",
        values,
    ).fetchone()
    if row is None:
        row = conn.execute(
            """INSERT INTO number_names (version, names) VALUES (%(version)s, %(names)s)
               RETURNING names_id""",
            values,
        ).fetchone()
    if row is None:
        raise RuntimeError("the database wrote a list of names and gave no id back")
    return int(row[0])


def name_lists(conn: psycopg.Connection, ids: Iterable[int]) -> dict[int, NameList]:
    """The lists of names with these ids."""
    rows = conn.execute(
        "SELECT names_id, version, names FROM number_names WHERE names_id = ANY(%(ids)s)",
        {"ids": sorted(set(ids))},
    )
    return {number: NameList(version, tuple(names)) for number, version, names in rows}


def packed(numbers: Mapping[str, float], names: Sequence[str]) -> bytes:
    """Numbers in the order of `names`, as four-byte floats."""
    return np.array([numbers[name] for name in names], dtype=_LITTLE).tobytes()


def packed_rows(numbers: npt.NDArray[np.floating]) -> list[bytes]:
    """Each row of a (rows, names) array as four-byte floats."""
    return [row.tobytes() for row in np.ascontiguousarray(numbers, dtype=_LITTLE)]


def unpacked(raw: bytes, names: Sequence[str]) -> dict[str, float]:
    """What `packed` made of them."""
    return dict(zip(names, np.frombuffer(raw, dtype=_LITTLE).tolist(), strict=True))


def unpacked_rows(raw: Sequence[bytes], names: Sequence[str]) -> npt.NDArray[np.float32]:
    """What `packed_rows` made of them; ValueError when they are not of these names."""
    flat = np.frombuffer(b"".join(raw), dtype=_LITTLE)
    return flat.reshape(len(raw), len(names)).astype(np.float32)
