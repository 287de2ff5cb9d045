"""The effects in force in each row of a stretch, for the few devices that any of them touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.faults.effects import Effects
from firmware_sim.kinds import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One effect upon the devices that it touches at all."""

    devices: Ints
    """Flat indices of these devices, (touched,)."""
    values: NDArray[Any]
    """What is in force, (touched, rows)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Which of several effects each row has."""

    effects: tuple[Effects, ...]
    which: Ints
    """(rows,), an index into `effects`."""

    @classmethod
    def over(cls, minutes: Ints, effects: Sequence[tuple[int, Effects]]) -> "InForce":
        """The effects, each from its minute on, over rows at `minutes`."""
        since = np.array([minute for minute, _ in effects], dtype=np.int64)
        which = np.searchsorted(since, minutes, side="right") - 1
        return cls(effects=tuple(each for _, each in effects), which=np.maximum(which, 0))

    def devices(self, name: str, usual: Any = 0) -> Touched:
        """An effect of `DeviceEffects`, by name, and its usual value (per device, or one)."""
        return self._touched([getattr(one.devices, name) for one in self.effects], usual)

    def boilers(self, name: str, usual: Any = 0) -> Touched:
        """Likewise an effect of `BoilerEffects`."""
        return self._touched([getattr(one.boiler, name) for one in self.effects], usual)

    def _touched(self, each: list[NDArray[Any]], usual: Any) -> Touched:
        flat = [values.ravel() for values in each]
        unusual = np.zeros(flat[0].shape, dtype=np.bool_)
        for values in flat:
            unusual |= values != usual
        devices = np.flatnonzero(unusual)
        few = np.array([values[devices] for values in flat])
        return Touched(devices=devices, values=few[self.which].T)
