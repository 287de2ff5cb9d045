"""What boilers show when something is wrong, each as its maker writes it.

Codes differ by model even within a make; each make here is one common domestic model.
"""

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from firmware_sim.homes.plant import MAKES


class Condition(IntEnum):
    """What is wrong, whatever the make."""

    LOW_PRESSURE = 0
    NO_FLAME = 1
    OVERHEATED = 2
    POOR_CIRCULATION = 3
    FLOW_SENSOR = 4
    CONTROL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One fault code of one make."""

    make: str
    condition: Condition
    text: str
    """As the maker writes it."""
    number: int
    """The cause number of EMS; for other makes the number that OpenTherm's OEM code carries."""
    words: str


WORDS = MappingProxyType(
    {
        Condition.LOW_PRESSURE: "water pressure too low",
        Condition.NO_FLAME: "no flame after the last attempt to light",
        Condition.OVERHEATED: "overheated, the limiter has tripped",
        Condition.POOR_CIRCULATION: "water warms too fast, poor circulation",
        Condition.FLOW_SENSOR: "flow sensor without contact",
        Condition.CONTROL: "burner control faulty",
    }
)

# Rows in the order of `MAKES`, columns in the order of `Condition`.
# Worcester: Bosch and Buderus EMS service manuals, as EMS-ESP reports display and cause number.
# Vaillant: ecoTEC installation and maintenance instructions, table of fault codes (F.61: memory).
# Ideal: Logic+, published fault lists; L1 stands for heat and for want of flow (L9: memory).
# Baxi: Duo-tec (E109: published fault list; the others: memory).
_TEXTS = (
    ("2E(207)", "EA(227)", "E9(224)", "A1(212)", "E2(223)", "F0(238)"),
    ("F.22", "F.28", "F.20", "F.24", "F.00", "F.61"),
    ("F1", "L2", "L1", "L1", "F4", "L9"),
    ("E118", "E133", "E110", "E109", "E20", "E15"),
)
# EMS: its cause numbers. OpenTherm leaves the number to the maker; Ideal's lockouts count from 100.
_NUMBERS = (
    (207, 227, 224, 212, 223, 238),
    (22, 28, 20, 24, 0, 61),
    (1, 102, 101, 101, 4, 109),
    (118, 133, 110, 109, 20, 15),
)

CODES: tuple[Code, ...] = tuple(
    Code(
        make=make,
        condition=condition,
        text=_TEXTS[row][condition],
        number=_NUMBERS[row][condition],
        words=WORDS[condition],
    )
    for row, make in enumerate(MAKES)
    for condition in Condition
)
"""Every code; a make's own follow one another in the order of `Condition`."""


def index_of(make: int, condition: Condition) -> int:
    """The index within `CODES` of what that make (index into `MAKES`) shows.

    >>> CODES[index_of(1, Condition.LOW_PRESSURE)].text
    'F.22'
    """
    return make * len(Condition) + int(condition)
