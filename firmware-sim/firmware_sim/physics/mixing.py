"""What rooms of a home exchange with one another, through one common pool; (homes, rooms)."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.kinds import Floats


@dataclass(frozen=True, slots=True)
class Mixing:
    """Air that rooms exchange with the rest of their home, (homes, rooms)."""

    flow_m3_s: Floats
    share: Floats
    """Each room's part in what the others get; with these weights nothing is lost between them."""

    def gain(self, of_rooms: Floats) -> Floats:
        """What each room gains by the exchange, per second, of a quantity per m³."""
        return exchange(of_rooms, self.flow_m3_s, self.share)


def mixing_by(flow_m3_s: Floats) -> Mixing:
    """The exchange by these air flows between each room and the rest of its home."""
    return Mixing(flow_m3_s, flow_m3_s / flow_m3_s.sum(axis=1, keepdims=True))


def exchange(of_rooms: Floats, flow: Floats, share: Floats) -> Floats:
    """What each room gains from its home's common pool; over a home the gains sum to nothing."""
    common: Floats = np.einsum("hr,hr->h", share, of_rooms)
    gained: Floats = flow * (common[:, None] - of_rooms)
    return gained
