"""How fast the simulator's own time goes, and from which instant on."""

from collections.abc import Callable

SPEED_MAX = 100_000.0
"""Faster than any machine simulates a few homes; beyond it somebody has mistyped."""


class PaceError(ValueError):
    """Time cannot go like that; the text says why and what to choose."""


class Pace:
    """The simulator's clock: the world's own, or one that runs faster from an instant of its own.

    A fast clock stands still until `begin`, so that writing a history takes none of its time.
    """

    def __init__(
        self, clock: Callable[[], float], *, speed: float = 1.0, start_s: float | None = None
    ) -> None:
        """`clock` gives seconds since 1970-01-01 UTC; PaceError for a speed that cannot be."""
        if not 1.0 <= speed <= SPEED_MAX:
            raise PaceError(f"the speed cannot be {speed:g}: choose 1 to {SPEED_MAX:,.0f}")
        if start_s is not None and speed == 1.0:
            raise PaceError("a start of one's own needs a --speed above 1")
        self.speed = speed
        self._clock = clock
        self._start_s = clock() if start_s is None else start_s
        self._began_s: float | None = None

    @property
    def fast(self) -> bool:
        """Whether this time runs away from the world's."""
        return self.speed > 1.0

    def now_s(self) -> float:
        """The simulator's own present, in seconds since 1970-01-01 UTC."""
        if not self.fast:
            return self._clock()
        if self._began_s is None:
            return self._start_s
        return self._start_s + self.speed * (self._clock() - self._began_s)

    def begin(self, *, at_s: float | None = None) -> None:
        """Let time go, from `at_s` on if one is given; the world's own goes anyway."""
        if at_s is not None:
            self._start_s = at_s
        self._began_s = self._clock()
