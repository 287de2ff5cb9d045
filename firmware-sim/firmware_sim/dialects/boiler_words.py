"""What a boiler's fault is called where an adapter speaks of one make only.

A scenario may put any adapter on any boiler; it then shows what its own make would show.
"""

from firmware_sim.heating.codes import CODES, Code, Condition, index_of
from firmware_sim.homes.plant import MAKES


def code_of(make: str, fault: int) -> Code:
    """The code of `make` for what `fault` (index into `CODES`) stands for.

    >>> code_of("Worcester", 6).text
    '2E(207)'
    """
    return CODES[index_of(MAKES.index(make), CODES[fault].condition)]


def condition_of(fault: int) -> Condition | None:
    """What is wrong; None when `fault` is -1, for nothing is."""
    return CODES[fault].condition if fault >= 0 else None
