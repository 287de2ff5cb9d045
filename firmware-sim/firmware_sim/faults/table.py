"""Every fault that a home can be given."""

from firmware_sim.faults.boiler_faults import BOILER_FAULTS
from firmware_sim.faults.damp_faults import DAMP_FAULTS
from firmware_sim.faults.device_faults import DEVICE_FAULTS
from firmware_sim.faults.kind import FaultKind, Values
from firmware_sim.faults.planned import Planned, fill_in, find

FAULTS: dict[str, FaultKind] = {
    kind.name: kind for kind in (*BOILER_FAULTS, *DAMP_FAULTS, *DEVICE_FAULTS)
}


def make_fault(
    *,
    home: int,
    name: str,
    place: str | None,
    began_minute: int,
    values: Values,
    ended_minute: int | None = None,
) -> Planned:
    """A fault with every parameter filled in.

    FaultRefusedError where the name, place or a parameter does not exist or is out of range.
    """
    return fill_in(
        find(name, FAULTS, what="fault"),
        home=home,
        place=place,
        began_minute=began_minute,
        values=values,
        ended_minute=ended_minute,
    )
