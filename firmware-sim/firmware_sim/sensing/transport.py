"""What happens to messages between a device and whoever listens."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.kinds import Bools, Ints, Singles

LOST_SHARE = 0.005
DOUBLED_SHARE = 0.005
LATE_SHARE = 0.005
LATEST_S = 900.0  # a radio or a gateway that catches up does so within a quarter of an hour
CLOUD_GAP_SHARE = 0.25  # of the days
CLOUD_GAP_MIN = (37, 70)  # as seen of a maker's cloud in a real home


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of each message, in the shape of the chances it was drawn from."""

    lost: Bools
    copies: NDArray[np.int8]
    late_s: Singles


def fate_of(chance: Singles) -> Fate:
    """Lose, double and delay some messages by a uniform draw of any shape."""
    lost = chance < LOST_SHARE
    copies = np.ones(chance.shape, dtype=np.int8)
    late_s = np.zeros(chance.shape, dtype=np.float32)
    early = np.flatnonzero(chance < LOST_SHARE + DOUBLED_SHARE + LATE_SHARE)
    drawn = chance.ravel()[early]
    copies.ravel()[early] += ((drawn >= LOST_SHARE) & (drawn < LOST_SHARE + DOUBLED_SHARE)).astype(
        np.int8
    )
    into = (drawn - np.float32(LOST_SHARE + DOUBLED_SHARE)) / np.float32(LATE_SHARE)
    late_s.ravel()[early] = np.maximum(into, 0.0) * np.float32(LATEST_S)
    return Fate(lost=lost, copies=copies, late_s=late_s)


def in_cloud_gap(minute_of_day: Ints, today: Singles, yesterday: Singles) -> Bools:
    """The minutes for which each home's cloud is away, (homes, minutes).

    `today` and `yesterday` are uniform draws, (homes, 3): a gap may reach over midnight.
    """
    away = np.zeros((len(today), minute_of_day.size), dtype=np.bool_)
    shortest, longest = CLOUD_GAP_MIN
    for drawn, shift in ((today, 0), (yesterday, MINUTES_A_DAY)):
        begins = np.floor(drawn[:, 1] * MINUTES_A_DAY) - shift
        ends = begins + shortest + drawn[:, 2] * (longest - shortest)
        within = (minute_of_day >= begins[:, None]) & (minute_of_day < ends[:, None])
        away |= within & (drawn[:, :1] < CLOUD_GAP_SHARE)
    return away
