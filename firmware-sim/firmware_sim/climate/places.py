"""What kind of place each area is: lowland, coast or hill."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, draws
from firmware_sim.kinds import Floats

# Lowland, coast, hill: about as the normals of 1991 to 2020 differ between such places in England.
_UP_TO_SHARE = (0.6, 0.85)
_WARMER_K = np.array([0.0, 0.4, -1.3])
_SEASON_FACTOR = np.array([1.0, 0.86, 0.97])
_DAY_FACTOR = np.array([1.0, 0.75, 0.9])
_WIND_FACTOR = np.array([0.95, 1.25, 1.3])
_RAIN_FACTOR = np.array([0.95, 0.95, 1.35])


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """(areas, 1), to be set against (areas, minutes)."""

    warmer_k: Floats
    """Than the lowlands, all the year round."""
    season_factor: Floats
    """Times the difference between summer and winter."""
    day_factor: Floats
    """Times the difference between noon and night."""
    wind_factor: Floats
    rain_factor: Floats


def draw_places(areas: int, *, seed: int) -> Places:
    """The kinds of the first `areas` areas of an estate."""
    share = draws(seed, Subject.PLACES).random((areas, 3))
    kind = np.searchsorted(_UP_TO_SHARE, share[:, 0], side="right")
    return Places(
        warmer_k=(_WARMER_K[kind] + 1.0 * (share[:, 1] - 0.5))[:, None],
        season_factor=_SEASON_FACTOR[kind][:, None],
        day_factor=_DAY_FACTOR[kind][:, None],
        wind_factor=_WIND_FACTOR[kind][:, None],
        rain_factor=(_RAIN_FACTOR[kind] * (0.85 + 0.3 * share[:, 2]))[:, None],
    )
