"""The table of homes: what a landlord knows of each."""

import numpy as np
import pyarrow as pa

from firmware_sim.chance import Subject, shares
from firmware_sim.folder.tables import HOMES
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.homes.homes import Homes
from firmware_sim.homes.plant import MAKES
from firmware_sim.kinds import Floats

SURVEYED_SHARE = 0.3
"""Homes of which somebody has measured the temperature factor."""
SURVEY_ERROR = 0.05
_SURVEY = 2  # a draw of its own among those of the sensors


def homes_table(homes: Homes, home_ids: tuple[str, ...], *, seed: int) -> pa.Table:
    """One row a home, as it was before anything went wrong in it."""
    columns = {
        "home_id": home_ids,
        "area": [area_id(number) for number in homes.area.tolist()],
        "floor_area_m2": homes.fabric.floor_area_m2.astype(np.float32),
        "f_rsi": surveyed_f_rsi(homes, seed=seed).astype(np.float32),
        "rooms": [";".join(ROOMS)] * homes.count,
        "boiler_make": [MAKES[make] for make in homes.plant.make.tolist()],
        "boiler_type": np.where(homes.plant.combi, "combi", "system").tolist(),
    }
    arrays = [pa.array(columns[field.name], type=field.type, from_pandas=True) for field in HOMES]
    return pa.Table.from_arrays(arrays, schema=HOMES)


def surveyed_f_rsi(homes: Homes, *, seed: int) -> Floats:
    """The mean temperature factor of each home's rooms as a survey found it, NaN where none was."""
    share = shares(seed, Subject.SENSORS, homes.indices, (2,), day=_SURVEY)
    found = homes.fabric.f_rsi.mean(axis=1) + SURVEY_ERROR * (2.0 * share[:, 1] - 1.0)
    return np.where(share[:, 0] < SURVEYED_SHARE, np.clip(found, 0.0, 1.0), np.nan)


def area_id(area: int) -> str:
    """The name of an area.

    >>> area_id(0)
    'area-1'
    """
    return f"area-{area + 1}"
